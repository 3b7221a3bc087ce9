# The target is relative to `grant/`, where the link lies after the clone.
ln -s ../outside/secret.txt clone/notes.txt
