//! `pthread_cancel` waits for the end of a call: it unwinds the stack, and Rust's may not be unwound so.

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

    /// While it lives, this thread cannot be cancelled; a request to cancel it waits.
    pub(crate) struct Uncancelled(c_int);

    impl Uncancelled {
        pub(crate) fn new() -> Self {
            let mut former = 0;
            // SAFETY: the number is valid for the length of the call.
            unsafe { pthread_setcancelstate(DISABLED, &raw mut former) };
            Self(former)
        }
    }

    impl Drop for Uncancelled {
        fn drop(&mut self) {
            // SAFETY: the state is the one that was there before, and no former one is asked for. Nothing is cancelled
            // here: that happens at the next cancellation point.
            unsafe { pthread_setcancelstate(self.0, ptr::null_mut()) };
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    /// Not promised on this system.
    pub(crate) struct Uncancelled;

    impl Uncancelled {
        pub(crate) const fn new() -> Self {
            Self
        }
    }
}
