//! How two redirect URIs differ, without repeating the one that was sent, because it could contain anything.

use url::Url;

/// How `sent` differs from `known`, as part of a sentence.
pub(crate) fn difference(known: &str, sent: &str) -> &'static str {
    if known.trim_end_matches('/') == sent.trim_end_matches('/') {
        return if sent.ends_with('/') {
            "it has an extra trailing slash"
        } else {
            "its trailing slash is missing"
        };
    }
    let (Ok(known), Ok(sent)) = (Url::parse(known), Url::parse(sent)) else {
        return "the value that was sent is not an absolute URL";
    };
    let differences = [
        (known.scheme() != sent.scheme(), "http and https are not the same"),
        (is_this_machine(&known) && is_this_machine(&sent) && known.host() != sent.host(), LOCALHOST),
        (known.host() != sent.host(), "the host is different"),
        (known.port() != sent.port(), "the port is different"),
        (
            known.path().eq_ignore_ascii_case(sent.path()) && known.path() != sent.path(),
            "the path differs in upper and lower case",
        ),
        (known.path() != sent.path(), "the path is different"),
        (known.query() != sent.query(), "the query is different: it must be the same"),
        (known.fragment() != sent.fragment(), "a fragment was added"),
    ];
    let first = differences.into_iter().find(|(differs, _)| *differs);
    first.map_or("they must match exactly, and are written differently", |(_, difference)| difference)
}

const LOCALHOST: &str = "localhost and 127.0.0.1 are not the same";

fn is_this_machine(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_visible_difference_is_reported() {
        let known = "http://127.0.0.1:5000/callback";
        for (sent, expected) in [
            ("http://127.0.0.1:5000/callback/", "extra trailing slash"),
            ("https://127.0.0.1:5000/callback", "http and https"),
            ("http://localhost:5000/callback", "localhost and 127.0.0.1"),
            ("http://app.example:5000/callback", "the host"),
            ("http://127.0.0.1:5001/callback", "the port"),
            ("http://127.0.0.1:5000/Callback", "upper and lower case"),
            ("http://127.0.0.1:5000/other", "the path"),
            ("http://127.0.0.1:5000/callback?x=1", "the query"),
            ("http://127.0.0.1:5000/callback#x", "a fragment"),
            ("HTTP://127.0.0.1:5000/callback", "written differently"),
            ("/callback", "not an absolute URL"),
        ] {
            assert!(difference(known, sent).contains(expected), "{sent}: {}", difference(known, sent));
        }
        assert!(difference("http://a.example/b/", "http://a.example/b").contains("is missing"));
    }
}
