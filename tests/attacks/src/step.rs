//! [`Step`]: one change that sets up the tree of an attack.

/// One change to the tree. Paths are relative to the sandbox, in which only `grant/` is granted. In the target of a
/// link, `{root}` stands for the sandbox.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Creates a file with this text. `{SECRET}` stands for the secret.
    File(&'static str, &'static str),
    /// Creates a directory and its parents.
    Dir(&'static str),
    /// Creates a symbolic link with this target.
    Link(&'static str, &'static str),
    /// Creates a hard link to the second path.
    HardLink(&'static str, &'static str),
    /// Creates a FIFO.
    Fifo(&'static str),
    /// Creates a socket without a listener.
    Socket(&'static str),
    /// Creates an endless device.
    Device(&'static str),
    /// Creates a sparse file of this size.
    Sparse(&'static str, u64),
    /// Sets the mode of a path.
    Mode(&'static str, u32),
    /// Creates directories nested to this depth.
    Deep(&'static str, usize),
    /// Renames the first path to the second.
    Rename(&'static str, &'static str),
    /// Removes a path with everything below it.
    Remove(&'static str),
    /// Bind-mounts the second path at the first; needs the right to mount.
    Bind(&'static str, &'static str),
    /// Mounts a `/proc`; needs the right to mount.
    Proc(&'static str),
}
