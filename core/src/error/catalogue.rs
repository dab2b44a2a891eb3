//! The catalogue of failures. Each has an error code, a kind, whether a retry can help, who can fix it, a sentence for the log,
//! and a sentence for the person who logs in.
//!
//! C and Python read this table, and add nothing to it.

use crate::sentences::{self, Language, Sentence};

/// The groups of failures, for callers that handle all failures of a group in the same way.
///
/// As text, and with serde, it is its word:
///
/// ```
/// use clever_sso::{ErrorCode, ErrorKind};
///
/// assert_eq!(ErrorCode::IdTokenExpired.kind(), ErrorKind::Token);
/// assert_eq!(ErrorKind::Token.to_string(), "token");
/// assert_eq!("token".parse(), Ok(ErrorKind::Token));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration is wrong or incomplete.
    Config,
    /// An argument of the call is not valid.
    Argument,
    /// The callback cannot finish a login.
    Login,
    /// A token breaks a rule, or Clever does not accept it.
    Token,
    /// Clever refused the request, or its response cannot be read.
    Clever,
    /// Clever could not be reached.
    Network,
    /// A problem of this library or of the machine it runs on.
    Internal,
}

impl ErrorKind {
    pub(super) const ALL: &'static [Self] = &[
        Self::Config,
        Self::Argument,
        Self::Login,
        Self::Token,
        Self::Clever,
        Self::Network,
        Self::Internal,
    ];

    /// The kind as a word, for example `token`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Argument => "argument",
            Self::Login => "login",
            Self::Token => "token",
            Self::Clever => "clever",
            Self::Network => "network",
            Self::Internal => "internal",
        }
    }
}

/// Who can fix it.
///
/// As text, and with serde, it is its word:
///
/// ```
/// use clever_sso::{Actor, ErrorCode};
///
/// assert_eq!(ErrorCode::ClientRejected.actor(), Actor::App);
/// assert_eq!(Actor::App.to_string(), "app");
/// assert_eq!("app".parse(), Ok(Actor::App));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Actor {
    /// The person who logs in.
    User,
    /// The people who run the application.
    App,
    /// Clever.
    Clever,
    /// The people who run the network between the application and Clever.
    Network,
}

impl Actor {
    pub(super) const ALL: &'static [Self] = &[Self::User, Self::App, Self::Clever, Self::Network];

    /// The actor as a word: `user`, `app`, `clever` or `network`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::App => "app",
            Self::Clever => "clever",
            Self::Network => "network",
        }
    }
}

struct Entry {
    word: &'static str,
    kind: ErrorKind,
    retryable: bool,
    actor: Actor,
    log: &'static str,
    user: Sentence,
}

macro_rules! catalogue {
    ($($variant:ident, $word:literal, $kind:ident, $retryable:literal, $actor:ident, $log:literal, $user:ident;)*) => {
        /// The catalogue of failures. The code words never change their meaning and are never reused.
        ///
        /// As text, and with serde, a code is its word:
        ///
        /// ```
        /// use clever_sso::ErrorCode;
        ///
        /// let code: ErrorCode = "rate_limited".parse()?;
        /// assert_eq!(code, ErrorCode::RateLimited);
        /// assert_eq!(format!("{code}: {}", code.sentence()), "rate_limited: Clever limits the rate of requests");
        /// assert!(code.retryable() && code.page_status() == 503);
        /// # Ok::<(), clever_sso::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $word, "`: ", $log, ".")] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => &Entry {
                        word: $word,
                        kind: ErrorKind::$kind,
                        retryable: $retryable,
                        actor: Actor::$actor,
                        log: $log,
                        user: sentences::$user,
                    },)*
                }
            }
        }
    };
}

