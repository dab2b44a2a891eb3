//! The options of the login pages.

use std::time::Duration;

use url::Url;

use crate::config::{self, OF_PAGES};
use crate::error::{Error, ErrorCode, Result, quote, quote_setting};
use crate::login::leads_to;
use crate::sentences::Language;

/// The default lifetime of a session: a school day.
const TWELVE_HOURS: Duration = Duration::from_secs(12 * 60 * 60);
const LONGEST_SESSION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Options of the login pages. Everything has a default.
///
/// ```
/// use clever_sso::web::WebOptions;
///
/// let options = WebOptions::new().prefix("/auth").after_login("/me").after_log_out("/bye");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct WebOptions {
    pub(super) prefix: String,
    pub(super) callback_path: Option<String>,
    pub(super) district_id: Option<String>,
    pub(super) after_login: String,
    pub(super) after_log_out: String,
    pub(super) waiting_page: bool,
    pub(super) language: Option<String>,
    pub(crate) session_lifetime: Duration,
    /// The options that come from the environment: errors name the variable.
    of_variables: Vec<&'static str>,
}

impl Default for WebOptions {
    fn default() -> Self {
        Self {
            prefix: "/clever".to_owned(),
            callback_path: None,
            district_id: None,
            after_login: "/".to_owned(),
            after_log_out: "/".to_owned(),
            waiting_page: false,
            language: None,
            session_lifetime: TWELVE_HOURS,
            of_variables: Vec::new(),
        }
    }
}

impl WebOptions {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// The options in the environment, with defaults for the rest: `CLEVER_URL_PREFIX`, `CLEVER_CALLBACK_PATH`,
    /// `CLEVER_DISTRICT_ID`, `CLEVER_AFTER_LOGIN`, `CLEVER_AFTER_LOGOUT`, `CLEVER_WAITING_PAGE`, `CLEVER_LANGUAGE`, and
    /// `CLEVER_SESSION_SECONDS` for the session's lifetime. The names are the same in every language. Empty means unset, and
    /// errors name the variable. Options that you set afterwards replace these.
    ///
    /// ```
    /// use clever_sso::web::WebOptions;
    ///
    /// let options = WebOptions::from_env()?.prefix("/auth");
    /// # Ok::<(), clever_sso::Error>(())
    /// ```
    ///
    /// # Errors
    /// `config_invalid`, when a value cannot be read.
    pub fn from_env() -> Result<Self> {
        Self::read(|name| {
            let value = config::variable(name)?;
            Some(value.into_string().map_err(|_| invalid(format!("{name} cannot be read as text"))))
        })
    }

    pub(super) fn read(variable: impl Fn(&str) -> Option<Result<String>>) -> Result<Self> {
        let mut options = Self::new();
        for (option, variable_end) in OF_PAGES {
            let name = format!("CLEVER_{variable_end}");
            let Some(value) = variable(&name).transpose()?.filter(|value| !value.is_empty()) else {
                continue;
            };
            let unreadable = |kind: &str| invalid(format!("{name} cannot be read as {kind}"));
            options = match option {
                "prefix" => options.prefix(value),
                "callback_path" => options.callback_path(value),
                "district_id" => options.district_id(value),
                "after_login" => options.after_login(value),
                "after_log_out" => options.after_log_out(value),
                "language" => options.language(value),
                "waiting_page" => {
                    options.waiting_page(config::switch(&value).ok_or_else(|| unreadable("true or false"))?)
                }
                _ => {
                    let seconds =
                        value.trim().parse().map_err(|_| unreadable("a whole number of seconds"))?;
                    options.session_lifetime(Duration::from_secs(seconds))
                }
            };
        }
        options.of_variables = OF_PAGES.map(|(option, _)| option).to_vec();
        Ok(options)
    }

    /// The caller's name for an option.
    pub(crate) fn name_of(&self, option: &str) -> String {
        let variable =
            OF_PAGES.iter().find(|(known, _)| *known == option && self.of_variables.contains(known));
        variable.map_or_else(|| option.to_owned(), |(_, end)| format!("CLEVER_{end}"))
    }

    /// Records that the program has set this option itself.
    fn own(mut self, option: &str) -> Self {
        self.of_variables.retain(|known| *known != option);
        self
    }

