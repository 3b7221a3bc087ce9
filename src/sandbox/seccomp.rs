//! seccomp: which system calls this process may make once every file is reached from a handle.
//!
//! Four rules:
//! - What this program never does is refused: running programs, connections, looking into other
//!   processes, mounts, name spaces, requests to devices, making symbolic links and device files.
//! - What names a file without a handle is refused: every call with `AT_FDCWD` for its directory, and
//!   every old call that takes no directory.
//! - Flags and modes that this program never uses are refused where the filter can see them: emptying
//!   a file, set-user, set-group and sticky bits. Only where the operator permits to write in place may an open file be
//!   shortened.
//! - A call that is newer than the tables answers `ENOSYS`.
//!
//! Where no grant is written to, every call that changes something is refused as well.
//!
//! A filter sees numbers, not memory. It cannot see a path, nor the flags and the mode of `openat2`,
//! which are in memory. From Linux 6.2 on, Landlock refuses to truncate a file whatever the call. Nothing
//! refuses a set-user file that `openat2` creates: see docs/threat-model.md.
//!
//! May import: `cap` (for rights). There is no list of allowed calls: it would break with every new
//! version of the C library and the runtime.

use std::collections::BTreeMap;

use libc as c;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::by_number::{ByNumber, Verdict};
use super::calls::{BY_HANDLE, BY_TWO_HANDLES, Changes, NEVER, NEWEST, OLD};
use super::wall::Wall;
use crate::cap::Grants;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;
type Failure = Box<dyn std::error::Error>;

#[cfg(target_arch = "x86_64")]
const HERE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const HERE: TargetArch = TargetArch::aarch64;

/// The set-user, set-group and sticky bits. Nothing that is made here gets one.
const SPECIAL_BITS: [c::c_int; 3] = [0o4000, 0o2000, 0o1000];

/// Flags of opens that nothing here uses: emptying a file, making one without a name, and signals.
const UNUSED_FLAGS: [c::c_int; 3] = [c::O_TRUNC, c::O_TMPFILE & !c::O_DIRECTORY, c::O_ASYNC];

/// Flags of opens that change something.
const WRITING_FLAGS: [c::c_int; 3] = [c::O_WRONLY, c::O_RDWR, c::O_CREAT];

/// What `fcntl` must not be asked for: it sends signals to other processes and watches directories.
const SIGNALS: [c::c_int; 5] = [c::F_SETOWN, F_SETSIG, F_SETOWN_EX, c::F_SETLEASE, c::F_NOTIFY];
const F_SETSIG: c::c_int = 10;
const F_SETOWN_EX: c::c_int = 15;

/// What `prctl` may be asked for: names of threads, and of memory. `PR_SET_DUMPABLE` and
/// `PR_SET_PTRACER` would let other processes look in again.
const NAMES: [c::c_int; 3] = [c::PR_SET_NAME, c::PR_GET_NAME, c::PR_SET_VMA];

/// Restricts all of the process.
pub(super) fn restrict(grants: &Grants) -> Wall {
    let changes = Changes::of(grants);
    let restricted =
        filter(changes).and_then(|filter| Ok(seccompiler::apply_filter_all_threads(&filter)?));
    match restricted {
        Ok(()) => {
            let refused = NEVER.len() + OLD.len() + changes.refused().count();
            Wall::Holds(format!("{refused} calls refused"))
        }
        Err(_) => Wall::Missing("the kernel, or the container's own filter, refused it".into()),
    }
}

fn filter(changes: Changes) -> Result<BpfProgram, Failure> {
    let judged = judged(changes != Changes::Nothing)?;
    let by_number = by_number(judged.keys().copied(), changes.refused());
    let by_arguments = SeccompFilter::new(
        judged,
        SeccompAction::Allow,
        SeccompAction::Errno(c::EPERM.cast_unsigned()),
        HERE,
    )?;
    let filter = by_number.and_then(by_arguments.try_into()?);
    Ok(filter.ok_or("more branches than a jump reaches over")?)
}

