//! What a process does with a signal: ignore it, take the default action, or handle it.
//!
//! `nohup`, `trap ''` and service managers ignore a signal for everything they start. If a program handles such a signal, the
//! programs that *it* starts get the default action again. So the emulator remembers which signals were ignored, and passes
//! that on.
#![expect(unsafe_code, reason = "std has no way to ask for the action of a signal, or to change it")]

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::process::Command;

/// The signals that were ignored when the emulator started.
pub(super) struct Ignored(Vec<libc::c_int>);

/// The highest signal number of any system; the real-time signals of Linux are the last.
const HIGHEST: libc::c_int = 64;

impl Ignored {
    /// The signals that are ignored now.
    pub(super) fn found() -> Self {
        let others = (1..=HIGHEST).filter(|number| *number != libc::SIGPIPE && is_ignored(*number));
        let pipe = PIPE_IGNORED.load(Relaxed).then_some(libc::SIGPIPE);
        Self(others.chain(pipe).collect())
    }

    pub(super) fn contains(&self, number: libc::c_int) -> bool {
        self.0.contains(&number)
    }

    /// Makes the command ignore the same signals. All other signals have their default action there.
    pub(super) fn hand_on(self, command: &mut Command) {
        let ignore = move || {
            for number in &self.0 {
                // SAFETY: between fork and exec, signal(2) may be called; the system accepted this number before.
                unsafe { libc::signal(*number, libc::SIG_IGN) };
            }
            Ok(())
        };
        // SAFETY: the closure only reads existing memory and calls signal(2), which is safe after a fork.
        unsafe { command.pre_exec(ignore) };
    }
}

/// Runs the default action of this signal: for SIGTSTP, it stops until SIGCONT arrives. Then it restores the handler.
pub(super) fn take_default_action(number: libc::c_int) {
    let mut own = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: all zeros are an action: the default one, with no flag and no signal blocked.
    let default = unsafe { MaybeUninit::<libc::sigaction>::zeroed().assume_init() };
    // SAFETY: both point to actions, and the first is initialized.
    if unsafe { libc::sigaction(number, &raw const default, own.as_mut_ptr()) } == 0 {
        // SAFETY: the signal has its default action.
        unsafe { libc::raise(number) };
        // SAFETY: the successful call has filled in our action.
        unsafe { libc::sigaction(number, own.as_ptr(), ptr::null_mut()) };
    }
}

fn is_ignored(number: libc::c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is changed; the action is written to memory of its size.
    let known = unsafe { libc::sigaction(number, ptr::null(), action.as_mut_ptr()) } == 0;
    // SAFETY: the successful call has filled it in.
    known && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
}

/// Rust's startup code ignores SIGPIPE, so this is checked before it.
static PIPE_IGNORED: AtomicBool = AtomicBool::new(false);

extern "C" fn find_pipe_ignored() {
    PIPE_IGNORED.store(is_ignored(libc::SIGPIPE), Relaxed);
}

#[used]
#[cfg_attr(any(target_os = "linux", target_os = "android"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static BEFORE_MAIN: extern "C" fn() = find_pipe_ignored;
