//! Pseudo file systems: their files are not data. Reading one may tell of the host, block, or act.
//!
//! May import: nothing of this crate. Names such as `/proc` are not compared: a pseudo file system
//! is known by its type, wherever it is mounted.

use rustix::fd::AsFd;
use rustix::fs::StatFs;
use rustix::io::Errno;

/// `f_type` of each, from `linux/magic.h`.
#[cfg(target_os = "linux")]
const PSEUDO: [(u64, &str); 16] = [
    (0x9fa0, "proc"),
    (0x6265_6572, "sysfs"),
    (0x6462_6720, "debugfs"),
    (0x7472_6163, "tracefs"),
    (0x7363_6673, "securityfs"),
    (0x0027_e0eb, "cgroup"),
    (0x6367_7270, "cgroup2"),
    (0x1cd1, "devpts"),
    (0xcafe_4a11, "bpf"),
    (0x6165_676c, "pstore"),
    (0xde5e_81e4, "efivarfs"),
    (0x1980_0202, "mqueue"),
    (0x6265_6570, "configfs"),
    (0xf97c_ff8c, "selinuxfs"),
    (0x4341_5d53, "smackfs"),
    (0x4249_4e4d, "binfmt_misc"),
];

/// What macOS calls them.
#[cfg(target_vendor = "apple")]
const PSEUDO: [(&[u8], &str); 2] = [(b"devfs", "/dev"), (b"fdesc", "/dev/fd")];

/// Is the open file or directory on a pseudo file system?
///
/// # Errors
/// When the file system cannot be asked.
pub fn is_pseudo(fd: impl AsFd) -> Result<bool, Errno> {
    let kind = kind(&rustix::fs::fstatfs(fd)?);
    Ok(PSEUDO.iter().any(|(pseudo, _)| *pseudo == kind))
}

/// The type of a file system, as the constants here have it.
#[cfg(target_os = "linux")]
pub(in crate::cap) fn kind(of: &StatFs) -> u64 {
    u64::try_from(of.f_type).unwrap_or(0)
}

/// The same, as macOS calls it.
#[cfg(target_vendor = "apple")]
pub(in crate::cap) fn kind(of: &StatFs) -> Vec<u8> {
    let name = of.f_fstypename.iter().map(|byte| byte.cast_unsigned());
    name.take_while(|byte| *byte != 0).collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use cap_std::ambient_authority;
    use cap_std::fs::Dir;

    use crate::cap::grants::Grants;
    use crate::cap::grants::above::Above;
    use crate::cap::grants::grant::Preopen;
    use crate::cap::rights::{Read, Rights};
    use crate::cap::rules::Rules;
    use crate::cap::testing::{FOLLOWED, check, preopen, tree};

    #[test]
    fn pseudo_file_systems_are_not_entered() {
        let dir = Dir::open_ambient_dir("/", ambient_authority()).unwrap();
        let root = Preopen {
            name: "g".into(),
            rights: Rights::RO,
            rules: Rules::default(),
            dir,
            written_as: "/".into(),
            host_aliases: vec![],
            above: Above::default(),
        };
        let temp = tree(&[]);
        let grants = Grants::new(
            vec![root, preopen(&temp, "o", Rights::RO, Rules::default())],
            vec![],
            false,
        )
        .unwrap();
        check::<Read>(
            &grants,
            FOLLOWED,
            &[
                ("proc", "g/proc Directory"),
                ("proc/self", "special_file"),
                ("proc/self/environ", "special_file"),
                ("sys/kernel", "special_file"),
                ("dev/null", "g/dev/null Special"),
            ],
        );
    }
}