/// The calls that are judged by their arguments: each is refused if one of its rules fits.
fn judged(writes: bool) -> Result<Rules, Failure> {
    let mut judged = Rules::new();
    for call in BY_TWO_HANDLES {
        judged.insert(*call, vec![rule([is(0, c::AT_FDCWD)?])?, rule([is(2, c::AT_FDCWD)?])?]);
    }
    let has_flags = rule([is_not(4, 0)?])?;
    judged.entry(c::SYS_linkat).or_default().push(has_flags);
    judged.insert(c::SYS_openat, opens(writes)?);
    judged.insert(c::SYS_mkdirat, with_special_bits(2, vec![rule([is(0, c::AT_FDCWD)?])?])?);
    judged.insert(c::SYS_fchmod, with_special_bits(1, vec![])?);
    // A time is set through an open file, for which the path is null. A pointer has 64 bits.
    let has_path = SeccompCondition::new(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    judged.insert(c::SYS_utimensat, vec![rule([has_path])?]);
    // Only a thread may be cloned.
    let without_thread = SeccompCmpOp::MaskedEq(number(c::CLONE_THREAD));
    judged.insert(c::SYS_clone, vec![rule([condition(0, without_thread, 0)?])?]);
    judged.insert(c::SYS_socketpair, pairs()?);
    let signals = SIGNALS.map(|command| rule([is(1, command)?]));
    judged.insert(c::SYS_fcntl, signals.into_iter().collect::<Result<_, _>>()?);
    let is_no_name = NAMES.map(|option| is_not(0, option));
    judged
        .insert(c::SYS_prctl, vec![rule(is_no_name.into_iter().collect::<Result<Vec<_>, _>>()?)?]);
    // Signals go to the threads of this process only.
    let us = rustix::process::getpid().as_raw_nonzero().get();
    judged.insert(c::SYS_tgkill, vec![rule([is_not(0, us)?])?]);
    // Process 0 means this one.
    judged.insert(c::SYS_prlimit64, vec![rule([is_not(0, 0)?])?]);
    Ok(judged)
}

/// When `openat` is refused.
fn opens(writes: bool) -> Result<Vec<SeccompRule>, Failure> {
    let directory = 0;
    let flags = 2;
    let mode = 3;
    let mut rules = vec![rule([is(directory, c::AT_FDCWD)?])?];
    let refused = if writes { &[][..] } else { &WRITING_FLAGS };
    for flag in UNUSED_FLAGS.iter().chain(refused) {
        rules.push(rule([has(flags, *flag)?])?);
    }
    // Without `O_CREAT` the kernel does not look at the mode, so it may be anything.
    for bit in SPECIAL_BITS {
        rules.push(rule([has(flags, c::O_CREAT)?, has(mode, bit)?])?);
    }
    Ok(rules)
}

fn with_special_bits(mode: u8, mut rules: Vec<SeccompRule>) -> Result<Vec<SeccompRule>, Failure> {
    for bit in SPECIAL_BITS {
        rules.push(rule([has(mode, bit)?])?);
    }
    Ok(rules)
}

/// Two ends of a stream are connected to each other for good; the runtime hears of signals by such a
/// pair. Every other kind is refused: one end of a pair for datagrams can send to any path.
fn pairs() -> Result<Vec<SeccompRule>, Failure> {
    let mut pairs = vec![rule([is_not(0, c::AF_UNIX)?])?];
    for bit in [1, 2, 4, 8] {
        let not_as_in_stream = !number(c::SOCK_STREAM) & bit;
        pairs.push(rule([condition(1, SeccompCmpOp::MaskedEq(bit), not_as_in_stream)?])?);
    }
    Ok(pairs)
}

/// Calls that are refused whatever their arguments, calls that are `judged` by them, and calls that
/// do not exist: what is newer than [`NEWEST`], the second set of numbers that x86-64 has for 32-bit
/// programs (from 2^30 on), and `clone3`, which keeps its flags where a filter cannot look (the C
/// library uses `clone` instead).
fn by_number(judged: impl Iterator<Item = i64>, refused: impl Iterator<Item = i64>) -> ByNumber {
    let number = |call: i64| u32::try_from(call).unwrap_or(u32::MAX);
    let mut calls = ByNumber::up_to(number(NEWEST));
    for call in judged {
        calls.set(number(call), Verdict::Judged);
    }
    for call in BY_HANDLE {
        calls.set(number(*call), Verdict::NeedsHandle);
    }
    for call in NEVER.iter().chain(OLD).copied().chain(refused) {
        calls.set(number(call), Verdict::Refused);
    }
    calls.set(number(c::SYS_clone3), Verdict::Unknown);
    calls
}

/// Fits where all of the conditions do.
fn rule(conditions: impl Into<Vec<SeccompCondition>>) -> Result<SeccompRule, Failure> {
    Ok(SeccompRule::new(conditions.into())?)
}

fn is(argument: u8, value: c::c_int) -> Result<SeccompCondition, Failure> {
    condition(argument, SeccompCmpOp::Eq, number(value))
}

fn is_not(argument: u8, value: c::c_int) -> Result<SeccompCondition, Failure> {
    condition(argument, SeccompCmpOp::Ne, number(value))
}

/// Holds if this bit is set.
fn has(argument: u8, bit: c::c_int) -> Result<SeccompCondition, Failure> {
    condition(argument, SeccompCmpOp::MaskedEq(number(bit)), number(bit))
}

/// Compares the low half of an argument: the kernel does not look at the high half of an `int`, so a
/// caller may put anything there.
fn condition(argument: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompCondition, Failure> {
    Ok(SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)?)
}

fn number(value: c::c_int) -> u64 {
    u64::from(value.cast_unsigned())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the calls are made by another program")]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    /// What the kernel answers to these calls under a filter: an errno each, or 0.
    ///
    /// They are made by a program in C, since a call by number takes `unsafe`.
    fn errnos(filter: Option<&BpfProgram>, calls: &[(i64, Vec<i64>)]) -> Vec<i32> {
        let temp = tempfile::tempdir().unwrap();
        let [program, bytes] = ["calls", "filter"].map(|name| temp.path().join(name));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/calls.c");
        // Building Rust takes a C compiler: it links.
        let mut compiler = Command::new("cc");
        let compiled = compiler.args(["-O1", "-Wall", "-o"]).arg(&program).arg(source).status();
        assert!(compiled.unwrap().success());
        let steps = filter.into_iter().flatten().flat_map(|step| {
            let [jumps, code] = [[step.jt, step.jf], step.code.to_ne_bytes()];
            [code, jumps].concat().into_iter().chain(step.k.to_ne_bytes())
        });
        std::fs::write(&bytes, steps.collect::<Vec<u8>>()).unwrap();
        let mut child = Command::new(program)
            .arg(if filter.is_some() { bytes.as_os_str() } else { "-".as_ref() })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = calls.iter().map(|(call, arguments)| {
            // What is not said is -1: no directory, no process, no memory.
            let all = arguments.iter().copied().chain(std::iter::repeat(-1)).take(6);
            let words: Vec<String> =
                std::iter::once(*call).chain(all).map(|word| word.to_string()).collect();
            words.join(" ") + "\n"
        });
        child.stdin.take().unwrap().write_all(lines.collect::<String>().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let answers = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<i32> = answers.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(answers.len(), calls.len());
        answers
    }

    /// Those of the calls that the kernel does not refuse.
    fn not_refused(
        filter: Option<&BpfProgram>,
        calls: Vec<(i64, Vec<i64>)>,
    ) -> Vec<(i64, Vec<i64>)> {
        let errnos = errnos(filter, &calls);
        let others = calls.into_iter().zip(errnos).filter(|(_, errno)| *errno != c::EPERM);
        others.map(|(call, _)| call).collect()
    }

    const CWD: i64 = c::AT_FDCWD as i64;

    #[test]
    fn the_kernel_refuses_every_call_of_the_tables() {
        for changes in [Changes::Whole, Changes::InPlace, Changes::Nothing] {
            let filter = filter(changes).unwrap();
            let plain = NEVER.iter().chain(OLD).copied().chain(changes.refused());
            let plain = plain.map(|call| (call, vec![]));
            let by_handle =
                BY_HANDLE.iter().chain(BY_TWO_HANDLES).chain(&[c::SYS_openat, c::SYS_mkdirat]);
            let by_handle = by_handle.map(|call| (*call, vec![CWD]));
            let second = BY_TWO_HANDLES.iter().map(|call| (*call, vec![-1, -1, CWD]));
            let calls = plain.chain(by_handle).chain(second).collect();
            assert_eq!(not_refused(Some(&filter), calls), [], "{changes:?}");
        }
        // Without the filter the kernel has other answers to the same calls.
        let some = [c::SYS_ioctl, c::SYS_chdir, c::SYS_statfs, c::SYS_socket, c::SYS_mkdirat];
        let calls = some.map(|call| (call, vec![]));
        assert_eq!(not_refused(None, calls.into()).len(), some.len());
    }

    #[test]
    fn the_kernel_judges_arguments() {
        let [trunc, creat, other] = [c::O_TRUNC, c::O_CREAT, c::O_NOFOLLOW].map(i64::from);
        let high = 1 << 32;
        let us = i64::from(std::process::id());
        let set_owner_and_signal = i64::from(c::O_ASYNC | c::O_RDWR);
        let refused = vec![
            (c::SYS_openat, vec![CWD & 0xFFFF_FFFF]),
            (c::SYS_openat, vec![-1, -1, trunc | 1, 0]),
            (c::SYS_openat, vec![-1, -1, trunc | 1 | high, 0]),
            (c::SYS_openat, vec![-1, -1, i64::from(c::O_TMPFILE) | 2, 0o600]),
            (c::SYS_openat, vec![-1, -1, set_owner_and_signal, 0]),
            (c::SYS_openat, vec![-1, -1, creat | 1, 0o4755]),
            (c::SYS_openat, vec![-1, -1, creat | 1, 0o2755]),
            (c::SYS_openat, vec![-1, -1, creat | 1, 0o1755]),
            (c::SYS_openat, vec![-1, -1, creat | 1, 0o4755 | high]),
            (c::SYS_mkdirat, vec![-1, -1, 0o3777]),
            (c::SYS_mkdirat, vec![-1, -1, 0o2755]),
            (c::SYS_fchmod, vec![-1, 0o4755]),
            (c::SYS_renameat2, vec![-1, -1, CWD, -1, 0]),
            (c::SYS_linkat, vec![-1, -1, CWD, -1, 0]),
            (c::SYS_linkat, vec![-1, -1, -1, -1, i64::from(c::AT_EMPTY_PATH)]),
            (c::SYS_linkat, vec![-1, -1, -1, -1, i64::from(c::AT_SYMLINK_FOLLOW)]),
            (c::SYS_ftruncate, vec![-1, 0]),
            (c::SYS_utimensat, vec![-1, -1, 0, 0]),
            (c::SYS_clone, vec![0, 0]),
            (c::SYS_tgkill, vec![1, 1, 0]),
            (c::SYS_prlimit64, vec![1]),
            (c::SYS_ioctl, vec![2, 0x5412]),
            (c::SYS_ioctl, vec![2, 0x5412 | high]),
            (c::SYS_fcntl, vec![-1, i64::from(c::F_SETOWN), us]),
            (c::SYS_fcntl, vec![-1, i64::from(c::F_NOTIFY), 1]),
            (c::SYS_prctl, vec![i64::from(c::PR_SET_DUMPABLE), 1]),
            (c::SYS_prctl, vec![i64::from(c::PR_SET_PTRACER), 1]),
            (c::SYS_socketpair, vec![i64::from(c::AF_UNIX), i64::from(c::SOCK_DGRAM), 0]),
            (c::SYS_socketpair, vec![i64::from(c::AF_INET), i64::from(c::SOCK_STREAM), 0]),
        ];
        let allowed = vec![
            (c::SYS_openat, vec![-1, -1, creat | other | 1, 0o644]),
            // Without `O_CREAT` the mode means nothing, and callers leave anything there.
            (c::SYS_openat, vec![-1, -1, other, 0o7777]),
            (c::SYS_mkdirat, vec![-1, -1, 0o755]),
            (c::SYS_fchmod, vec![-1, 0o755]),
            (c::SYS_renameat2, vec![-1, -1, -1, -1, 0]),
            (c::SYS_linkat, vec![-1, -1, -1, -1, 0]),
            (c::SYS_utimensat, vec![-1, 0, -1, 0]),
            (c::SYS_fcntl, vec![-1, i64::from(c::F_DUPFD_CLOEXEC), 0]),
            (c::SYS_prctl, vec![i64::from(c::PR_GET_NAME)]),
            (c::SYS_socketpair, vec![i64::from(c::AF_UNIX), i64::from(c::SOCK_STREAM), 0]),
        ];
        let whole = filter(Changes::Whole).unwrap();
        assert_eq!(not_refused(Some(&whole), refused.clone()), []);
        assert_eq!(not_refused(Some(&whole), allowed.clone()), allowed);
        // Permission to write in place lets an open file be shortened, and nothing else.
        let in_place = filter(Changes::InPlace).unwrap();
        let shortened = not_refused(Some(&in_place), refused);
        assert_eq!(shortened, [(c::SYS_ftruncate, vec![-1, 0])]);
        assert_eq!(not_refused(Some(&in_place), allowed.clone()), allowed);
    }

    #[test]
    fn nothing_is_opened_for_writing_where_nothing_is_written() {
        let writing = || {
            let open = |flag: &c::c_int| (c::SYS_openat, vec![-1, -1, i64::from(*flag), 0]);
            WRITING_FLAGS.iter().map(open).collect::<Vec<_>>()
        };
        assert_eq!(not_refused(Some(&filter(Changes::Nothing).unwrap()), writing()), []);
        assert_eq!(not_refused(Some(&filter(Changes::Whole).unwrap()), writing()).len(), 3);
        let reading = vec![(c::SYS_openat, vec![-1, -1, i64::from(c::O_NOFOLLOW), 0])];
        assert_eq!(not_refused(Some(&filter(Changes::Nothing).unwrap()), reading).len(), 1);
    }

    #[test]
    fn calls_newer_than_the_tables_do_not_exist() {
        let calls = by_number(std::iter::empty(), std::iter::empty());
        let number = |call: i64| u32::try_from(call).unwrap();
        let newest = number(NEWEST);
        let clone3 = number(c::SYS_clone3);
        for call in [number(c::SYS_read), clone3 + 1, newest] {
            assert_eq!(calls.verdict(call), Verdict::Allowed, "{call}");
        }
        for call in [clone3, newest + 1, 1 << 30, (1 << 30) + 257, u32::MAX] {
            assert_eq!(calls.verdict(call), Verdict::Unknown, "{call}");
        }
        let newer = [c::SYS_clone3, NEWEST + 1, 1 << 30].map(|call| (call, vec![]));
        assert_eq!(errnos(Some(&filter(Changes::Whole).unwrap()), &newer), [c::ENOSYS; 3]);
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
