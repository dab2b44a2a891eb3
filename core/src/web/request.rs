//! What a request itself decides: whether it may act, whether the person can be sent to log in, and the language.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::accepted::accepted;
use crate::browser::BrowserRequest;
use crate::sentences::Language;

/// More parameters than this are ignored: no login has that many.
const MAX_PARAMETERS: usize = 100;
const OF_PAGES: [&str; 2] = ["text/html", "application/xhtml+xml"];
const OF_ANYTHING: [&str; 2] = ["*/*", "text/*"];

/// The parts of a request that a login needs. Made from a request of the [`http`] crate, or with [`WebRequest::new`].
///
/// ```
/// use clever_sso::web::WebRequest;
///
/// let headers = [("Host", b"app.example".as_slice()), ("Accept", b"text/html")];
/// let request = WebRequest::new("GET", "/clever/login?next=/grades", headers);
/// assert_eq!(request.path(), "/clever/login");
/// ```
#[derive(Clone)]
pub struct WebRequest {
    method: String,
    path: String,
    query: String,
    host: Option<String>,
    cookies: String,
    accept: String,
    accept_language: String,
    is_xml_http_request: bool,
    browser: BrowserRequest,
}

impl WebRequest {
    /// A request of a framework with other types: its method, such as `GET`, its target (path and query, unchanged), and its
    /// headers.
    pub fn new<N: AsRef<str>, V: AsRef<[u8]>>(
        method: &str,
        target: &str,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: None,
            cookies: String::new(),
            accept: String::new(),
            accept_language: String::new(),
            is_xml_http_request: false,
            browser: BrowserRequest::new(method),
        };
        for (name, value) in headers {
            request.add_header(name.as_ref(), &String::from_utf8_lossy(value.as_ref()));
        }
        request
    }

    fn add_header(&mut self, name: &str, value: &str) {
        let list = match name.to_ascii_lowercase().as_str() {
            // HTTP/2 allows several (RFC 9113 8.2.3).
            "cookie" => Some((&mut self.cookies, "; ")),
            "accept" => Some((&mut self.accept, ", ")),
            "accept-language" => Some((&mut self.accept_language, ", ")),
            _ => None,
        };
        if let Some((list, separator)) = list {
            if !list.is_empty() {
                list.push_str(separator);
            }
            list.push_str(value);
        } else if name.eq_ignore_ascii_case("host") {
            self.host = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("x-requested-with") {
            self.is_xml_http_request = value.trim().eq_ignore_ascii_case("xmlhttprequest");
        } else {
            self.browser.add_header(name, value);
        }
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, unchanged.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The `Cookie` header.
    pub fn cookies(&self) -> &str {
        &self.cookies
    }

    /// The first query parameter with this name. Invalid UTF-8 is replaced.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let first =
            self.query.match_indices('&').nth(MAX_PARAMETERS - 1).map_or(self.query.len(), |(at, _)| at);
        let mut pairs = form_urlencoded::parse(&self.query.as_bytes()[..first]);
        pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }

    pub(super) fn query(&self) -> &str {
        &self.query
    }

    /// The address of the request, as the browser sees it.
    pub(super) fn address(&self) -> Cow<'_, str> {
        if self.query.is_empty() {
            Cow::Borrowed(&self.path)
        } else {
            Cow::Owned(format!("{}?{}", self.path, self.query))
        }
    }

    pub(super) fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    pub(super) const fn browser(&self) -> &BrowserRequest {
        &self.browser
    }

    /// The same request as a GET.
    pub(super) fn browser_as_get(&self) -> BrowserRequest {
        self.browser.clone().with_method("GET")
    }

    /// Whether the response is for a person, according to `Accept` and `X-Requested-With`. A program that accepts anything is
    /// treated like a browser. `Sec-Fetch-Mode` and `Sec-Fetch-Dest` are checked elsewhere.
    pub(super) fn wants_page(&self) -> bool {
        if self.is_xml_http_request {
            return false;
        }
        let accepted = accepted(&self.accept);
        if accepted.is_empty() {
            return true;
        }
        let best = |wanted: &dyn Fn(&str) -> bool| {
            accepted.iter().filter(|(kind, _)| wanted(kind)).map(|(_, weight)| *weight).max()
        };
        let is_page = |kind: &str| OF_PAGES.contains(&kind);
        if let Some(page) = best(&is_page) {
            return page > 0 && page >= best(&is_data).unwrap_or(0);
        }
        let is_other = |kind: &str| !OF_ANYTHING.contains(&kind);
        best(&is_other).is_none() && best(&|_| true) > Some(0)
    }

    /// Whether this certainly is a request of a page, such as a submitted form, and not of a script.
    pub(super) fn is_for_a_person(&self) -> bool {
        let names_a_page = accepted(&self.accept)
            .iter()
            .any(|(kind, weight)| OF_PAGES.contains(&kind.as_str()) && *weight > 0);
        self.browser.is_navigation() && self.wants_page() && names_a_page
    }

    /// The language of the pages for this person: Spanish if `Accept-Language` prefers it to English.
    pub(super) fn language(&self) -> Language {
        Language::wanted(&self.accept_language)
    }
}

impl From<&http::request::Parts> for WebRequest {
    fn from(parts: &http::request::Parts) -> Self {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let mut request = Self::new(parts.method.as_str(), target, headers);
        // HTTP/2 has it in the target.
        request.host = request.host.or_else(|| parts.uri.authority().map(ToString::to_string));
        request
    }
}

impl<B> From<&http::Request<B>> for WebRequest {
    fn from(request: &http::Request<B>) -> Self {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let mut made = Self::new(request.method().as_str(), target, headers);
        made.host = made.host.or_else(|| request.uri().authority().map(ToString::to_string));
        made
    }
}

impl std::fmt::Debug for WebRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WebRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Joins the `Cookie` headers of a request, without cookies that could be mistaken for others; `None` when nothing is left. Pass
/// the result to the code that reads your session cookie.
///
/// Many cookie parsers decode names (`%5F_Host-session`), but browsers do not: any host of the domain can set such a cookie.
/// Other parsers read no cookie at all if one has bytes outside ASCII.
///
/// ```
/// use clever_sso::web::plain_cookies;
///
/// let header = b"a=1; %5F_Host-session=planted; __Host-session=own".as_slice();
/// assert_eq!(plain_cookies([header]).as_deref(), Some(b"a=1; __Host-session=own".as_slice()));
/// ```
pub fn plain_cookies<'h>(headers: impl IntoIterator<Item = &'h [u8]>) -> Option<Vec<u8>> {
    let pairs =
        headers.into_iter().flat_map(|header| header.split(|byte| *byte == b';').map(<[u8]>::trim_ascii));
    let plain: Vec<_> = pairs.filter(|pair| is_plain(pair)).collect();
    (!plain.is_empty()).then(|| plain.join(&b"; "[..]))
}

fn is_plain(pair: &[u8]) -> bool {
    let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
    let is_ascii = pair.iter().all(|byte| byte.is_ascii_graphic() || b" \t".contains(byte));
    is_ascii && !pair.is_empty() && !name.contains(&b'%')
}

fn is_data(kind: &str) -> bool {
    kind.ends_with("/json") || kind.ends_with("+json")
}
