//! The boundary between Rust and C: outputs are NULL on failure, a panic becomes `CLEVER_SSO_INTERNAL` and prints nothing, and no
//! thread is canceled during a call.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use clever_sso::{Error, ErrorCode, Result};

use crate::cancellation::Uncancelled;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{null, owned, required};

/// Runs `body` and returns its status.
pub(crate) fn run(
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    body: impl FnOnce() -> Result<()>,
) -> clever_sso_status {
    let _uncancelled = Uncancelled::new();
    say_nothing_of_panics();
    let result = catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(Error::from_face(ErrorCode::Internal, "a panic was caught")));
    let (status, failure) = match result {
        Ok(()) => (clever_sso_status::CLEVER_SSO_OK, None),
        Err(failure) => (failure.kind().into(), Some(Box::new(clever_sso_error::from(&failure)))),
    };
    if let Some(error) = error {
        error.write(failure);
    }
    status
}

/// Makes panics print nothing, because the error reports them. This library has its own copy of the standard library, so other
/// Rust code in the process still prints its panics.
fn say_nothing_of_panics() {
    // Not in this crate's tests, which share the standard library with the test harness.
    static DONE: AtomicBool = AtomicBool::new(cfg!(test));
    if !DONE.load(Relaxed) && !DONE.swap(true, Relaxed) {
        panic::set_hook(Box::new(|_| {}));
    }
}

/// Runs `body` and gives its result to the caller.
pub(crate) fn give<T>(
    out: Option<&mut MaybeUninit<Option<Box<T>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    body: impl FnOnce() -> Result<T>,
) -> clever_sso_status {
    run(error, || {
        let target = out.ok_or_else(|| null("the output"))?.write(None);
        *target = Some(Box::new(body()?));
        Ok(())
    })
}

/// A handle that must not be NULL.
pub(crate) fn handle<T>(handle: Option<T>, name: &str) -> Result<T> {
    handle.ok_or_else(|| null(name))
}

/// Changes the contents of a handle.
pub(crate) fn set<T>(
    changed: Option<&mut T>,
    name: &str,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    change: impl FnOnce(&mut T),
) -> clever_sso_status {
    run(error, || handle(changed, name).map(change))
}

/// Sets a text of options that must not be NULL.
pub(crate) fn set_text<T>(
    options: Option<&mut T>,
    text: *const c_char,
    name: &str,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    change: impl FnOnce(&mut T, String),
) -> clever_sso_status {
    run(error, || {
        let text = required(text, name)?.to_owned();
        change(handle(options, "options")?, text);
        Ok(())
    })
}

/// Gives the string that `body` makes to the caller, who frees it.
pub(crate) fn give_string(
    out: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    body: impl FnOnce() -> Result<String>,
) -> clever_sso_status {
    give_string_option(out, error, || body().map(Some))
}

/// Gives the string that `body` makes, or NULL, to the caller, who frees it.
pub(crate) fn give_string_option(
    out: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    body: impl FnOnce() -> Result<Option<String>>,
) -> clever_sso_status {
    run(error, || {
        let target = out.ok_or_else(|| null("the output"))?.write(ptr::null_mut());
        *target = body()?.map_or(ptr::null_mut(), |text| owned(&text).into_raw());
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_and_the_output_is_null() {
        let (mut out, mut error) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let status = give::<u8>(Some(&mut out), Some(&mut error), || panic!("a panic of the test"));
        assert_eq!(status, clever_sso_status::CLEVER_SSO_INTERNAL);
        // SAFETY: `give` writes both outputs before it returns.
        let out = unsafe { out.assume_init() };
        // SAFETY: as above.
        let error = unsafe { error.assume_init() };
        assert!(out.is_none() && error.is_some());
    }

    #[test]
    fn a_null_output_is_an_argument_error_and_nothing_runs() {
        let status = give::<u8>(None, None, || Ok(1));
        assert_eq!(status, clever_sso_status::CLEVER_SSO_ARGUMENT);
    }
}
