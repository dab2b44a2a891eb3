//! A number that identifies the process: a fork changes it.

use std::sync::atomic::{AtomicU64, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed};

/// A number that differs between a process and its forked children. Cheap enough to read at every call.
pub(crate) fn generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let Some(mark) = wiped_page::mark() else { return of_this_process() };
    match mark.load(Acquire) {
        // The page is new, or a fork has cleared it. NEXT was inherited, so no ancestor has used its next number.
        0 => {
            let fresh = NEXT.fetch_add(1, Relaxed);
            mark.compare_exchange(0, fresh, AcqRel, Acquire).map_or_else(|other| other, |_| fresh)
        }
        known => known,
    }
}

/// The process id, for systems where a fork cannot clear a page. Windows has no fork: a process there has one generation.
fn of_this_process() -> u64 {
    if cfg!(windows) { 1 } else { u64::from(std::process::id()) }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod wiped_page {
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::AcqRel, Ordering::Acquire};

    static PAGE: AtomicPtr<AtomicU64> = AtomicPtr::new(ptr::null_mut());

    /// The number on the page, or `None` where the kernel offers no such page (before Linux 4.14, some sandboxes). No lock
    /// protects its creation: after a fork at that moment, the lock would stay locked in the child forever.
    pub(super) fn mark() -> Option<&'static AtomicU64> {
        let mut page = PAGE.load(Acquire);
        if page.is_null() {
            let made = map()?;
            page = PAGE
                .compare_exchange(ptr::null_mut(), made, AcqRel, Acquire)
                .map_or_else(|other| other, |_| made);
        }
        // SAFETY: the page was mapped readable and writable, is aligned for any integer, and is never unmapped.
        Some(unsafe { &*page })
    }

    /// Maps a page that reads as zero in every forked child. Two threads may both map one; then one is unused.
    fn map() -> Option<*mut AtomicU64> {
        let (size, access) = (4096, libc::PROT_READ | libc::PROT_WRITE);
        // SAFETY: an anonymous private mapping at an address that the kernel chooses touches no memory of ours.
        let page = unsafe {
            libc::mmap(ptr::null_mut(), size, access, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
        };
        // SAFETY: the range is the mapping that was just created; without a mapping, the call is not made.
        let wiped =
            page != libc::MAP_FAILED && unsafe { libc::madvise(page, size, libc::MADV_WIPEONFORK) } == 0;
        wiped.then_some(page.cast())
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod wiped_page {
    /// This system has no such page.
    pub(super) fn mark() -> Option<&'static super::AtomicU64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_has_one_generation() {
        assert_eq!(generation(), generation());
        assert_eq!(std::thread::scope(|scope| scope.spawn(generation).join().unwrap()), generation());
    }
}
