//! [`ByNumber`]: a filter that looks at the number of a call, as a tree of comparisons.
//!
//! Written out here, because the compiler of rules makes one comparison after the other. The kernel
//! compiles a filter, and tries it with every number there is, while the program waits to start: a
//! hundred rules in a row took most of the time that a start takes.
//!
//! May import: nothing of this crate. It does not look at arguments, except for the one check
//! that most calls need.

use std::collections::BTreeMap;

use libc as c;
use seccompiler::{BpfProgram, sock_filter};

/// Programs for this architecture, as the kernel calls it. Others have other numbers.
#[cfg(target_arch = "x86_64")]
const HERE: u32 = 0xC000_003E;
#[cfg(target_arch = "aarch64")]
const HERE: u32 = 0xC000_00B7;

/// Where in `seccomp_data` the number of the call stands, the architecture, and the lower half of the
/// first argument.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It happens.
    Allowed,
    /// It is not permitted.
    Refused,
    /// It does not exist.
    Unknown,
    /// It is refused if its first argument is `AT_FDCWD`, which is not a handle.
    NeedsHandle,
    /// Another program judges it.
    Judged,
}

/// From each of these numbers on, up to the next one, calls get this verdict.
pub(super) struct ByNumber(BTreeMap<u32, Verdict>);

impl ByNumber {
    /// Every call up to `newest` is allowed; what is above does not exist.
    pub(super) fn up_to(newest: u32) -> Self {
        Self([(0, Verdict::Allowed), (newest.saturating_add(1), Verdict::Unknown)].into())
    }

    /// Says what becomes of one call.
    pub(super) fn set(&mut self, call: u32, verdict: Verdict) {
        let behind = call.saturating_add(1);
        let rest = self.verdict(behind);
        self.0.insert(call, verdict);
        self.0.insert(behind, rest);
    }

    /// What becomes of a call.
    pub(super) fn verdict(&self, call: u32) -> Verdict {
        self.0.range(..=call).next_back().map_or(Verdict::Allowed, |(_, verdict)| *verdict)
    }

    /// The program, followed by the one that judges the rest; `None` if there are more branches
    /// than a jump reaches over.
    pub(super) fn and_then(&self, other: BpfProgram) -> Option<BpfProgram> {
        let mut points: Vec<(u32, Verdict)> = self.0.iter().map(|(n, v)| (*n, *v)).collect();
        points.dedup_by_key(|(_, verdict)| *verdict);
        let mut tree = vec![];
        branch(&points, &mut tree);
        let mut program = vec![
            load(ARCHITECTURE),
            step(c::BPF_JMP | c::BPF_JEQ, 1, 0, HERE),
            give(c::SECCOMP_RET_KILL_PROCESS),
            load(NUMBER),
        ];
        // Jumps only go forwards: the branches come first, then the ends that all share.
        let ends = tree.len();
        for (at, Branch { first, below, from }) in tree.iter().enumerate() {
            let over = |target: &Target| u8::try_from(target.place(ends) - at - 1).ok();
            program.push(step(c::BPF_JMP | c::BPF_JGE, over(from)?, over(below)?, *first));
        }
        program.extend([
            load(FIRST_ARGUMENT),
            step(c::BPF_JMP | c::BPF_JEQ, 0, 1, c::AT_FDCWD.cast_unsigned()),
            give(c::SECCOMP_RET_ERRNO | c::EPERM.cast_unsigned()),
            give(c::SECCOMP_RET_ALLOW),
            give(c::SECCOMP_RET_ERRNO | c::ENOSYS.cast_unsigned()),
        ]);
        program.extend(other);
        Some(program)
    }
}

/// A comparison, and where it leads.
struct Branch {
    first: u32,
    below: Target,
    from: Target,
}

#[derive(Clone, Copy)]
enum Target {
    Branch(usize),
    End(Verdict),
}

impl Target {
    /// Where it stands, counted from the first branch; the ends begin at `ends`.
    fn place(self, ends: usize) -> usize {
        match self {
            Self::Branch(at) => at,
            Self::End(Verdict::NeedsHandle) => ends,
            Self::End(Verdict::Refused) => ends + 2,
            Self::End(Verdict::Allowed) => ends + 3,
            Self::End(Verdict::Unknown) => ends + 4,
            Self::End(Verdict::Judged) => ends + 5,
        }
    }
}

