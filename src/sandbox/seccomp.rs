//! seccomp: which system calls there are, once every file is reached from a handle.
//!
//! Three rules. What this program never does is refused: running programs, connections, looking into
//! other processes, mounts, name spaces, loading code into the kernel, making links and device files,
//! and changing modes, owners and attributes by path. What names a file without a handle is refused:
//! every call with `AT_FDCWD` for its directory, and every old call that has none. And what is newer
//! than this list does not exist, so that a kernel that learns a new way in does not open it.
//!
//! Where no grant is written to, every call that changes something is refused as well.
//!
//! May import: `cap` (for rights). Absent on purpose: a list of what is allowed. It would depend on
//! the C library's and the runtime's taste of the day.

use std::collections::BTreeMap;

use libc as c;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::by_number::{ByNumber, Verdict};
use super::{Wall, Whom};
use crate::cap::Rights;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;
type Failure = Box<dyn std::error::Error>;

/// The newest call that is known here: `mseal`, of Linux 6.10. Attributes by path and directory, of
/// 6.13, are behind it.
const NEWEST: i64 = 462;

#[cfg(target_arch = "x86_64")]
const HERE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const HERE: TargetArch = TargetArch::aarch64;

/// Refused whatever the arguments, on every architecture.
const NEVER: &[i64] = &[
    // To run something else, or to be something else.
    c::SYS_execve,
    c::SYS_execveat,
    c::SYS_personality,
    c::SYS_setns,
    c::SYS_unshare,
    c::SYS_chroot,
    c::SYS_pivot_root,
    c::SYS_chdir,
    c::SYS_fchdir,
    // To talk to anyone but the client.
    c::SYS_socket,
    c::SYS_connect,
    c::SYS_bind,
    c::SYS_listen,
    c::SYS_accept,
    c::SYS_accept4,
    // To look into other processes, or to stop them.
    c::SYS_ptrace,
    c::SYS_process_vm_readv,
    c::SYS_process_vm_writev,
    c::SYS_pidfd_getfd,
    c::SYS_pidfd_send_signal,
    c::SYS_kcmp,
    c::SYS_rt_sigqueueinfo,
    c::SYS_rt_tgsigqueueinfo,
    c::SYS_pidfd_open,
    c::SYS_mq_open,
    c::SYS_mq_unlink,
    c::SYS_mq_timedsend,
    c::SYS_mq_timedreceive,
    c::SYS_mq_notify,
    c::SYS_mq_getsetattr,
    c::SYS_shmget,
    c::SYS_shmat,
    c::SYS_shmctl,
    c::SYS_shmdt,
    c::SYS_msgget,
    c::SYS_msgsnd,
    c::SYS_msgrcv,
    c::SYS_msgctl,
    c::SYS_semget,
    c::SYS_semop,
    c::SYS_semctl,
    c::SYS_kill,
    c::SYS_tkill,
    // To change what a path means.
    c::SYS_mount,
    c::SYS_umount2,
    c::SYS_move_mount,
    c::SYS_open_tree,
    c::SYS_fsopen,
    c::SYS_fsconfig,
    c::SYS_fsmount,
    c::SYS_fspick,
    c::SYS_mount_setattr,
    c::SYS_swapon,
    c::SYS_swapoff,
    // To reach files by other names than paths, or calls by other ways than calls.
    c::SYS_open_by_handle_at,
    c::SYS_name_to_handle_at,
    c::SYS_memfd_create,
    c::SYS_memfd_secret,
    c::SYS_io_uring_setup,
    c::SYS_io_uring_enter,
    c::SYS_io_uring_register,
    c::SYS_bpf,
    c::SYS_perf_event_open,
    c::SYS_userfaultfd,
    c::SYS_fanotify_init,
    c::SYS_fanotify_mark,
    c::SYS_inotify_init1,
    c::SYS_inotify_add_watch,
    // To reach into the kernel.
    c::SYS_add_key,
    c::SYS_request_key,
    c::SYS_keyctl,
    c::SYS_init_module,
    c::SYS_finit_module,
    c::SYS_delete_module,
    c::SYS_kexec_load,
    c::SYS_kexec_file_load,
    c::SYS_reboot,
    c::SYS_acct,
    c::SYS_quotactl,
    c::SYS_quotactl_fd,
    c::SYS_settimeofday,
    c::SYS_clock_settime,
    c::SYS_clock_adjtime,
    c::SYS_adjtimex,
    c::SYS_sethostname,
    c::SYS_setdomainname,
    c::SYS_syslog,
    // To make what is never made: links and device files.
    c::SYS_symlinkat,
    c::SYS_linkat,
    c::SYS_mknodat,
    // To change by path what Landlock does not watch over.
    c::SYS_fchmodat,
    SYS_FCHMODAT2,
    c::SYS_fchownat,
    c::SYS_setxattr,
    c::SYS_lsetxattr,
    c::SYS_getxattr,
    c::SYS_lgetxattr,
    c::SYS_listxattr,
    c::SYS_llistxattr,
    c::SYS_removexattr,
    c::SYS_lremovexattr,
    // By path, with no place for a handle.
    c::SYS_truncate,
    c::SYS_statfs,
    // To change contents where they lie: new ones are written beside them, and renamed.
    c::SYS_ftruncate,
    c::SYS_fallocate,
    c::SYS_copy_file_range,
    c::SYS_fremovexattr,
];

