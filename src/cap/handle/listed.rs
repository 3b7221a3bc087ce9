//! Aliases: an entry of a directory that opens by a name which the directory does not list.
//!
//! Windows and what imitates it give a file a second, short name (`SECRET~1.TXT`); old file systems cut
//! long names or drop a dot at the end. Rules are judged by names, so a second name would get past each
//! of them. A name that may be such a one is used only where its directory lists exactly that name.
//!
//! File systems that only ignore case or the form of characters (APFS, ext4 with `casefold`) are not meant:
//! rules fold both, so they hold for each spelling, and nobody has to get the case right.
//!
//! May import: `path`, `limits`, `error`, `system`. This module does not know rules.

use std::ops::ControlFlow;

use cap_std::fs::Dir;
use rustix::fd::AsFd;
use rustix::io::Errno;

use crate::cap::handle::directory::open_directory;
use crate::cap::handle::pseudo;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, VirtualPath};
use crate::system::Names;

/// Names that are read between two looks at the budget.
const CHUNK: usize = 1_000;
/// Most names that are read where there is no budget, which is so only where nothing is opened.
const MAX_READ: usize = 20_000;

/// `f_type` of file systems with second names, from `linux/magic.h` and the file systems' own sources.
#[cfg(target_os = "linux")]
const ALIASING: [(u64, &str); 11] = [
    (0x4d44, "msdos, vfat"),
    (0x2011_bab0, "exfat"),
    (0x5346_544e, "ntfs"),
    (0x7366_746e, "ntfs3"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x517b, "smbfs"),
    // Whatever is served there: ntfs-3g, and the directories of a Windows host that containers see.
    (0x6573_5546, "fuse, fuseblk, virtiofs"),
    // WSL's `/mnt/c`.
    (0x0102_1997, "9p"),
    (0x786f_4256, "vboxsf"),
    (0x564c, "ncpfs"),
];

/// What macOS calls them.
#[cfg(target_vendor = "apple")]
const ALIASING: [(&[u8], &str); 8] = [
    (b"msdos", ""),
    (b"exfat", ""),
    (b"ntfs", ""),
    (b"smbfs", ""),
    (b"webdav", ""),
    (b"macfuse", ""),
    (b"osxfuse", ""),
    (b"fuse-t", ""),
];

/// Is this on a file system that is known to open an entry by several names? `true` also if its type cannot
/// be read.
pub fn may_alias(fd: impl AsFd) -> bool {
    rustix::fs::fstatfs(fd).map_or(true, |of| {
        let kind = pseudo::kind(&of);
        ALIASING.iter().any(|(aliasing, _)| *aliasing == kind)
    })
}

/// Is it of the form that such a file system makes itself: a `~`, and a digit?
pub(in crate::cap) fn is_short_form(name: &Name) -> bool {
    name.as_bytes().windows(2).any(|pair| matches!(pair, [b'~', b'0'..=b'9']))
}

/// Does the directory list exactly this name, which is the last one of `said` so far? A directory that may
/// not be listed lists nothing.
///
/// # Errors
/// The codes of the host; `timed_out` and `cancelled`.
pub(in crate::cap) fn is_listed(
    dir: &Dir,
    name: &Name,
    said: &VirtualPath,
    budget: Option<&Budget>,
) -> Result<bool, ToolError> {
    let os = |errno: Errno| ToolError::os("list", &said.to_string(), &errno.into());
    let opened = match open_directory(dir, None) {
        Err(Errno::ACCESS) => return Ok(false),
        opened => opened.map_err(os)?,
    };
    let mut seen = 0_usize;
    let mut is_there = false;
    let mut spent = None;
    let read = Names::new().of(&opened, |listed, _| {
        seen += 1;
        is_there = listed == name.as_bytes();
        if seen.is_multiple_of(CHUNK) {
            spent = budget.and_then(|budget| budget.step().err());
        }
        let is_too_much = budget.is_none() && seen >= MAX_READ;
        if is_there || spent.is_some() || is_too_much {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    read.map_err(os)?;
    match spent {
        Some(spent) => Err(spent.into()),
        None => Ok(is_there),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to look at")]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::cap::testing::{budget, tree};
    use crate::error::Code;
    use crate::limits::{CallMonitor, Clock};

    fn name(name: &str) -> Name {
        Name::from_bytes(name.as_bytes()).unwrap()
    }

    #[test]
    fn a_name_is_listed_or_not() {
        let files: Vec<String> = (0..1_500).map(|n| format!("g/file-{n}")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let temp = tree(&files);
        let dir = Dir::open_ambient_dir(temp.path().join("g"), cap_std::ambient_authority());
        let dir = dir.unwrap();
        let said = VirtualPath::from("said");
        for (is_there, listed) in [("file-0", true), ("file-1499", true), ("FILE-0", false)] {
            for budget in [None, Some(&budget())] {
                let answer = is_listed(&dir, &name(is_there), &said, budget);
                assert_eq!(answer.unwrap(), listed, "{is_there}");
            }
        }
        let cancelled =
            Budget::new(Arc::default(), Clock::new(Instant::now), CallMonitor::new(|| true));
        let answer = is_listed(&dir, &name("none"), &said, Some(&cancelled));
        assert_eq!(answer.unwrap_err().code(), Code::Cancelled);
    }

    #[test]
    fn short_forms_are_told_by_their_digit() {
        for short in ["ENV~1", "SECRET~1.TXT", "a~9"] {
            assert!(is_short_form(&name(short)), "{short}");
        }
        for other in ["file~", "~user", "a.~b", "env1"] {
            assert!(!is_short_form(&name(other)), "{other}");
        }
    }
}
