//! [`Step`]: one change that sets up the tree of an attack.

/// Something that is done to the tree. Paths begin at the sandbox: `grant/` is granted, nothing else
/// is. In the target of a link `{root}` stands for the sandbox.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A file with this text. `{SECRET}` stands for the secret.
    File(&'static str, &'static str),
    /// A directory and its parents.
    Dir(&'static str),
    /// A link, and its target.
    Link(&'static str, &'static str),
    /// A second name for what the second path names.
    HardLink(&'static str, &'static str),
    /// A FIFO.
    Fifo(&'static str),
    /// A socket that nobody listens to.
    Socket(&'static str),
    /// A device that never ends.
    Device(&'static str),
    /// A file with a hole of so many bytes.
    Sparse(&'static str, u64),
    /// What the path names gets this mode.
    Mode(&'static str, u32),
    /// Directories in directories, so deep.
    Deep(&'static str, usize),
    /// The first path becomes the second.
    Rename(&'static str, &'static str),
    /// What the path names is gone, with all below it.
    Remove(&'static str),
    /// The second path is mounted at the first; needs the right to mount.
    Bind(&'static str, &'static str),
    /// A `/proc` is mounted there; needs the right to mount.
    Proc(&'static str),
}
