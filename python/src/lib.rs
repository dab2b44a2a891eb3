//! The Python face of `clever-sso`: the module `clever_sso._native`.
//!
//! Thin on purpose: it turns values of the one language into values of the other and decides nothing. The comments on
//! everything Python sees are written for Python users, whose `help()` shows them; the stub `_native.pyi` carries the
//! same words, and a test holds the two together.
//!
//! - [`client`]: `Client`, and [`settings`] for its keyword arguments.
//! - [`operations`]: the same for `AsyncClient`, which is written in Python.
//! - [`waiting`]: calls that wait, and what Python has to say meanwhile, Ctrl-C for one.
//! - [`guarded`]: the way into Python, which outlives the end of the interpreter; [`threads`]: the door at its end.
//! - [`interpreter`]: which interpreter may load this module. [`panics`]: a panic is an `InternalError`.
//! - [`logging`]: what the core has to tell, for Python's `logging`.
//! - [`login`], [`identity`], [`callback`], [`resources`]: the results, all frozen.
//! - [`set_cookie`], [`request`]: what the answer to a browser sets, and which requests may act.
//! - [`verify`]: the pure verifier.
//! - [`errors`]: the one crossing from an error of the core to a Python exception.
//! - [`json`], [`repr`]: two small helpers.

#![expect(clippy::doc_markdown, reason = "comments on what Python sees are Python docstrings")]
#![expect(clippy::needless_pass_by_value, reason = "arguments from Python arrive owned")]

mod async_client;
mod callback;
mod client;
mod errors;
mod guarded;
mod identity;
mod interpreter;
mod json;
mod logging;
mod login;
mod panics;
mod repr;
mod request;
mod resources;
mod set_cookie;
mod settings;
mod text;
mod threads;
mod verify;
mod waiting;

use pyo3::prelude::*;
use pyo3::wrap_pyfunction;

/// No piece of a token, code or secret that Rust held stays on the heap.
#[global_allocator]
static ALLOCATOR: clever_sso::ClearingAllocator = clever_sso::ClearingAllocator;

/// The Rust core of `clever_sso`.
#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // Before any class is made, for the classes belong to the interpreter that makes them.
    interpreter::admit()?;
    panics::silence();
    errors::install(module.py())?;
    logging::install();

    module.add_class::<client::Client>()?;
    module.add_class::<async_client::AsyncOperations>()?;

    module.add_class::<login::Login>()?;
    module.add_class::<login::SignedIn>()?;
    module.add_class::<login::Restart>()?;
    module.add_class::<login::Denied>()?;
    module.add_class::<identity::Identity>()?;
    module.add_class::<identity::Name>()?;
    module.add_class::<identity::Role>()?;
    module.add_class::<callback::Callback>()?;
    module.add_function(wrap_pyfunction!(callback::parse_callback, module)?)?;
    module.add_function(wrap_pyfunction!(callback::login_key, module)?)?;
    module.add_function(wrap_pyfunction!(callback::is_switched_on, module)?)?;
    module.add_function(wrap_pyfunction!(callback::leads_to, module)?)?;
    module.add_class::<set_cookie::SetCookie>()?;
    module.add_class::<request::Refusal>()?;

    module.add_class::<resources::Tokens>()?;
    module.add_class::<resources::TokenInfo>()?;
    module.add_class::<resources::Me>()?;
    module.add_class::<resources::User>()?;
    module.add_class::<resources::District>()?;
    module.add_class::<resources::UserInfo>()?;

    module.add_class::<verify::KeySet>()?;
    module.add_function(wrap_pyfunction!(verify::verify_id_token, module)?)?;

    module.add_class::<errors::ErrorCode>()?;
    module.add_function(wrap_pyfunction!(errors::error_codes, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
