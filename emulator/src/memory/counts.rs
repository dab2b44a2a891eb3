//! Counters: the requests to each path, and how often something happened in a scenario.

use std::collections::HashMap;

use super::expiring::Expiring;

/// Counting stops at this many different paths, so that a scanner does not fill the memory.
const PATHS: usize = 1000;

/// How many requests each path has received.
#[derive(Default)]
pub(crate) struct RequestCounts {
    by_path: HashMap<String, u64>,
}

impl RequestCounts {
    /// Counts one more request to `path`.
    pub(crate) fn add(&mut self, path: &str) {
        if let Some(count) = self.by_path.get_mut(path) {
            *count = count.saturating_add(1);
        } else if self.by_path.len() < PATHS {
            self.by_path.insert(path.to_owned(), 1);
        }
    }

    /// The count of `path`.
    pub(crate) fn of(&self, path: &str) -> u64 {
        self.by_path.get(path).copied().unwrap_or_default()
    }
}

/// Counts of a scenario are forgotten after a day, like access tokens.
const LIFETIME: u64 = 24 * 60 * 60;
/// The most counts of scenarios that are kept.
const MOST: usize = 10_000;

/// How often something happened in a scenario, for one access token or one client.
pub(crate) struct Tally {
    counts: Expiring<u32>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: Expiring::new(LIFETIME, MOST) }
    }
}

impl Tally {
    /// Counts one more, and returns the count.
    pub(crate) fn count(&mut self, now: u64, scenario: &str, owner: &str) -> u32 {
        // No name of a scenario has a slash, so no two pairs make the same text.
        let key = format!("{scenario}/{owner}");
        if let Some((count, _)) = self.counts.get_mut(now, &key) {
            *count = count.saturating_add(1);
            return *count;
        }
        self.counts.insert(now, key, 1);
        1
    }
}
