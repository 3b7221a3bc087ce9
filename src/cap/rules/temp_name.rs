//! Names of unfinished files: no client can use one, and each belongs to one directory.
//!
//! `change/temp` explains why the name holds a mark of the directory.
//!
//! May import: `path`, `system`.

use data_encoding::HEXLOWER;
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use crate::path::Name;
use crate::system;
use crate::system::Stat;

/// Does it look like the name of a temp? Such names are reserved: no client can use one, and answers count
/// those that they leave out.
pub(in crate::cap) fn is_temp(name: &[u8]) -> bool {
    middle(name).is_some_and(|hex| {
        hex.len() == 2 * (RANDOM + MARK) && hex.iter().all(u8::is_ascii_hexdigit)
    })
}

/// Was a temp of this name made in this directory?
pub(in crate::cap) fn is_made_in(dir: &Stat, name: &[u8]) -> bool {
    let Some(Ok(bytes)) = middle(name).map(|hex| HEXLOWER.decode(hex)) else { return false };
    match bytes.split_at_checked(RANDOM) {
        Some((random, marked)) => *marked == mark(dir, random),
        None => false,
    }
}

pub(in crate::cap) fn middle(name: &[u8]) -> Option<&[u8]> {
    name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)
}

/// Ties a name to the directory that it is made in. Its device is left out: on some file systems that number
/// changes from one mount to the next.
pub(in crate::cap) fn mark(dir: &Stat, random: &[u8]) -> [u8; MARK] {
    let hash = Sha256::new()
        .chain_update(b"preopen temp")
        .chain_update(dir.inode.to_le_bytes())
        .chain_update(random)
        .finalize();
    let mut mark = [0; MARK];
    mark.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    mark
}

/// A new name for a temp in this directory.
pub(in crate::cap) fn new_name(dir: &Stat) -> Result<Name, Errno> {
    let mut random = [0; RANDOM];
    system::fill_random(&mut random)?;
    let hex = [random, mark(dir, &random)].map(|part| HEXLOWER.encode(&part)).concat();
    let name = [PREFIX, hex.as_bytes(), SUFFIX].concat();
    Name::from_bytes(&name).ok_or(Errno::INVAL)
}

pub(in crate::cap) const PREFIX: &[u8] = b".preopen-";

pub(in crate::cap) const SUFFIX: &[u8] = b".tmp";

/// Random bytes in a name, and bytes of the mark after them.
pub(in crate::cap) const RANDOM: usize = 8;

pub(in crate::cap) const MARK: usize = 8;

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "directories to make names for")]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_directory() {
        let temp = tempfile::tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|name| {
            let path = temp.path().join(name);
            std::fs::create_dir(&path).unwrap();
            system::stat(std::fs::File::open(path).unwrap()).unwrap()
        });
        let name = new_name(&here).unwrap();
        assert_ne!(name, new_name(&here).unwrap());
        assert!(is_temp(name.as_bytes()));
        assert!(is_made_in(&here, name.as_bytes()) && !is_made_in(&there, name.as_bytes()));
        // Every other name of that form is somebody's.
        for at in PREFIX.len()..PREFIX.len() + 2 * (RANDOM + MARK) {
            let mut other = name.as_bytes().to_vec();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            assert!(is_temp(&other) && !is_made_in(&here, &other));
        }
    }

    #[test]
    fn a_reserved_name_has_one_form() {
        for other in [".preopen-.tmp", ".preopen-0123.tmp", "x.preopen-", ".preopen-zz.tmp", ""] {
            assert!(!is_temp(other.as_bytes()), "{other}");
        }
    }
}
