//! `libclever_sso`: the C library. Each handle has its own file. This crate only translates between C and the core.
//!
//! The signatures show ownership: `Option<&T>` reads a handle that may be NULL, `Option<&mut T>` changes one,
//! `Option<&mut MaybeUninit<Option<Box<T>>>>` gives one to the caller, and `Option<Box<T>>` takes it back. So cbindgen can write
//! the header itself, and almost nothing here is unsafe.
#![expect(unsafe_code, reason = "C calls these functions by their names, and strings come as pointers")]
#![expect(non_camel_case_types, reason = "the names are those of the C header")]
#![expect(unreachable_pub, reason = "what is public here is public in the header, not in Rust")]

mod boundary;
mod cancellation;
mod text;

// From here on, the modules are in the order of the header. The blank lines keep rustfmt from sorting them. A comment that starts
// with `Header:` becomes a heading in the header, and so does the first line of each module.

// Header: The version
mod version;

// Header: Configure
mod config;

mod client;

// Header: Begin a login
mod request;

mod login_options;

mod login;

mod set_cookie;

// Header: Finish a login
mod outcome;

// Header: Who it is
mod identity;

mod claims;

// Header: Log out
mod logout;

// Header: Errors
mod error;

// Header: Step by step, for a login that you drive yourself
mod authorize_options;

mod urls;

mod callback;

mod tokens;

mod token_info;

mod verify;

mod me;

mod user;

mod district;

mod userinfo;

mod metadata;

mod string;

// Header: Keys
mod keys;

mod key_set;

mod verify_options;

// Header: Monitoring
mod stats;

// Header: Check a setup
mod report;

// Header: The log
mod log;

/// Leaves no part of a token, code or secret on the heap, even if another library made a copy.
#[global_allocator]
static ALLOCATOR: clever_sso::ClearingAllocator = clever_sso::ClearingAllocator;