    /// The path below which `login`, `logout` and `whoami` are. Default: `/clever`.
    pub fn prefix(mut self, path: impl Into<String>) -> Self {
        self.prefix = path.into();
        self.own("prefix")
    }

    /// The path of the callback inside the application, if a proxy removes the start of the redirect URI's path. Default: the
    /// path of the redirect URI.
    pub fn callback_path(mut self, path: impl Into<String>) -> Self {
        self.callback_path = Some(path.into());
        self.own("callback_path")
    }

    /// The district, if known: Clever then skips the school picker. Empty means unset.
    pub fn district_id(mut self, id: impl Into<String>) -> Self {
        self.district_id = Some(id.into()).filter(|id| !id.is_empty());
        self
    }

    /// Where people go after a login without `next`. Default: `/`.
    pub fn after_login(mut self, target: impl Into<String>) -> Self {
        self.after_login = target.into();
        self.own("after_login")
    }

    /// Where people go after a logout. Default: `/`.
    pub fn after_log_out(mut self, target: impl Into<String>) -> Self {
        self.after_log_out = target.into();
        self.own("after_log_out")
    }

    /// Whether people see a page while their login finishes. With this page, cookies may be `SameSite=Strict`. Default: false.
    pub const fn waiting_page(mut self, yes: bool) -> Self {
        self.waiting_page = yes;
        self
    }

    /// The language of the pages: `en` or `es`. Default: the language that each person's browser requests (`Accept-Language`).
    /// Empty means unset.
    pub fn language(mut self, tag: impl Into<String>) -> Self {
        self.language = Some(tag.into()).filter(|tag| !tag.is_empty());
        self.own("language")
    }

    /// The longest time that a person stays signed in, at most 30 days. In axum, at most 14 days, because tower-sessions does
    /// not store a session that ends with the browser for longer. The session also ends when the browser closes. Default: 12
    /// hours.
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.session_lifetime = lifetime;
        self.own("session_lifetime")
    }
}

/// The paths of the login pages.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// The prefix that a proxy removes before requests arrive, if the callback has another path inside the application.
    known_root: String,
    /// The prefix according to the redirect URI alone.
    likely_root: String,
    pub(super) login: String,
    pub(super) log_out: String,
    pub(super) whoami: String,
    pub(super) callbacks: Vec<String>,
}

impl Paths {
    /// The paths from the options and the redirect URIs, after all of them are checked.
    pub(super) fn new(options: &WebOptions, redirect_uris: &[String]) -> Result<Self> {
        let Some(primary) = redirect_uris.first().and_then(|uri| Url::parse(uri).ok()) else {
            return Err(Error::with_detail(ErrorCode::RedirectUriUnknown, "none is configured"));
        };
        let prefix =
            check_path(&options.name_of("prefix"), &options.prefix)?.trim_end_matches('/').to_owned();
        check_target(&options.name_of("after_login"), &options.after_login)?;
        check_target(&options.name_of("after_log_out"), &options.after_log_out)?;
        if options.session_lifetime.as_secs() == 0 || options.session_lifetime > LONGEST_SESSION {
            let name = options.name_of("session_lifetime");
            return Err(invalid(format!("{name} must be at least a second and at most 30 days")));
        }
        if let Some(tag) = options.language.as_deref().filter(|tag| Language::of_tag(tag).is_none()) {
            let name = options.name_of("language");
            return Err(invalid(format!("{name} must be en or es{}", found(tag))));
        }
        let mut callbacks: Vec<_> = redirect_uris
            .iter()
            .filter_map(|uri| Some(Url::parse(uri).ok()?.path().trim_end_matches('/').to_owned()))
            .collect();
        let mut known_root = String::new();
        if let Some(path) = &options.callback_path {
            let name = options.name_of("callback_path");
            let path = check_path(&name, path)?.trim_end_matches('/');
            let public = primary.path().trim_end_matches('/');
            public.strip_suffix(path).unwrap_or_default().clone_into(&mut known_root);
            if !public.ends_with(path) {
                let detail = format!("{name} must be the end of the redirect URI's path{}", found(path));
                return Err(invalid(detail));
            }
            callbacks.push(path.to_owned());
        }
        let likely_root = root_of(redirect_uris, &format!("{prefix}/callback"));
        if !likely_root.is_empty() && options.callback_path.is_none() {
            callbacks.push(format!("{prefix}/callback"));
        }
        callbacks.dedup();
        let paths = Self {
            known_root,
            likely_root,
            login: format!("{prefix}/login"),
            log_out: format!("{prefix}/logout"),
            whoami: format!("{prefix}/whoami"),
            callbacks,
        };
        paths.check(options)
    }

