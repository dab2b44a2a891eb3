//! The cookies of a login, and which browser requests may begin or finish one.
//!
//! One browser can have many logins in progress: restored tabs, a portal opened twice, a back button. So each login has its own
//! cookie, named after its state. A callback can find, finish and delete only the cookie of the login that its state names. This
//! file decides everything about these cookies, once, for every language.

use std::collections::BTreeSet;
use std::sync::Arc;

use cookie::Cookie;
use url::Url;

use crate::protocol::pending::{
    FinishedMark, KEY_BYTES, LIFETIME_SECONDS, Loan, LoginDigest, SealingKeys, SignedInMark, Used, login_key,
};
use crate::set_cookie::SetCookie;

mod sealed_login;

pub(crate) use sealed_login::SealedLogin;

/// The most logins that one browser can have in progress.
const MAX_IN_FLIGHT: usize = 8;
/// The limit for all applications of one host together, because the browser sends all their cookies with every request.
const MAX_IN_FLIGHT_OF_ALL: usize = 24;
/// One response drops at most this many logins, so that its headers fit a small buffer even if a neighbor plants cookies.
const MAX_DROPPED: usize = 8;
/// More cookies of this library than this are ignored.
const MAX_READ: usize = 64;
/// For this many seconds after a sign-in, a login that begins without a session counts the sign-in as lost, and a login that
/// begins with a session counts as a return.
const MARK_SECONDS: u32 = 60;
/// When two sign-ins are at most this many seconds apart, the second one continues the count of returns of the first.
const ONE_LOOP_SECONDS: u64 = 120;

/// The characters that may surround a cookie's name and value (RFC 6265 section 4.2).
const SPACES: [char; 2] = [' ', '\t'];
/// The start of the names of all cookies of this library, after the prefix.
const OURS: &str = "clever_";
const LOGIN: &str = "clever_login_";
const SIGNED_IN: &str = "clever_signed_in_";
const FINISHED: &str = "clever_finished_";
/// Only this host can set a cookie whose name starts like this, and only over https: no sibling subdomain can plant it (RFC
/// 6265bis 4.1.3.2).
const HOST: &str = "__Host-";

/// The cookies in one request that belong to this library.
pub(crate) struct Jar {
    keys: Arc<SealingKeys>,
    secure: bool,
    /// The login key from the cookie's name, and the cookie's value.
    logins: Vec<(String, SealedLogin)>,
    signed_in: Vec<String>,
    finished: Vec<String>,
}

impl Jar {
    /// Reads a `Cookie` header. `secure` means that the application uses https: then only names with `__Host-` count.
    pub(crate) fn read(header: &str, keys: &Arc<SealingKeys>, secure: bool) -> Self {
        let mut jar = Self {
            keys: Arc::clone(keys),
            secure,
            logins: Vec::new(),
            signed_in: Vec::new(),
            finished: Vec::new(),
        };
        for pair in header.split(';').map(|pair| pair.trim_matches(SPACES)) {
            // A browser enforces the rules of the prefix only if the name starts with exactly these bytes. So no other
            // character may be trimmed before it: a sibling subdomain can set a name that starts with another kind of space.
            let Some(pair) = without_prefix(pair, secure).filter(|pair| pair.starts_with(OURS)) else {
                continue;
            };
            let Some((name, value)) = pair.split_once('=') else { continue };
            let cookie = Cookie::new(name.trim_end_matches(SPACES), value.trim_start_matches(SPACES));
            let value = cookie.value_trimmed().to_owned();
            if let Some(key) = cookie.name().strip_prefix(LOGIN).filter(|key| is_key(key)) {
                jar.logins.push((key.to_owned(), SealedLogin::new(&value)));
            } else if cookie.name().strip_prefix(SIGNED_IN) == Some(keys.application()) {
                jar.signed_in.push(value);
            } else if cookie.name().strip_prefix(FINISHED) == Some(keys.application()) {
                jar.finished.push(value);
            }
            if jar.logins.len() + jar.signed_in.len() + jar.finished.len() == MAX_READ {
                break;
            }
        }
        jar
    }

    /// The sealed pending logins that the browser sent for the login with this key. On plain http, another host of the domain can
    /// add its own.
    pub(crate) fn logins_with(&self, key: &str) -> impl Iterator<Item = &SealedLogin> {
        self.logins.iter().filter(move |(held, _)| held == key).map(|(_, login)| login)
    }

    /// Whether the browser sent no cookie of this library.
    pub(crate) fn is_empty(&self) -> bool {
        self.logins.is_empty() && self.signed_in.is_empty() && self.finished.is_empty()
    }

