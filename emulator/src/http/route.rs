//! The route of a request as one word, independent of the version of the API and of repeated slashes in the path.

use axum::http::{Method, Uri};

/// The route of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// A browser asks for a code or a token.
    Authorize,
    /// An app exchanges a code for tokens.
    Tokens,
    /// An app lists its district tokens.
    DistrictTokens,
    /// To which app was a token issued?
    Tokeninfo,
    /// Who does a token belong to?
    Me,
    /// The record of a person.
    User,
    /// The record of a district.
    District,
    /// Who does a token belong to, in the form of OpenID Connect?
    Userinfo,
    /// The discovery document.
    Metadata,
    /// The public keys.
    KeySet,
    /// Everything else.
    Elsewhere,
}

impl Route {
    /// The route of this method and path. The path is below the base URL.
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        match path {
            "/oauth/authorize" | "/oauth/instant-login" => Self::Authorize,
            "/oauth/tokens" if [Method::GET, Method::HEAD].contains(method) => Self::DistrictTokens,
            "/oauth/tokens" => Self::Tokens,
            "/oauth/tokeninfo" => Self::Tokeninfo,
            "/me" => Self::Me,
            "/userinfo" => Self::Userinfo,
            "/.well-known/openid-configuration" => Self::Metadata,
            "/oauth/certs" => Self::KeySet,
            _ => Self::of_version(path),
        }
    }

    /// In all versions of the API.
    fn of_version(path: &str) -> Self {
        let segments: Vec<_> = path.split('/').skip(1).collect();
        match segments.as_slice() {
            [version, ..] if !version.starts_with('v') => Self::Elsewhere,
            [_, "me"] => Self::Me,
            [_, "districts", _] => Self::District,
            [_, "users" | "students" | "teachers" | "school_admins" | "district_admins" | "contacts", _] => {
                Self::User
            }
            _ => Self::Elsewhere,
        }
    }
}

/// The same URI with each run of slashes in its path as one slash, as at Clever: some popular clients join
/// `https://api.clever.com/` and `/v2.1/students/ID`. The query stays as it is.
pub(crate) fn with_single_slashes(uri: &Uri) -> Uri {
    let path = uri.path();
    if !path.contains("//") {
        return uri.clone();
    }
    let mut merged = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !merged.ends_with('/') {
            merged.push(character);
        }
    }
    if let Some(query) = uri.query() {
        merged.push('?');
        merged.push_str(query);
    }
    // A part of a valid URI stays valid with fewer slashes.
    merged.parse().unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_the_same_in_every_version() {
        for (path, route) in [
            ("/me", Route::Me),
            ("/v1.1/me", Route::Me),
            ("/v3.0/users/x", Route::User),
            ("/v2.1/school_admins/x", Route::User),
            ("/v1.2/districts/x", Route::District),
            ("/v3.0/districts", Route::Elsewhere),
            ("/v3.0/users/x/district", Route::Elsewhere),
            ("/x/me", Route::Elsewhere),
            ("/", Route::Elsewhere),
        ] {
            assert_eq!(Route::of(&Method::GET, path), route, "{path}");
        }
    }

    #[test]
    fn the_token_endpoint_is_two_routes() {
        assert_eq!(Route::of(&Method::GET, "/oauth/tokens"), Route::DistrictTokens);
        assert_eq!(Route::of(&Method::POST, "/oauth/tokens"), Route::Tokens);
    }

    #[test]
    fn runs_of_slashes_become_one_and_a_query_is_kept() {
        for (uri, expected) in [
            ("//v2.1/students/x", "/v2.1/students/x"),
            ("/v3.0//me", "/v3.0/me"),
            ("///", "/"),
            ("//a///b//?target=//x&y=http://z", "/a/b/?target=//x&y=http://z"),
            ("/a?b=//", "/a?b=//"),
        ] {
            assert_eq!(with_single_slashes(&uri.parse().unwrap()).to_string(), expected);
        }
    }
}