    fn check(self, options: &WebOptions) -> Result<Self> {
        let own = [&self.login, &self.log_out, &self.whoami];
        if let Some(callback) = self.callbacks.iter().find(|callback| own.contains(callback)) {
            let detail = format!(
                "the redirect URI's path {} is another page of the login: change {}",
                quote(callback),
                options.name_of("prefix")
            );
            return Err(invalid(detail));
        }
        for (name, target) in
            [("after_login", &options.after_login), ("after_log_out", &options.after_log_out)]
        {
            let is_path = target.starts_with('/');
            let is_own = |path: &&String| !path.is_empty() && is_path && leads_to(target, path);
            // A logout may lead to the login: then Clever asks the next person who they are.
            let found = own.into_iter().chain(&self.callbacks).find(is_own);
            if let Some(path) = found.filter(|path| name == "after_login" || **path != self.login) {
                let name = options.name_of(name);
                return Err(invalid(format!("{name} must not lead to the login's own {}", quote(path))));
            }
        }
        Ok(self)
    }

    /// The path below which the browser sees the application, for a request to this path. If the request has the prefix of the
    /// redirect URI, no proxy removed it.
    pub(super) fn root(&self, path: &str) -> &str {
        let is_whole = || format!("{path}/").starts_with(&format!("{}/", self.likely_root));
        match self.known_root.as_str() {
            "" if is_whole() => "",
            "" => &self.likely_root,
            known => known,
        }
    }

    /// Whether `path` is `own`, as the application or the browser sees it. A trailing slash makes no difference.
    pub(super) fn is(&self, own: &str, path: &str) -> bool {
        let path = path.strip_suffix('/').unwrap_or(path);
        path == own || path.strip_prefix(self.likely_root.as_str()) == Some(own)
    }

    /// The login, callback and logout, as the browser may see them: no login may lead to one of them, or it would never end. A
    /// callback at the root is not included, because it has the same path as the front page.
    pub(super) fn own(&self) -> impl Iterator<Item = String> {
        let roots = ["", &self.known_root, &self.likely_root];
        let paths = [&self.login, &self.log_out].into_iter().chain(&self.callbacks);
        let paths = paths.filter(|path| !path.is_empty());
        paths.flat_map(move |path| roots.map(|root| format!("{root}{path}")))
    }
}

/// The part of the path before `callback`, if it is the same in all redirect URIs; otherwise empty.
fn root_of(redirect_uris: &[String], callback: &str) -> String {
    let mut roots = redirect_uris.iter().map(|uri| {
        let uri = Url::parse(uri).ok()?;
        uri.path().trim_end_matches('/').strip_suffix(callback).map(str::to_owned)
    });
    let first = roots.next().flatten().unwrap_or_default();
    if roots.all(|root| root.as_ref() == Some(&first)) { first } else { String::new() }
}

fn invalid(detail: String) -> Error {
    Error::with_detail(ErrorCode::ConfigInvalid, detail)
}

/// The value that was found, for a message, unless it may be a secret.
fn found(text: &str) -> String {
    quote_setting(text).map(|shown| format!(", found {shown}")).unwrap_or_default()
}

fn check_path<'p>(name: &str, path: &'p str) -> Result<&'p str> {
    let is_path = path.starts_with('/') && !path.contains("//");
    if is_path && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\%".contains(&byte)) {
        return Ok(path);
    }
    Err(invalid(format!("{name} must be a path such as /clever{}", found(path))))
}

fn check_target(name: &str, target: &str) -> Result<()> {
    let is_path = target.starts_with('/') && !target.starts_with("//");
    let is_url = Url::parse(target).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    if (is_path || is_url) && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Ok(());
    }
    Err(invalid(format!("{name} must be a path such as /me, or a URL{}", found(target))))
}
