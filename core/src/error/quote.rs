//! Makes text from outside safe for an error.

/// Text from outside, made safe for a log line: at most 64 characters, and none that could break or forge a line.
pub(crate) fn quote(text: &str) -> String {
    quote_up_to(text, 64)
}

/// The path of a file: the operator set it, and needs all of it.
pub(crate) fn quote_path(path: &std::path::Path) -> String {
    quote_up_to(&path.to_string_lossy(), 1024)
}

fn quote_up_to(text: &str, longest: usize) -> String {
    let shown: String = text.chars().take(longest).flat_map(char::escape_debug).collect();
    if text.chars().nth(longest).is_some() { format!("\"{shown}…\"") } else { format!("\"{shown}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_cannot_break_a_log_line_and_is_short() {
        assert_eq!(quote("a\nb\u{202e}\"c"), r#""a\nb\u{202e}\"c""#);
        assert!(quote(&"x".repeat(100_000)).len() < 80);
    }
}
