//! A map whose entries all have the same lifetime. It keeps only the latest entries.
//!
//! Because all have the same lifetime, entries expire in the order in which they were added, and one queue is enough to drop
//! them. A long test run does not fill the memory even if the clock is stopped: when the map is full, the oldest entry is
//! dropped. A map with a memory keeps expired entries for a while, but only to say how long ago they expired.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Values under random keys. A value is removed after `lifetime` seconds, or when there are `most` newer ones.
pub(crate) struct Expiring<T> {
    lifetime: u64,
    memory: u64,
    most: usize,
    entries: HashMap<Arc<str>, Entry<T>>,
    /// When each entry expires, the oldest first. Some of these were taken or used again since.
    ends: VecDeque<(u64, Arc<str>)>,
}

struct Entry<T> {
    end: u64,
    value: T,
}

impl<T> Expiring<T> {
    /// An empty map; `lifetime` is in seconds.
    pub(crate) fn new(lifetime: u64, most: usize) -> Self {
        Self::remembering(lifetime, 0, most)
    }

    /// An empty map that can say for `memory` seconds how long ago an entry expired.
    pub(crate) fn remembering(lifetime: u64, memory: u64, most: usize) -> Self {
        Self { lifetime, memory, most, entries: HashMap::new(), ends: VecDeque::new() }
    }

    /// Keeps `value` for `lifetime` seconds, and returns the time when it expires.
    pub(crate) fn insert(&mut self, now: u64, key: String, value: T) -> u64 {
        self.drop_expired(now);
        let end = now.saturating_add(self.lifetime);
        let key: Arc<str> = key.into();
        self.entries.insert(Arc::clone(&key), Entry { end, value });
        self.ends.push_back((end, key));
        self.drop_oldest();
        end
    }

    /// The value, if it has not expired.
    pub(crate) fn get(&self, now: u64, key: &str) -> Option<&T> {
        self.entries.get(key).filter(|entry| now < entry.end).map(|entry| &entry.value)
    }

    /// How many seconds ago this entry expired, if that is remembered.
    pub(crate) fn ended(&self, now: u64, key: &str) -> Option<u64> {
        now.checked_sub(self.entries.get(key)?.end)
    }

    /// The value and its expiry time, if it has not expired.
    pub(crate) fn get_mut(&mut self, now: u64, key: &str) -> Option<(&mut T, u64)> {
        let entry = self.entries.get_mut(key).filter(|entry| now < entry.end)?;
        Some((&mut entry.value, entry.end))
    }

    /// Removes the value, and returns it if it had not expired.
    pub(crate) fn take(&mut self, now: u64, key: &str) -> Option<T> {
        self.entries.remove(key).filter(|entry| now < entry.end).map(|entry| entry.value)
    }

    fn drop_expired(&mut self, now: u64) {
        let memory = self.memory;
        let forgotten = |end: u64| end.saturating_add(memory) <= now;
        while self.ends.front().is_some_and(|(end, _)| forgotten(*end)) {
            self.drop_first();
        }
    }

    fn drop_oldest(&mut self) {
        while self.ends.len() > self.most {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        let Some((end, key)) = self.ends.pop_front() else { return };
        // The key may have been used again since. Then its entry expires later and stays.
        if self.entries.get(&key).is_some_and(|entry| entry.end <= end) {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_entry() -> Expiring<u32> {
        let mut map = Expiring::new(60, 100);
        map.insert(1000, "key".into(), 7);
        map
    }

    #[test]
    fn an_entry_exists_until_the_last_second_of_its_lifetime() {
        let map = one_entry();
        assert_eq!(map.get(1059, "key"), Some(&7));
        assert_eq!(map.get(1060, "key"), None);
    }

    #[test]
    fn an_entry_can_be_taken_once() {
        let mut map = one_entry();
        assert_eq!(map.take(1001, "key"), Some(7));
        assert_eq!(map.take(1001, "key"), None);
    }

    #[test]
    fn an_expired_entry_cannot_be_taken_or_changed() {
        let mut map = one_entry();
        assert_eq!(map.get_mut(1060, "key"), None);
        assert_eq!(map.take(1060, "key"), None);
    }

    #[test]
    fn expired_entries_are_dropped_from_memory() {
        let mut map = Expiring::new(60, 100);
        for now in 0..10_000 {
            map.insert(now, now.to_string(), ());
        }
        assert_eq!((map.entries.len(), map.ends.len()), (60, 60));
    }

    #[test]
    fn a_map_with_a_memory_tells_how_long_ago_an_entry_expired_but_not_its_value() {
        let mut map = Expiring::remembering(60, 100, 1000);
        map.insert(1000, "key".into(), 7);
        assert_eq!(map.ended(1059, "key"), None);
        map.insert(1159, "other".into(), 8);
        assert_eq!((map.ended(1159, "key"), map.get(1159, "key")), (Some(99), None));
        map.insert(1160, "third".into(), 9);
        assert_eq!(map.ended(1160, "key"), None);
    }

    #[test]
    fn a_full_map_drops_the_oldest_entry_even_with_a_stopped_clock() {
        let mut map = Expiring::new(60, 100);
        for number in 0..1000 {
            map.insert(1000, number.to_string(), number);
        }
        assert_eq!((map.entries.len(), map.ends.len()), (100, 100));
        assert_eq!((map.get(1000, "899"), map.get(1000, "900")), (None, Some(&900)));
    }

    #[test]
    fn taken_entries_use_no_memory_even_with_a_stopped_clock() {
        let mut map = Expiring::new(60, 100);
        for number in 0..1000 {
            map.insert(1000, number.to_string(), number);
            assert_eq!(map.take(1000, &number.to_string()), Some(number));
        }
        assert_eq!(map.entries.len(), 0);
        assert!(map.ends.len() <= 100);
    }

    #[test]
    fn a_key_used_again_lives_as_long_as_its_newer_entry() {
        let mut map = one_entry();
        map.insert(1030, "key".into(), 8);
        map.insert(1060, "other".into(), 9);
        assert_eq!(map.get(1089, "key"), Some(&8));
    }
}
