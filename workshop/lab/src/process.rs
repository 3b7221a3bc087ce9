//! What the system tells of a process and those that it started: memory, and what it had of the processors.
//! Linux tells; elsewhere there is nothing to say.
//!
//! May import: nothing of the lab.

use std::path::PathBuf;
use std::time::Duration;

/// What a process has had of the processors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuTime {
    /// It ran for so long.
    pub running: Duration,
    /// It could have run, and had to wait for so long.
    pub waiting: Duration,
}

impl CpuTime {
    /// What came since.
    pub fn since(self, before: Self) -> Self {
        Self {
            running: self.running.saturating_sub(before.running),
            waiting: self.waiting.saturating_sub(before.waiting),
        }
    }

    /// Who waited for a processor is no more to blame than who was not asked: of `waited`, did it have less than
    /// `patience` for itself? Who ran for an eighth of that needs no excuse.
    pub fn is_starved(self, patience: Duration, waited: Duration) -> bool {
        waited.saturating_sub(self.waiting) < patience && self.running < patience / 8
    }
}

/// What a process and those that it started have had of the processors.
pub fn cpu_time(pid: u32) -> CpuTime {
    let mut all = CpuTime::default();
    for thread in family(pid).into_iter().flat_map(threads) {
        let text = std::fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
        let mut numbers = text.split_whitespace().flat_map(str::parse).map(Duration::from_nanos);
        all.running += numbers.next().unwrap_or_default();
        all.waiting += numbers.next().unwrap_or_default();
    }
    all
}

/// Gives the first processor to this thread, and the others to a process and those that it started: two that share
/// one would take turns, and then there is no race. Where there is but one, or no such call, nothing happens.
#[cfg(target_os = "linux")]
pub fn use_other_processor(pid: u32) {
    use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};

    let Ok(all) = sched_getaffinity(None) else { return };
    let Some(first) = (0..CpuSet::MAX_CPU).find(|cpu| all.is_set(*cpu)) else { return };
    let (mut own, mut others) = (CpuSet::new(), all);
    own.set(first);
    others.unset(first);
    if others.count() == 0 || sched_setaffinity(None, &own).is_err() {
        return;
    }
    for thread in family(pid).into_iter().flat_map(threads) {
        let number = thread.file_name().and_then(|name| name.to_str()?.parse().ok());
        if let Some(number) = number.and_then(Pid::from_raw) {
            let _ = sched_setaffinity(Some(number), &others);
        }
    }
}

/// There is no such call.
#[cfg(not(target_os = "linux"))]
pub fn use_other_processor(_: u32) {}

fn threads(pid: u32) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// A line of the memory of a process, such as `VmRSS:`, in bytes: of the largest, if it started others.
pub fn memory(pid: u32, what: &str) -> Option<u64> {
    family(pid).into_iter().filter_map(|pid| memory_of(pid, what)).max()
}

/// A process and those that it started, as far as the system tells.
fn family(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let mut at = 0;
    while let Some(pid) = all.get(at) {
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        all.extend(children.unwrap_or_default().split_whitespace().flat_map(str::parse::<u32>));
        at += 1;
    }
    all
}

fn memory_of(pid: u32, what: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(what))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_had_to_wait_is_excused_and_who_ran_is_not() {
        let ms = Duration::from_millis;
        let spent = |running, waiting| CpuTime { running: ms(running), waiting: ms(waiting) };
        assert!(spent(1, 290).is_starved(ms(300), ms(300)));
        assert!(!spent(1, 0).is_starved(ms(300), ms(300)), "it slept");
        assert!(!spent(80, 220).is_starved(ms(300), ms(300)), "it worked");
        assert!(!spent(1, 290).is_starved(ms(300), ms(640)), "it had its time since");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_tells_of_this_process() {
        assert!(memory(std::process::id(), "VmRSS:").unwrap() > 1 << 16);
        assert!(cpu_time(std::process::id()).running > Duration::ZERO);
    }
}