// variant, error code, kind, whether a retry can help, who can fix it, sentence for the log, sentence for the person
catalogue! {
    ConfigInvalid, "config_invalid", Config, false, App, "the configuration cannot be used", SETUP;
    ClientSecretMissing, "client_secret_missing", Config, false, App, "this operation needs the client secret", SETUP;
    RedirectUriUnknown, "redirect_uri_unknown", Config, false, App, "the redirect URI is not one of the configured ones", SETUP;
    RuntimeRunning, "runtime_running", Config, false, App, "a blocking call was made inside an async task: use the async client there, or spawn_blocking", SETUP;
    RuntimeMissing, "runtime_missing", Config, false, App, "an async call was made outside a tokio runtime: use the blocking client there", SETUP;

    ArgumentInvalid, "argument_invalid", Argument, false, App, "an argument of the call cannot be used", SETUP;
    ReturnToUnsafe, "return_to_unsafe", Argument, false, App, "return_to is neither a path of this application nor on an allowed origin", AGAIN;

    CallbackMalformed, "callback_malformed", Login, false, App, "the callback has no code, no token, and no error that can be read", AGAIN;
    CallbackDuplicate, "callback_duplicate", Login, false, User, "the callback has a parameter twice", AGAIN;
    CallbackContradictory, "callback_contradictory", Login, false, User, "the callback has parameters that contradict each other", AGAIN;
    CallbackIssuer, "callback_issuer", Login, false, User, "the callback comes from another issuer", AGAIN;
    StateMissing, "state_missing", Login, true, User, "the browser arrived without a state: the login began at Clever", AGAIN;
    StateMismatch, "state_mismatch", Login, true, User, "the state belongs to another login", AGAIN;
    PendingMissing, "pending_missing", Login, true, User, "the browser came back without the pending login", AGAIN;
    PendingInvalid, "pending_invalid", Login, true, User, "the pending login was not encrypted with a known key", AGAIN;
    PendingExpired, "pending_expired", Login, true, User, "the pending login is older than ten minutes", AGAIN;
    CookiesBlocked, "cookies_blocked", Login, false, User, "the browser came back without the login cookie each time: it probably blocks cookies", COOKIES;
    LoginLoop, "login_loop", Login, false, App, "the login restarted too many times and never finished", OFTEN;
    SessionNotKept, "session_not_kept", Login, false, App, "after several sign-ins in a row, the app had no signed-in session: check the domain, path and Secure attribute of the session cookie, and what ends sessions in your app", SESSION;
    PageNotAllowed, "page_not_allowed", Login, false, App, "a person who is signed in is sent back to log in again and again: respond with 403 to people who may not open a page", ALLOWED;

    IdTokenMalformed, "id_token_malformed", Token, false, Clever, "the ID token is not a strict compact JWS", SETUP;
    IdTokenAlgorithm, "id_token_algorithm", Token, false, Clever, "the ID token is not signed with RS256", SETUP;
    IdTokenHeader, "id_token_header", Token, false, Clever, "the ID token has a header parameter that is not allowed", SETUP;
    IdTokenKeyUnknown, "id_token_key_unknown", Token, true, Clever, "the ID token names a key that Clever does not publish", AGAIN;
    IdTokenSignature, "id_token_signature", Token, false, Clever, "the signature of the ID token does not verify", SETUP;
    IdTokenClaims, "id_token_claims", Token, false, Clever, "the claims of the ID token cannot be read", SETUP;
    IdTokenIssuer, "id_token_issuer", Token, false, Clever, "the ID token has another issuer", SETUP;
    IdTokenAudience, "id_token_audience", Token, false, Clever, "the ID token is not meant for this client alone", SETUP;
    IdTokenAuthorizedParty, "id_token_authorized_party", Token, false, Clever, "the ID token was issued to another client", SETUP;
    IdTokenSubject, "id_token_subject", Token, false, Clever, "the ID token has no usable subject", SETUP;
    IdTokenExpired, "id_token_expired", Token, true, App, "the ID token has expired", AGAIN;
    IdTokenIssuedAt, "id_token_issued_at", Token, true, App, "the ID token was issued in the future, or is valid for more than a year", AGAIN;
    IdTokenNotYetValid, "id_token_not_yet_valid", Token, true, App, "the ID token is not valid yet", AGAIN;
    IdTokenNonce, "id_token_nonce", Token, false, User, "the nonce of the ID token does not match this login", AGAIN;
    IdTokenAccessToken, "id_token_access_token", Token, false, Clever, "the ID token belongs to another access token", SETUP;
    UserinfoSubject, "userinfo_subject", Token, false, Clever, "the userinfo response is about a different person", SETUP;
    TokenForeign, "token_foreign", Token, false, User, "the access token was issued to another application", AGAIN;
    TokenRejected, "token_rejected", Token, false, User, "Clever does not accept the access token", AGAIN;

    CallbackUnavailable, "callback_unavailable", Clever, true, Clever, "Clever sent the browser back because it cannot log anyone in right now", LATER;
    CallbackRejected, "callback_rejected", Clever, false, App, "Clever sent the browser back because it does not accept the authorization request", SETUP;
    CodeRejected, "code_rejected", Clever, true, User, "Clever does not accept the code: it was already used, has expired or belongs to another client", AGAIN;
    ClientRejected, "client_rejected", Clever, false, App, "Clever does not accept the client id and secret", SETUP;
    TokenRequestRejected, "token_request_rejected", Clever, false, App, "Clever refused the token request", SETUP;
    RequestRejected, "request_rejected", Clever, false, App, "Clever refused the request", SETUP;
    NotFound, "not_found", Clever, false, App, "Clever does not have this resource, or the token gives no access to it", SETUP;
    RateLimited, "rate_limited", Clever, true, Clever, "Clever limits the rate of requests", LATER;
    CleverUnavailable, "clever_unavailable", Clever, true, Clever, "Clever cannot respond right now", LATER;
    ResponseHtml, "response_html", Clever, true, Network, "the response is HTML instead of JSON: a proxy, a captive portal or a wrong address may have sent it", LATER;
    ResponseMalformed, "response_malformed", Clever, false, Clever, "the response is malformed or incomplete", SETUP;
    ResponseTooLarge, "response_too_large", Clever, false, Clever, "the response is larger than 1 MiB", SETUP;
    ResponseRedirect, "response_redirect", Clever, false, Network, "the response is a redirect, and redirects are not followed", SETUP;
    DiscoveryIssuer, "discovery_issuer", Clever, false, App, "the discovery document is for another issuer", SETUP;
    KeysUnusable, "keys_unusable", Clever, true, Clever, "the key set has no key that can verify an ID token", LATER;

    NetworkConnect, "network_connect", Network, true, Network, "no connection could be made", LATER;
    NetworkName, "network_name", Network, true, Network, "the name of the host could not be resolved", LATER;
    NetworkTls, "network_tls", Network, false, Network, "no trusted TLS connection could be made", SETUP;
    NetworkTimeout, "network_timeout", Network, true, Network, "the deadline passed before the response was complete", LATER;
    NetworkInterrupted, "network_interrupted", Network, true, Network, "the connection broke before the response was complete", LATER;

    CallInterrupted, "call_interrupted", Network, true, App, "the caller gave up waiting before the response was complete", AGAIN;

    LimitReached, "limit_reached", Internal, true, App, "a limit of this process or machine is reached: open files, threads, ports, lookups of host names, or memory for a system call", AGAIN;
    Internal, "internal", Internal, false, App, "something is wrong in the library or on this machine", SETUP;
}

