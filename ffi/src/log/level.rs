//! What a callback of the log is told: how much it matters, and its text.

use std::ffi::{c_char, c_void};

use tracing::Level;
use tracing::level_filters::LevelFilter;

/// How much an event of the log matters.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_log_level {
    /// Something failed that no caller hears of.
    CLEVER_SSO_LOG_ERROR = 1,
    /// Somebody should look at it: logins still succeed, but for example with keys that could not be refreshed.
    CLEVER_SSO_LOG_WARNING = 2,
    /// Worth knowing.
    CLEVER_SSO_LOG_INFO = 3,
    /// For those who search for something: a request that is sent again, keys that were fetched.
    CLEVER_SSO_LOG_DEBUG = 4,
}

impl clever_sso_log_level {
    pub(super) fn numbered(number: u32) -> Option<Self> {
        [
            Self::CLEVER_SSO_LOG_ERROR,
            Self::CLEVER_SSO_LOG_WARNING,
            Self::CLEVER_SSO_LOG_INFO,
            Self::CLEVER_SSO_LOG_DEBUG,
        ]
        .into_iter()
        .find(|level| *level as u32 == number)
    }

    pub(super) const fn of(level: Level) -> Self {
        match level {
            Level::ERROR => Self::CLEVER_SSO_LOG_ERROR,
            Level::WARN => Self::CLEVER_SSO_LOG_WARNING,
            Level::INFO => Self::CLEVER_SSO_LOG_INFO,
            _ => Self::CLEVER_SSO_LOG_DEBUG,
        }
    }

    pub(super) const fn filter(self) -> LevelFilter {
        match self {
            Self::CLEVER_SSO_LOG_ERROR => LevelFilter::ERROR,
            Self::CLEVER_SSO_LOG_WARNING => LevelFilter::WARN,
            Self::CLEVER_SSO_LOG_INFO => LevelFilter::INFO,
            Self::CLEVER_SSO_LOG_DEBUG => LevelFilter::DEBUG,
        }
    }
}

/// Receives an event of the log: the `user_data` that was set with it, how much it matters, which part of the library
/// speaks (for example `clever_sso::keys`), and a line of text. `target` and `message` are gone when the callback returns.
pub type clever_sso_log_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        level: clever_sso_log_level,
        target: *const c_char,
        message: *const c_char,
    ),
>;
