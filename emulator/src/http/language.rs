//! The language of a person, from the header `Accept-Language`.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// The most entries that are read from a header: browsers send only a few languages.
const MAX_PARTS: usize = 100;

/// A language of the pages for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Also for people whose language the emulator doesn't have.
    English,
    Spanish,
}

impl Language {
    /// The language that the browser prefers (RFC 9110 section 12.5.4). Of languages with the same weight, the first one counts.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let mut best = (Self::English, 0.0);
        for part in values.flat_map(|value| value.split(',')).take(MAX_PARTS) {
            let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
            let language = match tag.trim().split('-').next() {
                Some(tag) if tag.eq_ignore_ascii_case("es") => Self::Spanish,
                Some(tag) if tag.eq_ignore_ascii_case("en") => Self::English,
                _ => continue,
            };
            let weight = weight(parameters);
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// Its tag (RFC 5646).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// Returns the text in this language.
    pub(crate) const fn say<'a>(self, english: &'a str, spanish: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }
}

/// The weight from 0 to 1; 0 if it is invalid.
fn weight(parameters: &str) -> f32 {
    let weights = parameters.split(';').map(str::trim).filter_map(|parameter| {
        let (name, value) = parameter.split_at_checked(2)?;
        name.eq_ignore_ascii_case("q=").then_some(value)
    });
    let weight = weights.map(|weight| weight.parse().unwrap_or(0.0)).next().unwrap_or(1.0);
    if (0.0..=1.0).contains(&weight) { weight } else { 0.0 }
}

/// A text in each language.
pub(crate) struct Text {
    english: Cow<'static, str>,
    spanish: Cow<'static, str>,
}

impl Text {
    pub(crate) fn new(english: impl Into<Cow<'static, str>>, spanish: impl Into<Cow<'static, str>>) -> Self {
        Self { english: english.into(), spanish: spanish.into() }
    }

    /// The text in this language.
    pub(crate) fn text(&self, language: Language) -> &str {
        language.say(&self.english, &self.spanish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn spanish_is_chosen_when_it_is_preferred_to_english() {
        for (wanted, language) in [
            ("", "en"),
            ("es", "es"),
            ("ES-mx", "es"),
            ("es-MX,es;q=0.9,en;q=0.8", "es"),
            ("en-US,en;q=0.9,es;q=0.8", "en"),
            ("fr, es;q=0.5", "es"),
            ("es, en", "es"),
            ("en, es", "en"),
            ("en;q=0.1, es;Q=0.2", "es"),
            ("est", "en"),
            ("*", "en"),
            ("es;q=0", "en"),
            ("es;q=nonsense", "en"),
            ("es;q=NaN", "en"),
            ("es;q=inf", "en"),
            (";;,,=;q=,es", "es"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(wanted));
            assert_eq!(Language::of(&headers).tag(), language, "{wanted}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::English);
        let odd = HeaderValue::from_bytes(b"es\xff").unwrap();
        assert_eq!(Language::of(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, odd)])), Language::English);
    }
}
