//! Mends JSON text that a strict reader refuses for a reason that decides nothing.
//!
//! A name that was cut inside an emoji, or a number larger than a machine's, must not keep a person out. The text is
//! walked through once, so the work is linear; whatever is not mended is left as it is for the reader to refuse.

use std::fmt::Write as _;

use serde_json::Number;

use super::value::DEEPEST;

/// Which faults are mended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Faults {
    /// In a document that is signed: half of a surrogate pair becomes U+FFFD; a number beyond every machine's range and a
    /// value that is nested too deeply become null. All are JSON (RFC 8259 6, 8.2 and 9), and readers differ in what they
    /// make of them.
    OfValues,
    /// In an answer that only describes: also control characters inside strings and what is no JSON number (`NaN`, `01`).
    OfText,
}

/// `text` with its faults mended.
pub(super) fn repaired(text: &str, faults: Faults) -> String {
    let mut mended = String::with_capacity(text.len());
    let (mut rest, mut depth) = (text, 0_usize);
    while let Some(first) = rest.bytes().next() {
        let (token, after) = rest.split_at(token_length(first, rest));
        rest = after;
        let shown = depth <= DEEPEST;
        match first {
            b'{' | b'[' => {
                depth += 1;
                if depth <= DEEPEST {
                    mended.push_str(token);
                } else if shown {
                    mended.push_str("null");
                }
            }
            b'}' | b']' => {
                if shown {
                    mended.push_str(token);
                }
                depth = depth.saturating_sub(1);
            }
            _ if !shown => {}
            b'"' => mend_string(token, faults, &mut mended),
            _ if is_lost(token, faults) => mended.push_str("null"),
            _ => mended.push_str(token),
        }
    }
    mended
}

const fn is_single(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b' ' | b'\t' | b'\n' | b'\r')
}

/// How long the string, the mark or the word is that `rest` begins with. All of them end at an ASCII byte.
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

/// Whether a word stands for a number that cannot be held.
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

fn mend_string(token: &str, faults: Faults, mended: &mut String) {
    let mut rest = token;
    while let Some(at) = rest.bytes().position(|byte| byte == b'\\' || byte < b' ') {
        let (plain, found) = rest.split_at(at);
        mended.push_str(plain);
        rest = match (unit(found), found.bytes().next()) {
            (Some(high @ 0xD800..=0xDFFF), _) => {
                let (escape, after) = found.split_at(ESCAPE);
                match unit(after) {
                    Some(0xDC00..=0xDFFF) if high < 0xDC00 => {
                        let (low, after) = after.split_at(ESCAPE);
                        mended.extend([escape, low]);
                        after
                    }
                    _ => {
                        mended.push('\u{fffd}');
                        after
                    }
                }
            }
            // With what it escapes: that may be another backslash.
            (_, Some(b'\\')) => {
                let length = found.chars().take(2).map(char::len_utf8).sum();
                let (escape, after) = found.split_at(length);
                mended.push_str(escape);
                after
            }
            (_, Some(control)) => {
                let (raw, after) = found.split_at(1);
                if faults == Faults::OfText {
                    // Writing into a string cannot fail.
                    let _ = write!(mended, "\\u{control:04x}");
                } else {
                    mended.push_str(raw);
                }
                after
            }
            (_, None) => "",
        };
    }
    mended.push_str(rest);
}

/// The length of `\u0000`.
const ESCAPE: usize = 6;

/// The UTF-16 code unit that `text` begins with as an escape.
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
    fn numbers_that_cannot_be_held_become_null() {
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
    fn control_characters_in_strings_are_escaped_and_outside_left_alone() {
        assert_eq!(repaired("{\n\"a\tb\0\": 1}", Faults::OfText), "{\n\"a\\u0009b\\u0000\": 1}");
        assert_eq!(repaired("{\n\"a\tb\": 1}", Faults::OfValues), "{\n\"a\tb\": 1}");
    }

    #[test]
    fn what_is_nested_too_deeply_becomes_null_and_the_rest_stays() {
        let deep = format!("{{\"a\":{}\"]\"{},\"b\":1}}", "[".repeat(5000), "]".repeat(5000));
        for faults in [Faults::OfValues, Faults::OfText] {
            let value: serde_json::Value = serde_json::from_str(&repaired(&deep, faults)).unwrap();
            assert_eq!((value["b"].as_u64(), value["a"].is_array()), (Some(1), true));
            assert_eq!(repaired("]]]]{", faults), "]]]]{");
        }
    }
}