impl ErrorCode {
    /// The stable error code, for example `id_token_expired`.
    pub const fn as_str(self) -> &'static str {
        self.entry().word
    }

    /// The group this failure belongs to.
    pub const fn kind(self) -> ErrorKind {
        self.entry().kind
    }

    /// Whether the same call, or the same login started again, may succeed later without any change.
    pub const fn retryable(self) -> bool {
        self.entry().retryable
    }

    /// Who can fix it.
    pub const fn actor(self) -> Actor {
        self.entry().actor
    }

    /// The sentence for the log, without the details of one failure.
    pub const fn sentence(self) -> &'static str {
        self.entry().log
    }

    /// A sentence that may be shown to the person who logs in, in English.
    pub const fn user_message(self) -> &'static str {
        self.entry().user.text(Language::English)
    }

    /// Like [`user_message`](Self::user_message), in the person's language: a tag such as `es` or `es-MX`, or the value of their
    /// `Accept-Language` header. English and Spanish are available; all other languages get English.
    ///
    /// ```
    /// use clever_sso::ErrorCode;
    ///
    /// let code = ErrorCode::CodeRejected;
    /// assert_eq!(code.user_message_in("es-MX,es;q=0.9,en;q=0.8"), "Esta vez no se pudo iniciar sesión. Inténtalo de nuevo.");
    /// assert_eq!(code.user_message_in("fr"), code.user_message());
    /// ```
    pub fn user_message_in(self, language: &str) -> &'static str {
        self.entry().user.text(Language::wanted(language))
    }

    /// The sentence for the person, in each language, for C.
    #[cfg(feature = "__face")]
    #[doc(hidden)]
    pub const fn user_sentence(self) -> Sentence {
        self.entry().user
    }

    /// The HTTP status of the page that shows this failure to the person: 400, 403, 500 or 503.
    pub const fn page_status(self) -> u16 {
        match self {
            // The browser did nothing wrong: the application lost its session.
            Self::SessionNotKept => 500,
            Self::PageNotAllowed => 403,
            // Temporary, but a problem of this machine.
            Self::LimitReached => 503,
            _ => match (self.kind(), self.actor()) {
                (ErrorKind::Config | ErrorKind::Internal, _) => 500,
                (ErrorKind::Clever | ErrorKind::Network, Actor::App) if !self.retryable() => 500,
                (ErrorKind::Network, _)
                | (ErrorKind::Clever, Actor::App | Actor::Clever | Actor::Network) => 503,
                // A problem with the browser's request.
                _ => 400,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn code_words_are_unique_and_plain() {
        let words: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), ErrorCode::ALL.len());
        for word in words {
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{word}");
        }
    }

    #[test]
    fn sentences_for_people_contain_no_protocol_terms() {
        for code in ErrorCode::ALL {
            for word in ["token", "OAuth", "HTTP", "JSON", "redirect", "nonce"] {
                assert!(!code.user_message().contains(word), "{code}: {word}");
            }
        }
    }

    #[test]
    fn sentences_say_try_again_only_when_that_can_help() {
        for code in ErrorCode::ALL {
            let says_so = code.user_message().contains("try again");
            let may_help = match code {
                // The button on the page starts another login, without the rejected values.
                // After a login loop, trying again helps when the person has done what the sentence says.
                ErrorCode::ReturnToUnsafe | ErrorCode::CallbackMalformed | ErrorCode::LoginLoop => true,
                _ => code.retryable() || code.actor() == Actor::User,
            };
            assert_eq!(says_so, may_help, "{code}: {}", code.user_message());
            let asks = code.user_message().contains("someone at your school");
            assert!(may_help || asks, "{code}: {}", code.user_message());
        }
    }

    #[test]
    fn the_status_of_the_page_matches_who_can_fix_the_error() {
        for (code, status) in [
            (ErrorCode::ConfigInvalid, 500),
            (ErrorCode::ReturnToUnsafe, 400),
            (ErrorCode::ArgumentInvalid, 400),
            (ErrorCode::CallbackMalformed, 400),
            (ErrorCode::CookiesBlocked, 400),
            (ErrorCode::SessionNotKept, 500),
            (ErrorCode::PageNotAllowed, 403),
            (ErrorCode::IdTokenSignature, 400),
            (ErrorCode::CallbackUnavailable, 503),
            (ErrorCode::CallbackRejected, 500),
            (ErrorCode::CodeRejected, 400),
            (ErrorCode::ClientRejected, 500),
            (ErrorCode::RateLimited, 503),
            (ErrorCode::ResponseMalformed, 503),
            (ErrorCode::NetworkTls, 503),
            (ErrorCode::CallInterrupted, 503),
            (ErrorCode::LimitReached, 503),
            (ErrorCode::Internal, 500),
        ] {
            assert_eq!(code.page_status(), status, "{code}");
        }
        for code in ErrorCode::ALL {
            assert!([400, 403, 500, 503].contains(&code.page_status()), "{code}");
            let is_later = code.user_message() == sentences::LATER.text(Language::English);
            assert!(!is_later || code.page_status() == 503, "{code}");
        }
    }
}
