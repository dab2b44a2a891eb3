//! The doctor's report: what is wrong with a setup, and what to do.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::errors::Result;
use crate::guarded;
use crate::hints::{Tuple, Typed, words};
use crate::plain::Plain;
use crate::repr::{Repr, match_args};
use crate::text::Flag;

words!(LevelWord: "ok", "warning", "problem");

/// What the doctor found, ordered from cause to effect: solve the first problem first.
///
///     report = clever_sso.doctor()
///     print(report)
///
/// It contains no secrets.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct Report(clever_sso::Report);

impl Report {
    /// A report that also says which Python runs here. Frameworks say it themselves.
    pub(crate) fn with_interpreter(mut report: clever_sso::Report) -> Self {
        let version = Python::version_str().split_whitespace().next().unwrap_or_default();
        let found = format!("Python {version}");
        report.push(clever_sso::Finding::new("versions", clever_sso::Level::Ok, &found, None));
        Self(report)
    }
}

impl From<clever_sso::Report> for Report {
    fn from(report: clever_sso::Report) -> Self {
        Self(report)
    }
}

#[pymethods]
impl Report {
    /// Everything that was checked.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, Finding>> {
        let findings: Vec<_> = self
            .0
            .findings()
            .iter()
            .map(|finding| Ok(guarded::new(py, Finding(finding.clone()))?.into_any()))
            .collect::<PyResult<_>>()?;
        guarded::tuple(py, findings).map(Into::into)
    }

    /// The first finding that is a `problem`: the cause of the failure. `None` when nothing fails.
    #[getter]
    fn first_problem(&self) -> Option<Finding> {
        self.0.first_problem().cloned().map(Finding)
    }

    /// The worst level among the findings: `ok`, `warning` or `problem`.
    #[getter]
    fn level(&self) -> Typed<Plain<&'static str>, LevelWord> {
        Plain(self.0.level().as_str()).into()
    }

    /// The exit code for a program: 0 if everything is ok, 1 if there are warnings, 2 if there are problems.
    #[getter]
    fn exit_code(&self) -> u8 {
        self.0.exit_code()
    }

    /// Returns the report as text for people.
    ///
    /// Args:
    ///     colors: Whether to show the levels in terminal colors.
    #[pyo3(signature = (colors=Flag(Ok(false))), text_signature = "($self, colors=False)")]
    fn to_text(&self, colors: Flag) -> Result<Plain<String>> {
        Ok(Plain(self.0.to_text(colors.get("colors")?)))
    }

    /// Returns the report as one JSON object on one line; `docs/doctor.md` describes it.
    fn to_json(&self) -> Plain<String> {
        Plain(self.0.to_json())
    }

    fn __str__(&self) -> Plain<String> {
        Plain(self.0.to_text(false))
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Report")
            .text("level", self.0.level().as_str())
            .raw("findings", &format!("({} findings)", self.0.findings().len()))
            .finish()
    }
}

/// One check: what was found, and what to do.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct Finding(clever_sso::Finding);

#[pymethods]
impl Finding {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["check", "level", "found", "advice"])
    }

    /// The name of the check, such as `credentials`. Names never change; `docs/doctor.md` lists them.
    #[getter]
    fn check(&self) -> Plain<&str> {
        Plain(&self.0.check)
    }

    /// The result: `ok`, `warning` or `problem`.
    #[getter]
    fn level(&self) -> Typed<Plain<&'static str>, LevelWord> {
        Plain(self.0.level.as_str()).into()
    }

    /// What was found.
    #[getter]
    fn found(&self) -> Plain<&str> {
        Plain(&self.0.found)
    }

    /// What to do about it, if anything.
    #[getter]
    fn advice(&self) -> Plain<Option<&str>> {
        Plain(self.0.advice.as_deref())
    }

    fn __repr__(&self) -> Plain<String> {
        let clever_sso::Finding { check, level, found, advice, .. } = &self.0;
        let shown = Repr::of("Finding").text("check", check).text("level", level.as_str());
        shown.text("found", found).maybe("advice", advice.as_deref()).finish()
    }
}
