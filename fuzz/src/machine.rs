//! Calls the C library, and keeps the objects that it returns.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::Once;

// The functions are called by their C names.
use clever_sso_ffi as _;

use crate::key::{KEY_ID, key};
use crate::network;
use crate::people::{ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, NONCE, NOW, REDIRECT_URI};

/// Receives a log line.
pub type Listener = unsafe extern "C" fn(*mut c_void, u32, *const c_char, *const c_char);
/// Frees a handle.
pub type Free = unsafe extern "C" fn(*mut c_void);

/// A function of the header, and the code that chooses its arguments.
pub struct Call {
    pub name: &'static str,
    pub call: fn(&mut Machine),
}

/// The initial value of every output. No function may leave it there.
const POISON: *mut c_void = ptr::without_provenance_mut(0x5A5A_5A50);

/// An output argument.
#[derive(Clone, Copy)]
pub struct Out {
    /// NULL when the caller doesn't want the result.
    place: *mut *mut c_void,
}

/// A handle that belongs to another handle.
struct Lent {
    kind: &'static str,
    handle: *const c_void,
    owner: *const c_void,
}

/// The state: handles, strings, and the bytes that choose the next arguments.
pub struct Machine {
    owned: Vec<(&'static str, *mut c_void)>,
    lent: Vec<Lent>,
    texts: Vec<CString>,
    picks: Vec<u8>,
    /// The output arguments of the call.
    places: Vec<Box<*mut c_void>>,
    now: &'static str,
}

impl Machine {
    /// A machine with these strings, and a client that can only reach `network`.
    pub fn new(texts: Vec<Vec<u8>>) -> Self {
        prepare();
        let bodies = texts.iter().filter(|text| text.starts_with(b"{")).cloned().collect();
        let address = network::answers_with(bodies);
        let mut known: Vec<CString> =
            ours(&address).into_iter().map(|text| CString::new(text).unwrap_or_default()).collect();
        known.extend(texts.into_iter().filter_map(|text| CString::new(text).ok()));
        let mut machine = Self {
            owned: Vec::new(),
            lent: Vec::new(),
            texts: known,
            picks: Vec::new(),
            places: Vec::new(),
            now: "",
        };
        for (name, picks) in PRELUDE {
            machine.call_named(name, picks);
        }
        machine
    }

    /// Makes the call that the bytes describe: the function and its arguments.
    pub fn call(&mut self, bytes: &[u8]) {
        let Some((function, picks)) = bytes.split_first() else { return };
        let function = &CALLS[usize::from(*function) % CALLS.len()];
        self.run(function, picks);
    }

    fn call_named(&mut self, name: &str, picks: &[u8]) {
        let function = CALLS.iter().find(|call| call.name == name);
        self.run(function.unwrap_or_else(|| panic!("{name} is not in the header")), picks);
    }

    fn run(&mut self, function: &Call, picks: &[u8]) {
        self.picks = picks.iter().rev().copied().collect();
        self.places.clear();
        self.now = function.name;
        (function.call)(self);
    }

    /// The next byte of the input.
    pub fn byte(&mut self) -> u8 {
        self.picks.pop().unwrap_or(0)
    }

    /// A string, or NULL.
    pub fn text(&mut self) -> *const c_char {
        match usize::from(self.byte()) {
            0xFF => ptr::null(),
            // The newest strings, in reverse order.
            pick @ 0xC0.. => {
                let last = self.texts.len().saturating_sub(1 + pick - 0xC0);
                self.texts[last].as_ptr()
            }
            pick => self.texts[pick % self.texts.len()].as_ptr(),
        }
    }

    /// An index.
    pub fn size(&mut self) -> usize {
        match self.byte() {
            0xFF => usize::MAX,
            pick => usize::from(pick),
        }
    }

    /// A number of seconds.
    pub fn integer(&mut self) -> i64 {
        match self.byte() {
            0xFF => i64::MIN,
            0xFE => i64::MAX,
            0xFD => -1,
            pick => i64::from(pick) * 5,
        }
    }

    /// A time.
    pub fn moment(&mut self) -> u64 {
        match self.byte() {
            0xFF => u64::MAX,
            0xFE => 0,
            pick => NOW + u64::from(pick),
        }
    }

    /// A number of seconds with a fraction.
    pub fn fraction(&mut self) -> f64 {
        match self.byte() {
            0xFF => f64::NAN,
            0xFE => f64::INFINITY,
            0xFD => -1.0,
            0xFC => 1e300,
            pick => 2.0 + f64::from(pick),
        }
    }

