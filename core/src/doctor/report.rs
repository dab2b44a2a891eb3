//! What was checked, as values, as text and as JSON.

use std::fmt;

use serde_json::json;

use crate::protocol::text::printable;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Nothing is wrong.
    Ok,
    /// Logins work, or may work, but something needs attention; or the check was not possible.
    Warning,
    /// Logins fail.
    Problem,
}

impl Level {
    /// The level as a word: `ok`, `warning` or `problem`.
    ///
    /// ```
    /// assert_eq!(clever_sso::Level::Warning.as_str(), "warning");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One check: what was found, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// The stable name of the check, such as `credentials`.
    pub check: String,
    /// The result.
    pub level: Level,
    /// What was found.
    pub found: String,
    /// What to do about it, if anything.
    pub advice: Option<String>,
}

impl Finding {
    /// A finding of the caller's own check, for [`Report::push`].
    ///
    /// ```
    /// use clever_sso::{Finding, Level};
    ///
    /// let finding = Finding::new("database", Level::Ok, "it answers", None);
    /// assert_eq!(finding.check, "database");
    /// ```
    pub fn new(check: &str, level: Level, found: &str, advice: Option<&str>) -> Self {
        let text = |text| printable(text).into_owned();
        Self { check: text(check), level, found: text(found), advice: advice.map(text) }
    }

    #[inline(never)]
    pub(super) fn ok(check: &str, found: &dyn fmt::Display) -> Self {
        Self::new(check, Level::Ok, &found.to_string(), None)
    }

    #[inline(never)]
    pub(super) fn warning(check: &str, found: &dyn fmt::Display, advice: &dyn fmt::Display) -> Self {
        Self::new(check, Level::Warning, &found.to_string(), Some(&advice.to_string()))
    }

    #[inline(never)]
    pub(super) fn problem(check: &str, found: &dyn fmt::Display, advice: &dyn fmt::Display) -> Self {
        Self::new(check, Level::Problem, &found.to_string(), Some(&advice.to_string()))
    }
}

/// The findings of the doctor, in the order of cause and effect: solve the first problem first. A report contains no secret.
///
/// ```no_run
/// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
/// let report = client.doctor()?;
/// if let Some(problem) = report.first_problem() {
///     eprintln!("{}: {}", problem.check, problem.found);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    pub(super) const fn new(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// All findings.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Adds a finding of the caller's own check.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The cause of the failure, if there is a problem.
    pub fn first_problem(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.level == Level::Problem)
    }

    /// The worst level among the findings.
    pub fn level(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
    }

    /// The exit code for a program: 0 if everything is ok, 1 with warnings, 2 with problems.
    pub fn exit_code(&self) -> u8 {
        self.level() as u8
    }

    /// The report as lines for people. With `colors`, the levels have terminal colors.
    pub fn to_text(&self, colors: bool) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let level = finding.level.as_str();
            let (begin, end) = match finding.level {
                _ if !colors => ("", ""),
                Level::Ok => ("\x1b[32m", "\x1b[0m"),
                Level::Warning => ("\x1b[33m", "\x1b[0m"),
                Level::Problem => ("\x1b[1;31m", "\x1b[0m"),
            };
            let Finding { check, found, advice, .. } = finding;
            text.extend([begin, &format!("{level:8}"), end, " ", check, ": ", found, "\n"]);
            if let Some(advice) = advice {
                text.extend(["         what to do: ", advice, "\n"]);
            }
        }
        text
    }

    /// The report as one JSON object on one line. `docs/doctor.md` describes its format.
    pub fn to_json(&self) -> String {
        let findings: Vec<_> = self
            .findings
            .iter()
            .map(|Finding { check, level, found, advice }| {
                json!({ "check": check, "level": level.as_str(), "found": found, "advice": advice })
            })
            .collect();
        json!({ "level": self.level().as_str(), "exit_code": self.exit_code(), "findings": findings })
            .to_string()
    }
}

impl fmt::Display for Report {
    /// As [`Report::to_text`] without colors.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report::new(vec![
            Finding::ok("settings", &"every setting is valid"),
            Finding::warning("clock", &"20 s ahead\n\u{1b}[31m", &"set it"),
            Finding::problem("credentials", &"\"refused\"", &"copy them again"),
            Finding::problem("api", &"refused", &"look at it"),
        ])
    }

    #[test]
    fn the_worst_level_decides_and_the_first_problem_is_the_cause() {
        let report = report();
        assert_eq!((report.level(), report.exit_code()), (Level::Problem, 2));
        assert_eq!(report.first_problem().map(|finding| &*finding.check), Some("credentials"));
        assert_eq!(Report::new(report.findings()[..2].to_vec()).exit_code(), 1);
        assert_eq!(Report::new(report.findings()[..1].to_vec()).exit_code(), 0);
        assert_eq!(Report::default().first_problem(), None);
    }

    #[test]
    fn a_line_has_level_check_and_finding_and_cannot_be_forged() {
        assert_eq!(
            report().to_text(false),
            "ok       settings: every setting is valid\n\
             warning  clock: 20 s ahead \u{fffd}[31m\n         what to do: set it\n\
             problem  credentials: \"refused\"\n         what to do: copy them again\n\
             problem  api: refused\n         what to do: look at it\n"
        );
        assert!(report().to_text(true).starts_with("\x1b[32mok      \x1b[0m settings: "));
        assert_eq!(report().to_string(), report().to_text(false));
    }

    #[test]
    fn json_has_every_finding_with_the_same_members() {
        let json: serde_json::Value = serde_json::from_str(&report().to_json()).unwrap();
        assert_eq!((&json["level"], &json["exit_code"]), (&"problem".into(), &2.into()));
        assert_eq!(json["findings"].as_array().unwrap().len(), 4);
        let first =
            json!({ "check": "settings", "level": "ok", "found": "every setting is valid", "advice": null });
        assert_eq!(json["findings"][0], first);
    }
}
