//! Standard output and standard error, even if nothing reads them.
//!
//! A full pipe blocks every thread that writes to it. So output waits in a queue, and a thread that only exists while something
//! waits writes it. Output that does not fit is dropped, and a line says how much.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write as _};
use std::mem::take;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

/// Room for thousands of lines, or one longer text.
const MOST_BYTES: usize = 1024 * 1024;

/// How long the end of the emulator waits for a reader that does not read.
const PATIENCE: Duration = Duration::from_secs(1);

/// Standard output.
pub static STANDARD_OUTPUT: Output = Output::new(&|text| {
    let mut stdout = io::stdout();
    stdout.write_all(text).and_then(|()| stdout.flush())
});

/// Standard error.
pub static STANDARD_ERROR: Output = Output::new(&|text| io::stderr().write_all(text));

type Write = dyn Fn(&[u8]) -> io::Result<()> + Sync;

/// A stream that never blocks its writers.
pub struct Output {
    write: &'static Write,
    queue: Mutex<Queue>,
    /// Something was written.
    progress: Condvar,
}

struct Queue {
    texts: VecDeque<String>,
    bytes: usize,
    /// How many texts did not fit since the last one that did.
    left_out: u64,
    /// How many texts were written.
    written: u64,
    /// Whether the writing thread exists.
    is_written: bool,
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Output(..)")
    }
}

impl Output {
    const fn new(write: &'static Write) -> Self {
        let texts = VecDeque::new();
        let queue = Queue { texts, bytes: 0, left_out: 0, written: 0, is_written: false };
        Self { write, queue: Mutex::new(queue), progress: Condvar::new() }
    }

    /// Writes `text` soon, or drops it if too much is already waiting. Does not wait.
    pub fn say(&'static self, text: String) {
        let mut queue = self.locked();
        if queue.bytes > 0 && queue.bytes.saturating_add(text.len()) > MOST_BYTES {
            queue.left_out = queue.left_out.saturating_add(1);
        } else {
            queue.report();
            queue.push(text);
        }
        self.start(&mut queue);
    }

    /// Waits until all is written, or until the reader stops.
    pub fn flush(&'static self) {
        let mut queue = self.locked();
        // A process with too many threads may not have been able to start this one.
        self.start(&mut queue);
        while queue.is_written {
            let before = queue.written;
            let waited = self
                .progress
                .wait_timeout_while(queue, PATIENCE, |queue| queue.is_written && queue.written == before);
            let (after, is_over) = waited.unwrap_or_else(PoisonError::into_inner);
            if is_over.timed_out() {
                return;
            }
            queue = after;
        }
    }

    /// Starts the thread, if something is waiting. If no thread can be started, the next text tries again.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts the threads that write")]
    fn start(&'static self, queue: &mut Queue) {
        if queue.is_written || queue.texts.is_empty() {
            return;
        }
        let thread = Builder::new().name("clever-emulator-output".into());
        queue.is_written = thread.spawn(|| self.write_all()).is_ok();
    }

    fn write_all(&'static self) {
        let mut queue = self.locked();
        while let Some(text) = queue.next() {
            drop(queue);
            // A closed stream is not a reason to stop.
            let _ = (self.write)(text.as_bytes());
            queue = self.locked();
            queue.bytes = queue.bytes.saturating_sub(text.len());
            queue.written = queue.written.saturating_add(1);
            self.progress.notify_all();
        }
        queue.is_written = false;
        self.progress.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// The next text. Its bytes count until it is written.
    fn next(&mut self) -> Option<String> {
        if self.texts.is_empty() {
            self.report();
        }
        self.texts.pop_front()
    }

    /// Writes how much was dropped, at that position.
    fn report(&mut self) {
        match take(&mut self.left_out) {
            0 => {}
            1 => self.push("clever-emulator: dropped 1 line that was not read in time.\n".to_owned()),
            lines => {
                self.push(format!("clever-emulator: dropped {lines} lines that were not read in time.\n"));
            }
        }
    }

    fn push(&mut self, text: String) {
        self.bytes = self.bytes.saturating_add(text.len());
        self.texts.push_back(text);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

    use super::*;

    /// Limits that only a hang reaches.
    const HANGS: Duration = Duration::from_secs(60);

    /// A stream whose reader reads only when the test says so, and the text that it read. Without a reader, every write fails.
    fn stream() -> (&'static Output, SyncSender<()>, Receiver<String>) {
        let (take, taken) = sync_channel(0);
        let (read, texts) = channel();
        let ends = Mutex::new((taken, read));
        let write = move |text: &[u8]| {
            let (taken, read) = &*ends.lock().unwrap();
            let closed = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            taken.recv().map_err(closed)?;
            read.send(String::from_utf8_lossy(text).into_owned())
                .map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        (Box::leak(Box::new(Output::new(Box::leak(Box::new(write))))), take, texts)
    }

    #[test]
    fn unread_output_does_not_block_and_dropped_lines_are_counted() {
        let (output, take, texts) = stream();
        let line = "a".repeat(MOST_BYTES / 4);
        // A text stays in the queue until it is read, so only four fit.
        (0..7).for_each(|_| output.say(line.clone()));
        take.send(()).unwrap();
        assert_eq!(texts.recv_timeout(HANGS).unwrap(), line);
        // The thread writes the next text, and the first one no longer counts.
        let more = || output.locked().bytes < MOST_BYTES;
        while !more() {
            std::thread::yield_now();
        }
        output.say("after\n".to_owned());
        let read = |_| {
            take.send(()).unwrap();
            texts.recv_timeout(HANGS).unwrap()
        };
        let rest: Vec<_> = (0..5).map(read).collect();
        let expected = ["clever-emulator: dropped 3 lines that were not read in time.\n", "after\n"];
        assert_eq!(
            (&rest[..3], &rest[3..]),
            (&[line.clone(), line.clone(), line][..], &expected.map(str::to_owned)[..])
        );
        output.flush();
        assert!(!output.locked().is_written, "the thread has ended");
    }

    #[test]
    fn lines_dropped_at_the_end_are_reported_after_everything_else() {
        let (output, take, texts) = stream();
        output.say("a".repeat(MOST_BYTES + 1));
        output.say("b".to_owned());
        for expected in [MOST_BYTES + 1, "clever-emulator: dropped 1 line that was not read in time.\n".len()]
        {
            take.send(()).unwrap();
            assert_eq!(texts.recv_timeout(HANGS).unwrap().len(), expected);
        }
        output.flush();
    }

    #[test]
    fn writing_to_a_closed_stream_is_not_an_error() {
        let (output, take, _) = stream();
        drop(take);
        output.say("one\n".to_owned());
        output.flush();
        assert_eq!(output.locked().written, 1);
    }
}