    /// A pointer to a number, or NULL.
    pub fn number<T>(&mut self, number: &mut T) -> *mut T {
        if self.byte() == 0xFF { ptr::null_mut() } else { number }
    }

    /// A pointer to a handle, or NULL.
    pub fn out(&mut self) -> Out {
        if self.byte() == 0xFF {
            return Out { place: ptr::null_mut() };
        }
        self.places.push(Box::new(POISON));
        let place = self.places.last_mut().map_or(ptr::null_mut(), |place| &raw mut **place);
        Out { place }
    }

    /// A log callback, or NULL.
    pub fn listener(&mut self) -> Option<Listener> {
        (self.byte() & 1 == 0).then_some(listen)
    }

    /// A handle to read, or NULL.
    pub fn shared(&mut self, kind: &str) -> *const c_void {
        let owned = self.owned.iter().filter(|(own, _)| *own == kind).map(|(_, handle)| handle.cast_const());
        let lent = self.lent.iter().filter(|lent| lent.kind == kind).map(|lent| lent.handle);
        let all: Vec<_> = owned.chain(lent).collect();
        self.one_of(&all).unwrap_or(ptr::null())
    }

    /// A handle to modify, or NULL. Handles that belong to it may be gone afterwards.
    pub fn exclusive(&mut self, kind: &str) -> *mut c_void {
        let all: Vec<_> =
            self.owned.iter().filter(|(own, _)| *own == kind).map(|(_, handle)| *handle).collect();
        let chosen = self.one_of(&all).unwrap_or(ptr::null_mut());
        self.forget(chosen);
        chosen
    }

    /// A handle to free, or NULL.
    pub fn take(&mut self, kind: &str) -> *mut c_void {
        let chosen = self.exclusive(kind);
        self.owned.retain(|(_, handle)| *handle != chosen);
        chosen
    }

    /// Small numbers choose the newest entries.
    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        match usize::from(self.byte()) {
            0xFF => None,
            _ if all.is_empty() => None,
            pick => Some(all[all.len() - 1 - pick % all.len()]),
        }
    }

    fn forget(&mut self, owner: *const c_void) {
        self.lent.retain(|lent| lent.owner != owner);
    }

