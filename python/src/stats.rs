//! What a client counted.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::errors::{Result, argument_invalid};
use crate::guarded;
use crate::hints::{Dict, Tuple};
use crate::plain::Plain;
use crate::repr::{Repr, match_args};
use crate::text::Text;

/// What a client counted in this process since it was made; a forked worker starts from zero.
///
///     stats = client.stats()
///     failed = stats.value("clever_sso_logins_total", outcome="failed")
///     text = stats.to_prometheus()
///
/// `docs/stats.md` lists the numbers.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct Stats(clever_sso::Stats);

impl From<clever_sso::Stats> for Stats {
    fn from(stats: clever_sso::Stats) -> Self {
        Self(stats)
    }
}

#[pymethods]
impl Stats {
    /// All numbers, one by one. Metrics that were never counted are left out.
    #[getter]
    fn samples<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, Sample>> {
        let samples: Vec<_> = self
            .0
            .samples()
            .into_iter()
            .map(|sample| Ok(guarded::new(py, Sample(sample))?.into_any()))
            .collect::<PyResult<_>>()?;
        guarded::tuple(py, samples).map(Into::into)
    }

    /// Returns the sum of all series that have these labels; 0.0 if nothing was counted.
    ///
    ///     stats.value("clever_sso_logins_total", outcome="failed", code="client_rejected")
    ///
    /// Args:
    ///     name: A counter, or a histogram with `_count` or `_sum` (in seconds).
    ///     **labels: The labels to select by: `outcome`, `code`, `endpoint`.
    ///
    /// Raises:
    ///     ArgumentError: `argument_invalid`, when this version does not know the name, the label or its value.
    #[pyo3(signature = (name, **labels: "str"))]
    fn value(&self, name: Text, labels: Option<Bound<'_, PyDict>>) -> Result<Plain<f64>> {
        let mut selected = Vec::new();
        for (label, word) in labels.iter().flat_map(PyDictMethods::iter) {
            let text = |object: &Bound<'_, PyAny>| {
                let text = object.cast::<PyString>().map_err(|_| argument_invalid("a label must be text"))?;
                Ok::<_, crate::errors::Failure>(guarded::lossy(text)?)
            };
            selected.push((text(&label)?, text(&word)?));
        }
        let labels: Vec<_> = selected.iter().map(|(label, word)| (label.as_str(), word.as_str())).collect();
        Ok(self.0.value(name.get("name")?, &labels)?.into())
    }

    /// Returns the text that Prometheus reads: serve it as `text/plain; version=0.0.4; charset=utf-8`.
    fn to_prometheus(&self) -> Plain<String> {
        Plain(self.0.to_prometheus())
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Stats").raw("samples", &format!("({} samples)", self.0.samples().len())).finish()
    }
}

/// One sample of a metric, as Prometheus would read it.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct Sample(clever_sso::Sample);

#[pymethods]
impl Sample {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["name", "labels", "value"])
    }

    /// The metric's name, for example `clever_sso_logins_total`.
    ///
    /// A histogram has samples that end in `_bucket`, `_sum` and `_count`.
    #[getter]
    fn name(&self) -> Plain<&str> {
        Plain(&self.0.name)
    }

    /// The labels and their values, as a new dict each time.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Dict<'py>> {
        let labels = guarded::dict(py)?;
        for (name, word) in &self.0.labels {
            labels.set_item(guarded::text(py, name)?, guarded::text(py, word)?)?;
        }
        Ok(labels.into())
    }

    /// The value: a count, or a duration in seconds.
    #[getter]
    fn value(&self) -> Plain<f64> {
        Plain(self.0.value)
    }

    fn __repr__(&self) -> Plain<String> {
        let shown = Repr::of("Sample").text("name", &self.0.name);
        let labels: Vec<_> = self.0.labels.iter().map(|(name, word)| format!("'{name}': '{word}'")).collect();
        let shown = shown.raw("labels", &format!("{{{}}}", labels.join(", ")));
        shown.raw("value", &format!("{:?}", self.0.value)).finish()
    }
}