    /// Whether the browser has a cookie of this application, which shows that cookies work.
    pub(crate) fn keeps_cookies(&self) -> bool {
        self.logins.iter().any(|(_, login)| login.open(&self.keys).is_some())
            || self.finished_at().is_some()
            || self.signed_in.iter().any(|value| SignedInMark::open(&self.keys, value).is_some())
    }

    /// When a login of this browser last ended, successfully or not, in Unix seconds.
    pub(crate) fn finished_at(&self) -> Option<u64> {
        self.finished().map(|mark| mark.at)
    }

    /// The login of this browser that ended most recently.
    pub(crate) fn finished(&self) -> Option<FinishedMark> {
        let marks = self.finished.iter().filter_map(|value| FinishedMark::open(&self.keys, value));
        marks.max_by_key(|mark| mark.at)
    }

    /// The ended logins of this browser that had a borrowed cookie.
    pub(crate) fn used(&self) -> Used {
        self.finished().map(|mark| mark.used).unwrap_or_default()
    }

    /// The last login of this browser, if a person has just signed in with it.
    pub(crate) fn recent_sign_in(&self, now: u64) -> Option<FinishedMark> {
        self.finished().filter(|mark| mark.is_sign_in && now.abs_diff(mark.at) <= MARK_SECONDS.into())
    }

    /// How often a signed-in person was sent back to log in, for a login that follows soon after: slow pages must not loop
    /// forever.
    pub(crate) fn returns_so_far(&self, now: u64) -> u8 {
        let recent = self.finished().filter(|mark| now.abs_diff(mark.at) <= ONE_LOOP_SECONDS);
        recent.map_or(0, |mark| mark.returns)
    }

    /// Whether the last sign-in was the login with this state, after Clever had asked the person who they are.
    pub(crate) fn has_switched(&self, state: &str) -> bool {
        self.finished().is_some_and(|mark| mark.switched == Some(LoginDigest::of(state)))
    }

    /// Marks that a login ended. The mark lasts as long as a login can be in progress. It distinguishes logins that went to
    /// Clever earlier from a browser that blocks cookies.
    pub(crate) fn mark_finished(&self, sealed: String) -> SetCookie {
        SetCookie::new(self.name(FINISHED, self.keys.application()), sealed, LIFETIME_SECONDS, self.secure)
    }

    /// Deletes the login with this key.
    pub(crate) fn delete(&self, key: &str) -> SetCookie {
        SetCookie::deleting(self.name(LOGIN, key), self.secure)
    }

    /// Keeps a login that begins here. If the browser has too many in progress, it drops others: expired ones first, then the
    /// oldest. Among logins that began in the same second, the browser sends the oldest first (RFC 6265 section 5.4).
    ///
    /// A login that cannot be decrypted may belong to another application of this host, which has its own limit of eight. It is
    /// dropped only when all applications together have too many.
    pub(crate) fn add(&self, state: &str, sealed: String, now: u64) -> Vec<SetCookie> {
        let others = self.logins.iter().enumerate().map(|(position, (key, login))| {
            let rank = login.open(&self.keys).map_or(Rank::Unreadable, |pending| {
                if pending.is_expired(now) { Rank::Expired } else { Rank::Own(pending.issued_at) }
            });
            (rank, position, key)
        });
        let mut others: Vec<_> = others.collect();
        others.sort();
        let (mut unreadable, mut own): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(rank, _, _)| *rank == Rank::Unreadable);
        for logins in [&mut own, &mut unreadable] {
            let mut seen = BTreeSet::new();
            logins.retain(|(_, _, key)| seen.insert(*key));
        }
        let of_own = (own.len() + 1).saturating_sub(MAX_IN_FLIGHT);
        let left = own.len() + 1 - of_own;
        let of_others = (unreadable.len() + left).saturating_sub(MAX_IN_FLIGHT_OF_ALL);
        let dropped = own.iter().take(of_own).chain(unreadable.iter().take(of_others)).take(MAX_DROPPED);
        let mut cookies: Vec<_> = dropped.map(|(_, _, key)| self.delete(key)).collect();
        cookies.push(self.keep(state, sealed));
        cookies
    }

    /// The cookie of a login.
    pub(crate) fn keep(&self, state: &str, sealed: String) -> SetCookie {
        SetCookie::new(self.name(LOGIN, &login_key(state)), sealed, LIFETIME_SECONDS, self.secure)
    }

    /// How to prove a login that restarts. It must not drop another login, because any site can send the callback that restarts
    /// it. When all slots are taken, it borrows the cookie of the newest login, because that one is dropped last.
    pub(crate) fn free_slot(&self) -> Slot<'_> {
        let own = self
            .logins
            .iter()
            .filter_map(|(key, login)| Some((key, login, login.open(&self.keys)?.issued_at)));
        let of_own = own.clone().map(|(key, _, _)| key).collect::<BTreeSet<_>>().len();
        let of_all = self.logins.iter().map(|(key, _)| key).collect::<BTreeSet<_>>().len();
        if of_own < MAX_IN_FLIGHT && of_all < MAX_IN_FLIGHT_OF_ALL {
            return Slot::Free;
        }
        match own.max_by_key(|(_, _, issued_at)| *issued_at) {
            Some((_, lender, _)) => Slot::Of(lender),
            // Other applications of this host use all slots. One more cookie is fine, unless a neighbor keeps planting cookies.
            None if self.logins.len() + self.signed_in.len() + self.finished.len() < MAX_READ => Slot::Free,
            None => Slot::Taken,
        }
    }

    /// The loan that this login can give, considering the loans that were already used.
    pub(crate) fn loan(&self, lender: &SealedLogin, used: &Used) -> Option<Loan> {
        lender.loan(&self.keys, used)
    }

    /// The login that lends its cookie to a login with this loan; `None` when the borrower has ended, successfully or not.
    pub(crate) fn lender(&self, loan: &Loan, borrower: &LoginDigest) -> Option<&SealedLogin> {
        let used = self.used();
        let mut logins = self.logins.iter().map(|(_, login)| login).filter(|_| !used.has(borrower));
        logins.find(|login| self.loan(login, &used).as_ref() == Some(loan))
    }

    /// How many sign-ins in a row left no session; the last one was just now.
    pub(crate) fn lost_sessions(&self, now: u64) -> u8 {
        let marks = self.signed_in.iter().filter_map(|value| SignedInMark::open(&self.keys, value));
        let fresh = marks.filter(|mark| now.abs_diff(mark.at) <= MARK_SECONDS.into());
        fresh.map(|mark| mark.lost_sessions).max().unwrap_or(0)
    }

    /// Marks a sign-in.
    pub(crate) fn mark(&self, sealed: String) -> SetCookie {
        SetCookie::new(self.name(SIGNED_IN, self.keys.application()), sealed, MARK_SECONDS, self.secure)
    }

    /// Deletes the mark of the last sign-in, if the browser has one.
    pub(crate) fn unmark(&self) -> Option<SetCookie> {
        let name = || self.name(SIGNED_IN, self.keys.application());
        (!self.signed_in.is_empty()).then(|| SetCookie::deleting(name(), self.secure))
    }

    fn name(&self, name: &str, key: &str) -> String {
        format!("{}{name}{key}", if self.secure { HOST } else { "" })
    }
}

