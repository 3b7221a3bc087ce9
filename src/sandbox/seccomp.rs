//! seccomp: which system calls there are, once every file is reached from a handle.
//!
//! Three rules. What this program never does is refused: running programs, connections, looking into
//! other processes, mounts, name spaces, loading code into the kernel, making links and device files,
//! and changing modes, owners and attributes by path. What names a file without a handle is refused:
//! every call with `AT_FDCWD` for its directory, and every old call that has none. And what is newer
//! than this list does not exist, so that a kernel that learns a new way in does not open it.
//!
//! May import: nothing of this crate. Absent on purpose: a list of what is allowed. It would depend on
//! the C library's and the runtime's taste of the day.

use std::collections::BTreeMap;

use libc as c;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

use super::{Wall, Whom};

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
    c::SYS_mq_open,
    c::SYS_shmget,
    c::SYS_shmat,
    c::SYS_msgget,
    c::SYS_semget,
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
    c::SYS_fork,
    c::SYS_vfork,
    c::SYS_iopl,
    c::SYS_ioperm,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[i64] = &[];

/// Refused with `AT_FDCWD` for the directory, which is this argument of theirs.
const BY_HANDLE: &[(i64, u8)] = &[
    (c::SYS_openat, 0),
    (c::SYS_openat2, 0),
    (c::SYS_newfstatat, 0),
    (c::SYS_statx, 0),
    (c::SYS_readlinkat, 0),
    (c::SYS_unlinkat, 0),
    (c::SYS_mkdirat, 0),
    (c::SYS_faccessat, 0),
    (c::SYS_faccessat2, 0),
    (c::SYS_renameat, 0),
    (c::SYS_renameat, 2),
    (c::SYS_renameat2, 0),
    (c::SYS_renameat2, 2),
];

/// Restricts the calling thread, or all of the process.
pub(super) fn restrict(whom: Whom) -> Wall {
    match filters().and_then(|[known, refused]| {
        // The second filter still lets the first one be asked for.
        apply(whom, &known)?;
        apply(whom, &refused)
    }) {
        Ok(()) => Wall::Holds(format!("{} calls refused", NEVER.len() + OLD.len())),
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

fn filters() -> Result<[BpfProgram; 2], Failure> {
    let mut refused: Rules = NEVER.iter().chain(OLD).map(|call| (*call, vec![])).collect();
    for (call, argument) in BY_HANDLE {
        let cwd = u64::from(c::AT_FDCWD.cast_unsigned());
        let rule = rule(*argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, cwd)?;
        refused.entry(*call).or_default().push(rule);
    }
    // A time is set through an open file, whose path is null.
    let by_path = rule(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    refused.insert(c::SYS_utimensat, vec![by_path]);
    // A new thread is the one thing that may be cloned.
    let thread = u64::from(c::CLONE_THREAD.cast_unsigned());
    let process = rule(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?;
    refused.insert(c::SYS_clone, vec![process]);
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
    refused.insert(c::SYS_socketpair, pairs);
    // Signals to the threads of this process alone.
    let us = u64::from(rustix::process::getpid().as_raw_nonzero().get().cast_unsigned());
    let others = rule(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, us)?;
    refused.insert(c::SYS_tgkill, vec![others]);
    // The limits of this process are process 0's.
    let others_limits = rule(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?;
    refused.insert(c::SYS_prlimit64, vec![others_limits]);

    let refused = SeccompFilter::new(
        refused,
        SeccompAction::Allow,
        SeccompAction::Errno(c::EPERM.cast_unsigned()),
        HERE,
    )?;
    Ok([known(), refused.try_into()?])
}

/// Calls that are not known do not exist: what is newer than [`NEWEST`], the second set of numbers that
/// x86-64 has for 32-bit programs, and `clone3`, which keeps its flags where a filter cannot look (the
/// C library uses `clone` instead). Written out, because it compares ranges and the compiler of rules
/// does not: a rule for each number took a millisecond to load.
fn known() -> BpfProgram {
    let step = |code: u32, jt, jf, k| sock_filter {
        code: u16::try_from(code).unwrap_or(u16::MAX),
        jt,
        jf,
        k,
    };
    let number = |call: i64| u32::try_from(call).unwrap_or(u32::MAX);
    vec![
        // The number of the call is what `seccomp_data` begins with.
        step(c::BPF_LD | c::BPF_W | c::BPF_ABS, 0, 0, 0),
        step(c::BPF_JMP | c::BPF_JGT | c::BPF_K, 2, 0, number(NEWEST)),
        step(c::BPF_JMP | c::BPF_JEQ | c::BPF_K, 1, 0, number(c::SYS_clone3)),
        step(c::BPF_RET | c::BPF_K, 0, 0, c::SECCOMP_RET_ALLOW),
        step(c::BPF_RET | c::BPF_K, 0, 0, c::SECCOMP_RET_ERRNO | c::ENOSYS.cast_unsigned()),
    ]
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

    /// What the kernel would make of the short program for a call of this number.
    fn run(program: &[sock_filter], number: u32) -> u32 {
        let (mut at, mut loaded) = (0, 0);
        loop {
            let step = &program[at];
            let jump = |taken: bool| usize::from(if taken { step.jt } else { step.jf });
            at += 1;
            match u32::from(step.code) {
                code if code == c::BPF_LD | c::BPF_W | c::BPF_ABS => loaded = number,
                code if code == c::BPF_JMP | c::BPF_JGT | c::BPF_K => at += jump(loaded > step.k),
                code if code == c::BPF_JMP | c::BPF_JEQ | c::BPF_K => at += jump(loaded == step.k),
                code if code == c::BPF_RET | c::BPF_K => return step.k,
                code => panic!("instruction {code}"),
            }
        }
    }

    #[test]
    fn what_is_newer_than_the_list_does_not_exist() {
        let program = known();
        let clone3 = u32::try_from(c::SYS_clone3).unwrap();
        let newest = u32::try_from(NEWEST).unwrap();
        for call in [0, clone3 - 1, clone3 + 1, newest] {
            assert_eq!(run(&program, call), c::SECCOMP_RET_ALLOW, "{call}");
        }
        // The numbers for 32-bit programs on x86-64 begin at 2^30.
        for call in [clone3, newest + 1, 1 << 30, (1 << 30) + 257, u32::MAX] {
            assert_ne!(run(&program, call), c::SECCOMP_RET_ALLOW, "{call}");
        }
    }

    #[test]
    fn no_call_is_listed_twice_or_unknown() {
        let mut all: Vec<i64> = NEVER.iter().chain(OLD).copied().collect();
        all.extend(
            BY_HANDLE.iter().map(|(call, _)| *call).collect::<std::collections::BTreeSet<_>>(),
        );
        assert!(all.iter().all(|call| (0..=NEWEST).contains(call)));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "a rule for all arguments would be undone by one for some");
    }
}
