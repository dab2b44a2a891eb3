//! How often something happened in a scenario, to one access token or one client.

use crate::memory::expiring::Expiring;

/// What is counted is forgotten after a day, when every access token is.
const LIFETIME: u64 = 24 * 60 * 60;
/// So many counts are kept, the latest.
const MOST: usize = 10_000;

/// Counts by scenario and owner.
pub(crate) struct Tally {
    counts: Expiring<u32>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: Expiring::new(LIFETIME, MOST) }
    }
}

impl Tally {
    /// Counts once more, and tells how often it was counted.
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
