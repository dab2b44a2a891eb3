//! The arguments of a log callback: the level of an event, and its text.

use std::ffi::{c_char, c_void};

use tracing::Level;
use tracing::level_filters::LevelFilter;

/// The level of an event: how important it is.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_log_level {
    /// Something failed, and no call reports it.
    CLEVER_SSO_LOG_ERROR = 1,
    /// Needs attention: logins still work, but, for example, keys could not be refreshed.
    CLEVER_SSO_LOG_WARNING = 2,
    /// Useful to know.
    CLEVER_SSO_LOG_INFO = 3,
    /// Details: a retried request, fetched keys.
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

/// Receives an event: your `user_data`, the level, the part of the library that it comes from (for example `clever_sso::keys`),
/// and a line of text. `target` and `message` are freed when the callback returns.
pub type clever_sso_log_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        level: clever_sso_log_level,
        target: *const c_char,
        message: *const c_char,
    ),
>;
