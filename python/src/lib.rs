//! The Python face of `clever-sso`: the module `clever_sso._native`.
//!
//! It is thin on purpose: it converts values between Rust and Python and decides nothing. The comments on everything
//! that is visible in Python are for Python users: `help()` shows them, and `make stubs` writes them to the stub
//! `_native.pyi`, with the types, for editors and type checkers.
//!
//! - [`client`]: `Client`, and [`settings`] for its keyword arguments.
//! - [`operations`]: the same for `AsyncClient`, which is written in Python.
//! - [`waiting`]: calls that wait for the network, and what Python does in the meantime, for example Ctrl-C.
//! - [`guarded`]: calls into Python that are safe at the end of the interpreter; [`threads`]: stops new calls at its end.
//! - [`interpreter`]: which interpreter may load this module. [`panics`]: a panic is an `InternalError`.
//! - [`logging`]: passes log events of the core to Python's `logging`.
//! - [`observing`]: reports each call, for OpenTelemetry. [`stats`]: what a client counted.
//! - [`doctor`], [`report`]: what is wrong with a setup, and what to do.
//! - [`login`], [`identity`], [`callback`], [`resources`]: the results, all frozen.
//! - [`set_cookie`], [`request`]: the cookies of a response, and which requests are refused.
//! - [`verify`]: verifies ID tokens without a client or network.
//! - [`hints`]: type hints for the stub that Rust types cannot express.
//! - [`errors`]: converts errors of the core to Python exceptions.
//! - [`plain`]: texts and numbers for Python. [`json`], [`repr`]: two small helpers.

#![expect(clippy::doc_markdown, reason = "comments on what is visible in Python are Python docstrings")]
#![expect(clippy::needless_pass_by_value, reason = "arguments from Python arrive owned")]

mod async_client;
mod callback;
mod client;
mod doctor;
mod errors;
mod guarded;
mod hints;
mod identity;
mod interpreter;
mod json;
mod language;
mod logging;
mod login;
mod observing;
mod panics;
mod plain;
mod report;
mod repr;
mod request;
mod resources;
mod set_cookie;
mod settings;
mod stats;
mod text;
mod threads;
mod verify;
mod waiting;

use std::ffi::CStr;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

/// Erases freed memory, so no part of a token, code or secret from Rust stays on the heap.
#[global_allocator]
static ALLOCATOR: clever_sso::ClearingAllocator = clever_sso::ClearingAllocator;

const NO_THREAD_KEYS: &str = "clever_sso needs three keys for data of threads (pthread_key_create), and this process has used up its own";

/// Prepares what the module needs before it creates anything.
fn prepare(py: Python<'_>) -> PyResult<()> {
    interpreter::admit(py).map_err(|refusal| guarded::error::<PyImportError>(py, refusal))?;
    panics::silence();
    // Loading the module needs one of these keys, and aborts without it.
    clever_sso::make_thread_keys().map_err(|_| guarded::error::<PyImportError>(py, NO_THREAD_KEYS))?;
    errors::install(py)?;
    for module in USED_BY_CALLS {
        guarded::import(py, module)?;
    }
    verify::make_known_names(py);
    logging::install();
    Ok(())
}

/// Modules to import now, not in the first call that needs them: a fork during an import leaves the import lock held in
/// the child.
const USED_BY_CALLS: [&CStr; 1] = [c"clever_sso._event_loop"];

/// The module, with these classes and functions.
macro_rules! module {
    (classes: [$($home:ident::$class:ident),+], functions: [$($file:ident::$function:ident),+]) => {
        /// The Rust core of `clever_sso`.
        #[cfg(not(feature = "stubs"))]
        #[pymodule(gil_used = false)]
        fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
            // This must come before any class is created, because classes belong to the interpreter that creates them.
            prepare(module.py())?;
            $(module.add_class::<$home::$class>()?;)+
            $(module.add_function(pyo3::wrap_pyfunction!($file::$function, module)?)?;)+
            module.add("__version__", env!("CARGO_PKG_VERSION"))
        }

        /// The Rust core of `clever_sso`.
        // PyO3 can read the contents of a module that is written like this, but creates its classes before the module
        // can refuse.
        #[cfg(feature = "stubs")]
        #[pymodule(gil_used = false)]
        mod _native {
            $(#[pymodule_export] use crate::$home::$class;)+
            $(#[pymodule_export] use crate::$file::$function;)+
            #[expect(non_upper_case_globals, reason = "Python calls it so")]
            #[pymodule_export]
            const __version__: &str = env!("CARGO_PKG_VERSION");

            #[pymodule_init]
            fn prepare(py: pyo3::Python<'_>) -> pyo3::PyResult<()> {
                crate::prepare(py)
            }
        }
    };
}

module! {
    classes: [
        client::Client,
        async_client::AsyncCalls,
        login::Login,
        login::SignedIn,
        login::Restart,
        login::Denied,
        identity::Identity,
        identity::Name,
        identity::Role,
        callback::Callback,
        set_cookie::SetCookie,
        request::Refusal,
        resources::Tokens,
        resources::TokenInfo,
        resources::Me,
        resources::User,
        resources::District,
        resources::UserInfo,
        stats::Stats,
        stats::Sample,
        report::Report,
        report::Finding,
        verify::KeySet,
        errors::ErrorCode
    ],
    functions: [
        callback::parse_callback,
        callback::login_key,
        callback::is_switched_on,
        callback::leads_to,
        observing::observe_calls,
        doctor::doctor,
        doctor::doctor_of_settings,
        doctor::doctor_of_client,
        verify::verify_id_token,
        errors::error_codes,
        language::translated,
        language::language_of
    ]
}