/// Refused as well where nothing is written to.
const CHANGES: &[i64] = &[
    c::SYS_mkdirat,
    c::SYS_unlinkat,
    c::SYS_renameat,
    c::SYS_renameat2,
    c::SYS_fchmod,
    c::SYS_fchown,
    c::SYS_fsetxattr,
    c::SYS_utimensat,
    c::SYS_flock,
    c::SYS_syncfs,
];

/// `fchmodat2`, of Linux 6.6; the same number everywhere.
const SYS_FCHMODAT2: i64 = 452;

/// The old calls that take a path and no handle. Newer architectures never had them.
#[cfg(target_arch = "x86_64")]
const OLD: &[i64] = &[
    c::SYS_open,
    c::SYS_creat,
    c::SYS_stat,
    c::SYS_lstat,
    c::SYS_access,
    c::SYS_readlink,
    c::SYS_unlink,
    c::SYS_rename,
    c::SYS_mkdir,
    c::SYS_rmdir,
    c::SYS_link,
    c::SYS_symlink,
    c::SYS_mknod,
    c::SYS_chmod,
    c::SYS_chown,
    c::SYS_lchown,
    c::SYS_utime,
    c::SYS_utimes,
    c::SYS_futimesat,
    c::SYS_uselib,
    c::SYS_ustat,
    c::SYS_inotify_init,
    c::SYS_fork,
    c::SYS_vfork,
    c::SYS_iopl,
    c::SYS_ioperm,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[i64] = &[];

/// Refused with `AT_FDCWD` for the directory, which is their first argument.
const BY_HANDLE: &[i64] = &[
    c::SYS_openat,
    c::SYS_openat2,
    c::SYS_newfstatat,
    c::SYS_statx,
    c::SYS_readlinkat,
    c::SYS_unlinkat,
    c::SYS_mkdirat,
    c::SYS_faccessat,
    c::SYS_faccessat2,
];

/// The same, for either directory.
const BY_TWO_HANDLES: &[i64] = &[c::SYS_renameat, c::SYS_renameat2];

/// Restricts the calling thread, or all of the process.
pub(super) fn restrict(rights: Rights, whom: Whom) -> Wall {
    let changes = if rights.carry(Rights::WRITE) { &[] } else { CHANGES };
    match filter(changes).and_then(|filter| apply(whom, &filter)) {
        Ok(()) => {
            let refused = NEVER.len() + OLD.len() + changes.len();
            Wall::Holds(format!("{refused} calls refused"))
        }
        Err(_) => Wall::Missing("the kernel, or the container's own filter, refused it".into()),
    }
}

fn apply(whom: Whom, program: &BpfProgram) -> Result<(), Failure> {
    match whom {
        Whom::ThisThread => seccompiler::apply_filter(program)?,
        Whom::Everyone => seccompiler::apply_filter_all_threads(program)?,
    }
    Ok(())
}

fn filter(changes: &[i64]) -> Result<BpfProgram, Failure> {
    let mut judged = Rules::new();
    let cwd = u64::from(c::AT_FDCWD.cast_unsigned());
    let names_none = |argument| rule(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, cwd);
    for call in BY_TWO_HANDLES {
        judged.insert(*call, vec![names_none(0)?, names_none(2)?]);
    }
    // A time is set through an open file, whose path is null.
    let by_path = rule(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    judged.insert(c::SYS_utimensat, vec![by_path]);
    // No file gets a set-user, set-group or sticky bit.
    let mut modes = vec![];
    for bit in [0o4000, 0o2000, 0o1000] {
        modes.push(rule(1, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(bit), bit)?);
    }
    judged.insert(c::SYS_fchmod, modes);
    // A new thread is the one thing that may be cloned.
    let thread = u64::from(c::CLONE_THREAD.cast_unsigned());
    let process = rule(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?;
    judged.insert(c::SYS_clone, vec![process]);
    // Two ends of a stream are connected to each other for good; the runtime hears of signals by such
    // a pair. Every other kind is refused: one end of a pair for datagrams can send to any path.
    let other_family =
        rule(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, u64::from(c::AF_UNIX.cast_unsigned()))?;
    let mut pairs = vec![other_family];
    for bit in [1, 2, 4, 8] {
        let not_as_in_stream = !u64::from(c::SOCK_STREAM.cast_unsigned()) & bit;
        let other_kind = SeccompCmpOp::MaskedEq(bit);
        pairs.push(rule(1, SeccompCmpArgLen::Dword, other_kind, not_as_in_stream)?);
    }
    judged.insert(c::SYS_socketpair, pairs);
    // Signals to the threads of this process alone.
    let us = u64::from(rustix::process::getpid().as_raw_nonzero().get().cast_unsigned());
    let others = rule(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, us)?;
    judged.insert(c::SYS_tgkill, vec![others]);
    // The limits of this process are process 0's.
    let others_limits = rule(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?;
    judged.insert(c::SYS_prlimit64, vec![others_limits]);

    let by_number = by_number(judged.keys().copied(), changes);
    let by_arguments = SeccompFilter::new(
        judged,
        SeccompAction::Allow,
        SeccompAction::Errno(c::EPERM.cast_unsigned()),
        HERE,
    )?;
    let filter = by_number.and_then(by_arguments.try_into()?);
    Ok(filter.ok_or("more branches than a jump reaches over")?)
}

/// Calls that are refused whatever their arguments, calls that are `judged` by them, and calls that do
/// not exist: what is newer than [`NEWEST`], the second set of numbers that x86-64 has for 32-bit
/// programs (from 2^30 on), and `clone3`, which keeps its flags where a filter cannot look (the C
/// library uses `clone` instead).
fn by_number(judged: impl Iterator<Item = i64>, changes: &[i64]) -> ByNumber {
    let number = |call: i64| u32::try_from(call).unwrap_or(u32::MAX);
    let mut calls = ByNumber::up_to(number(NEWEST));
    for call in judged {
        calls.set(number(call), Verdict::Judged);
    }
    for call in BY_HANDLE {
        calls.set(number(*call), Verdict::NeedsHandle);
    }
    for call in NEVER.iter().chain(OLD).chain(changes) {
        calls.set(number(*call), Verdict::Refused);
    }
    calls.set(number(c::SYS_clone3), Verdict::Unknown);
    calls
}

fn rule(
    argument: u8,
    width: SeccompCmpArgLen,
    is: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, Failure> {
    Ok(SeccompRule::new(vec![SeccompCondition::new(argument, width, is, value)?])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_newer_than_the_list_does_not_exist() {
        let calls = by_number(std::iter::empty(), &[]);
        let number = |call: i64| u32::try_from(call).unwrap();
        let (newest, clone3) = (number(NEWEST), number(c::SYS_clone3));
        for call in [number(c::SYS_read), clone3 + 1, newest] {
            assert_eq!(calls.verdict(call), Verdict::Allowed, "{call}");
        }
        for call in [clone3, newest + 1, 1 << 30, (1 << 30) + 257, u32::MAX] {
            assert_eq!(calls.verdict(call), Verdict::Unknown, "{call}");
        }
        assert_eq!(calls.verdict(number(c::SYS_execve)), Verdict::Refused);
    }

    #[test]
    fn who_only_reads_has_no_call_that_changes() {
        let number = |call: i64| u32::try_from(call).unwrap();
        let (writes, reads) =
            (by_number(std::iter::empty(), &[]), by_number(std::iter::empty(), CHANGES));
        for call in CHANGES {
            assert_ne!(writes.verdict(number(*call)), Verdict::Refused);
            assert_eq!(reads.verdict(number(*call)), Verdict::Refused);
        }
        assert_eq!(reads.verdict(number(c::SYS_openat)), Verdict::NeedsHandle);
    }

    #[test]
    fn no_call_is_listed_twice_or_unknown() {
        let lists = [NEVER, OLD, BY_HANDLE, BY_TWO_HANDLES];
        let mut all: Vec<i64> = lists.concat();
        assert!(all.iter().all(|call| (0..=NEWEST).contains(call)));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "one verdict would undo the other");
    }
}
