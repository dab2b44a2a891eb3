//! An app as it is written on the command line.

use std::str::FromStr;

use super::App;
use crate::app_error::AppError;

/// `CLIENT_ID:SECRET:REDIRECT_URI`, with `,oidc` behind it for an OIDC app and `,library` for one of Clever Library, in
/// either order. Only the first two colons divide, because the URI has colons of its own.
impl FromStr for App {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let mut parts = text.splitn(3, ':');
        let (Some(client_id), Some(secret), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(AppError::Form);
        };
        let (rest, last) = without_kind(rest);
        let (redirect_uri, first) = without_kind(rest);
        let mut app = Self::new(client_id, secret, redirect_uri);
        for kind in [first, last].into_iter().flatten() {
            app = if kind == OIDC { app.with_oidc() } else { app.with_library() };
        }
        app.check().map(|()| app)
    }
}

const OIDC: &str = ",oidc";
const LIBRARY: &str = ",library";

/// The text without the kind of app that stands at its end, and that kind.
fn without_kind(text: &str) -> (&str, Option<&'static str>) {
    let kind = [OIDC, LIBRARY].into_iter().find(|kind| text.ends_with(kind));
    (kind.and_then(|kind| text.strip_suffix(kind)).unwrap_or(text), kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> App {
        text.parse().unwrap()
    }

    fn refused(text: &str) -> AppError {
        text.parse::<App>().unwrap_err()
    }

    #[test]
    fn only_the_first_two_colons_divide() {
        let app = parsed("id:secret:http://127.0.0.1:5000/a:b,oidc");
        assert_eq!((app.client_id(), app.client_secret()), ("id", Some("secret")));
        assert_eq!(app.primary_redirect_uri(), "http://127.0.0.1:5000/a:b");
        assert!(app.is_oidc());
    }

    #[test]
    fn without_oidc_behind_it_an_app_is_an_oauth_app() {
        assert!(!parsed("id:secret:https://app.example/").is_oidc());
    }

    #[test]
    fn oidc_and_library_stand_behind_an_app_in_either_order() {
        let kinds = |text: &str| {
            let app = parsed(&format!("id:secret:https://app.example/{text}"));
            assert_eq!(app.primary_redirect_uri(), "https://app.example/", "{text}");
            (app.is_oidc(), app.is_library())
        };
        assert_eq!(
            (kinds(""), kinds(",oidc"), kinds(",library")),
            ((false, false), (true, false), (false, true))
        );
        assert_eq!((kinds(",oidc,library"), kinds(",library,oidc")), ((true, true), (true, true)));
    }

    #[test]
    fn an_empty_secret_makes_a_public_app_that_no_secret_opens() {
        let app = parsed("id::https://app.example/");
        assert!(app.is_public());
        assert!(!app.has_secret(""));
    }

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let app = parsed("id:secret:https://app.example/");
        assert!(app.has_secret("secret"));
        for wrong in ["", "secre", "secret ", "Secret"] {
            assert!(!app.has_secret(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn malformed_apps_are_refused() {
        for text in ["", "id", "id:secret", "id,secret,uri"] {
            assert_eq!(refused(text), AppError::Form, "{text:?}");
        }
        assert_eq!(refused(":secret:https://app.example/"), AppError::ClientId);
        assert_eq!(refused("ïd:secret:https://app.example/"), AppError::ClientId);
        assert!(matches!(refused("id:sécret:https://app.example/"), AppError::ClientSecret { .. }));
        assert!(matches!(refused("id::https://app.example/,oidc"), AppError::PublicOidc { .. }));
    }

    #[test]
    fn redirect_uris_are_absolute_web_addresses_without_a_fragment() {
        for uri in ["", "/callback", "app.example/callback", "myapp://x", "javascript:alert(1)", "http://"] {
            assert!(matches!(refused(&format!("id:s:{uri}")), AppError::RedirectUri { .. }), "{uri:?}");
        }
        for uri in
            ["https://a.example/#x", "https://a.example/ x", "https://a.example/é", "https://a.example/\n"]
        {
            assert!(matches!(refused(&format!("id:s:{uri}")), AppError::RedirectUri { .. }), "{uri:?}");
        }
    }

    #[test]
    fn no_error_prints_the_secret() {
        for text in ["id:hidden", "id:hidden:nowhere", "id:hid\u{e9}den:https://app.example/"] {
            assert!(!refused(text).to_string().contains("hid"), "{text:?}");
        }
        assert!(!format!("{:?}", parsed("id:hidden:https://app.example/")).contains("hidden"));
    }
}
