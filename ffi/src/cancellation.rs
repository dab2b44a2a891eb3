//! Makes `pthread_cancel` wait for the end of a call: it unwinds the stack, which Rust does not allow.

#[cfg(target_os = "linux")]
pub(crate) use linux::Uncancelled;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::Uncancelled;

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;
    use std::ptr;

    unsafe extern "C" {
        fn pthread_setcancelstate(state: c_int, former: *mut c_int) -> c_int;
    }

    const DISABLED: c_int = 1;

    /// While this value exists, this thread cannot be canceled; a request to cancel it waits.
    pub(crate) struct Uncancelled(c_int);

    impl Uncancelled {
        pub(crate) fn new() -> Self {
            let mut former = 0;
            // SAFETY: the number is valid during the call.
            unsafe { pthread_setcancelstate(DISABLED, &raw mut former) };
            Self(former)
        }
    }

    impl Drop for Uncancelled {
        fn drop(&mut self) {
            // SAFETY: this restores the old state, and does not request the current one. It cancels no thread: that happens at
            // the next cancellation point.
            unsafe { pthread_setcancelstate(self.0, ptr::null_mut()) };
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    /// Does nothing: this system cannot guarantee it.
    pub(crate) struct Uncancelled;

    impl Uncancelled {
        pub(crate) const fn new() -> Self {
            Self
        }
    }
}
