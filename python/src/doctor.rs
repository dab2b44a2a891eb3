//! The doctor for settings that can't create a client, and for frameworks.

use std::ffi::OsString;

use clever_sso::{Level, blocking};
use pyo3::prelude::*;

use crate::client::Client;
use crate::errors::Result;
use crate::hints::{SequenceOf, Typed};
use crate::report::Report;
use crate::text::{Text, optional};
use crate::waiting::{is_given_up, wait};

/// Checks the setup in the environment variables, even if they can't create a client.
///
/// It reads `CLEVER_CLIENT_ID` and so on, as `Client.from_env` does. A wrong variable is the first problem in the
/// report. It takes at most 15 seconds, logs no one in and uses no code. The command `python -m clever_sso doctor` does
/// the same.
///
/// Raises:
///     InternalError: Any of its error codes.
#[pyfunction]
pub(crate) fn doctor(py: Python<'_>) -> Result<Report> {
    Ok(Report::with_interpreter(wait(py, || blocking::doctor_of_environment(Some(is_given_up)))?))
}

/// Checks a framework's settings, named as environment variables. `findings` are the framework's own.
#[pyfunction]
pub(crate) fn doctor_of_settings(
    py: Python<'_>,
    settings: Pieces<(Text, Text)>,
    findings: Pieces<OwnFinding>,
) -> Result<Report> {
    let settings: Vec<_> = settings
        .value
        .iter()
        .map(|(name, value)| Ok((name.get("settings")?, value.get("settings")?)))
        .collect::<Result<_>>()?;
    let findings = read(&findings.value)?;
    let value_of = |name: &str| {
        let found = settings.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    Ok(wait(py, || blocking::doctor_of_variables(&value_of, findings, Some(is_given_up)))?.into())
}

/// Checks the setup of a client that an application created itself.
#[pyfunction]
pub(crate) fn doctor_of_client(
    py: Python<'_>,
    client: PyRef<'_, Client>,
    findings: Pieces<OwnFinding>,
) -> Result<Report> {
    let (core, mut report) = (client.core(), clever_sso::Report::default());
    let findings = read(&findings.value)?;
    let checked = wait(py, || core.doctor())?;
    for finding in findings.iter().chain(checked.findings()) {
        report.push(finding.clone());
    }
    Ok(report.into())
}

/// A list argument.
type Pieces<T> = Typed<Vec<T>, SequenceOf<T>>;

/// What a framework found: check, level, what was found, and what to do.
type OwnFinding = (Text, Text, Text, Option<Text>);

fn read(findings: &[OwnFinding]) -> Result<Vec<clever_sso::Finding>> {
    let read = |(check, level, found, advice): &OwnFinding| {
        let level = match level.get("findings")? {
            "ok" => Level::Ok,
            "problem" => Level::Problem,
            _ => Level::Warning,
        };
        let (check, found) = (check.get("findings")?, found.get("findings")?);
        Ok(clever_sso::Finding::new(check, level, found, optional(advice.as_ref(), "findings")?))
    };
    findings.iter().map(read).collect()
}
