//! Tokens, and the resources that an access token gives access to.

use clever_sso::Secret;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::guarded;
use crate::hints::{Object, Tuple};
use crate::identity::{Name, Role};
use crate::json::{strings, to_python};
use crate::plain::Plain;
use crate::repr::{Repr, match_args};

/// The tokens from a code exchange.
#[pyclass(frozen, module = "clever_sso")]
pub(crate) struct Tokens(pub(crate) clever_sso::Tokens);

#[pymethods]
impl Tokens {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["access_token", "id_token"])
    }

    /// Gives access to Clever's API for 24 hours.
    #[getter]
    fn access_token(&self) -> Plain<&str> {
        Plain(self.0.access_token.expose())
    }

    /// Proves who logged in. `None` for applications without OpenID Connect and for people of Clever Library.
    #[getter]
    fn id_token(&self) -> Plain<Option<&str>> {
        Plain(self.0.id_token.as_ref().map(Secret::expose))
    }

    pub(crate) fn __repr__(&self) -> Plain<String> {
        let shown = Repr::of("Tokens").hidden("access_token");
        match &self.0.id_token {
            Some(_) => shown.hidden("id_token").finish(),
            None => shown.raw("id_token", "None").finish(),
        }
    }
}

/// Clever's data about an access token that was issued to this application.
#[pyclass(frozen, eq, hash, module = "clever_sso")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct TokenInfo {
    client_id: String,
    scopes: Vec<String>,
}

impl From<clever_sso::TokenInfo> for TokenInfo {
    fn from(info: clever_sso::TokenInfo) -> Self {
        Self { client_id: info.client_id, scopes: info.scopes }
    }
}

#[pymethods]
impl TokenInfo {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["client_id", "scopes"])
    }

    /// The client id: always this application's.
    #[getter]
    fn client_id(&self) -> Plain<&str> {
        Plain(&self.client_id)
    }

    /// The scopes.
    #[getter]
    fn scopes<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, String>> {
        strings(py, &self.scopes)
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("TokenInfo").text("client_id", &self.client_id).finish()
    }
}

/// Who an access token belongs to.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct Me(pub(crate) clever_sso::Me);

#[pymethods]
impl Me {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["id", "district_id", "user_type", "authorized_by"])
    }

    /// The Clever id.
    #[getter]
    fn id(&self) -> Plain<&str> {
        Plain(&self.0.id)
    }

    /// Clever's id of the district; `None` for people of Clever Library.
    #[getter]
    fn district_id(&self) -> Plain<Option<&str>> {
        Plain(self.0.district_id.as_deref())
    }

    /// The kind of account. API v3 says `user` for everyone; older versions name the role.
    #[getter]
    fn user_type(&self) -> Plain<Option<&str>> {
        Plain(self.0.user_type.as_ref().map(clever_sso::UserType::as_str))
    }

    /// Who gave the application access: `district` or `teacher`.
    #[getter]
    fn authorized_by(&self) -> Plain<Option<&str>> {
        Plain(self.0.authorized_by.as_deref())
    }

    /// Everything Clever sent, as a new dict each time.
    #[getter]
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        to_python(py, &self.0.json).map(Into::into)
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Me")
            .text("id", *self.id())
            .maybe("district_id", *self.district_id())
            .maybe("user_type", *self.user_type())
            .finish()
    }
}

/// A person's record.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct User(pub(crate) clever_sso::User);

#[pymethods]
impl User {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["id", "district_id", "name", "unverified_email", "roles"])
    }

    /// The Clever id.
    #[getter]
    fn id(&self) -> Plain<&str> {
        Plain(&self.0.id)
    }

    /// The district.
    #[getter]
    fn district_id(&self) -> Plain<Option<&str>> {
        Plain(self.0.district_id.as_deref())
    }

    /// The name.
    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Name>> {
        guarded::new(py, Name::from(&self.0.name))
    }

    /// An unverified email address: it may belong to another person, and it may change. Never use it as a key.
    #[getter]
    fn unverified_email(&self) -> Plain<Option<&str>> {
        Plain(self.0.unverified_email.as_deref())
    }

    /// Every role of this person.
    #[getter]
    fn roles<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, Role>> {
        Role::tuple(py, &self.0.roles)
    }

    /// Everything Clever sent, as a new dict each time.
    #[getter]
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        to_python(py, &self.0.json).map(Into::into)
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("User").text("id", *self.id()).maybe("district_id", *self.district_id()).finish()
    }
}

/// A district's record.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct District(pub(crate) clever_sso::District);

#[pymethods]
impl District {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["id", "name"])
    }

    /// The district's id.
    #[getter]
    fn id(&self) -> Plain<&str> {
        Plain(&self.0.id)
    }

    /// The district's name.
    #[getter]
    fn name(&self) -> Plain<Option<&str>> {
        Plain(self.0.name.as_deref())
    }

    /// Everything Clever sent, as a new dict each time.
    #[getter]
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        to_python(py, &self.0.json).map(Into::into)
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("District").text("id", *self.id()).finish()
    }
}

/// The claims of a person from the userinfo endpoint.
#[pyclass(frozen, eq, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct UserInfo(pub(crate) clever_sso::UserInfo);

#[pymethods]
impl UserInfo {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["id"])
    }

    /// The person's id at the issuer (`sub`).
    #[getter]
    fn id(&self) -> Plain<&str> {
        Plain(&self.0.id)
    }

    /// All claims, as a new dict each time. Clever's `name` is an object.
    #[getter]
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        to_python(py, &self.0.json).map(Into::into)
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("UserInfo").text("id", *self.id()).finish()
    }
}
