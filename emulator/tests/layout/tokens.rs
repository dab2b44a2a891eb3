//! Rust source as tokens: names, `::` and single characters. Comments, strings and characters are left out.

/// The tokens of this source.
pub(crate) fn tokens(source: &str) -> Vec<String> {
    let mut rest = source;
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = after(rest, "\n");
        } else if rest.starts_with("/*") {
            rest = after_block_comment(rest);
        } else if let Some(after) = after_literal(rest) {
            rest = after;
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_');
            let (name, more) = rest.split_at(end.unwrap_or(rest.len()));
            tokens.push(name.to_owned());
            rest = more;
        } else if let Some(more) = rest.strip_prefix("::") {
            tokens.push("::".to_owned());
            rest = more;
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    tokens
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

fn after_block_comment(text: &str) -> &str {
    let (mut rest, mut depth) = (text, 0_usize);
    loop {
        if let Some(more) = rest.strip_prefix("/*") {
            (rest, depth) = (more, depth + 1);
        } else if let Some(more) = rest.strip_prefix("*/") {
            (rest, depth) = (more, depth - 1);
            if depth == 0 {
                return rest;
            }
        } else {
            let Some(first) = rest.chars().next() else { return "" };
            rest = &rest[first.len_utf8()..];
        }
    }
}

/// The text after a string or a character, if the text begins with one.
fn after_literal(text: &str) -> Option<&str> {
    let unprefixed = text.strip_prefix('b').or(text.strip_prefix('c')).unwrap_or(text);
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if let Some(inside) = raw[hashes..].strip_prefix('"') {
            return Some(after(inside, &format!("\"{}", "#".repeat(hashes))));
        }
    }
    if let Some(inside) = unprefixed.strip_prefix('"') {
        return Some(after_closing(inside, '"'));
    }
    let inside = unprefixed.strip_prefix('\'')?;
    // A quote that isn't closed after one character begins a lifetime.
    let escaped = inside.starts_with('\\');
    let closes = inside.chars().nth(1) == Some('\'');
    (escaped || closes).then(|| after_closing(inside, '\''))
}

fn after_closing(inside: &str, quote: char) -> &str {
    let mut characters = inside.char_indices();
    while let Some((place, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return &inside[place + quote.len_utf8()..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_characters_are_left_out() {
        let source = r##"use a::b; // x::y
/* c /* d */ e */ let f = "g::h \" i"; r#"j" k"# 'l' '\'' b'm' fn n<'o>() {}"##;
        let expected = [
            "use", "a", "::", "b", ";", "let", "f", "=", ";", "fn", "n", "<", "'", "o", ">", "(", ")", "{",
            "}",
        ];
        assert_eq!(tokens(source), expected);
    }
}