/// How a restarted login is proven when it comes back.
pub(crate) enum Slot<'a> {
    /// By its own cookie.
    Free,
    /// By the cookie of this login.
    Of(&'a SealedLogin),
    /// It cannot be proven.
    Taken,
}

/// The order in which logins are dropped.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Unreadable,
    Expired,
    Own(u64),
}

/// Whether this library could have given a login this key. A neighbor can set a cookie with any other key, which must not get
/// into our headers.
fn is_key(key: &str) -> bool {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(is_base64url)
}

fn without_prefix(pair: &str, secure: bool) -> Option<&str> {
    if secure { pair.strip_prefix(HOST) } else { Some(pair) }
}

/// One of an application's three login addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// Begins a login.
    Login,
    /// Finishes a login: the redirect URI.
    Callback,
    /// Ends the session.
    Logout,
}

/// The method and headers of a request, which decide whether it may begin a login, finish a login, or log out.
///
/// ```
/// use clever_sso::BrowserRequest;
///
/// // All headers of a request: those that do not decide are ignored.
/// let request = BrowserRequest::new("GET").with_headers([("Sec-Fetch-Site", "same-origin"), ("Accept", "*/*")]);
/// # assert_eq!(request, BrowserRequest::new("GET").with_headers([("sec-fetch-site", "same-origin")]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BrowserRequest {
    method: String,
    values: [Option<String>; BrowserRequest::HEADERS.len()],
}

impl BrowserRequest {
    /// The names of the headers that matter. Pass these, or simply all headers: others are ignored.
    pub const HEADERS: [&'static str; 8] = [
        "Sec-Fetch-Site",
        "Sec-Fetch-Mode",
        "Sec-Fetch-Dest",
        "Sec-Purpose",
        "Purpose",
        "X-Purpose",
        "X-Moz",
        "Origin",
    ];

    /// A request with its method, such as `GET`, and no headers yet.
    pub fn new(method: impl Into<String>) -> Self {
        Self { method: method.into(), ..Self::default() }
    }

    /// The same request with these headers, as pairs of name and value.
    #[must_use]
    pub fn with_headers<N: AsRef<str>, V: AsRef<str>>(
        mut self,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        for (name, value) in headers {
            self.add_header(name.as_ref(), value.as_ref());
        }
        self
    }

