//! `clever_sso_report`: what is wrong with a setup, and what to do. The command `clever-sso doctor` prints the same report.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Finding, Level, Report, blocking};

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::config::clever_sso_config;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, owned_option};

/// The result of a check. The numbers are also exit codes for a program that only checks.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum clever_sso_report_level {
    /// Nothing is wrong.
    CLEVER_SSO_REPORT_OK = 0,
    /// Logins work, or may work, but something needs attention; or the check was not possible.
    CLEVER_SSO_REPORT_WARNING = 1,
    /// Logins fail.
    CLEVER_SSO_REPORT_PROBLEM = 2,
}

impl From<Level> for clever_sso_report_level {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok => Self::CLEVER_SSO_REPORT_OK,
            Level::Warning => Self::CLEVER_SSO_REPORT_WARNING,
            _ => Self::CLEVER_SSO_REPORT_PROBLEM,
        }
    }
}

/// What is wrong with a setup, as findings in the order of cause and effect: solve the first problem first. A report contains no
/// secret.
pub struct clever_sso_report {
    level: Level,
    text: CString,
    colored_text: CString,
    json: CString,
    findings: Vec<OneFinding>,
}

struct OneFinding {
    check: CString,
    level: Level,
    found: CString,
    advice: Option<CString>,
}

impl From<&Report> for clever_sso_report {
    fn from(report: &Report) -> Self {
        let finding = |finding: &Finding| OneFinding {
            check: owned(&finding.check),
            level: finding.level,
            found: owned(&finding.found),
            advice: owned_option(finding.advice.as_deref()),
        };
        Self {
            level: report.level(),
            text: owned(&report.to_text(false)),
            colored_text: owned(&report.to_text(true)),
            json: owned(&report.to_json()),
            findings: report.findings().iter().map(finding).collect(),
        }
    }
}

/// Checks the whole setup of a client: settings, network, TLS, clock, keys, credentials and redirect URIs. It takes at most 15
/// seconds, logs no one in, and uses no login code.
///
/// Free the report with `clever_sso_report_free`. Fails with `CLEVER_SSO_ARGUMENT` and `CLEVER_SSO_INTERNAL`. Problems with the
/// setup are in the report, and do not make the call fail.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_doctor(
    client: Option<&clever_sso_client>,
    report: Option<&mut MaybeUninit<Option<Box<clever_sso_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(report, error, || Ok((&handle(client, "client")?.client.doctor()?).into()))
}

/// Checks a configuration, like `clever_sso_doctor`. It also works with settings that are too wrong to make a client: the first
/// problem in the report then says what is wrong with them.
///
/// Free the report with `clever_sso_report_free`. Fails with `CLEVER_SSO_ARGUMENT` and `CLEVER_SSO_INTERNAL`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_doctor(
    config: Option<&clever_sso_config>,
    report: Option<&mut MaybeUninit<Option<Box<clever_sso_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(report, error, || Ok((&blocking::doctor(handle(config, "config")?.builder.clone())?).into()))
}

/// The same for a provider whose endpoints are in its discovery document. Call it instead of `clever_sso_config_discover`: the
/// doctor fetches the document itself, within its 15 seconds. If that fails, the report says why.
///
/// Free the report with `clever_sso_report_free`. Fails with `CLEVER_SSO_ARGUMENT` and `CLEVER_SSO_INTERNAL`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_doctor_with_discovery(
    config: Option<&clever_sso_config>,
    report: Option<&mut MaybeUninit<Option<Box<clever_sso_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    let checked = || blocking::doctor_with_discovery(handle(config, "config")?.builder.clone());
    give(report, error, || Ok((&checked()?).into()))
}

/// The worst level among the findings. `CLEVER_SSO_REPORT_OK` when `report` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_worst_level(
    report: Option<&clever_sso_report>,
) -> clever_sso_report_level {
    report.map_or(Level::Ok, |report| report.level).into()
}

/// The report as lines for people; with `colors`, the levels have terminal colors (ANSI). Borrowed from `report`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_text(report: Option<&clever_sso_report>, colors: bool) -> *const c_char {
    borrowed(report.map(|report| if colors { &report.colored_text } else { &report.text }))
}

/// The report as one JSON object, for programs: docs/doctor.md describes it. Borrowed from `report`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_json(report: Option<&clever_sso_report>) -> *const c_char {
    borrowed(report.map(|report| &report.json))
}

/// The number of findings; 0 when `report` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_finding_count(report: Option<&clever_sso_report>) -> usize {
    report.map_or(0, |report| report.findings.len())
}

/// The name of a check, such as `credentials`: docs/doctor.md lists all of them. Findings are counted from 0. Borrowed from
/// `report`; NULL after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_finding_check(
    report: Option<&clever_sso_report>,
    index: usize,
) -> *const c_char {
    borrowed(at(report, index).map(|finding| &finding.check))
}

/// The result of a check. `CLEVER_SSO_REPORT_OK` after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_finding_level(
    report: Option<&clever_sso_report>,
    index: usize,
) -> clever_sso_report_level {
    at(report, index).map_or(Level::Ok, |finding| finding.level).into()
}

/// What was found. Borrowed from `report`; NULL after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_finding_found(
    report: Option<&clever_sso_report>,
    index: usize,
) -> *const c_char {
    borrowed(at(report, index).map(|finding| &finding.found))
}

/// What to do about it. Borrowed from `report`; NULL when there is nothing to do, and after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_finding_advice(
    report: Option<&clever_sso_report>,
    index: usize,
) -> *const c_char {
    borrowed(at(report, index).and_then(|finding| finding.advice.as_ref()))
}

/// Frees a report. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_report_free(report: Option<Box<clever_sso_report>>) {
    drop(report);
}

fn at(report: Option<&clever_sso_report>, index: usize) -> Option<&OneFinding> {
    report?.findings.get(index)
}
