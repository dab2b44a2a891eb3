//! Repeated slashes in a path count as one, as at Clever: some popular clients join `https://api.clever.com/` and
//! `/v2.1/students/ID`.

use axum::http::Uri;

/// The same URI with each run of slashes in its path as one slash. The query stays as it is.
pub(crate) fn merged(uri: &Uri) -> Uri {
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
    // What was part of a URI stays one with fewer slashes.
    merged.parse().unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_slashes_become_one_and_a_query_is_kept() {
        for (uri, expected) in [
            ("//v2.1/students/x", "/v2.1/students/x"),
            ("/v3.0//me", "/v3.0/me"),
            ("///", "/"),
            ("//a///b//?target=//x&y=http://z", "/a/b/?target=//x&y=http://z"),
            ("/a?b=//", "/a?b=//"),
        ] {
            assert_eq!(merged(&uri.parse().unwrap()).to_string(), expected);
        }
    }
}
