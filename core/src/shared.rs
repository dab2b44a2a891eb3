//! A value that threads share, and replace as a whole.

use std::sync::{PoisonError, RwLock};

/// Stays usable after a panic. The model of the keys (`core/tests/models`) puts its own in its place.
#[derive(Debug, Default)]
pub(crate) struct Shared<T>(RwLock<T>);

impl<T> Shared<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    pub(crate) fn get(&self) -> T
    where
        T: Clone,
    {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// No one reads it during `change`.
    pub(crate) fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}
