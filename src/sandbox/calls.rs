//! The tables of system calls that the filter refuses.
//!
//! They list what this program never does, so a new version of the C library or of the runtime does
//! not break it. This module does not know how a filter is built.

use libc as c;

use crate::cap::{Grants, Rights};

/// The newest call that this program knows: `mseal`, of Linux 6.10. Calls with a higher number
/// answer `ENOSYS`, so a kernel that learns a new way to reach files does not open it here.
pub(super) const NEWEST: i64 = 462;

// `libc` does not have these yet. Their numbers are the same on every architecture.
const SYS_FCHMODAT2: i64 = 452;
const SYS_STATMOUNT: i64 = 457;
const SYS_LISTMOUNT: i64 = 458;
const SYS_LSM_SET_SELF_ATTR: i64 = 460;

/// What the grants let be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    Nothing,
    /// Files are replaced, and never changed where they lie.
    Whole,
    /// They are also written where they lie, and shortened.
    InPlace,
}

impl Changes {
    pub(super) fn of(grants: &Grants) -> Self {
        match (grants.rights().contains(Rights::WRITE), grants.may_write_in_place()) {
            (false, _) => Self::Nothing,
            (true, false) => Self::Whole,
            (true, true) => Self::InPlace,
        }
    }

    /// The calls that are refused besides those that always are.
    pub(super) fn refused(self) -> impl Iterator<Item = i64> {
        let nothing = self == Self::Nothing;
        let whole = self != Self::InPlace;
        let changes = CHANGES.iter().filter(move |_| nothing);
        changes.chain(SHORTENS.iter().filter(move |_| whole)).copied()
    }
}

/// Refused whatever the arguments, on every architecture.
pub(super) const NEVER: &[i64] = &[
    // Run another program, or become another user.
    c::SYS_execve,
    c::SYS_execveat,
    c::SYS_personality,
    c::SYS_setuid,
    c::SYS_setgid,
    c::SYS_setreuid,
    c::SYS_setregid,
    c::SYS_setresuid,
    c::SYS_setresgid,
    c::SYS_setfsuid,
    c::SYS_setfsgid,
    c::SYS_setgroups,
    c::SYS_capset,
    SYS_LSM_SET_SELF_ATTR,
    // Change what the root directory, the working directory or a name space is.
    c::SYS_setns,
    c::SYS_unshare,
    c::SYS_chroot,
    c::SYS_pivot_root,
    c::SYS_chdir,
    c::SYS_fchdir,
    // Talk to anyone but the client.
    c::SYS_socket,
    c::SYS_connect,
    c::SYS_bind,
    c::SYS_listen,
    c::SYS_accept,
    c::SYS_accept4,
    // Control a device or a terminal. `TIOCSTI` types into the user's shell, and `FICLONE` overwrites
    // a file. Nothing here needs any request.
    c::SYS_ioctl,
    c::SYS_vhangup,
    // Look into other processes, stop them or slow them down.
    c::SYS_ptrace,
    c::SYS_process_vm_readv,
    c::SYS_process_vm_writev,
    c::SYS_process_madvise,
    c::SYS_process_mrelease,
    c::SYS_pidfd_open,
    c::SYS_pidfd_getfd,
    c::SYS_pidfd_send_signal,
    c::SYS_kcmp,
    c::SYS_get_robust_list,
    c::SYS_kill,
    c::SYS_tkill,
    c::SYS_rt_sigqueueinfo,
    c::SYS_rt_tgsigqueueinfo,
    c::SYS_setpriority,
    c::SYS_ioprio_set,
    c::SYS_sched_setaffinity,
    c::SYS_sched_setattr,
    c::SYS_sched_setparam,
    c::SYS_sched_setscheduler,
    c::SYS_migrate_pages,
    c::SYS_move_pages,
    // Share memory, queues or semaphores with other processes.
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
    c::SYS_semtimedop,
    c::SYS_semctl,
    // Change mounts, or list them.
    c::SYS_mount,
    c::SYS_umount2,
    c::SYS_move_mount,
    c::SYS_open_tree,
    c::SYS_fsopen,
    c::SYS_fsconfig,
    c::SYS_fsmount,
    c::SYS_fspick,
    c::SYS_mount_setattr,
    SYS_STATMOUNT,
    SYS_LISTMOUNT,
    c::SYS_swapon,
    c::SYS_swapoff,
    // Reach files by other names than paths, or make calls in other ways than calls.
    c::SYS_open_by_handle_at,
    c::SYS_name_to_handle_at,
    c::SYS_lookup_dcookie,
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
    // Reach into the kernel.
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
    // Make symbolic links and device files.
    c::SYS_symlinkat,
    c::SYS_mknodat,
    // Change by path what Landlock does not cover.
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
    // Take a path, with no place for a handle.
    c::SYS_truncate,
    c::SYS_statfs,
    // Change contents in place. New contents are written to another file, which is then renamed.
    c::SYS_fallocate,
    c::SYS_copy_file_range,
    c::SYS_fremovexattr,
];

/// Refused as well where no grant is written to.
const CHANGES: &[i64] = &[
    c::SYS_mkdirat,
    c::SYS_unlinkat,
    c::SYS_renameat,
    c::SYS_renameat2,
    c::SYS_linkat,
    c::SYS_fchmod,
    c::SYS_fchown,
    c::SYS_fsetxattr,
    c::SYS_utimensat,
    c::SYS_flock,
    c::SYS_syncfs,
];

/// Refused as well unless the operator permits to write files in place.
const SHORTENS: &[i64] = &[c::SYS_ftruncate];

/// The old calls that take a path and no handle, and old ways to do what [`NEVER`] lists. Newer
/// architectures never had them.
#[cfg(target_arch = "x86_64")]
pub(super) const OLD: &[i64] = &[
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
    c::SYS_modify_ldt,
];
#[cfg(not(target_arch = "x86_64"))]
pub(super) const OLD: &[i64] = &[];

/// Refused with `AT_FDCWD` for the directory, which is their first argument. So are `openat` and
/// `mkdirat`, whose flags and modes are judged as well.
pub(super) const BY_HANDLE: &[i64] = &[
    c::SYS_openat2,
    c::SYS_newfstatat,
    c::SYS_statx,
    c::SYS_readlinkat,
    c::SYS_unlinkat,
    c::SYS_faccessat,
    c::SYS_faccessat2,
];

/// Refused with `AT_FDCWD` for either directory. A second name is how something is renamed without replacing anything
/// where the file system has no such rename; it gets no flags.
pub(super) const BY_TWO_HANDLES: &[i64] = &[c::SYS_renameat, c::SYS_renameat2, c::SYS_linkat];
