//! `Identity`: who logged in.

use std::hash::{Hash, Hasher};

use clever_sso::UserType;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::guarded;
use crate::hints::{Dict, Tuple, Typed, words};
use crate::json::{strings, to_dict};
use crate::plain::Plain;
use crate::repr::{Repr, match_args};

/// One of the roles of a person.
#[pyclass(frozen, eq, hash, get_all, module = "clever_sso")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Role {
    /// `student`, `teacher`, `staff`, `district_admin`, `contact`, or a word that Clever added later.
    name: Plain<String>,
    /// The id that this person had in this role before API v3.
    legacy_id: Plain<Option<String>>,
}

impl Role {
    pub(crate) fn tuple<'py>(py: Python<'py>, roles: &[clever_sso::Role]) -> PyResult<Tuple<'py, Self>> {
        let role = |role: &clever_sso::Role| {
            let clever_sso::Role { name, legacy_id, .. } = role;
            let role = Self { name: name.as_str().to_owned().into(), legacy_id: legacy_id.clone().into() };
            guarded::new(py, role).map(Bound::into_any)
        };
        guarded::tuple(py, roles.iter().map(role).collect::<PyResult<Vec<_>>>()?).map(Into::into)
    }
}

#[pymethods]
impl Role {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["name", "legacy_id"])
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Role").text("name", &self.name).maybe("legacy_id", self.legacy_id.as_deref()).finish()
    }
}

/// A person's name, as far as Clever sent it.
#[pyclass(frozen, eq, hash, get_all, module = "clever_sso")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// The first name.
    first: Plain<Option<String>>,
    /// The middle name.
    middle: Plain<Option<String>>,
    /// The last name; for a student in Clever Library, only the initial.
    last: Plain<Option<String>>,
    /// First, middle and last name with a space between them; empty when nothing is known.
    full: Plain<String>,
}

impl From<&clever_sso::Name> for Name {
    fn from(name: &clever_sso::Name) -> Self {
        let full = name.full();
        let clever_sso::Name { first, middle, last, .. } = name.clone();
        Self { first: first.into(), middle: middle.into(), last: last.into(), full: full.into() }
    }
}

#[pymethods]
impl Name {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["first", "middle", "last"])
    }

    #[expect(clippy::unused_self, reason = "no part of a name is shown")]
    fn __repr__(&self) -> Plain<String> {
        Repr::of("Name").hidden("full").finish()
    }
}

words!(ProvenBy: clever_sso::Proof::IdToken.as_str(), clever_sso::Proof::Me.as_str());

/// Who logged in.
///
/// Use the pair of `issuer` and `id` as the key of a user. Names and email addresses change and repeat.
#[pyclass(frozen, eq, hash, module = "clever_sso")]
#[derive(PartialEq)]
pub(crate) struct Identity(pub(crate) clever_sso::Identity);

impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.issuer.hash(state);
        self.0.id.hash(state);
    }
}

#[pymethods]
impl Identity {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        let names = [
            "issuer",
            "id",
            "district_id",
            "user_type",
            "roles",
            "name",
            "unverified_email",
            "legacy_ids",
            "authorized_by",
            "proven_by",
            "loginas_by_admin",
            "claims",
        ];
        match_args(py, names)
    }

    /// The issuer that confirmed who this person is.
    #[getter]
    fn issuer(&self) -> Plain<&str> {
        Plain(&self.0.issuer)
    }

    /// The Clever id (API v3).
    #[getter]
    fn id(&self) -> Plain<&str> {
        Plain(&self.0.id)
    }

    /// Clever's id of the district; `None` for people of Clever Library.
    #[getter]
    fn district_id(&self) -> Plain<Option<&str>> {
        Plain(self.0.district_id.as_deref())
    }

    /// The role of this login, such as `student`; `None` when a person has several roles and did not pick one.
    #[getter]
    fn user_type(&self) -> Plain<Option<&str>> {
        Plain(self.0.user_type.as_ref().map(UserType::as_str))
    }

    /// Every known role.
    #[getter]
    fn roles<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, Role>> {
        Role::tuple(py, &self.0.roles)
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

    /// Ids that this person had before API v3.
    #[getter]
    fn legacy_ids<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, String>> {
        strings(py, &self.0.legacy_ids)
    }

    /// Who gave the application access: `district` or `teacher`.
    #[getter]
    fn authorized_by(&self) -> Plain<Option<&str>> {
        Plain(self.0.authorized_by.as_deref())
    }

    /// How this identity was proven: `id_token`, or `me` if Clever was asked with this login's access token.
    #[getter]
    fn proven_by(&self) -> Typed<Plain<&'static str>, ProvenBy> {
        Plain(self.0.proven_by.as_str()).into()
    }

    /// Whether an administrator at Clever logged in as this person, according to the callback. Not proven.
    #[getter]
    fn loginas_by_admin(&self) -> bool {
        self.0.loginas_by_admin
    }

    /// Everything that Clever sent, as a new dict each time.
    ///
    /// These are the claims of the ID token, or the data of `/me` and of the person's record.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Dict<'py>> {
        to_dict(py, &self.0.claims)
    }

    pub(crate) fn __repr__(&self) -> Plain<String> {
        Repr::of("Identity")
            .text("issuer", *self.issuer())
            .text("id", *self.id())
            .maybe("district_id", *self.district_id())
            .maybe("user_type", *self.user_type())
            .text("proven_by", self.0.proven_by.as_str())
            .finish()
    }
}
