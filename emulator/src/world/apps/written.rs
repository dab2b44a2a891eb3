//! An app as it is written on the command line.

use std::mem;
use std::str::FromStr;

use super::app::App;
use super::error::AppError;

/// `CLIENT_ID:SECRET:REDIRECT_URI`, followed by `,oidc` for an OIDC app and `,library` for an app of Clever Library, in either
/// order. Only the first two colons are separators, because the URI also has colons.
impl FromStr for App {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let mut parts = text.splitn(3, ':');
        let (Some(client_id), Some(secret), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(AppError::Form);
        };
        let (mut redirect_uri, mut oidc, mut library) = (rest, false, false);
        while let Some((before, word)) = redirect_uri.rsplit_once(',').filter(|(_, word)| is_word(word)) {
            let (option, given) = match word {
                OIDC => (OIDC, &mut oidc),
                LIBRARY => (LIBRARY, &mut library),
                unknown => return Err(unknown_option(unknown)),
            };
            if mem::replace(given, true) {
                return Err(AppError::OptionTwice { option });
            }
            redirect_uri = before;
        }
        let mut app = Self::new(client_id, secret, redirect_uri);
        if oidc {
            app = app.with_oidc();
        }
        if library {
            app = app.with_library();
        }
        app.check().map(|()| app)
    }
}

const OIDC: &str = "oidc";
const LIBRARY: &str = "library";

/// Is the text after a comma meant as an option? A comma may also be part of a URI, followed by more of it.
fn is_word(text: &str) -> bool {
    let plain = |character: char| {
        character.is_alphanumeric() || character.is_whitespace() || "-_".contains(character)
    };
    text.chars().all(plain)
}

fn unknown_option(word: &str) -> AppError {
    let distance = |known: &&str| strsim::damerau_levenshtein(known, &word.trim().to_lowercase());
    let nearest = [OIDC, LIBRARY].into_iter().min_by_key(distance).unwrap_or(OIDC);
    AppError::UnknownOption { option: word.to_owned(), nearest }
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
    fn only_the_first_two_colons_are_separators() {
        let app = parsed("id:secret:http://127.0.0.1:5000/a:b,oidc");
        assert_eq!((app.client_id(), app.client_secret()), ("id", Some("secret")));
        assert_eq!(app.primary_redirect_uri(), "http://127.0.0.1:5000/a:b");
        assert!(app.is_oidc());
    }

    #[test]
    fn an_app_without_the_option_oidc_is_an_oauth_app() {
        assert!(!parsed("id:secret:https://app.example/").is_oidc());
    }

    #[test]
    fn oidc_and_library_can_follow_an_app_in_either_order() {
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
    fn an_unknown_option_is_refused_and_the_most_similar_one_is_named() {
        for (text, meant) in [
            (",oicd", "oidc"),
            (",OIDC", "oidc"),
            (",oidc ", "oidc"),
            (", oidc", "oidc"),
            (",openid", "oidc"),
            (",", "oidc"),
            (",libary", "library"),
            (",Library", "library"),
            (",oidc,libary", "library"),
            (",oicd,library", "oidc"),
            (",oidc,oidc,oicd", "oidc"),
        ] {
            let error = refused(&format!("id:secret:https://app.example/cb{text}"));
            assert!(
                matches!(error, AppError::UnknownOption { nearest, .. } if nearest == meant),
                "{text}: {error}"
            );
            assert!(error.to_string().contains(&format!("did you mean ,{meant}?")), "{error}");
        }
    }

    #[test]
    fn a_repeated_option_is_refused() {
        for (text, option) in [(",oidc,oidc", "oidc"), (",library,oidc,library", "library")] {
            let error = refused(&format!("id:secret:https://app.example/cb{text}"));
            assert_eq!(error, AppError::OptionTwice { option }, "{text}");
        }
    }

    #[test]
    fn a_comma_inside_a_redirect_uri_is_part_of_it() {
        for uri in
            ["https://app.example/a,b/cb", "https://app.example/cb?x=1,y=2", "https://app.example/a,b.php"]
        {
            let app = parsed(&format!("id:secret:{uri},oidc"));
            assert_eq!((app.primary_redirect_uri(), app.is_oidc()), (uri, true));
        }
    }

    #[test]
    fn an_empty_secret_makes_a_public_app_that_accepts_no_secret() {
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
        for uri in [
            "https://user:hidden@a.example/",
            "https://user@a.example/",
            "http:hidden@a.example/",
            "http:\\\\hidden@a.example",
            "http://user:hidden@:x",
            "ftp://user:hidden@a.example/",
        ] {
            let error = refused(&format!("id:s:{uri}"));
            assert!(matches!(error, AppError::RedirectUriUser { .. }), "{uri:?}");
            assert!(!error.to_string().contains("hidden"), "{error}");
        }
        assert_eq!(
            parsed("id:s:https://a.example/@me?a=b@c").primary_redirect_uri(),
            "https://a.example/@me?a=b@c"
        );
        assert!(matches!(refused("id:s:http://a.example:0/"), AppError::RedirectUri { .. }));
        for repaired in
            ["http://127.0.0.1\\.a.example/", "http:/a.example/", "http:a.example/", "https:///a.example/"]
        {
            assert!(
                matches!(refused(&format!("id:s:{repaired}")), AppError::RedirectUri { .. }),
                "{repaired}"
            );
        }
        for uri in
            ["https://a.example/#x", "https://a.example/ x", "https://a.example/é", "https://a.example/\n"]
        {
            assert!(matches!(refused(&format!("id:s:{uri}")), AppError::RedirectUri { .. }), "{uri:?}");
        }
    }

    #[test]
    fn no_error_prints_the_secret() {
        for text in [
            "id:hidden",
            "id:hidden:nowhere",
            "id:hid\u{e9}den:https://app.example/",
            // A secret with a colon, and the parts in another order.
            "id:secret:hidden:https://app.example/",
            "id:https://app.example/:hidden",
            "https://app.example/:id:hidden",
        ] {
            let error = refused(text);
            assert!(!format!("{error} {error:?}").contains("hid"), "{text:?}: {error}");
        }
        assert!(refused("id:s:https://app.example/#x").to_string().contains("https://app.example/#x"));
        assert!(!format!("{:?}", parsed("id:hidden:https://app.example/")).contains("hidden"));
    }
}
