//! How often something happened in a scenario, for one access token or one client.

use super::expiring::Expiring;

/// Counts are forgotten after a day, like access tokens.
const LIFETIME: u64 = 24 * 60 * 60;
/// The most counts that are kept.
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
