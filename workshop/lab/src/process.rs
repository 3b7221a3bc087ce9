//! Memory and processor time of a process and its descendants. Only Linux reports them.

use std::path::PathBuf;
use std::time::Duration;

/// The processor time of a process and its descendants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuTime {
    /// How long they ran.
    pub running: Duration,
    /// How long they were ready to run but had to wait for a processor.
    pub waiting: Duration,
}

impl CpuTime {
    /// Returns the time used since an earlier measurement.
    pub fn since(self, before: Self) -> Self {
        Self {
            running: self.running.saturating_sub(before.running),
            waiting: self.waiting.saturating_sub(before.waiting),
        }
    }

    /// Returns whether the process did not answer because the machine is busy: of the time `waited`, it had less than
    /// `patience` for itself, and it ran for less than an eighth of `patience`.
    pub fn is_starved(self, patience: Duration, waited: Duration) -> bool {
        waited.saturating_sub(self.waiting) < patience && self.running < patience / 8
    }
}

/// Returns the processor time of a process and its descendants.
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

/// Pins this thread to the first processor, and a process and its descendants to the others. If both shared one
/// processor they would take turns, and there would be no race. Does nothing if there is only one processor.
#[cfg(target_os = "linux")]
pub fn use_other_processor(pid: u32) {
    use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};

    let Ok(all) = sched_getaffinity(None) else { return };
    let Some(first) = (0..CpuSet::MAX_CPU).find(|cpu| all.is_set(*cpu)) else { return };
    let mut own = CpuSet::new();
    let mut others = all;
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

/// Does nothing: this system cannot pin threads to processors.
#[cfg(not(target_os = "linux"))]
pub fn use_other_processor(_: u32) {}

fn threads(pid: u32) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Returns a memory figure such as `VmRSS:` in bytes: the largest among a process and its descendants.
pub fn memory(pid: u32, what: &str) -> Option<u64> {
    family(pid).into_iter().filter_map(|pid| memory_of(pid, what)).max()
}

/// Returns a process and its descendants, as far as the system reports them.
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
    fn only_processes_that_waited_for_a_processor_are_starved() {
        let ms = Duration::from_millis;
        let spent = |running, waiting| CpuTime { running: ms(running), waiting: ms(waiting) };
        assert!(spent(1, 290).is_starved(ms(300), ms(300)));
        assert!(!spent(1, 0).is_starved(ms(300), ms(300)), "it slept");
        assert!(!spent(80, 220).is_starved(ms(300), ms(300)), "it worked");
        assert!(!spent(1, 290).is_starved(ms(300), ms(640)), "it had enough time later");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_and_time_of_this_process_are_reported() {
        assert!(memory(std::process::id(), "VmRSS:").unwrap() > 1 << 16);
        assert!(cpu_time(std::process::id()).running > Duration::ZERO);
    }
}
