//! A request on its way through the two middlewares.

use std::cell::{Cell, RefCell};

use super::proven::Login;
use crate::web::WebRequest;

/// What the outer middleware learns from the inner one.
pub(super) struct Arrived {
    pub(super) asked: WebRequest,
    /// The login that signs a person in, or that the application decides about.
    pub(super) login: RefCell<Option<Login>>,
    /// Whether the previous person must not stay signed in.
    pub(super) replaces_person: Cell<bool>,
    /// Whether the application's own middleware has failed.
    pub(super) has_failed_inside: Cell<bool>,
}

impl Arrived {
    pub(super) fn new(asked: WebRequest) -> Self {
        Self {
            asked,
            login: RefCell::default(),
            replaces_person: Cell::default(),
            has_failed_inside: Cell::default(),
        }
    }

    /// Remembers a login, in case the session cannot be saved.
    pub(super) fn note(&self, login: Login) {
        self.replaces_person.set(true);
        self.login.replace(Some(login));
    }
}
