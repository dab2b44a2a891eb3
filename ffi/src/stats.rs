//! `clever_sso_stats`: logins, requests and failures as numbers, for Prometheus and your own monitoring.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Error, ErrorCode, Result, Sample, Stats};

use crate::boundary::{give, handle, run};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, null, optional, owned, required};

/// The counters of a client in this process. A forked child starts from zero.
pub struct clever_sso_stats {
    stats: Stats,
    prometheus: CString,
    samples: Vec<(CString, CString, f64)>,
}

impl From<Stats> for clever_sso_stats {
    fn from(stats: Stats) -> Self {
        let sample = |Sample { name, labels, value, .. }: Sample| {
            let labels: Vec<_> = labels.into_iter().map(|(name, word)| [name, word].join("=")).collect();
            (owned(&name), owned(&labels.join(",")), value)
        };
        let samples = stats.samples().into_iter().map(sample).collect();
        Self { prometheus: owned(&stats.to_prometheus()), samples, stats }
    }
}

/// The current numbers. docs/stats.md lists their names. No network.
///
/// Free them with `clever_sso_stats_free`. Fails with `CLEVER_SSO_ARGUMENT` when an argument is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_client_stats(
    client: Option<&clever_sso_client>,
    stats: Option<&mut MaybeUninit<Option<Box<clever_sso_stats>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(stats, error, || Ok(handle(client, "client")?.client.stats().into()))
}

/// The text for Prometheus: serve it as `text/plain; version=0.0.4; charset=utf-8`. Borrowed from `stats`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_stats_prometheus(stats: Option<&clever_sso_stats>) -> *const c_char {
    borrowed(stats.map(|stats| &stats.prometheus))
}

/// One number: a counter, or `..._count` or `..._sum` (in seconds) of a histogram. 0 if nothing was counted.
///
/// `labels` selects the series to add up, for example `outcome=failed,code=client_rejected`; NULL adds up all of them.
///
/// Fails with `CLEVER_SSO_ARGUMENT` if this version does not have the name, a label or its value.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_stats_value(
    stats: Option<&clever_sso_stats>,
    name: *const c_char,
    labels: *const c_char,
    value: Option<&mut MaybeUninit<f64>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        let value = value.ok_or_else(|| null("the output"))?.write(0.0);
        let (name, labels) = (required(name, "name")?, optional(labels, "labels")?.unwrap_or_default());
        let no_pair = || Error::from_face(ErrorCode::ArgumentInvalid, "labels must be NAME=WORD,NAME=WORD");
        let labels: Vec<_> = labels
            .split_terminator(',')
            .map(|pair| pair.split_once('=').ok_or_else(no_pair))
            .collect::<Result<_>>()?;
        *value = handle(stats, "stats")?.stats.value(name, &labels)?;
        Ok(())
    })
}

/// The number of samples. Series that never counted anything are left out.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_stats_sample_count(stats: Option<&clever_sso_stats>) -> usize {
    stats.map_or(0, |stats| stats.samples.len())
}

/// The name of a sample, for example `clever_sso_logins_total`; NULL after the last one. Borrowed from `stats`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_stats_sample_name(
    stats: Option<&clever_sso_stats>,
    index: usize,
) -> *const c_char {
    borrowed(stats.and_then(|stats| stats.samples.get(index)).map(|(name, ..)| name))
}

/// The labels of a sample, for example `outcome=failed,code=client_rejected`; NULL after the last one. Borrowed from `stats`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_stats_sample_labels(
    stats: Option<&clever_sso_stats>,
    index: usize,
) -> *const c_char {
    borrowed(stats.and_then(|stats| stats.samples.get(index)).map(|(_, labels, _)| labels))
}

/// The value of a sample: a count, or seconds; 0 after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_stats_sample_value(stats: Option<&clever_sso_stats>, index: usize) -> f64 {
    stats.and_then(|stats| stats.samples.get(index)).map_or(0.0, |(.., value)| *value)
}

/// Frees stats from `clever_sso_client_stats`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_stats_free(stats: Option<Box<clever_sso_stats>>) {
    drop(stats);
}
