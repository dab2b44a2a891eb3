//! The callback that receives the log. It has no lock: after a fork while another thread logs, a lock would stay locked in the
//! child forever.

use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};
use std::{process, thread};

use super::level::{clever_sso_log_callback, clever_sso_log_level};

/// A callback usually writes a line. If it takes longer than this, it is waiting for something, perhaps for a lock that the
/// caller holds.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

struct Listener {
    level: clever_sso_log_level,
    callback: clever_sso_log_callback,
    user_data: *mut c_void,
    /// The number of threads inside the callback.
    speakers: Speakers,
    /// Never freed, because a thread may be about to read it. The chain keeps it reachable, so that leak checkers don't report
    /// it.
    former: *const Self,
}

static LISTENER: AtomicPtr<Listener> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    static SPEAKING: Cell<bool> = const { Cell::new(false) };
}

fn at(pointer: *const Listener) -> Option<&'static Listener> {
    // SAFETY: the pointer is NULL or came from a box in `set`, which is never freed and changes only through atomics.
    unsafe { pointer.as_ref() }
}

fn present() -> Option<&'static Listener> {
    at(LISTENER.load(SeqCst))
}

/// Whether this thread is inside the callback.
pub(super) fn speaking() -> bool {
    SPEAKING.get()
}

/// The level of the callback, if there is one.
pub(super) fn level() -> Option<clever_sso_log_level> {
    present().filter(|listener| listener.callback.is_some()).map(|listener| listener.level)
}

pub(super) fn set(level: clever_sso_log_level, callback: clever_sso_log_callback, user_data: *mut c_void) {
    let speakers = Speakers(AtomicU64::new(0));
    let fresh =
        Box::into_raw(Box::new(Listener { level, callback, user_data, speakers, former: ptr::null() }));
    let mut former = LISTENER.load(SeqCst);
    loop {
        // SAFETY: no other thread can access `fresh` before it is published.
        unsafe { (*fresh).former = former };
        match LISTENER.compare_exchange(former, fresh, SeqCst, SeqCst) {
            Ok(_) => return,
            Err(other) => former = other,
        }
    }
}

/// Waits until no thread is inside a replaced callback. Returns `false` if one still is after `LONGEST_WAIT`.
#[expect(clippy::disallowed_methods, reason = "waits for another thread in the host's callback")]
pub(super) fn wait_for_the_former() -> bool {
    let begun = Instant::now();
    let mut former = present().and_then(|listener| at(listener.former));
    while let Some(listener) = former {
        while listener.speakers.any() {
            if begun.elapsed() > LONGEST_WAIT {
                return false;
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        former = at(listener.former);
    }
    true
}

/// Calls the callback, unless this thread is already inside it.
pub(super) fn tell(level: clever_sso_log_level, target: &CStr, message: &CStr) {
    let Some(listener) = present() else { return };
    let Some(callback) = listener.callback else { return };
    if SPEAKING.replace(true) {
        return;
    }
    listener.speakers.enter();
    // The thread that replaces the listener counts the running callbacks afterwards. So either that thread sees this one, or this
    // thread sees the new listener.
    if ptr::eq(LISTENER.load(SeqCst), listener) {
        // SAFETY: the header requires a function that may be called like this until another one is set.
        unsafe { callback(listener.user_data, level, target.as_ptr(), message.as_ptr()) };
    }
    listener.speakers.leave();
    SPEAKING.set(false);
}

/// The number of threads of one process: the process id in the high bits, the count in the low bits. A forked child does not wait
/// for its parent's threads.
struct Speakers(AtomicU64);

impl Speakers {
    fn enter(&self) {
        let one = here() + 1;
        let count = |now| Some(if is_here(now) { now + 1 } else { one });
        let _ = self.0.fetch_update(SeqCst, SeqCst, count);
    }

    fn leave(&self) {
        let _ = self.0.fetch_update(SeqCst, SeqCst, |now| (is_here(now) && now > here()).then(|| now - 1));
    }

    fn any(&self) -> bool {
        let now = self.0.load(SeqCst);
        is_here(now) && now > here()
    }
}

fn here() -> u64 {
    u64::from(process::id()) << 32
}

fn is_here(count: u64) -> bool {
    count >> 32 == u64::from(process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_inside_the_callback_are_counted() {
        let speakers = Speakers(AtomicU64::new(0));
        assert!(!speakers.any());
        speakers.enter();
        speakers.enter();
        speakers.leave();
        assert!(speakers.any());
        speakers.leave();
        speakers.leave();
        assert!(!speakers.any());
    }

    #[test]
    fn no_thread_waits_for_threads_of_another_process() {
        let another = u64::from(process::id() + 1) << 32;
        let speakers = Speakers(AtomicU64::new(another + 3));
        assert!(!speakers.any());
        speakers.leave();
        assert_eq!(speakers.0.load(SeqCst), another + 3);
        speakers.enter();
        assert!(speakers.any());
        speakers.leave();
        assert!(!speakers.any());
    }
}
