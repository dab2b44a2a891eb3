//! `libclever_sso`: the C face. A file per handle; nothing here decides anything, it hands over.
//!
//! Ownership shows in the signatures: `Option<&T>` reads a handle that may be NULL, `Option<&mut T>` changes one,
//! `Option<&mut MaybeUninit<Option<Box<T>>>>` gives one to the caller, `Option<Box<T>>` takes it back. So the header
//! that cbindgen writes needs no hand, and almost nothing here is unsafe.
#![expect(unsafe_code, reason = "C calls these functions by their names, and strings come as pointers")]
#![expect(non_camel_case_types, reason = "the names are those of the C header")]
#![expect(unreachable_pub, reason = "what is public here is public in the header, not in Rust")]

mod boundary;
mod callback;
mod cancellation;
mod claims;
mod client;
mod config;
mod error;
mod identity;
mod log;
mod login;
mod metadata;
mod outcome;
mod request;
mod resources;
mod set_cookie;
mod text;
mod token_info;
mod tokens;
mod urls;
mod userinfo;
mod verify;
mod version;

/// No piece of a token, code or secret stays on the heap, whatever library in between has made a copy.
#[global_allocator]
static ALLOCATOR: clever_sso::ClearingAllocator = clever_sso::ClearingAllocator;
