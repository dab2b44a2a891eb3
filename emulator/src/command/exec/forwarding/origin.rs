//! Does a signal come from the terminal or from a program?
//!
//! The keys of a terminal (Ctrl-C, Ctrl-\, Ctrl-Z) send a signal to every process of the group in its foreground, the command too. A
//! program (`kill`) sends it to the emulator alone. And is a signal to stop still meant, when its turn has come? The system forgets
//! those that wait when SIGCONT comes, and so does this file for those that have reached the emulator but not yet the command.
#![expect(unsafe_code, reason = "the origin of a signal is only told to its handler")]

use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A bit for each signal: was the latest one sent by the system itself, which is how a terminal sends?
static BY_SYSTEM: AtomicU64 = AtomicU64::new(0);
/// A bit for each signal: has one come since SIGCONT did?
static STILL_MEANT: AtomicU64 = AtomicU64::new(0);

/// Remembers, from now on, who sends this signal.
pub(super) fn watch(number: libc::c_int) -> io::Result<()> {
    let bit = bit(number);
    let note = move |info: &libc::siginfo_t| {
        if is_by_system(info) {
            BY_SYSTEM.fetch_or(bit, Relaxed);
        } else {
            BY_SYSTEM.fetch_and(!bit, Relaxed);
        }
        if number == libc::SIGCONT {
            STILL_MEANT.store(0, Relaxed);
        } else {
            STILL_MEANT.fetch_or(bit, Relaxed);
        }
    };
    // SAFETY: the handler does nothing but change atomic numbers, which is safe at any moment.
    unsafe { signal_hook_registry::register_sigaction(number, note) }.map(drop)
}

/// Did the terminal send the latest of these signals?
pub(super) fn is_terminal(number: libc::c_int) -> bool {
    BY_SYSTEM.load(Relaxed) & bit(number) != 0
}

/// Has no SIGCONT come since this signal did? Only its first asker hears so.
pub(super) fn is_still_meant(number: libc::c_int) -> bool {
    let bit = bit(number);
    STILL_MEANT.fetch_and(!bit, Relaxed) & bit != 0
}

fn bit(number: libc::c_int) -> u64 {
    u32::try_from(number).ok().and_then(|number| 1_u64.checked_shl(number)).unwrap_or_default()
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_by_system(info: &libc::siginfo_t) -> bool {
    info.si_code == libc::SI_KERNEL
}

/// The origin is not told in a way that holds for all of these systems, so a process at a terminal takes it to be the terminal.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_by_system(_: &libc::siginfo_t) -> bool {
    // SAFETY: isatty may be called from a handler, and takes any number.
    [0, 1, 2].into_iter().any(|stream| unsafe { libc::isatty(stream) } == 1)
}
