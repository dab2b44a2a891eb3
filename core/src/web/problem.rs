//! What a person sees when a login fails.

use std::time::Duration;

use http::StatusCode;

use crate::sentences::Language;

/// A failed login, or a page that the person may not open, as shown to the person.
///
/// ```
/// use clever_sso::web::Problem;
///
/// fn page(problem: &Problem) -> (http::StatusCode, String) {
///     (problem.status_code(), format!("{} ({})", problem.sentence, problem.code))
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The error code for support: a code of the catalogue, `access_denied` (Clever), `not_admitted` (the application),
    /// `not_signed_in` or `not_allowed`.
    pub code: String,
    /// The sentence for the person, in their language.
    pub sentence: String,
    /// The HTTP status of the page.
    pub status: u16,
    /// The link to try again. It leads to the page that the person wanted.
    pub login_url: String,
    /// The link to try again as another person: Clever asks who they are.
    pub switch_user_url: String,
    /// Where the person can continue, if they stay signed in.
    pub home_url: Option<String>,
    /// How long to wait before the next attempt, if Clever said so.
    pub retry_after: Option<Duration>,
    /// The language of the person: `en` or `es`.
    pub language: &'static str,
}

impl Problem {
    /// [`status`](Self::status) in the type of the [`http`] crate.
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(super) fn without_links(code: &str, sentence: &str, status: u16) -> Self {
        Self {
            code: code.to_owned(),
            sentence: sentence.to_owned(),
            status,
            login_url: String::new(),
            switch_user_url: String::new(),
            home_url: None,
            retry_after: None,
            language: Language::English.tag(),
        }
    }
}

impl std::fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Problem")
            .field("code", &self.code)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
