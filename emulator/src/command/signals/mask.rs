//! The signals that are blocked.
//!
//! A process inherits the mask of its parent. A supervisor or a test runner may block SIGTERM for itself, to wait for it in a
//! separate thread, and pass that on by mistake.
#![expect(unsafe_code, reason = "std has no way to ask for the mask of a thread, or to change it")]

use std::mem::MaybeUninit;
use std::ptr;

use tokio::process::Command;

/// The signals that were blocked before the emulator removed its own from the mask.
#[derive(Clone, Copy)]
pub(crate) struct Inherited(Option<libc::sigset_t>);

/// Takes these signals out of the mask of this thread, and of the threads that it starts after this.
pub(crate) fn unblock(numbers: &[libc::c_int]) -> Inherited {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: fills in the set.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for number in numbers {
        // SAFETY: the set was filled in above.
        unsafe { libc::sigaddset(set.as_mut_ptr(), *number) };
    }
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: both point to sets, and the first was filled in above.
    let changed = unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), before.as_mut_ptr()) } == 0;
    // SAFETY: the successful call has filled it in.
    Inherited(changed.then(|| unsafe { before.assume_init() }))
}

impl Inherited {
    /// Makes the command start with the mask that the emulator had at its start, as if the command had been started directly.
    pub(crate) fn hand_on(self, command: &mut Command) {
        let Self(Some(mask)) = self else { return };
        let block = move || {
            // SAFETY: pthread_sigmask(3) may be called between fork and exec; the set was filled in.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, ptr::null_mut()) };
            Ok(())
        };
        // SAFETY: the closure only reads existing memory and calls pthread_sigmask(3), which is safe after a fork.
        unsafe { command.pre_exec(block) };
    }
}
