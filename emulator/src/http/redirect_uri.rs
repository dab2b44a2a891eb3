//! In what two redirect URIs differ, told without repeating the one that was sent: anything could stand in it.

use url::Url;

/// In what `sent` differs from `known`, as the beginning of a sentence.
pub(crate) fn difference(known: &str, sent: &str) -> &'static str {
    if known.trim_end_matches('/') == sent.trim_end_matches('/') {
        return if sent.ends_with('/') {
            "a slash is too many at the end"
        } else {
            "the slash at the end is missing"
        };
    }
    let (Ok(known), Ok(sent)) = (Url::parse(known), Url::parse(sent)) else {
        return "what was sent is no absolute URL";
    };
    let differences = [
        (known.scheme() != sent.scheme(), "http and https are not the same"),
        (is_this_machine(&known) && is_this_machine(&sent) && known.host() != sent.host(), LOCALHOST),
        (known.host() != sent.host(), "the host is another one"),
        (known.port() != sent.port(), "the port is another one"),
        (
            known.path().eq_ignore_ascii_case(sent.path()) && known.path() != sent.path(),
            "capitals count in the path",
        ),
        (known.path() != sent.path(), "the path is another one"),
        (known.query() != sent.query(), "the query differs: none may be added, nor left out"),
        (known.fragment() != sent.fragment(), "a fragment was added"),
    ];
    let first = differences.into_iter().find(|(differs, _)| *differs);
    first.map_or("they are compared letter by letter, and one is written otherwise", |(_, difference)| {
        difference
    })
}

const LOCALHOST: &str = "localhost and 127.0.0.1 are not the same";

fn is_this_machine(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_that_a_reader_would_see_is_told() {
        let known = "http://127.0.0.1:5000/callback";
        for (sent, expected) in [
            ("http://127.0.0.1:5000/callback/", "slash is too many"),
            ("https://127.0.0.1:5000/callback", "http and https"),
            ("http://localhost:5000/callback", "localhost and 127.0.0.1"),
            ("http://app.example:5000/callback", "the host"),
            ("http://127.0.0.1:5001/callback", "the port"),
            ("http://127.0.0.1:5000/Callback", "capitals"),
            ("http://127.0.0.1:5000/other", "the path"),
            ("http://127.0.0.1:5000/callback?x=1", "the query"),
            ("http://127.0.0.1:5000/callback#x", "a fragment"),
            ("HTTP://127.0.0.1:5000/callback", "written otherwise"),
            ("/callback", "no absolute URL"),
        ] {
            assert!(difference(known, sent).contains(expected), "{sent}: {}", difference(known, sent));
        }
        assert!(difference("http://a.example/b/", "http://a.example/b").contains("is missing"));
    }
}