    /// Takes the results of a call that can fail.
    pub fn given(&mut self, status: u32, given: &[(&'static str, Out)], error: Option<Out>) {
        let is_ok = status == 0;
        assert!(status <= 7, "{}: status {status}", self.now);
        for (kind, out) in given {
            let Some(handle) = out.value() else {
                assert!(!is_ok, "{}: no result was returned", self.now);
                continue;
            };
            assert!(handle != POISON, "{}: the output was not written", self.now);
            assert!(is_ok || handle.is_null(), "{}: a failed call returned a result", self.now);
            // A callback without a state has no login key.
            assert!(!is_ok || !handle.is_null() || *kind == "char", "{}: no result was returned", self.now);
            if !handle.is_null() {
                if *kind == "char" {
                    self.said(handle.cast_const().cast());
                }
                self.owned.push((kind, handle));
            }
        }
        if let Some(handle) = error.and_then(Out::value) {
            assert!(handle != POISON, "{}: the error was not written", self.now);
            assert_eq!(handle.is_null(), is_ok, "{}: status {status}", self.now);
            if !handle.is_null() {
                self.owned.push(("clever_sso_error", handle));
                self.reads_error(handle);
            }
        }
    }

    /// Fails when an error hides a panic.
    fn reads_error(&mut self, handle: *const c_void) {
        // SAFETY: the call has just returned the handle.
        let message = unsafe { clever_sso_error_message(handle) };
        assert!(!message.is_null(), "{}: an error without a message", self.now);
        // SAFETY: the string lives as long as the error.
        let message = unsafe { CStr::from_ptr(message) }.to_str().expect("the message is UTF-8");
        assert!(!message.contains("panic"), "{}: {message}", self.now);
        assert!(!message.chars().any(char::is_control), "{}: {message:?}", self.now);
        for secret in [CLIENT_SECRET, ACCESS_TOKEN, NONCE] {
            assert!(!message.contains(secret), "{}: {message}", self.now);
        }
    }

    /// Reads a string that a call returned, and keeps it for later calls.
    pub fn said(&mut self, text: *const c_char) {
        if text.is_null() {
            return;
        }
        // SAFETY: the string lives as long as its handle, and ends with a NUL.
        let text = unsafe { CStr::from_ptr(text) };
        assert!(text.to_str().is_ok(), "{}: {text:?} is not UTF-8", self.now);
        if self.texts.len() < 180 {
            let state = text.to_str().ok().and_then(|text| text.split_once("&state=")?.1.split('&').next());
            let callback = state.map(|state| format!("{REDIRECT_URI}?code=1234567890123456&state={state}"));
            self.texts.extend(callback.and_then(|callback| CString::new(callback).ok()));
            self.texts.push(text.to_owned());
        }
    }

    /// Keeps a handle that lives as long as another one.
    pub fn lent(&mut self, kind: &'static str, handle: *const c_void, owner: *const c_void) {
        if handle.is_null() {
            return;
        }
        let root = self.lent.iter().find(|lent| lent.handle == owner).map_or(owner, |lent| lent.owner);
        if self.lent.len() < 100 {
            self.lent.push(Lent { kind, handle, owner: root });
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let frees: HashMap<_, _> = FREES.iter().copied().collect();
        while let Some((kind, handle)) = self.owned.pop() {
            // SAFETY: the library returned the handle, and nothing has freed it.
            unsafe { frees[kind](handle) };
        }
    }
}

impl Out {
    /// The pointer to pass to the call.
    pub fn pointer(&mut self) -> *mut *mut c_void {
        self.place
    }

    /// The value that the call wrote.
    fn value(self) -> Option<*mut c_void> {
        // SAFETY: the machine keeps the memory until the next call.
        (!self.place.is_null()).then(|| unsafe { *self.place })
    }
}

/// Valid values for the arguments.
fn ours(address: &str) -> Vec<String> {
    let claims = serde_json::json!({
        "iss": address, "sub": "58da8c63d7dc0ca068000478", "aud": CLIENT_ID, "iat": NOW - 30, "exp": NOW + 3600,
        "nonce": NONCE, "email_verified": true, "given_name": "Ada", "schools": ["1", "2"], "name": { "first": "Ada" },
    });
    let header = format!(r#"{{"alg":"RS256","kid":"{KEY_ID}"}}"#);
    vec![
        String::new(),
        address.to_owned(),
        CLIENT_ID.to_owned(),
        CLIENT_SECRET.to_owned(),
        REDIRECT_URI.to_owned(),
        NONCE.to_owned(),
        ACCESS_TOKEN.to_owned(),
        key().jwks.clone(),
        key().token(header.as_bytes(), claims.to_string().as_bytes()),
        "58da8c63d7dc0ca068000478".to_owned(),
        "GET".to_owned(),
        "/grades".to_owned(),
        "name".to_owned(),
        "schools".to_owned(),
        "code=1234567890123456&state=x".to_owned(),
        "clever_sso_logins_total".to_owned(),
        "Sec-Fetch-Site".to_owned(),
        "teacher".to_owned(),
    ]
}

/// The calls that every input starts with, so that each function has an object to use.
const PRELUDE: [(&str, &[u8]); 14] = [
    ("clever_sso_config_new", &[2]),
    ("clever_sso_config_set_client_secret", &[0, 3]),
    ("clever_sso_config_add_redirect_uri", &[0, 4]),
    ("clever_sso_config_set_base_url", &[0, 1]),
    ("clever_sso_client_new", &[]),
    ("clever_sso_request_new", &[10]),
    ("clever_sso_login_options_new", &[]),
    ("clever_sso_begin_login", &[]),
    ("clever_sso_login_url", &[]),
    ("clever_sso_key_set_new", &[7]),
    ("clever_sso_verify_options_new", &[1, 2, 0]),
    ("clever_sso_verify_options_set_nonce", &[0, 5]),
    ("clever_sso_verify_options_set_now", &[0, 10]),
    ("clever_sso_verify_id_token_with", &[8]),
];

unsafe extern "C" fn listen(_: *mut c_void, _: u32, target: *const c_char, message: *const c_char) {
    for text in [target, message] {
        // SAFETY: the strings live until this returns.
        let text = unsafe { CStr::from_ptr(text) };
        assert!(text.to_str().is_ok_and(|text| !text.contains(CLIENT_SECRET)), "{text:?}");
    }
}

/// Restores the panic hook: the library silences panics, which would hide the failure of a target.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = std::panic::take_hook();
        // SAFETY: every output may be NULL.
        unsafe { clever_sso_login_options_new(ptr::null_mut(), ptr::null_mut()) };
        std::panic::set_hook(hook);
    });
}

include!(concat!(env!("OUT_DIR"), "/calls.rs"));
