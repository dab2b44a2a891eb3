//! What the system says about a process: its memory, its descriptors.

use std::fs;

/// A process by its number.
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Memory that is really there, in KiB, without the pages of the program itself.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// How many descriptors are open.
    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.0)).unwrap().count()
    }
}
