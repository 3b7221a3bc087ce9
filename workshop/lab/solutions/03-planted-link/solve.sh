# The link is followed from where it lies when the clone has become `grant/`.
ln -s ../outside/secret.txt clone/notes.txt
