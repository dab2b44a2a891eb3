//! Picks a person's language and translates sentences.

use clever_sso::Language;
use pyo3::prelude::*;

use crate::errors::Result;
use crate::plain::Plain;
use crate::text::Sent;

/// Translates an English sentence of this package. Any other text is returned unchanged.
///
/// Args:
///     sentence: A sentence for people, such as `error.user_message`.
///     language: A tag such as `es` or `es-MX`, or the value of an `Accept-Language` header. Every language except
///         Spanish gets English.
#[pyfunction]
pub(crate) fn translated(sentence: Sent, language: Option<Sent>) -> Result<Plain<String>> {
    let sentence = sentence.get("sentence")?;
    Ok(Plain(wanted(language)?.translated(&sentence).to_owned()))
}

/// Returns the language to show: `es` for a person who prefers Spanish, otherwise `en`.
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
