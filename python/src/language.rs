//! Which language a person reads, and the sentences in it.

use clever_sso::Language;
use pyo3::prelude::*;

use crate::errors::Result;
use crate::plain::Plain;
use crate::text::Sent;

/// The same sentence in a language, where it is one of this package in English; any other stays as it is.
///
/// Args:
///     sentence: One that people read, such as `error.user_message`.
///     language: A tag such as `es` or `es-MX`, or the value of an `Accept-Language` header. All but
///         Spanish get English.
#[pyfunction]
pub(crate) fn translated(sentence: Sent, language: Option<Sent>) -> Result<Plain<String>> {
    let sentence = sentence.get("sentence")?;
    Ok(Plain(wanted(language)?.translated(&sentence).to_owned()))
}

/// The language that people read: `es` where they want Spanish, `en` for everyone else.
///
/// Args:
///     language: A tag such as `es` or `es-MX`, or the value of an `Accept-Language` header.
#[pyfunction]
pub(crate) fn language_of(language: Option<Sent>) -> Result<Plain<&'static str>> {
    Ok(Plain(wanted(language)?.tag()))
}

fn wanted(language: Option<Sent>) -> Result<Language> {
    let language = language.map(|language| language.get("language")).transpose()?;
    Ok(Language::wanted(language.as_deref().unwrap_or_default()))
}
