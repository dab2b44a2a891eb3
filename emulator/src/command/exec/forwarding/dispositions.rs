//! What a process does with a signal: ignore it, take the default action, or handle it.
//!
//! `nohup`, `trap ''` and service managers ignore a signal for everything they start. A program that handles such a signal makes it
//! the default one again for what *it* starts, so the signals that were ignored have to be known and handed on.
#![expect(unsafe_code, reason = "std has no way to ask for the action of a signal, or to change it")]

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::process::Command;

/// The signals that were ignored when the emulator started.
pub(super) struct Ignored(Vec<libc::c_int>);

/// The signals of every system have numbers up to this one; those of Linux that wait in a row are the last.
const HIGHEST: libc::c_int = 64;

impl Ignored {
    /// Those that are ignored now.
    pub(super) fn found() -> Self {
        let others = (1..=HIGHEST).filter(|number| *number != libc::SIGPIPE && is_ignored(*number));
        let pipe = PIPE_IGNORED.load(Relaxed).then_some(libc::SIGPIPE);
        Self(others.chain(pipe).collect())
    }

    pub(super) fn contains(&self, number: libc::c_int) -> bool {
        self.0.contains(&number)
    }

    /// Has the command ignore them as well. All others have their default action there.
    pub(super) fn hand_on(self, command: &mut Command) {
        let ignore = move || {
            for number in &self.0 {
                // SAFETY: between fork and exec, signal(2) may be called; the number is one that the system took before.
                unsafe { libc::signal(*number, libc::SIG_IGN) };
            }
            Ok(())
        };
        // SAFETY: the closure reads memory that is there already and calls signal(2), which is safe after a fork.
        unsafe { command.pre_exec(ignore) };
    }
}

/// Does what the system does with this signal if it is not handled, which for SIGTSTP is to stop until SIGCONT comes. The handler
/// is back after it.
pub(super) fn take_default_action(number: libc::c_int) {
    let mut own = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: all zeros are an action: the default one, with no flag and no signal blocked.
    let default = unsafe { MaybeUninit::<libc::sigaction>::zeroed().assume_init() };
    // SAFETY: both point to actions, and the first is a whole one.
    if unsafe { libc::sigaction(number, &raw const default, own.as_mut_ptr()) } == 0 {
        // SAFETY: the signal has its default action.
        unsafe { libc::raise(number) };
        // SAFETY: the call that succeeded has filled in the own action.
        unsafe { libc::sigaction(number, own.as_ptr(), ptr::null_mut()) };
    }
}

fn is_ignored(number: libc::c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is changed; the action is written to memory of its size.
    let known = unsafe { libc::sigaction(number, ptr::null(), action.as_mut_ptr()) } == 0;
    // SAFETY: the call that succeeded has filled it in.
    known && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
}

/// Rust's own start ignores SIGPIPE, so this is found out before it.
static PIPE_IGNORED: AtomicBool = AtomicBool::new(false);

extern "C" fn find_pipe_ignored() {
    PIPE_IGNORED.store(is_ignored(libc::SIGPIPE), Relaxed);
}

#[used]
#[cfg_attr(any(target_os = "linux", target_os = "android"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static BEFORE_MAIN: extern "C" fn() = find_pipe_ignored;
