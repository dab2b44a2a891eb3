//! Signals that are sent to the emulator and meant for the command of `exec`.

use std::io;

use tokio::process::{Child, Command};

#[cfg(unix)]
mod dispositions;
#[cfg(unix)]
mod origin;

/// Every signal that a program may handle, and that would otherwise end or stop only the emulator.
#[cfg(unix)]
const FORWARDED: [libc::c_int; 12] = [
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGWINCH,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
    libc::SIGCONT,
];

#[cfg(unix)]
pub(super) use unix::{InheritedMask, Signals};

#[cfg(unix)]
mod unix {
    use rustix::process::{Pid, Signal as Number, kill_process};
    use tokio::signal::unix::{Signal as Received, SignalKind, signal};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::dispositions::{Ignored, take_default_action};
    use super::{Child, Command, FORWARDED, io, origin};
    use crate::command::signals::mask::{Inherited, unblock};

    /// The signals that arrive while the command runs.
    pub(crate) struct Signals {
        arrived: UnboundedReceiver<libc::c_int>,
        /// Keeps `arrived` open if every signal is ignored.
        _sender: UnboundedSender<libc::c_int>,
        /// Where SIGCHLD is ignored, the system forgets how the command ended. A handler changes that.
        _children: Received,
    }

    pub(crate) struct Signal(libc::c_int);

    /// The signals that were blocked when the emulator started.
    #[derive(Clone, Copy)]
    pub(crate) struct InheritedMask(Inherited);

    impl InheritedMask {
        /// Unblocks the signals that the emulator handles. Call it before threads start: they inherit the mask.
        pub(crate) fn found() -> Self {
            let numbers = [FORWARDED.as_slice(), &[libc::SIGCHLD]].concat();
            Self(unblock(&numbers))
        }
    }

    impl Signals {
        /// Starts to receive the signals. Ignored signals stay ignored, here and in the command. Blocked signals are blocked in the
        /// command.
        pub(crate) fn for_command(command: &mut Command, blocked: InheritedMask) -> io::Result<Self> {
            let ignored = Ignored::found();
            let (sender, arrived) = unbounded_channel();
            for number in FORWARDED.into_iter().filter(|number| !ignored.contains(*number)) {
                origin::watch(number)?;
                let mut received = signal(SignalKind::from_raw(number))?;
                let sender = sender.clone();
                tokio::spawn(async move {
                    while received.recv().await.is_some() && sender.send(number).is_ok() {}
                });
            }
            let children = signal(SignalKind::child())?;
            ignored.hand_on(command);
            blocked.0.hand_on(command);
            Ok(Self { arrived, _sender: sender, _children: children })
        }

        pub(crate) async fn next(&mut self) -> Signal {
            match self.arrived.recv().await {
                Some(number) => Signal(number),
                None => std::future::pending().await,
            }
        }
    }

    impl Signal {
        /// Sends the signal to the command. A signal from the terminal has already reached the command, and must not reach it
        /// twice. But then the emulator must stop, too, so that the shell gets the terminal back.
        pub(crate) fn pass_on(&self, child: &Child) {
            let stops = [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU].contains(&self.0);
            if stops && !origin::is_still_meant(self.0) {
                return;
            }
            let of_terminal = stops || [libc::SIGINT, libc::SIGQUIT, libc::SIGWINCH].contains(&self.0);
            if of_terminal && origin::is_terminal(self.0) {
                if stops {
                    take_default_action(self.0);
                }
                return;
            }
            let pid = child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
            if let (Some(pid), Some(number)) = (pid, Number::from_named_raw(self.0)) {
                // A command that has ended needs no signal.
                let _ = kill_process(pid, number);
            }
        }
    }
}

/// Ctrl-C reaches the command by itself, and must not end the emulator before it.
#[cfg(not(unix))]
pub(super) struct Signals(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
pub(super) struct Signal;

#[cfg(not(unix))]
#[derive(Clone, Copy)]
pub(super) struct InheritedMask;

#[cfg(not(unix))]
impl InheritedMask {
    pub(super) const fn found() -> Self {
        Self
    }
}

#[cfg(not(unix))]
impl Signals {
    pub(super) fn for_command(_: &mut Command, _: InheritedMask) -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    pub(super) async fn next(&mut self) -> Signal {
        self.0.recv().await;
        Signal
    }
}

#[cfg(not(unix))]
impl Signal {
    #[expect(clippy::unused_self, reason = "the same call on every system")]
    pub(super) fn pass_on(&self, _: &Child) {}
}
