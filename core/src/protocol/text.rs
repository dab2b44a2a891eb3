//! Text from outside: text for people is made safe to show; text for programs is accepted unchanged or refused.

use std::borrow::Cow;

use crate::error::{Error, ErrorCode, Result};

/// The limit for ids and words that are compared.
pub(crate) const LONGEST: usize = 255;
/// Longer states are refused, because servers in between often accept only 8 KiB for a whole URL.
pub(crate) const LONGEST_STATE: usize = 2048;

/// `text` made safe for a C string, a log or a page: line breaks and tabs become spaces. Other control characters, and characters
/// that change the direction of the text, become U+FFFD.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let shown = |c| match c {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        c if is_unprintable(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Control characters, line breaks, and characters that change the text direction (embeddings, overrides, isolates).
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text to show, if it has any visible characters.
pub(crate) fn shown(text: &str) -> Option<String> {
    let text = printable(text);
    (!text.trim().is_empty()).then(|| text.into_owned())
}

/// Text that is compared, such as an id: visible ASCII. It is never repaired: a repaired id could belong to another person.
pub(crate) fn identifier(text: &str) -> Option<&str> {
    let plain = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then_some(text)
}

/// A word such as a role: like [`identifier`], but it may contain spaces.
pub(crate) fn word(text: &str) -> Option<&str> {
    let plain = (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && text.trim_ascii() == text;
    plain.then_some(text)
}

/// An email address, unchanged. It does not need to look like one, but a text with control characters or lost letters does not
/// count.
pub(crate) fn email(text: &str) -> Option<&str> {
    let whole = !text.trim().is_empty() && !text.chars().any(|c| is_unprintable(c) || c == '\u{fffd}');
    whole.then_some(text)
}

/// Checks the length of a value that a caller wants in a URL, with the name that it has there. Clever checks its format.
pub(crate) fn check_parameter(name: &str, text: &str, longest: usize) -> Result<()> {
    let invalid = |why: &str| Err(Error::with_detail(ErrorCode::ArgumentInvalid, format!("{name} {why}")));
    if text.len() > longest {
        return invalid(&format!("must have at most {longest} bytes, found {}", text.len()));
    }
    if text.chars().any(is_unprintable) {
        return invalid("must have no control characters");
    }
    Ok(())
}

/// Reads a boolean query parameter, such as `switch_user=1`. All languages use this rule: off when it is missing, empty, `0`,
/// `false`, `no` or `off`, in any case; otherwise on.
pub fn is_switched_on(value: Option<&str>) -> bool {
    let off = ["", "0", "false", "no", "off"];
    value.is_some_and(|value| !off.iter().any(|word| value.trim().eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boolean_parameter_is_on_unless_its_value_means_off() {
        for off in ["", " ", "0", "false", "False", "FALSE", "no", "off", " 0 ", "\t"] {
            assert!(!is_switched_on(Some(off)), "{off:?}");
        }
        for on in ["1", "true", "yes", "on", "2", "00", "x", "falsehood"] {
            assert!(is_switched_on(Some(on)), "{on:?}");
        }
        assert!(!is_switched_on(None));
    }

    #[test]
    fn a_long_parameter_or_one_with_control_characters_is_refused() {
        for good in ["", "53ee4b8a44abc88c1c00119b", "a b", "Schule Ä", &"a".repeat(255)] {
            assert_eq!(check_parameter("district_id", good, LONGEST), Ok(()));
        }
        for (bad, why) in [
            (&*"a".repeat(256), "must have at most 255 bytes, found 256"),
            ("a\0b", "must have no control characters"),
            ("a\nb", "must have no control characters"),
            ("a\u{202e}b", "must have no control characters"),
        ] {
            let error = check_parameter("district_id", bad, LONGEST).unwrap_err();
            assert_eq!(error.code(), ErrorCode::ArgumentInvalid);
            assert!(error.to_string().ends_with(&format!("district_id {why}")), "{error}");
        }
    }

    #[test]
    fn names_keep_their_letters_and_lose_unprintable_characters() {
        for name in
            ["", "Ada", "José Núñez", "Zoë 😀", "👩\u{200d}🚀", "می\u{200c}خواهم", "O'Brien-Smith", "שלום"]
        {
            assert_eq!(printable(name), name);
        }
        assert_eq!(printable("A\0d\u{1b}[31m\u{7f}\u{9b}a"), "A\u{fffd}d\u{fffd}[31m\u{fffd}\u{fffd}a");
        assert_eq!(printable("A\tB\nC\rD\u{2028}E\u{85}F"), "A B C D E F");
        assert_eq!(printable("\u{202e}nimda\u{2066}"), "\u{fffd}nimda\u{fffd}");
        assert_eq!((shown(" \n\t"), shown(""), shown("a\n")), (None, None, Some("a ".to_owned())));
    }

    #[test]
    fn ids_words_and_emails_are_refused_instead_of_repaired() {
        for odd in ["", " ", "a b", "a\0", "a\n", "é", "\u{fffd}", "a\u{200b}"] {
            assert_eq!(identifier(odd), None, "{odd:?}");
        }
        assert_eq!((identifier(&"a".repeat(256)), identifier("5fc4-A")), (None, Some("5fc4-A")));
        for odd in ["", " ", " teacher", "teacher ", "teacher\0", "teacher\n", "tеacher"] {
            assert_eq!(word(odd), None, "{odd:?}");
        }
        assert_eq!(word("district admin"), Some("district admin"));
        for odd in ["", " ", "a@b\0", "a@b\n", "a\u{fffd}@b", "a@b\u{202e}"] {
            assert_eq!(email(odd), None, "{odd:?}");
        }
        assert_eq!(
            (email("ada"), email("jürgen@schule.example")),
            (Some("ada"), Some("jürgen@schule.example"))
        );
    }
}
