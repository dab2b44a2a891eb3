//! The sentences that people read when a login fails, and the texts of the pages, in English and Spanish.
//!
//! All of them are defined here. C and Python call this file; `make errors` writes it to docs/errors.md, and from there
//! `make sentences` writes it for JavaScript, PHP and Django.

use std::ffi::CStr;

use crate::accepted::accepted;

#[cfg(any(feature = "web", feature = "__face"))]
pub(crate) mod pages;

/// A sentence in each language. C functions return it without copying it, so each text ends with a NUL.
#[derive(Clone, Copy, Debug)]
pub struct Sentence {
    english: &'static CStr,
    spanish: &'static CStr,
}

impl Sentence {
    const fn new(english: &'static CStr, spanish: &'static CStr) -> Self {
        Self { english, spanish }
    }

    /// The text in this language.
    pub const fn text(&self, language: Language) -> &'static str {
        // A test reads each text: none is empty.
        match self.c_text(language).to_str() {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    /// The text in this language, for C.
    pub const fn c_text(&self, language: Language) -> &'static CStr {
        match language {
            Language::English => self.english,
            Language::Spanish => self.spanish,
        }
    }
}

/// A language of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// For everyone whose language is not supported.
    English,
    /// Spanish, in any variant.
    Spanish,
}

impl Language {
    /// The language tag (RFC 5646).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The language of a tag, such as `es-MX` or `es_MX`; `None` if it is not supported.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        [Self::English, Self::Spanish].into_iter().find(|known| primary.eq_ignore_ascii_case(known.tag()))
    }

    /// The language that a person wants, from a tag or from the value of their `Accept-Language` header (RFC 9110 12.5.4).
    /// Spanish if they prefer it to English.
    pub fn wanted(languages: &str) -> Self {
        // Among languages with the same weight, the first one counts.
        let mut best = (Self::English, 0);
        for (tag, weight) in accepted(languages) {
            if let Some(language) = Self::of_tag(&tag).filter(|_| weight > best.1) {
                best = (language, weight);
            }
        }
        best.0
    }

    /// Translates a sentence of this crate into this language. A sentence of the application is returned unchanged.
    #[cfg(any(feature = "web", feature = "__face"))]
    pub fn translated(self, text: &str) -> &str {
        let known = all().find(|sentence| sentence.text(Self::English) == text);
        known.map_or(text, |sentence| sentence.text(self))
    }
}

/// Every sentence.
#[cfg(any(feature = "web", feature = "__face"))]
pub fn all() -> impl Iterator<Item = &'static Sentence> {
    CATALOGUE.iter().chain(pages::ALL)
}

/// Gives each sentence a name, and makes a list of them.
macro_rules! sentences {
    ($list:ident: $($name:ident, $english:literal, $spanish:literal;)*) => {
        $(pub(crate) const $name: $crate::sentences::Sentence = $crate::sentences::Sentence::new($english, $spanish);)*
        #[cfg(any(feature = "web", feature = "__face"))]
        pub(super) const $list: &[$crate::sentences::Sentence] = &[$($name),*];
    };
}

#[cfg(any(feature = "web", feature = "__face"))]
use sentences;

// The sentences of the error catalogue.
sentences! {
    CATALOGUE:
    AGAIN,
        c"Signing in did not work this time. Please try again.",
        c"Esta vez no se pudo iniciar sesión. Inténtalo de nuevo.";
    COOKIES,
        c"Your browser blocked a cookie this site needs to sign you in. Allow cookies for this site, then try again.",
        c"Tu navegador bloqueó una cookie que este sitio necesita para iniciar tu sesión. Permite las cookies de este sitio e inténtalo de nuevo.";
    SESSION,
        c"You signed in, but this site did not remember it. Please tell someone at your school.",
        c"Iniciaste sesión, pero este sitio no lo recordó. Avisa a alguien de tu escuela.";
    ALLOWED,
        c"You are signed in, but you may not open this page. Please ask someone at your school for access.",
        c"Iniciaste sesión, pero no puedes abrir esta página. Pide acceso a alguien de tu escuela.";
    SETUP,
        c"This app has a problem with Clever. Please tell someone at your school.",
        c"Esta aplicación tiene un problema con Clever. Avisa a alguien de tu escuela.";
    OFTEN,
        c"Signing in started over too many times. Close your other tabs, then try again. If that does not help, tell someone at your school.",
        c"El inicio de sesión empezó de nuevo demasiadas veces. Cierra las otras pestañas e inténtalo de nuevo. Si eso no ayuda, avisa a alguien de tu escuela.";
    LATER,
        c"Clever cannot be reached right now. Please wait a minute, then try again.",
        c"No se puede conectar con Clever en este momento. Espera un minuto e inténtalo de nuevo.";
}

#[cfg(all(test, any(feature = "web", feature = "__face")))]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_exists_once_and_in_both_languages() {
        let english: std::collections::HashSet<_> =
            all().map(|sentence| sentence.text(Language::English)).collect();
        assert!(all().count() == english.len() && english.len() > 40);
        for sentence in all() {
            let (english, spanish) = (sentence.text(Language::English), sentence.text(Language::Spanish));
            assert!(!english.is_empty() && !spanish.is_empty() && english != spanish, "{english}");
            // The placeholders, and the character at the end, are the same.
            for mark in ["{}", "{person}", "{account}"] {
                assert_eq!(english.contains(mark), spanish.contains(mark), "{english}");
            }
            assert_eq!(english.ends_with('.'), spanish.ends_with('.'), "{english}");
            assert_eq!(Language::Spanish.translated(english), spanish);
            assert_eq!(Language::English.translated(english), english);
        }
        assert_eq!(Language::Spanish.translated("Only schools."), "Only schools.");
    }

    #[test]
    fn the_language_is_read_from_a_tag_or_a_header() {
        for (wanted, language) in [
            ("", "en"),
            ("es", "es"),
            ("ES", "es"),
            ("es_MX", "es"),
            ("es-419", "es"),
            ("est", "en"),
            ("en-US", "en"),
            ("de", "en"),
            ("*", "en"),
            ("es-MX,es;q=0.9,en;q=0.8", "es"),
            ("en-US,en;q=0.9,es;q=0.8", "en"),
            ("fr, es;q=0.5", "es"),
            ("es, en", "es"),
            ("en, es", "en"),
            ("en;q=0.1, es;q=0.2", "es"),
            ("es;q=0", "en"),
            ("es;q=0.000, fr", "en"),
            ("es;q=nonsense", "en"),
            ("es;q=NaN, en", "en"),
            (";;,,=;q=,es", "es"),
            ("es; q = 1", "es"),
        ] {
            assert_eq!(Language::wanted(wanted).tag(), language, "{wanted}");
        }
    }
}
