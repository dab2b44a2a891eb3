//! The counters of a client: logins, requests, retries and key fetches, and their durations.
//!
//! Each counter is an atomic number. There is no lock, so nothing waits, and a fork cannot leave a lock locked. All labels are
//! words of this library, so the number of series is limited, and no series says anything about a person. A forked child starts
//! from zero, so a sum over all processes counts nothing twice.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::clock::{self, Instant};
use crate::error::{Error, ErrorCode, Result};
use crate::login::{Login, Outcome};
use crate::process::PerProcess;

/// Upper bounds of the buckets: in microseconds, and in seconds as Prometheus writes them.
const BOUNDS: [(u64, &str); 11] = [
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (10_000_000, "10"),
];
const OUTCOMES: [&str; 4] = ["signed_in", "restart", "denied", "failed"];
const ENDPOINTS: [&str; 8] =
    ["token", "keys", "discovery", "tokeninfo", "userinfo", "me", "user", "district"];

/// The endpoint of a request, in the order of `ENDPOINTS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestTo {
    Token,
    Keys,
    Discovery,
    Tokeninfo,
    Userinfo,
    Me,
    User,
    District,
}

/// A label that distinguishes the series of a metric.
#[derive(Clone, Copy)]
enum Label {
    Outcome,
    Endpoint,
    /// A code of the error catalogue, or empty for success.
    Code,
}

impl Label {
    const fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Endpoint => "endpoint",
            Self::Code => "code",
        }
    }

    const fn count(self) -> usize {
        match self {
            Self::Outcome => OUTCOMES.len(),
            Self::Endpoint => ENDPOINTS.len(),
            Self::Code => ErrorCode::ALL.len() + 1,
        }
    }

    fn word(self, number: usize) -> &'static str {
        match self {
            Self::Outcome => OUTCOMES[number],
            Self::Endpoint => ENDPOINTS[number],
            Self::Code => ErrorCode::ALL.get(number).map_or("", |code| code.as_str()),
        }
    }
}

struct Metric {
    name: &'static str,
    help: &'static str,
    labels: &'static [Label],
    is_histogram: bool,
}

const METRICS: [Metric; 7] = [
    Metric {
        name: "clever_sso_logins_begun_total",
        help: "Calls of begin_login and begin_implicit: an empty code is a login that began",
        labels: &[Label::Code],
        is_histogram: false,
    },
    Metric {
        name: "clever_sso_logins_total",
        help: "Callbacks: the outcome, and the code of a failure or of the reason for a restart",
        labels: &[Label::Outcome, Label::Code],
        is_histogram: false,
    },
    Metric {
        name: "clever_sso_login_duration_seconds",
        help: "How long finish_login and finish_implicit took",
        labels: &[Label::Outcome],
        is_histogram: true,
    },
    Metric {
        name: "clever_sso_requests_total",
        help: "HTTP requests to Clever, each attempt: an empty code is a response that is not 429 or 5xx",
        labels: &[Label::Endpoint, Label::Code],
        is_histogram: false,
    },
    Metric {
        name: "clever_sso_request_duration_seconds",
        help: "How long an HTTP request to Clever took, each attempt",
        labels: &[Label::Endpoint],
        is_histogram: true,
    },
    Metric {
        name: "clever_sso_retries_total",
        help: "HTTP requests that were sent again, by the reason",
        labels: &[Label::Code],
        is_histogram: false,
    },
    Metric {
        name: "clever_sso_key_fetches_total",
        help: "Fetches of Clever's keys: an empty code is success",
        labels: &[Label::Code],
        is_histogram: false,
    },
];
const BEGUN: usize = 0;
const LOGINS: usize = 1;
const LOGIN_DURATION: usize = 2;
const REQUESTS: usize = 3;
const REQUEST_DURATION: usize = 4;
const RETRIES: usize = 5;
const KEY_FETCHES: usize = 6;

/// For the documentation test: name, help, whether it is a histogram, and its labels.
#[cfg(feature = "__face")]
#[doc(hidden)]
pub fn metrics() -> Vec<(&'static str, &'static str, bool, Vec<&'static str>)> {
    let labels = |metric: &Metric| metric.labels.iter().map(|label| label.name()).collect();
    METRICS.iter().map(|metric| (metric.name, metric.help, metric.is_histogram, labels(metric))).collect()
}

/// For the benchmark: counts as many events as `logins` logins with three requests each, and reads the clock as often.
#[cfg(feature = "__face")]
#[doc(hidden)]
pub fn count_logins(logins: u32) -> Stats {
    let recorder = Recorder::new();
    let (begun, ended) = (Err(Error::new(ErrorCode::Internal)), Err(Error::new(ErrorCode::Internal)));
    for _ in 0..logins {
        recorder.begun(&begun);
        let timer = LoginTimer::start(&recorder);
        for to in [RequestTo::Token, RequestTo::Me, RequestTo::User] {
            let sent = clock::now();
            recorder.request(to, None, clock::now().saturating_duration_since(sent));
        }
        timer.end(&ended);
    }
    recorder.read()
}

