//! Closes a parent's runtime descriptors in a forked child.
//!
//! A child cannot drop its parent's values: other threads may have locked their locks, and both processes share an epoll
//! instance, so removing a connection from it would remove it for the parent too. But the child can close its own copies of the
//! descriptors with `close(2)`, by their numbers: that needs no lock and changes nothing for the parent.
//!
//! A number alone is not enough, because the host may have closed and opened its own descriptors since the fork. So each pool has
//! a
//! *mark*: a socket that is registered with the epoll instance of each of its runtimes. The kernel tells whether an epoll
//! instance has the mark, and whether the mark is still the same socket. Everything else that is registered with such an instance
//! belongs to its runtime. If the kernel does not tell, nothing is closed.

#[cfg(target_os = "linux")]
pub(crate) use linux::{Mark, Marked};
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{Mark, Marked};

#[cfg(not(target_os = "linux"))]
mod other {
    use std::convert::Infallible;

    use tokio::runtime::Runtime;

    /// Only Linux tells what is registered with an epoll instance.
    #[derive(Debug)]
    pub(crate) struct Mark;

    /// Never created. Boxed, because a type without a destructor must not be dropped explicitly.
    pub(crate) type Marked = Box<Infallible>;

    impl Mark {
        pub(crate) const fn new() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "on Linux it is used")]
        pub(crate) const fn put_on(&self, _: &Runtime) -> Option<Marked> {
            None
        }

        #[expect(clippy::unused_self, reason = "on Linux it is used")]
        pub(crate) const fn is_open(&self) -> bool {
            true
        }

        #[expect(clippy::unused_self, reason = "on Linux it is used")]
        pub(crate) const fn close_inherited(&self) {}
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{read_dir, read_to_string};
    use std::mem::{MaybeUninit, forget};
    use std::os::fd::{AsRawFd as _, RawFd};
    use std::os::unix::net::UnixDatagram;
    use std::sync::Arc;

    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::runtime::Runtime;

    /// A socket that identifies the runtimes of one pool, in this process and in its children.
    #[derive(Debug)]
    pub(crate) struct Mark(Option<Known>);

    #[derive(Debug)]
    struct Known {
        socket: Arc<UnixDatagram>,
        /// No other open socket has this inode.
        inode: u64,
    }

    /// The registration of the mark with one runtime. It lasts as long as this value.
    #[derive(Debug)]
    pub(crate) struct Marked {
        _registered: AsyncFd<Arc<UnixDatagram>>,
    }

    impl Mark {
        /// If no socket can be created, there is no mark, and a child closes nothing.
        pub(crate) fn new() -> Self {
            let known = UnixDatagram::unbound().ok().and_then(|socket| {
                let inode = socket_inode(socket.as_raw_fd())?;
                Some(Known { socket: Arc::new(socket), inode })
            });
            Self(known)
        }

        /// Marks a runtime of this process.
        pub(crate) fn put_on(&self, runtime: &Runtime) -> Option<Marked> {
            let socket = Arc::clone(&self.0.as_ref()?.socket);
            let _context = runtime.enter();
            // An event that never happens on such a socket.
            // SAFETY: the registration keeps the socket open, so its number stays valid.
            let registered = unsafe { AsyncFd::register_with_interest(socket, Interest::PRIORITY) }.ok()?;
            Some(Marked { _registered: registered })
        }

        /// Whether the mark is still open. A host that closed it, such as a program that becomes a daemon and closes all
        /// descriptors, has closed the descriptors of the runtimes too.
        pub(crate) fn is_open(&self) -> bool {
            self.0.as_ref().is_none_or(|known| socket_inode(known.socket.as_raw_fd()) == Some(known.inode))
        }

        /// Call this in a forked child, on its parent's mark: closes the descriptors of the parent's runtimes, and the mark
        /// itself.
        pub(crate) fn close_inherited(&self) {
            let Some(known) = &self.0 else { return };
            let mark = known.socket.as_raw_fd();
            if socket_inode(mark) != Some(known.inode) {
                return;
            }
            let instances: Vec<RawFd> =
                open_descriptors().into_iter().filter(|epoll| has(*epoll, mark)).collect();
            let mut theirs: Vec<RawFd> = instances.iter().flat_map(|epoll| registered_with(*epoll)).collect();
            theirs.extend(&instances);
            theirs.push(mark);
            theirs.sort_unstable();
            theirs.dedup();
            for descriptor in theirs {
                // SAFETY: the check above showed what the descriptor is, and nothing in this process uses it: the value that
                // owned it belongs to the parent, and is never dropped here.
                unsafe { libc::close(descriptor) };
            }
        }
    }

    /// Does not close the socket when the host may have reused its number for its own descriptor.
    impl Drop for Mark {
        fn drop(&mut self) {
            if !self.is_open() {
                forget(self.0.take());
            }
        }
    }

    fn open_descriptors() -> Vec<RawFd> {
        let Ok(entries) = read_dir("/proc/self/fd") else { return Vec::new() };
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
    }

    /// Whether `epoll` is an epoll instance with which the mark is registered. Changes the events of the mark from none to none,
    /// which only succeeds there.
    fn has(epoll: RawFd, mark: RawFd) -> bool {
        let mut nothing = libc::epoll_event { events: 0, u64: 0 };
        // SAFETY: the event is valid during the call; whatever the descriptor is, the call touches no memory.
        unsafe { libc::epoll_ctl(epoll, libc::EPOLL_CTL_MOD, mark, &raw mut nothing) == 0 }
    }

    /// The other descriptors that are registered with it. The parent shares the instance and may have added more since the fork:
    /// a number that means something else in this process is left alone.
    fn registered_with(epoll: RawFd) -> Vec<RawFd> {
        let text = read_to_string(format!("/proc/self/fdinfo/{epoll}")).unwrap_or_default();
        text.lines()
            .filter_map(target)
            .filter(|(number, inode)| is_same(*number, *inode))
            .map(|(n, _)| n)
            .collect()
    }

    /// The number and the inode in a line such as `tfd: 7 events: 19 data: 5581 pos:0 ino:2f0c sdev:9`.
    fn target(line: &str) -> Option<(RawFd, u64)> {
        let number = line.strip_prefix("tfd:")?.split_whitespace().next()?.parse().ok()?;
        let inode = line.split_whitespace().find_map(|word| word.strip_prefix("ino:"))?;
        Some((number, u64::from_str_radix(inode, 16).ok()?))
    }

    /// Whether a number is still the registered connection, by its inode, or a runtime's waker. All wakers share one inode, so
    /// the number identifies this one: it was registered when the runtime was created, and has been open since then.
    fn is_same(number: RawFd, inode: u64) -> bool {
        let Some(found) = status_of(number) else { return false };
        found.st_ino == inode && (is_socket(&found) || is_eventfd(number))
    }

    fn is_eventfd(number: RawFd) -> bool {
        read_to_string(format!("/proc/self/fdinfo/{number}"))
            .is_ok_and(|text| text.contains("\neventfd-count:"))
    }

    /// The inode of an open socket.
    fn socket_inode(number: RawFd) -> Option<u64> {
        status_of(number).filter(is_socket).map(|found| found.st_ino)
    }

    const fn is_socket(found: &libc::stat) -> bool {
        found.st_mode & libc::S_IFMT == libc::S_IFSOCK
    }

    fn status_of(number: RawFd) -> Option<libc::stat> {
        let mut found = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: the call fills the structure, or fails.
        if unsafe { libc::fstat(number, found.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: the call filled it.
        Some(unsafe { found.assume_init() })
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::os::unix::net::UnixStream;
        use tokio::runtime::Builder;

        fn runtime() -> Runtime {
            Builder::new_current_thread().enable_io().build().unwrap()
        }

        #[test]
        fn only_descriptors_of_a_marked_runtime_are_closed() {
            let (mark, other_mark) = (Mark::new(), Mark::new());
            let (marked, other, plain) = (runtime(), runtime(), runtime());
            let (mine, theirs) = (mark.put_on(&marked), other_mark.put_on(&other));
            let ((inside, _one), (outside, _other)) =
                (UnixStream::pair().unwrap(), UnixStream::pair().unwrap());
            inside.set_nonblocking(true).unwrap();
            let number = inside.as_raw_fd();
            let inode = socket_inode(number).unwrap();
            let registered = marked.block_on(async { tokio::net::UnixStream::from_std(inside).unwrap() });
            let known = mark.0.as_ref().unwrap();
            let (mark_number, mark_inode) = (known.socket.as_raw_fd(), known.inode);
            mark.close_inherited();
            // Another test may have reused their numbers by now.
            assert!(socket_inode(number) != Some(inode) && socket_inode(mark_number) != Some(mark_inode));
            assert!(socket_inode(outside.as_raw_fd()).is_some());
            // The other runtimes still work.
            for runtime in [&other, &plain] {
                runtime.block_on(async {
                    let (one, other) = tokio::net::UnixStream::pair().unwrap();
                    one.try_write(b"hello").unwrap();
                    other.readable().await.unwrap();
                });
            }
            // As in a child: closed descriptors are never dropped.
            forget((marked, mine, registered, mark));
            drop(theirs);
        }

        #[test]
        fn a_mark_whose_number_was_reused_closes_nothing() {
            let (mut mark, runtime) = (Mark::new(), runtime());
            let marked = mark.put_on(&runtime);
            let known = mark.0.as_mut().unwrap();
            let number = known.socket.as_raw_fd();
            known.inode += 1;
            mark.close_inherited();
            assert!(socket_inode(number).is_some());
            drop(marked);
        }

        #[test]
        fn a_number_that_the_parent_registered_after_the_fork_is_not_recognized() {
            let (one, _other) = UnixStream::pair().unwrap();
            let (socket, inode) = (one.as_raw_fd(), socket_inode(one.as_raw_fd()).unwrap());
            // SAFETY: creates a descriptor.
            let waker = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
            let of_wakers = status_of(waker).unwrap().st_ino;
            assert!(is_same(socket, inode) && is_same(waker, of_wakers));
            assert!(!is_same(socket, of_wakers) && !is_same(waker, inode) && !is_same(socket, inode + 1));
            // SAFETY: it was created here.
            unsafe { libc::close(waker) };
            assert!(!is_same(0, inode));
        }

        #[test]
        fn registered_descriptors_are_read_from_the_kernels_lines() {
            assert_eq!(
                target("tfd:        7 events:       19 data:     558123ab  pos:0 ino:2f0c sdev:9"),
                Some((7, 0x2f0c))
            );
            for line in ["pos:\t0", "tfd: x ino:1", "tfd: 7 events: 19", "tfd: 7 ino:zz"] {
                assert_eq!(target(line), None);
            }
        }
    }
}