/// Halves the points by one comparison, and each half again.
fn branch(points: &[(u32, Verdict)], tree: &mut Vec<Branch>) -> Target {
    let (low, high) = points.split_at(points.len() / 2);
    let (first, verdict) = high.first().copied().unwrap_or((0, Verdict::Allowed));
    if low.is_empty() {
        return Target::End(verdict);
    }
    let at = tree.len();
    let unknown = Target::End(Verdict::Unknown);
    tree.push(Branch { first, below: unknown, from: unknown });
    let below = branch(low, tree);
    let from = branch(high, tree);
    if let Some(branch) = tree.get_mut(at) {
        (branch.below, branch.from) = (below, from);
    }
    Target::Branch(at)
}

fn load(at: u32) -> sock_filter {
    step(c::BPF_LD | c::BPF_W | c::BPF_ABS, 0, 0, at)
}

fn give(result: u32) -> sock_filter {
    step(c::BPF_RET | c::BPF_K, 0, 0, result)
}

/// An instruction; a comparison jumps over `jt` others if it is true, and over `jf` if not.
fn step(code: u32, jt: u8, jf: u8, k: u32) -> sock_filter {
    sock_filter { code: u16::try_from(code).unwrap_or(u16::MAX), jt, jf, k }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What another program would say.
    const JUDGED: u32 = 7;

    /// What the kernel would make of a program, and in how many steps.
    fn run(program: &[sock_filter], call: u32, architecture: u32, argument: i32) -> (u32, usize) {
        let mut at = 0;
        let mut loaded = 0;
        let mut steps = 0;
        loop {
            steps += 1;
            let step = &program[at];
            let jump = |taken: bool| usize::from(if taken { step.jt } else { step.jf });
            at += 1;
            match u32::from(step.code) {
                code if code == c::BPF_LD | c::BPF_W | c::BPF_ABS => {
                    loaded = match step.k {
                        NUMBER => call,
                        ARCHITECTURE => architecture,
                        FIRST_ARGUMENT => argument.cast_unsigned(),
                        other => panic!("there is nothing at {other}"),
                    };
                }
                code if code == c::BPF_JMP | c::BPF_JEQ => at += jump(loaded == step.k),
                code if code == c::BPF_JMP | c::BPF_JGE => at += jump(loaded >= step.k),
                code if code == c::BPF_RET | c::BPF_K => return (step.k, steps),
                code => panic!("instruction {code}"),
            }
        }
    }

    #[test]
    fn the_program_says_what_the_table_says() {
        let mut table = ByNumber::up_to(462);
        for call in [0, 1, 7, 101, 461, 462] {
            table.set(call, Verdict::Refused);
        }
        table.set(100, Verdict::Unknown);
        table.set(8, Verdict::Judged);
        table.set(257, Verdict::NeedsHandle);
        let program = table.and_then(vec![give(JUDGED)]).unwrap();
        for call in (0..500).chain([1 << 30, (1 << 30) + 257, u32::MAX]) {
            let [eperm, enosys] =
                [c::EPERM, c::ENOSYS].map(|e| c::SECCOMP_RET_ERRNO + e.cast_unsigned());
            for argument in [0, 3, c::AT_FDCWD] {
                let want = match call {
                    0 | 1 | 7 | 101 | 461 | 462 => eperm,
                    257 if argument == c::AT_FDCWD => eperm,
                    100 | 463.. => enosys,
                    8 => JUDGED,
                    _ => c::SECCOMP_RET_ALLOW,
                };
                let (result, steps) = run(&program, call, HERE, argument);
                assert_eq!(result, want, "{call} of {argument}");
                assert!(steps <= 11, "{steps} steps for {call}");
            }
            assert_eq!(run(&program, call, HERE + 1, 0).0, c::SECCOMP_RET_KILL_PROCESS);
        }
    }

    #[test]
    fn a_table_that_is_too_large_is_no_program() {
        let mut table = ByNumber::up_to(10_000);
        (0..5_000).for_each(|call| table.set(call * 2, Verdict::Judged));
        assert!(table.and_then(vec![]).is_none());
    }
}
