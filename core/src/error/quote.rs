//! Makes text from outside safe for an error.

/// Text from outside, made safe for a log line: at most 64 characters, without characters that could break or forge a line.
pub(crate) fn quote(text: &str) -> String {
    quote_up_to(text, 64)
}

/// The path of a file in full, because the operator set it and needs it. `None` if it does not look like a path: it may be a
/// secret.
pub(crate) fn quote_path(path: &std::path::Path) -> Option<String> {
    let text = path.to_string_lossy();
    let is_path = text.contains(['/', '.', '\\']) && !may_be_secret(&text);
    is_path.then(|| quote_up_to(&text, 1024))
}

/// The value of a setting, quoted; `None` if it may be a secret that belongs to another setting.
pub(crate) fn quote_setting(text: &str) -> Option<String> {
    (!may_be_secret(text)).then(|| quote(text))
}

/// Whether a text may be a secret: it has an `@`, like an address with a password, or it is a long word, or a part of it looks
/// random.
pub(crate) fn may_be_secret(text: &str) -> bool {
    const LONG: usize = 16;
    let is_part_of_word = |c: char| c.is_ascii_alphanumeric() || "+=_-".contains(c);
    let mut words = text.split(|c| !is_part_of_word(c));
    let is_long_word = text.len() >= LONG && !text.contains([':', '/', '.', '\\']);
    text.contains('@') || is_long_word || words.any(looks_random)
}

/// Whether a word has sixteen hexadecimal digits in a row, or twenty characters that include lowercase letters, capital letters
/// and digits.
fn looks_random(word: &str) -> bool {
    let mut parts = word.split(|c: char| !c.is_ascii_hexdigit());
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    parts.any(|part| part.len() >= 16)
        || word.len() >= 20
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_digit)
}

fn quote_up_to(text: &str, longest: usize) -> String {
    let shown: String = text.chars().take(longest).flat_map(char::escape_debug).collect();
    if text.chars().nth(longest).is_some() { format!("\"{shown}…\"") } else { format!("\"{shown}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_possible_secret_is_not_shown() {
        for secret in [
            "5ec4e7f65ec4e7f65ec4e7f65ec4e7f65ec4e7f6",
            "//5ec4e7f65ec4e7f65ec4e7f65ec4e7f65ec4e7f6/",
            "x:5ec4e7f65ec4e7f65ec4e7f65ec4e7f65ec4e7f6",
            "a/Zm9vYmFyMTIzNDU2Nzg5MGFiY2Rl/b",
            "correct horse battery staple",
            "me:hunter2@proxy.example",
        ] {
            assert_eq!((quote_setting(secret), quote_path(secret.as_ref())), (None, None), "{secret}");
        }
        for text in
            ["/clever", "https://app.example/a-long-path-of-words?a=b", "fr", "localhost:5000/callback"]
        {
            assert_eq!(quote_setting(text), Some(quote(text)), "{text}");
        }
        for path in [
            "/etc/ssl/certs/ca-certificates.crt",
            "ca.pem",
            "C:\\Certificates\\school.cer",
            "/nix/store/w0w1x2y3z4abcdefghijklmnopqrstuv-nss-cacert-3.98/etc/ssl",
        ] {
            assert!(quote_path(path.as_ref()).is_some(), "{path}");
        }
        assert_eq!(quote_path("ca".as_ref()), None);
    }

    #[test]
    fn quoted_text_cannot_break_a_log_line_and_is_short() {
        assert_eq!(quote("a\nb\u{202e}\"c"), r#""a\nb\u{202e}\"c""#);
        assert!(quote(&"x".repeat(100_000)).len() < 80);
    }
}
