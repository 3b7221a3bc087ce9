//! [`Names`]: the names in an open directory, as many at a time as the system gives.
//!
//! On Linux straight from the kernel into a buffer that is used again; elsewhere by the system's
//! library, as on Linux with `--cfg preopen_portable`, by which that path is tested.
//!
//! May import: nothing of this crate. Absent on purpose: an order, and looking at what a name stands for.

use std::ops::ControlFlow;
use std::os::fd::OwnedFd;

use rustix::fs::FileType;
use rustix::io::Errno;

pub(super) use system::Names;

#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod system {
    use std::mem::MaybeUninit;

    use rustix::fs::RawDir;

    use super::{ControlFlow, Errno, FileType, OwnedFd};

    /// Bytes of entries that are read at a time.
    const BUFFER: usize = 32 << 10;

    /// Reads directories, one after the other.
    pub(in crate::cap) struct Names(Vec<MaybeUninit<u8>>);

    impl Names {
        pub(in crate::cap) fn new() -> Self {
            Self(vec![MaybeUninit::uninit(); BUFFER])
        }

        /// Calls `each` with every name but `.` and `..`, and with what the directory says it is.
        pub(in crate::cap) fn of(
            &mut self,
            dir: &OwnedFd,
            mut each: impl FnMut(&[u8], FileType) -> ControlFlow<()>,
        ) -> Result<(), Errno> {
            let mut entries = RawDir::new(dir, &mut self.0);
            while let Some(entry) = entries.next() {
                let entry = entry?;
                let name = entry.file_name().to_bytes();
                if name != b"." && name != b".." && each(name, entry.file_type()).is_break() {
                    break;
                }
            }
            Ok(())
        }
    }
}

#[cfg(not(all(target_os = "linux", not(preopen_portable))))]
mod system {
    use super::{ControlFlow, Errno, FileType, OwnedFd};

    /// Reads directories, one after the other.
    pub(in crate::cap) struct Names;

    impl Names {
        pub(in crate::cap) fn new() -> Self {
            Self
        }

        /// Calls `each` with every name but `.` and `..`, and with what the directory says it is.
        #[expect(clippy::unused_self, reason = "elsewhere it holds a buffer")]
        pub(in crate::cap) fn of(
            &mut self,
            dir: &OwnedFd,
            mut each: impl FnMut(&[u8], FileType) -> ControlFlow<()>,
        ) -> Result<(), Errno> {
            for entry in rustix::fs::Dir::read_from(dir)? {
                let entry = entry?;
                let name = entry.file_name().to_bytes();
                if name != b"." && name != b".." && each(name, entry.file_type()).is_break() {
                    break;
                }
            }
            Ok(())
        }
    }
}