impl Metric {
    /// How many numbers one series has: one for a counter; for a histogram, one for each bucket, one for slower events, and the
    /// sum in microseconds.
    const fn width(&self) -> usize {
        if self.is_histogram { BOUNDS.len() + 2 } else { 1 }
    }

    const fn series(&self) -> usize {
        let (mut count, mut label) = (1, 0);
        while label < self.labels.len() {
            count *= self.labels[label].count();
            label += 1;
        }
        count
    }

    /// The label values of a series.
    fn words(&self, mut series: usize) -> Vec<(&'static str, &'static str)> {
        let mut words: Vec<_> = self
            .labels
            .iter()
            .rev()
            .map(|label| {
                let number = series % label.count();
                series /= label.count();
                (label.name(), label.word(number))
            })
            .collect();
        words.reverse();
        words
    }
}

/// Where the numbers of a metric start. For the index after the last metric, this is the total number.
const fn offset(metric: usize) -> usize {
    let (mut offset, mut before) = (0, 0);
    while before < metric {
        offset += METRICS[before].series() * METRICS[before].width();
        before += 1;
    }
    offset
}

const fn code_number(code: Option<ErrorCode>) -> usize {
    match code {
        Some(code) => code as usize,
        None => ErrorCode::ALL.len(),
    }
}

/// The counters of one client in this process, created at the first event.
#[derive(Clone, Debug)]
pub(crate) struct Recorder(Arc<PerProcess<Box<[AtomicU64]>>>);

impl Recorder {
    pub(crate) fn new() -> Self {
        Self(Arc::new(PerProcess::new()))
    }

    fn numbers(&self) -> &[AtomicU64] {
        self.0.get(|| (0..offset(METRICS.len())).map(|_| AtomicU64::new(0)).collect())
    }

    fn count(&self, metric: usize, series: usize) {
        if let Some(number) = self.numbers().get(offset(metric) + series) {
            number.fetch_add(1, Relaxed);
        }
    }

    fn observe(&self, metric: usize, series: usize, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|(bound, _)| micros <= *bound).unwrap_or(BOUNDS.len());
        let first = offset(metric) + series * METRICS[metric].width();
        if let Some([buckets @ .., sum]) = self.numbers().get(first..first + METRICS[metric].width()) {
            buckets[bucket].fetch_add(1, Relaxed);
            sum.fetch_add(micros, Relaxed);
        }
    }

    /// Counts a login that began or failed to begin.
    pub(crate) fn begun(&self, result: &Result<Login>) {
        // A URL that leads to a page of the application is not a login.
        if !result.as_ref().is_ok_and(|login| login.key.is_empty()) {
            self.count(BEGUN, code_number(result.as_ref().err().map(Error::code)));
        }
    }

    pub(crate) fn login(&self, outcome: &LoginEnd, took: Duration) {
        let number = outcome.0;
        self.count(LOGINS, number * Label::Code.count() + code_number(outcome.1));
        self.observe(LOGIN_DURATION, number, took);
    }

    pub(crate) fn request(&self, to: RequestTo, code: Option<ErrorCode>, took: Duration) {
        self.count(REQUESTS, to as usize * Label::Code.count() + code_number(code));
        self.observe(REQUEST_DURATION, to as usize, took);
    }

    pub(crate) fn retry(&self, why: ErrorCode) {
        self.count(RETRIES, code_number(Some(why)));
    }

    pub(crate) fn key_fetch<T>(&self, result: &Result<T>) {
        self.count(KEY_FETCHES, code_number(result.as_ref().err().map(Error::code)));
    }

    pub(crate) fn read(&self) -> Stats {
        Stats { numbers: self.numbers().iter().map(|number| number.load(Relaxed)).collect() }
    }
}

/// The end of a login: the index of its outcome, and an error code.
#[derive(Clone, Copy)]
pub(crate) struct LoginEnd(usize, Option<ErrorCode>);

impl LoginEnd {
    pub(crate) fn of(result: &Result<Outcome>) -> Self {
        match result {
            Ok(Outcome::SignedIn(_)) => Self(0, None),
            Ok(Outcome::Restart(restart)) => Self(1, Some(restart.reason)),
            Ok(Outcome::Denied(_)) => Self(2, None),
            Err(error) => Self(3, Some(error.code())),
        }
    }

    pub(crate) const fn outcome(self) -> &'static str {
        OUTCOMES[self.0]
    }

    pub(crate) const fn code(self) -> Option<ErrorCode> {
        self.1
    }
}

