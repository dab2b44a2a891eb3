//! The Python face of `clever-sso`: the module `clever_sso._native`.
//!
//! Thin on purpose: it turns values of the one language into values of the other and decides nothing. The comments on
//! everything Python sees are written for Python users, whose `help()` shows them; the stub `_native.pyi` carries the
//! same words, and a test holds the two together.
//!
//! - [`client`]: `Client`, and [`settings`] for its keyword arguments.
//! - [`operations`]: the same for `AsyncClient`, which is written in Python.
//! - [`interrupt`]: Ctrl-C while a call waits.
//! - [`login`], [`identity`], [`callback`], [`resources`]: the results, all frozen.
//! - [`verify`]: the pure verifier.
//! - [`errors`]: the one crossing from an error of the core to a Python exception.
//! - [`json`], [`repr`]: two small helpers.

#![expect(clippy::doc_markdown, reason = "comments on what Python sees are Python docstrings")]
#![expect(clippy::needless_pass_by_value, reason = "arguments from Python arrive owned")]

mod callback;
mod client;
mod errors;
mod identity;
mod interrupt;
mod json;
mod login;
mod operations;
mod repr;
mod resources;
mod settings;
mod verify;

use pyo3::pymodule;

/// The Rust core of `clever_sso`.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::callback::{Callback, parse_callback};
    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::errors::{ErrorCode, error_codes};
    #[pymodule_export]
    use crate::identity::{Identity, Name, Role};
    #[pymodule_export]
    use crate::login::{Denied, Login, Restart, SignedIn};
    #[pymodule_export]
    use crate::operations::AsyncOperations;
    #[pymodule_export]
    use crate::resources::{District, Me, TokenInfo, Tokens, User, UserInfo};
    #[pymodule_export]
    use crate::verify::{KeySet, verify_id_token};

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python packages give it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
