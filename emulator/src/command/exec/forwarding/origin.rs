//! Does a signal come from the terminal or from a program?
//!
//! The keys of a terminal (Ctrl-C, Ctrl-\, Ctrl-Z) send a signal to every process of the foreground group, including the
//! command. A program (`kill`) sends it only to the emulator. Also, a pending signal to stop may be outdated: when SIGCONT
//! arrives, the system drops pending stop signals, and this file does the same for those that have reached the emulator but not
//! yet the command.
#![expect(unsafe_code, reason = "only the handler of a signal learns its origin")]

use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A bit for each signal: did the system itself send the latest one, as for a terminal?
static BY_SYSTEM: AtomicU64 = AtomicU64::new(0);
/// A bit for each signal: has it arrived since the last SIGCONT?
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
    // SAFETY: the handler only changes atomic numbers, which is safe at any time.
    unsafe { signal_hook_registry::register_sigaction(number, note) }.map(drop)
}

/// Did the terminal send the latest of these signals?
pub(super) fn is_terminal(number: libc::c_int) -> bool {
    BY_SYSTEM.load(Relaxed) & bit(number) != 0
}

/// Has no SIGCONT arrived since this signal? Returns true only once for each signal.
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

/// Not all of these systems report the origin in the same way, so a process at a terminal assumes the terminal.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_by_system(_: &libc::siginfo_t) -> bool {
    // SAFETY: isatty may be called from a handler, and takes any number.
    [0, 1, 2].into_iter().any(|stream| unsafe { libc::isatty(stream) } == 1)
}