/// A login in progress. If it is dropped before it ends, the caller has canceled it.
pub(crate) struct LoginTimer {
    recorder: Recorder,
    begun: Instant,
    end: LoginEnd,
}

impl LoginTimer {
    pub(crate) fn start(recorder: &Recorder) -> Self {
        let end = LoginEnd(3, Some(ErrorCode::CallInterrupted));
        Self { recorder: recorder.clone(), begun: clock::now(), end }
    }

    pub(crate) fn end(mut self, result: &Result<Outcome>) -> LoginEnd {
        self.end = LoginEnd::of(result);
        self.end
    }
}

impl Drop for LoginTimer {
    fn drop(&mut self) {
        self.recorder.login(&self.end, clock::now().saturating_duration_since(self.begun));
    }
}

/// The counters of a client since it was made: logins, requests, retries, key fetches, and their durations.
///
/// The counters are those of one process: a forked child starts from zero. No label says anything about a person.
///
/// ```
/// # fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
/// let stats = client.stats();
/// println!("{} failed logins", stats.value("clever_sso_logins_total", &[("outcome", "failed")])?);
/// println!("{}", stats.to_prometheus());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    numbers: Box<[u64]>,
}

/// A number, as Prometheus reads it.
///
/// ```
/// # fn example(client: &clever_sso::Client) {
/// for sample in client.stats().samples() {
///     println!("{} {:?} {}", sample.name, sample.labels, sample.value);
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// For example `clever_sso_logins_total`. A histogram has samples that end in `_bucket`, `_sum` and `_count`.
    pub name: String,
    /// Names and values of the labels, in the order of the documentation.
    pub labels: Vec<(&'static str, &'static str)>,
    /// A count, or seconds.
    pub value: f64,
}

/// A number of a sample.
#[derive(Clone, Copy)]
enum Number {
    Count(u64),
    Micros(u64),
}

impl Stats {
    /// Calls `tell` for each series that has counted something.
    fn each(&self, mut tell: impl FnMut(&Metric, &'static str, &[(&'static str, &'static str)], Number)) {
        for (index, metric) in METRICS.iter().enumerate() {
            let all = &self.numbers[offset(index)..offset(index + 1)];
            for (series, numbers) in all.chunks_exact(metric.width()).enumerate() {
                if numbers.iter().all(|number| *number == 0) {
                    continue;
                }
                let mut words = metric.words(series);
                let [buckets @ .., sum] = numbers else { continue };
                if !metric.is_histogram {
                    tell(metric, "", &words, Number::Count(*sum));
                    continue;
                }
                let mut count = 0;
                for (bucket, number) in buckets.iter().enumerate() {
                    count += number;
                    words.push(("le", BOUNDS.get(bucket).map_or("+Inf", |(_, bound)| bound)));
                    tell(metric, "_bucket", &words, Number::Count(count));
                    words.pop();
                }
                tell(metric, "_sum", &words, Number::Micros(*sum));
                tell(metric, "_count", &words, Number::Count(count));
            }
        }
    }

    /// All numbers. Series that never counted anything are left out.
    ///
    /// ```
    /// # fn example(client: &clever_sso::Client) {
    /// println!("{} numbers", client.stats().samples().len());
    /// # }
    /// ```
    pub fn samples(&self) -> Vec<Sample> {
        let mut samples = Vec::new();
        self.each(|metric, suffix, labels, number| {
            let (name, labels) = ([metric.name, suffix].concat(), labels.to_vec());
            samples.push(Sample { name, labels, value: number.value() });
        });
        samples
    }

    /// The sum of the series that have these labels. 0 if nothing was counted.
    ///
    /// `name` is the name of a counter, or of a histogram followed by `_count` or `_sum` (in seconds).
    ///
    /// ```
    /// # fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let stats = client.stats();
    /// let rejected = [("outcome", "failed"), ("code", "client_rejected")];
    /// if stats.value("clever_sso_logins_total", &rejected)? > 0.0 {
    ///     println!("look at the client secret");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `argument_invalid` if this version does not have the name, the label or its value: otherwise a misspelled one would always
    /// be 0.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Result<f64> {
        let metric = METRICS.iter().find(|metric| {
            name.strip_prefix(metric.name).is_some_and(|suffix| match suffix {
                "" => !metric.is_histogram,
                "_sum" | "_count" => metric.is_histogram,
                _ => false,
            })
        });
        let metric = metric.ok_or_else(|| Error::unknown_word("a metric of the stats", name))?;
        for (label, word) in labels {
            let known = metric.labels.iter().find(|known| known.name() == *label);
            let known =
                known.ok_or_else(|| Error::unknown_word(&["a label of ", metric.name].concat(), label))?;
            if !(0..known.count()).any(|number| known.word(number) == *word) {
                return Err(Error::unknown_word(&["a value of the label ", known.name()].concat(), word));
            }
        }
        let mut value = 0.0;
        self.each(|metric, suffix, words, number| {
            let is_it = name.strip_prefix(metric.name) == Some(suffix);
            if is_it && labels.iter().all(|label| words.contains(label)) {
                value += number.value();
            }
        });
        Ok(value)
    }