    /// Adds a header. The case of `name` does not matter, and CGI names (`HTTP_SEC_FETCH_SITE`) work too. The values of a
    /// repeated header are joined: no browser repeats one, and no check accepts the joined value.
    pub fn add_header(&mut self, name: &str, value: &str) {
        let Some(held) = Self::position(name).and_then(|position| self.values.get_mut(position)) else {
            return;
        };
        *held = Some(match held.take() {
            None => value.trim().to_owned(),
            Some(before) => format!("{before}, {}", value.trim()),
        });
    }

    /// Whether this header matters.
    pub fn is_known_header(name: &str) -> bool {
        Self::position(name).is_some()
    }

    fn position(name: &str) -> Option<usize> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        let name = name.strip_prefix("http-").unwrap_or(&name);
        Self::HEADERS.iter().position(|known| known.eq_ignore_ascii_case(name))
    }

    /// The value of a header; `None` when it is empty.
    fn header(&self, name: &str) -> Option<&str> {
        let position = Self::HEADERS.iter().position(|known| *known == name)?;
        self.values.get(position)?.as_deref().filter(|value| !value.is_empty())
    }

    /// Whether the browser prefetches the page. Current browsers say so in `Sec-Purpose`, older browsers and in-app browsers in
    /// one of the other headers.
    fn is_in_advance(&self) -> bool {
        ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"].into_iter().any(|name| {
            let value = self.header(name).unwrap_or_default().to_ascii_lowercase();
            let mut words = value.split(|c: char| !c.is_ascii_alphanumeric());
            words.any(|word| ["prefetch", "prerender", "preview"].contains(&word))
        })
    }

    /// The same request with another method.
    #[cfg(feature = "web")]
    pub(crate) fn with_method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Whether the browser opens a page, not a script, according to its headers.
    #[cfg(feature = "web")]
    pub(crate) fn is_navigation(&self) -> bool {
        self.header("Sec-Fetch-Mode").is_none_or(|mode| mode.eq_ignore_ascii_case("navigate"))
    }

    /// Whether the browser opens this page as the main page of a tab. A page inside another page (`iframe`) can be hidden or
    /// clicked by that page, and the browser may not send its cookies.
    fn goes_to_a_page(&self) -> bool {
        let mode = self.header("Sec-Fetch-Mode");
        let is_page = match self.header("Sec-Fetch-Dest") {
            None | Some("document") => true,
            // A service worker that forwards a navigation. Scripts cannot send `navigate`.
            Some("empty") => mode.is_some(),
            Some(_) => false,
        };
        is_page && mode.is_none_or(|mode| mode == "navigate")
    }
}

/// The response to a refused request: this status and no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "a request that must not act would act"]
pub struct Refusal {
    /// The HTTP status: 200 for `HEAD`, 403, 405 or 503.
    pub status: u16,
    /// The `Allow` header, with a 405.
    pub allow: Option<&'static str>,
}

impl Refusal {
    const fn new(status: u16) -> Self {
        Self { status, allow: None }
    }

    const fn not_allowed(allow: &'static str) -> Self {
        Self { status: 405, allow: Some(allow) }
    }
}

/// The response to a request to `endpoint` that must be refused; `None` for other requests. `own` are the origins of the
/// application.
pub(crate) fn refusal(endpoint: Endpoint, request: &BrowserRequest, own: &[String]) -> Option<Refusal> {
    match endpoint {
        Endpoint::Login | Endpoint::Callback => refusal_of_page(request),
        Endpoint::Logout if request.method != "POST" => Some(Refusal::not_allowed("POST")),
        Endpoint::Logout => (!is_same_origin(request, own)).then_some(Refusal::new(403)),
    }
}

/// A login begins and ends with a page that a person opens. A `HEAD` request, a prefetch, a frame, an image or a script must not
/// use a code, or begin a login that no one is waiting for.
fn refusal_of_page(request: &BrowserRequest) -> Option<Refusal> {
    match request.method.as_str() {
        "HEAD" => Some(Refusal::new(200)),
        "GET" if request.is_in_advance() => Some(Refusal::new(503)),
        "GET" if !request.goes_to_a_page() => Some(Refusal::new(403)),
        "GET" => None,
        _ => Some(Refusal::not_allowed("GET, HEAD")),
    }
}

/// Whether this form was on a page of the application itself. Not even a sibling subdomain may log a person out.
fn is_same_origin(request: &BrowserRequest, own: &[String]) -> bool {
    match (request.header("Sec-Fetch-Site"), request.header("Origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // Browsers without Sec-Fetch-Site send the origin of each form.
        (None, Some(origin)) => own.iter().any(|known| known == origin),
        (None, None) => true,
    }
}

/// The origin of an address, such as `https://app.example`.
pub(crate) fn origin_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    url.origin().is_tuple().then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests;
