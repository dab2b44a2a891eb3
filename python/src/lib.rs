//! The Python face of `clever-sso`: the module `clever_sso._native`.
//!
//! Thin on purpose: it turns values of the one language into values of the other and decides nothing. The comments on
//! everything Python sees are written for Python users, whose `help()` shows them; the stub `_native.pyi` carries the
//! same words, and a test holds the two together.
//!
//! - [`client`]: `Client`, and [`settings`] for its keyword arguments.
//! - [`operations`]: the same for `AsyncClient`, which is written in Python.
//! - [`waiting`]: calls that wait, and what Python has to say meanwhile, Ctrl-C for one.
//! - [`threads`]: threads that Python did not make, in Python.
//! - [`logging`]: what the core has to tell, for Python's `logging`.
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
mod json;
mod logging;
mod login;
mod operations;
mod repr;
mod resources;
mod settings;
mod threads;
mod verify;
mod waiting;

use pyo3::prelude::*;

/// No piece of a token, code or secret that Rust held stays on the heap.
#[global_allocator]
static ALLOCATOR: clever_sso::ClearingAllocator = clever_sso::ClearingAllocator;

/// The Rust core of `clever_sso`.
#[pymodule(gil_used = false)]
mod _native {
    use super::{Bound, PyModule, PyResult};

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

    #[pymodule_init]
    #[expect(clippy::unnecessary_wraps, reason = "PyO3 wants a result")]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::logging::install();
        Ok(())
    }
}