    /// The text for Prometheus (exposition format 0.0.4): serve it as `text/plain; version=0.0.4; charset=utf-8`.
    ///
    /// ```
    /// # fn example(client: &clever_sso::Client) {
    /// print!("{}", client.stats().to_prometheus());
    /// # }
    /// ```
    pub fn to_prometheus(&self) -> String {
        let (mut text, mut last) = (String::new(), "");
        self.each(|metric, suffix, labels, number| {
            if metric.name != last {
                let kind = if metric.is_histogram { "histogram" } else { "counter" };
                for part in
                    ["# HELP ", metric.name, " ", metric.help, "\n# TYPE ", metric.name, " ", kind, "\n"]
                {
                    text.push_str(part);
                }
                last = metric.name;
            }
            text.push_str(metric.name);
            text.push_str(suffix);
            let mut before = "{";
            // The words of this library need no escape: a test checks that.
            for (name, word) in labels {
                for part in [before, name, "=\"", word, "\""] {
                    text.push_str(part);
                }
                before = ",";
            }
            // Writing to a string cannot fail.
            let _ = match number {
                Number::Count(count) => writeln!(text, "}} {count}"),
                Number::Micros(micros) => {
                    writeln!(text, "}} {}.{:06}", micros / 1_000_000, micros % 1_000_000)
                }
            };
        });
        text
    }
}

impl Number {
    /// Exact up to 2^53, which no count reaches.
    #[expect(clippy::cast_precision_loss, reason = "Prometheus counts in such numbers")]
    fn value(self) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Micros(micros) => micros as f64 / 1e6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_has_its_own_numbers() {
        let recorder = Recorder::new();
        let last = Duration::from_secs(3600);
        recorder.count(BEGUN, 0);
        for (metric, known) in METRICS.iter().enumerate() {
            for series in 0..known.series() {
                if known.is_histogram {
                    recorder.observe(metric, series, last);
                } else if (metric, series) != (BEGUN, 0) {
                    recorder.count(metric, series);
                }
            }
        }
        let stats = recorder.read();
        let mut seen = std::collections::HashSet::new();
        for sample in stats.samples() {
            assert!(seen.insert(format!("{} {:?}", sample.name, sample.labels)), "{sample:?}");
            let is_slow = sample.labels.last().is_some_and(|(_, word)| *word == "+Inf");
            match sample.name.rsplit_once('_').unwrap().1 {
                "sum" => assert_eq!(sample.value.to_bits(), 3600_f64.to_bits()),
                "bucket" => assert_eq!(sample.value > 0.0, is_slow),
                _ => assert_eq!(sample.value.to_bits(), 1_f64.to_bits()),
            }
        }
        let series: usize = METRICS.iter().map(Metric::series).sum();
        assert!(seen.len() > series && series < 1_000, "{series} series at most");
    }

    #[test]
    fn a_duration_is_counted_in_every_bucket_that_it_fits_into() {
        let recorder = Recorder::new();
        for (micros, text) in [(5_000, "0.005"), (5_001, "0.01"), (10_000_001, "+Inf")] {
            recorder.observe(REQUEST_DURATION, 0, Duration::from_micros(micros));
            let bucket = format!("_bucket{{endpoint=\"token\",le=\"{text}\"}} ");
            let shown = recorder.read().to_prometheus();
            let count = shown.lines().find_map(|line| line.split_once(&bucket)).unwrap().1.to_owned();
            assert_eq!(
                count,
                if text == "0.005" {
                    "1"
                } else if text == "0.01" {
                    "2"
                } else {
                    "3"
                }
            );
        }
        let text = recorder.read().to_prometheus();
        assert!(
            text.contains("clever_sso_request_duration_seconds_sum{endpoint=\"token\"} 10.010002\n"),
            "{text}"
        );
    }

    #[test]
    fn no_label_and_no_help_text_needs_an_escape() {
        for metric in METRICS {
            assert!(!metric.help.contains(['\\', '\n']), "{}", metric.help);
            for label in metric.labels {
                for number in 0..label.count() {
                    let word = label.word(number);
                    assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{word}");
                }
            }
        }
    }

    #[test]
    fn the_index_of_a_code_is_its_position_in_the_catalogue() {
        for (number, code) in ErrorCode::ALL.iter().enumerate() {
            assert_eq!((code_number(Some(*code)), Label::Code.word(number)), (number, code.as_str()));
        }
        for (to, word) in [(RequestTo::Token, "token"), (RequestTo::District, "district")] {
            assert_eq!(Label::Endpoint.word(to as usize), word);
        }
    }
}
