//! Checks a setup, and reports what is wrong and what to do.
//!
//! Findings are in the order of cause and effect: settings, this process, the connection to Clever (name, connection or proxy,
//! TLS), Clever's responses (discovery, clock, keys, credentials, redirect URIs, API). So the first problem is the cause, and a
//! check that an earlier problem makes impossible is not a separate problem. Independent checks run at the same time, with one
//! deadline for all.
//!
//! - `report`: the findings, as values, text and JSON;
//! - `settings`: the findings of the start-up check, and what it does not check;
//! - `asker`: what to check, and sending several requests at the same time;
//! - `way`: the connection to Clever; `certificate`: what a certificate says;
//! - `responses`: what Clever's responses show, and `redirect_uris`: what they show about redirect URIs;
//! - `machine`: limits of this process, and versions.

mod asker;
mod certificate;
mod machine;
mod redirect_uris;
mod report;
mod responses;
mod settings;
mod way;

use std::future::ready;
use std::time::Duration;

use crate::ahead::Ahead;
use crate::clock;
#[cfg(feature = "__face")]
use crate::config::OfVariables;
use crate::config::{Config, ConfigBuilder, Examined};
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::runtimes;
pub(crate) use asker::Work;
use asker::{Asker, Setup};
pub use report::{Finding, Level, Report};

/// The network requests are made in two rounds. Neither round takes longer than this, or than a call may take.
const FIRST_ROUND: Duration = Duration::from_secs(8);
const SECOND_ROUND: Duration = Duration::from_secs(5);

/// Checks the setup of a client.
pub(crate) fn of_client<'a>(config: &'a Config, keys: &'a Keys) -> Work<'a, Result<Report>> {
    let findings = settings::of(config);
    let setup =
        Setup { config: config.clone(), keys: Some(keys), credentials_are_usable: true, discovers: None };
    reported(setup, findings)
}

/// Checks settings that may not be valid. `findings` are the caller's own, and come first.
pub(crate) fn of_builder<'a>(builder: ConfigBuilder, mut findings: Vec<Finding>) -> Work<'a, Result<Report>> {
    let discovers = builder.discovers();
    let builder = builder.with_discovery(false);
    let discovers = discovers.then(|| builder.clone());
    let Examined { errors, config, credentials_are_usable } = builder.examine();
    // If an address was unreadable, the configuration has another one here: do not send secrets there.
    let credentials_are_usable = credentials_are_usable && !findings.iter().any(settings::is_problem_of_them);
    findings.extend(errors.iter().map(settings::wrong));
    let Some(config) = config else {
        findings.extend([machine::process(), settings::nothing_left(), machine::versions()]);
        return Box::pin(ready(Ok(Report::new(findings))));
    };
    if !findings.iter().any(settings::is_about_them) {
        findings.extend(settings::of(&config));
    }
    reported(Setup { config, keys: None, credentials_are_usable, discovers }, findings)
}

impl ConfigBuilder {
    /// Checks the whole setup, like [`Client::doctor`](crate::Client::doctor), even when no client can be made from these
    /// settings: the first problem then says what is wrong with them.
    ///
    /// ```no_run
    /// # async fn example() -> clever_sso::Result<()> {
    /// let report = clever_sso::Config::builder("client-id").redirect_uri("app.example/callback").doctor().await?;
    /// assert_eq!(report.first_problem().map(|problem| problem.check.as_str()), Some("settings"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `runtime_missing`, `limit_reached`, `internal`.
    #[cfg(feature = "client")]
    pub async fn doctor(self) -> Result<Report> {
        of_builder(self, Vec::new()).await
    }
}

/// Checks the setup in the environment variables.
#[cfg(feature = "__face")]
pub(crate) fn of_environment<'a>() -> Work<'a, Result<Report>> {
    of_variables(OfVariables::read(), Vec::new())
}

/// Checks the setup in settings named like these variables. `findings` are the caller's own.
#[cfg(feature = "__face")]
pub(crate) fn of_variables<'a>(
    variables: OfVariables,
    mut findings: Vec<Finding>,
) -> Work<'a, Result<Report>> {
    let OfVariables { builder, unreadable, misspelt } = variables;
    findings.extend(unreadable.iter().map(|why| settings::unreadable(why)));
    findings.extend(misspelt.iter().map(|(name, meant, is_set)| settings::misspelt(name, meant, *is_set)));
    of_builder(builder, findings)
}

/// A report that only says why nothing could be checked.
#[cfg(feature = "blocking")]
pub(crate) fn of_failure(error: &Error) -> Report {
    Report::new(vec![settings::not_begun(error), machine::process(), machine::versions()])
}

/// Boxed and called through a pointer: otherwise its code would be copied into each caller.
#[inline(never)]
fn reported(setup: Setup<'_>, mut findings: Vec<Finding>) -> Work<'_, Result<Report>> {
    Box::pin(async move {
        examine(setup, &mut findings).await?;
        Ok(Report::new(findings))
    })
}

async fn examine(setup: Setup<'_>, findings: &mut Vec<Finding>) -> Result<()> {
    runtimes::of_the_caller()?;
    findings.push(machine::process());
    let timeout = setup.config.timeout;
    let asker = Asker::new(&setup.config, clock::now() + FIRST_ROUND.min(timeout))?;
    let config = setup.config.clone();
    let mut way = Ahead::new(way::of(&config, asker.deadline));
    let responses = way.during(responses::first_round(&asker, setup)).await;
    let reached = way.finish().await;
    if let Some(error) = responses.limit() {
        machine::note_limit(findings, error);
    }
    findings.extend(way::judged(
        &reached,
        &responses.failures(),
        asker.witness.as_deref(),
        responses.config(),
    ));
    let deadline = clock::now() + SECOND_ROUND.min(timeout);
    responses.judged(&Asker { deadline, ..asker }, findings).await;
    findings.push(machine::versions());
    Ok(())
}

#[cfg(test)]
mod tests;
