//! Repairs JSON text that a strict parser refuses for an unimportant reason.
//!
//! A name that was cut inside an emoji, or a number out of range, must not stop a login. The text is read once, so the work is
//! linear. Everything else stays unchanged, and the parser refuses it.

use std::fmt::Write as _;

use serde_json::Number;

use super::value::DEEPEST;

/// The mistakes to repair.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Faults {
    /// In a signed document: half of a surrogate pair becomes U+FFFD; a number out of range or a value nested too deeply becomes
    /// null. All of these are valid JSON (RFC 8259 6, 8.2 and 9), but parsers handle them differently.
    OfValues,
    /// In a response that decides nothing: also control characters inside strings and invalid numbers (`NaN`, `01`).
    OfText,
}

/// `text` with its mistakes repaired.
pub(super) fn repaired(text: &str, faults: Faults) -> String {
    let mut repaired = String::with_capacity(text.len());
    let (mut rest, mut depth) = (text, 0_usize);
    while let Some(first) = rest.bytes().next() {
        let (token, after) = rest.split_at(token_length(first, rest));
        rest = after;
        let shown = depth <= DEEPEST;
        match first {
            b'{' | b'[' => {
                depth += 1;
                if depth <= DEEPEST {
                    repaired.push_str(token);
                } else if shown {
                    repaired.push_str("null");
                }
            }
            b'}' | b']' => {
                if shown {
                    repaired.push_str(token);
                }
                depth = depth.saturating_sub(1);
            }
            _ if !shown => {}
            b'"' => repair_string(token, faults, &mut repaired),
            _ if is_lost(token, faults) => repaired.push_str("null"),
            _ => repaired.push_str(token),
        }
    }
    repaired
}

const fn is_single(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b' ' | b'\t' | b'\n' | b'\r')
}

/// The length of the string, punctuation or word at the start of `rest`. All of them end at an ASCII byte.
fn token_length(first: u8, rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match first {
        b'"' => string_length(bytes).unwrap_or(bytes.len()),
        first if is_single(first) => 1,
        _ => bytes.iter().position(|byte| *byte == b'"' || is_single(*byte)).unwrap_or(bytes.len()),
    }
}

fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Whether a word is a number that must become null.
fn is_lost(word: &str, faults: Faults) -> bool {
    if matches!(word, "true" | "false" | "null") || serde_json::from_str::<Number>(word).is_ok() {
        return false;
    }
    let numeric = || {
        word.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'))
            || matches!(word, "NaN" | "Infinity")
    };
    is_number(word) || (faults == Faults::OfText && numeric())
}

/// RFC 8259 6.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

fn repair_string(token: &str, faults: Faults, repaired: &mut String) {
    let mut rest = token;
    while let Some(at) = rest.bytes().position(|byte| byte == b'\\' || byte < b' ') {
        let (plain, found) = rest.split_at(at);
        repaired.push_str(plain);
        rest = match (unit(found), found.bytes().next()) {
            (Some(high @ 0xD800..=0xDFFF), _) => {
                let (escape, after) = found.split_at(ESCAPE);
                match unit(after) {
                    Some(0xDC00..=0xDFFF) if high < 0xDC00 => {
                        let (low, after) = after.split_at(ESCAPE);
                        repaired.extend([escape, low]);
                        after
                    }
                    _ => {
                        repaired.push('\u{fffd}');
                        after
                    }
                }
            }
            // Skips the escaped character, which may be another backslash.
            (_, Some(b'\\')) => {
                let length = found.chars().take(2).map(char::len_utf8).sum();
                let (escape, after) = found.split_at(length);
                repaired.push_str(escape);
                after
            }
            (_, Some(control)) => {
                let (raw, after) = found.split_at(1);
                if faults == Faults::OfText {
                    // Writing into a string cannot fail.
                    let _ = write!(repaired, "\\u{control:04x}");
                } else {
                    repaired.push_str(raw);
                }
                after
            }
            (_, None) => "",
        };
    }
    repaired.push_str(rest);
}

/// The length of `\u0000`.
const ESCAPE: usize = 6;

/// The UTF-16 code unit of the escape at the start of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..ESCAPE - 2)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_surrogate_pairs_are_replaced_and_whole_pairs_kept() {
        for (text, expected) in [
            (r#""Ada \ud83d""#, "\"Ada \u{fffd}\""),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{fffd}\\ud83d\\ude00\""),
            (r#""\ude00\ud83d""#, "\"\u{fffd}\u{fffd}\""),
            (r#""\ud83d\u0041""#, "\"\u{fffd}\\u0041\""),
            (r#""\ud83dx\\ud83d\"\uD83D""#, "\"\u{fffd}x\\\\ud83d\\\"\u{fffd}\""),
            (r#""\\""#, r#""\\""#),
            (r#""\u12"#, r#""\u12"#),
            (r#""\"#, r#""\"#),
            ("\"\\é\"", "\"\\é\""),
        ] {
            for faults in [Faults::OfValues, Faults::OfText] {
                assert_eq!(repaired(text, faults), expected, "{text}");
            }
        }
    }

    #[test]
    fn numbers_out_of_range_become_null() {
        let many = "9".repeat(400);
        for lost in ["1e999", "-1E+999", "1.5e400", &many] {
            for faults in [Faults::OfValues, Faults::OfText] {
                assert_eq!(repaired(&format!("[{lost},7]"), faults), "[null,7]", "{lost}");
            }
        }
        for odd in ["NaN", "-Infinity", "Infinity", "+1", "01", ".5", "1.", "1e", "0x10", "--1", "01e999"] {
            assert_eq!(repaired(&format!("{{\"a\":{odd}}}"), Faults::OfText), r#"{"a":null}"#, "{odd}");
            let signed = format!("{{\"a\":{odd}}}");
            assert_eq!(repaired(&signed, Faults::OfValues), signed);
        }
        for kept in ["true", "false", "null", "1e5", "-0", "18446744073709551616", "undefined", "tru"] {
            assert_eq!(repaired(kept, Faults::OfText), kept);
        }
    }

    #[test]
    fn control_characters_are_escaped_only_inside_strings() {
        assert_eq!(repaired("{\n\"a\tb\0\": 1}", Faults::OfText), "{\n\"a\\u0009b\\u0000\": 1}");
        assert_eq!(repaired("{\n\"a\tb\": 1}", Faults::OfValues), "{\n\"a\tb\": 1}");
    }

    #[test]
    fn values_nested_too_deeply_become_null_and_the_rest_stays() {
        let deep = format!("{{\"a\":{}\"]\"{},\"b\":1}}", "[".repeat(5000), "]".repeat(5000));
        for faults in [Faults::OfValues, Faults::OfText] {
            let value: serde_json::Value = serde_json::from_str(&repaired(&deep, faults)).unwrap();
            assert_eq!((value["b"].as_u64(), value["a"].is_array()), (Some(1), true));
            assert_eq!(repaired("]]]]{", faults), "]]]]{");
        }
    }
}
