//! An application in actix-web, with the emulator: what only actix-web and actix-session have.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "the tests have servers")]

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::cookie::{Key, time};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, HttpServer, error, web};
use clever_emulator::{App as Registered, Emulator, Options};
use clever_sso::actix::actix_session::Session;
use clever_sso::actix::actix_session::storage::{
    CookieSessionStore, LoadError, SaveError, SessionKey, SessionStore, UpdateError,
};
use clever_sso::actix::{Clever, CleverSso, Person, ProvenLogin, Rejection, login_required};
use clever_sso::web::{Problem, Refused, SessionIdentity, WebOptions};
use clever_sso::{Client, Config};
use tokio::sync::Notify;
use tokio::time::timeout;

mod held;
mod misuse;

const SECRET: &str = "a secret of the tests";
const SITE: &str = "http://127.0.0.1:3000";

/// A store in the memory of the server, which fails when the test says so.
#[derive(Clone, Default)]
struct Memory {
    sessions: Arc<Mutex<HashMap<String, HashMap<String, String>>>>,
    saved: Arc<AtomicUsize>,
    is_broken: Arc<AtomicBool>,
    fails_to_write: Arc<AtomicBool>,
    /// Another process logs the person out immediately before the next update.
    is_left_meanwhile: Arc<AtomicBool>,
}

impl Memory {
    fn check_write(&self) -> Result<(), anyhow::Error> {
        self.check()?;
        if self.fails_to_write.load(Relaxed) { Err(anyhow::anyhow!("it is full")) } else { Ok(()) }
    }

    fn check(&self) -> Result<(), anyhow::Error> {
        if self.is_broken.load(Relaxed) { Err(anyhow::anyhow!("it is down")) } else { Ok(()) }
    }

    /// All sessions, as text.
    fn text(&self) -> String {
        format!("{:?}", self.sessions.lock().unwrap())
    }

    fn count(&self) -> usize {
        self.sessions.lock().unwrap().len()
    }
}

impl SessionStore for Memory {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        self.check().map_err(LoadError::Other)?;
        Ok(self.sessions.lock().unwrap().get(key.as_ref()).cloned())
    }

    async fn save(
        &self,
        state: HashMap<String, String>,
        ttl: &time::Duration,
    ) -> Result<SessionKey, SaveError> {
        self.check_write().map_err(SaveError::Other)?;
        assert_eq!(*ttl, time::Duration::hours(12));
        let key = format!("session-{}", self.saved.fetch_add(1, Relaxed));
        self.sessions.lock().unwrap().insert(key.clone(), state);
        Ok(SessionKey::try_from(key).unwrap())
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.check_write().map_err(UpdateError::Other)?;
        if self.is_left_meanwhile.swap(false, Relaxed) {
            self.sessions.lock().unwrap().remove(key.as_ref());
        }
        if let Some(session) = self.sessions.lock().unwrap().get_mut(key.as_ref()) {
            *session = state;
            return Ok(key);
        }
        // As the store for Redis does.
        self.save(state, ttl).await.map_err(|error| UpdateError::Other(error.into()))
    }

    async fn update_ttl(&self, _: &SessionKey, _: &time::Duration) -> Result<(), anyhow::Error> {
        self.check()
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.check_write()?;
        self.sessions.lock().unwrap().remove(key.as_ref());
        Ok(())
    }
}

type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// A site, and its Clever.
struct Site {
    call: Box<dyn Fn(TestRequest) -> Later<Answer>>,
    emulator: Emulator,
}

/// One browser, with its cookies.
#[derive(Clone, Default)]
struct Browser(BTreeMap<String, String>);

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    async fn of(response: HttpResponse) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers.collect();
        let body = to_bytes(response.into_body()).await.unwrap();
        Self { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    fn header(&self, name: impl AsRef<str>) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name.as_ref()).map(|(_, value)| value.as_str())
    }

    fn location(&self) -> &str {
        self.header(LOCATION).unwrap()
    }
}

fn emulator() -> Emulator {
    let app = Registered::new("id", SECRET, format!("{SITE}/clever/callback")).with_oidc();
    Emulator::start(Options::new().app(app)).unwrap()
}

fn client(emulator: &Emulator) -> Client {
    let config = Config::builder("id").client_secret(SECRET).redirect_uri(format!("{SITE}/clever/callback"));
    Client::new(config.base_url(emulator.base_url()).build().unwrap()).unwrap()
}

async fn site<Store: SessionStore + 'static>(
    store: Store,
    change: impl FnOnce(CleverSso<Store>) -> CleverSso<Store>,
) -> Site {
    site_with(store, change, |_| ()).await
}

async fn site_with<Store: SessionStore + 'static>(
    store: Store,
    change: impl FnOnce(CleverSso<Store>) -> CleverSso<Store>,
    routes: impl FnOnce(&mut web::ServiceConfig),
) -> Site {
    let emulator = emulator();
    let clever =
        change(CleverSso::new(client(&emulator), WebOptions::new(), store, Key::generate()).unwrap());
    let teachers = web::scope("/teachers")
        .wrap(login_required(["teacher"]))
        .route("/lessons", web::get().to(async || "for teachers"));
    let everyone = web::resource("/everyone").wrap(login_required([""; 0])).to(async || "for everyone");
    let failing = web::resource("/failing")
        .wrap(from_fn(async |_, _: Next<BoxBody>| Err::<ServiceResponse, _>(error::ErrorImATeapot("own"))))
        .to(async || "never");
    let app = App::new()
        .route("/", web::to(home))
        .route("/private", web::to(private))
        .route("/lessons", web::get().to(lessons))
        .route("/api", web::get().to(api))
        .route("/set", web::get().to(set))
        .service(teachers)
        .service(everyone)
        .service(failing)
        .configure(routes);
    serving(emulator, clever.protect(app)).await
}

async fn serving(
    emulator: Emulator,
    app: App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    >,
) -> Site {
    let service = Rc::new(init_service(app).await);
    let call = move |request: TestRequest| {
        let service = Rc::clone(&service);
        let answer: Later<Answer> = Box::pin(async move {
            match try_call_service(&*service, request.to_request()).await {
                Ok(response) => Answer::of(response.into_parts().1).await,
                Err(error) => Answer::of(error.error_response()).await,
            }
        });
        answer
    };
    Site { call: Box::new(call), emulator }
}

async fn home(person: Option<Person>) -> String {
    person.map_or_else(|| "nobody".to_owned(), |person| person.full_name.clone())
}

async fn private(person: Person) -> String {
    person.full_name.clone()
}

async fn lessons(person: Person) -> Result<&'static str, Rejection> {
    person.require("teacher").map(|()| "for teachers")
}

/// A failed request to Clever's API is a page for the person.
async fn api(_: Person, clever: Clever) -> clever_sso::Result<String> {
    Ok(clever.client().me("not a token").await?.id)
}

async fn set(session: Session) -> String {
    let before: Option<u32> = session.get("mine").unwrap();
    session.insert("mine", before.unwrap_or_default() + 1).unwrap();
    format!("{before:?}")
}

impl Site {
    async fn ask(&self, browser: &mut Browser, method: &str, target: &str) -> Answer {
        self.ask_with(browser, method, target, &[]).await
    }

    async fn ask_with(
        &self,
        browser: &mut Browser,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let cookies: Vec<_> = browser.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = TestRequest::with_uri(target.strip_prefix(SITE).unwrap_or(target))
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .insert_header((HOST, "127.0.0.1:3000"))
            .insert_header((COOKIE, cookies.join("; ")));
        for header in headers {
            request = request.insert_header(*header);
        }
        let answer = (self.call)(request).await;
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| SET_COOKIE == name.as_str()) {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                browser.0.remove(name);
            } else {
                browser.0.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// The URL that Clever sends this person's browser back to.
    async fn callback(&self, browser: &mut Browser, person: &str) -> String {
        let login = self.ask(browser, "GET", "/clever/login?next=/private").await;
        self.emulator.log_in_as(person, login.location()).unwrap()
    }

    async fn log_in(&self, browser: &mut Browser, person: &str) -> Answer {
        let callback = self.callback(browser, person).await;
        self.ask(browser, "GET", &callback).await
    }

    async fn who(&self, browser: &mut Browser) -> String {
        self.ask(browser, "GET", "/").await.body
    }
}

fn as_is<Store>(clever: CleverSso<Store>) -> CleverSso<Store> {
    clever
}

/// The page is for one person, and its URL contains a code.
fn assert_private(answer: &Answer) {
    let told = ["cache-control", "referrer-policy"].map(|name| answer.header(name));
    assert_eq!(told, [Some("no-store"), Some("no-referrer")], "{}", answer.body);
}

#[tokio::test]
async fn a_session_in_the_browser_is_signed_in_until_the_logout() {
    let site = site(CookieSessionStore::default(), as_is).await;
    let mut browser = Browser::default();
    site.ask(&mut browser, "GET", "/set").await;
    let answer = site.log_in(&mut browser, "ada").await;
    assert_eq!((answer.status, answer.location()), (303, "/private"));
    assert_private(&answer);
    let cookie = answer.headers.iter().find(|(_, value)| value.starts_with("session=")).unwrap();
    let has = ["HttpOnly", "SameSite=Lax", "Path=/"].map(|attribute| cookie.1.contains(attribute));
    assert_eq!(has, [true; 3], "{}", cookie.1);
    let keeps = ["Max-Age", "Expires", "Ashworth"].map(|part| cookie.1.contains(part));
    assert_eq!(keeps, [false; 3], "the cookie must be encrypted and end with the browser: {}", cookie.1);
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    assert_eq!(site.ask(&mut browser, "GET", "/set").await.body, "None", "data from before the sign-in");
    assert_eq!(site.ask(&mut browser, "GET", "/set").await.body, "Some(1)");
    let refused = site.ask(&mut browser, "GET", "/clever/logout").await;
    assert_eq!((refused.status, site.who(&mut browser).await.as_str()), (405, "Ada Ashworth"));
    let left = site.ask(&mut browser, "POST", "/clever/logout").await;
    assert_eq!((left.status, left.location()), (303, "/"));
    assert!(!browser.0.contains_key("session"), "{:?}", browser.0);
    assert_eq!(site.who(&mut browser).await, "nobody");
}

#[tokio::test]
async fn the_session_cookie_is_secure_and_of_this_host_over_https() {
    let emulator = emulator();
    let config =
        Config::builder("id").client_secret(SECRET).redirect_uri("https://app.example/clever/callback");
    let client = Client::new(config.base_url(emulator.base_url()).build().unwrap()).unwrap();
    let clever =
        CleverSso::new(client, WebOptions::new(), CookieSessionStore::default(), Key::generate()).unwrap();
    let service = init_service(clever.protect(App::new().route("/", web::get().to(set)))).await;
    let response = try_call_service(&service, TestRequest::get().to_request()).await.unwrap();
    let cookie = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-session=") && cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn a_sign_in_gives_the_session_a_new_key_and_deletes_the_old_one() {
    let store = Memory::default();
    let site = site(store.clone(), as_is).await;
    let mut browser = Browser::default();
    site.ask(&mut browser, "GET", "/set").await;
    let planted = browser.clone();
    site.log_in(&mut browser, "ada").await;
    assert_eq!(store.count(), 1);
    assert_eq!(site.who(&mut planted.clone()).await, "nobody");
    assert!(!store.text().contains("mine"), "{}", store.text());
    let of_ada = browser.clone();
    // The next person on the device: Ada's old cookies open nothing.
    site.log_in(&mut browser, "jose").await;
    assert_eq!((site.who(&mut browser).await.as_str(), store.count()), ("José Núñez", 1));
    assert_eq!(site.who(&mut of_ada.clone()).await, "nobody");
}

#[tokio::test]
async fn tabs_of_the_same_person_share_a_session_and_a_logout_ends_it() {
    let store = Memory::default();
    let site = site(store.clone(), as_is).await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    site.ask(&mut browser, "GET", "/set").await;
    let tab = browser.clone();
    site.log_in(&mut browser, "ada").await;
    assert_eq!(
        site.who(&mut tab.clone()).await,
        "Ada Ashworth",
        "tabs with requests in progress stay signed in"
    );
    assert_eq!(site.ask(&mut browser, "GET", "/set").await.body, "Some(1)");
    site.ask(&mut browser, "POST", "/clever/logout").await;
    assert_eq!((site.who(&mut tab.clone()).await.as_str(), store.count()), ("nobody", 0));
}

#[tokio::test]
async fn an_expired_session_ends_with_all_its_data() {
    let store = Memory::default();
    let site = site(store.clone(), as_is).await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    site.ask(&mut browser, "GET", "/set").await;
    let text = store.sessions.lock().unwrap().values().next().unwrap()["clever_sso"].clone();
    let mut person: SessionIdentity = serde_json::from_str(&text).unwrap();
    let left = person.ends_at - site.emulator.now();
    assert!((12 * 60 * 60 - 60..=12 * 60 * 60 + 60).contains(&left), "{left}");
    person.ends_at = 1;
    for (old, is_json) in [(serde_json::to_string(&person).unwrap(), true), ("not JSON".to_owned(), false)] {
        for session in store.sessions.lock().unwrap().values_mut() {
            session.insert("clever_sso".to_owned(), old.clone());
        }
        let mut tab = browser.clone();
        if is_json {
            // The page can use the new session.
            assert_eq!(site.ask(&mut tab, "GET", "/set").await.body, "None");
            assert_eq!((site.who(&mut tab).await.as_str(), store.count()), ("nobody", 1));
            site.log_in(&mut browser, "ada").await;
            continue;
        }
        assert_eq!(site.who(&mut tab).await, "nobody");
        assert!(!tab.0.contains_key("session"), "{:?}", tab.0);
    }
}

#[tokio::test]
async fn guards_redirect_people_and_refuse_missing_roles() {
    let site = site(CookieSessionStore::default(), as_is).await;
    let mut browser = Browser::default();
    for page in ["/private", "/lessons", "/teachers/lessons", "/everyone"] {
        let sent = site.ask(&mut browser, "GET", page).await;
        let login = format!("/clever/login?next={}", page.replace('/', "%2F"));
        assert_eq!((sent.status, sent.location()), (303, login.as_str()));
        let fetched = site.ask_with(&mut browser, "GET", page, &[("sec-fetch-mode", "cors")]).await;
        assert_eq!((fetched.status, fetched.header("content-type")), (401, Some("application/json")));
        assert!(fetched.body.contains("\"not_signed_in\""), "{}", fetched.body);
    }
    assert_eq!(site.ask(&mut browser, "GET", "/clever/whoami").await.status, 401);
    assert_eq!(site.ask(&mut browser, "GET", "/").await.header("cache-control"), None);
    site.log_in(&mut browser, "ada").await;
    for page in ["/lessons", "/teachers/lessons"] {
        let refused = site.ask(&mut browser, "GET", page).await;
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("You cannot open this page"), "{}", refused.body);
    }
    for (page, body) in [("/private", "Ada Ashworth"), ("/", "Ada Ashworth"), ("/everyone", "for everyone")] {
        let named = site.ask(&mut browser, "GET", page).await;
        let found = (named.status, named.body.as_str(), named.header("cache-control"));
        assert_eq!(found, (200, body, Some("no-store")));
    }
    let whoami = site.ask(&mut browser, "GET", "/clever/whoami").await;
    let told: serde_json::Value = serde_json::from_str(&whoami.body).unwrap();
    assert_eq!((whoami.status, told["full_name"].as_str()), (200, Some("Ada Ashworth")));
    // An error of the API in a handler, and one of the application's own middleware.
    let failed = site.ask(&mut browser, "GET", "/api").await;
    assert!(failed.status >= 400 && failed.body.contains("role=\"alert\""), "{}", failed.body);
    let failed = site.ask(&mut browser, "GET", "/failing").await;
    assert_eq!((failed.status, failed.body.as_str()), (418, "own"));
    site.log_in(&mut browser, "grace").await;
    for page in ["/lessons", "/teachers/lessons"] {
        assert_eq!(site.ask(&mut browser, "GET", page).await.body, "for teachers");
    }
}

#[tokio::test]
async fn a_failed_proven_login_ends_the_previous_persons_session() {
    let site = site(CookieSessionStore::default(), as_is).await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    let login = site.ask(&mut browser, "GET", "/clever/login?switch_user=1").await;
    let state = login.location().split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let unproven = site.ask(&mut browser, "GET", "/clever/callback?error=access_denied").await;
    assert_eq!((unproven.status, site.who(&mut browser).await.as_str()), (403, "Ada Ashworth"));
    let denied = format!("/clever/callback?error=access_denied&state={state}");
    let denied = site.ask(&mut browser, "GET", &denied).await;
    assert_eq!((denied.status, site.who(&mut browser).await.as_str()), (403, "nobody"));
    assert!(denied.body.contains("access_denied") && denied.body.contains("switch_user=1"));
}

#[tokio::test]
async fn the_application_decides_before_the_person_is_signed_in() {
    async fn decide(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
        assert!(login.session().get::<SessionIdentity>("clever_sso").unwrap().is_none());
        match login.identity().name.first.as_deref() {
            Some("José") => Ok(Some(HttpResponse::Accepted().body("choose a name"))),
            Some("Grace") => Err(Refused::with_sentence("Not <you>.")),
            Some("Sam") => Err(Refused::failed("no database")),
            _ => Ok(None),
        }
    }
    let site = site(CookieSessionStore::default(), |clever| clever.before_sign_in(decide)).await;
    for (person, status, said) in [
        ("jose", 202, "choose a name"),
        ("grace", 403, "Not &lt;you&gt;."),
        ("sam", 500, "This app has a problem with Clever"),
    ] {
        let mut browser = Browser::default();
        site.log_in(&mut browser, "ada").await;
        assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
        let answer = site.log_in(&mut browser, person).await;
        assert_eq!(answer.status, status, "{person}: {}", answer.body);
        assert_private(&answer);
        assert!(answer.body.contains(said), "{}", answer.body);
        assert_eq!(site.who(&mut browser).await, "nobody", "{person}");
        assert!(
            browser.0.keys().all(|name| !name.starts_with("clever_login_")),
            "the login's cookie must be deleted"
        );
    }
}

#[tokio::test]
async fn a_hook_that_panics_signs_no_one_in_and_the_previous_person_out() {
    for is_before in [true, false] {
        // It panics before its first await, and after it.
        for is_late in [true, false] {
            let decide = move |login: ProvenLogin| {
                let is_ada = login.identity().name.first.as_deref() == Some("Ada");
                let number = move || is_ada.then_some(1).unwrap();
                let early = if is_late { 1 } else { number() };
                async move {
                    tokio::task::yield_now().await;
                    let _ = early + number();
                    Ok(None)
                }
            };
            let site = site(CookieSessionStore::default(), |clever| {
                if is_before { clever.before_sign_in(decide) } else { clever.on_sign_in(decide) }
            })
            .await;
            let mut browser = Browser::default();
            site.log_in(&mut browser, "ada").await;
            assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
            let answer = site.log_in(&mut browser, "jose").await;
            assert_eq!((answer.status, site.who(&mut browser).await.as_str()), (500, "nobody"));
        }
    }
}

#[tokio::test]
async fn a_person_refused_at_a_second_login_is_signed_out() {
    let is_open = Arc::new(AtomicBool::new(true));
    let door = Arc::clone(&is_open);
    let decide = move |login: ProvenLogin| {
        let is_open = door.load(Relaxed);
        async move {
            assert!(!login.session().contains_key("clever_sso"));
            Ok((!is_open).then(|| HttpResponse::ServiceUnavailable().body("closed")))
        }
    };
    let site = site(Memory::default(), |clever| clever.before_sign_in(decide)).await;
    let mut browser = Browser::default();
    for _ in 0..2 {
        assert_eq!(site.log_in(&mut browser, "ada").await.status, 303);
        assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    }
    is_open.store(false, Relaxed);
    assert_eq!(site.log_in(&mut browser, "ada").await.body, "closed");
    assert_eq!(site.who(&mut browser).await, "nobody");
}

#[tokio::test]
async fn a_response_after_the_sign_in_is_private_by_default() {
    async fn welcome(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
        let mut response = HttpResponse::Ok();
        match login.identity().name.first.as_deref() {
            Some("Grace") => {
                response.insert_header(("cache-control", "private"));
                response.insert_header(("referrer-policy", "origin"));
            }
            Some("José") => return Err(Refused::new()),
            _ => {}
        }
        Ok(Some(response.body("welcome")))
    }
    let site = site(CookieSessionStore::default(), |clever| clever.on_sign_in(welcome)).await;
    let mut browser = Browser::default();
    let answer = site.log_in(&mut browser, "ada").await;
    assert_eq!((answer.body.as_str(), site.who(&mut browser).await.as_str()), ("welcome", "Ada Ashworth"));
    assert_private(&answer);
    let answer = site.log_in(&mut browser, "grace").await;
    let told = ["cache-control", "referrer-policy"].map(|name| answer.header(name));
    assert_eq!(told, [Some("private"), Some("origin")]);
    let answer = site.log_in(&mut browser, "jose").await;
    assert_eq!((answer.status, site.who(&mut browser).await.as_str()), (403, "nobody"));
}

#[tokio::test]
async fn an_application_can_show_its_own_page_for_a_failed_login() {
    let show = |problem: &Problem| format!("our page: {}", problem.code);
    let store = Memory::default();
    let site = site(store.clone(), |clever| clever.on_problem(show)).await;
    for (query, status, page) in [
        ("error=access_denied", 403, "our page: access_denied"),
        ("error=server_error", 503, "our page: callback_unavailable"),
    ] {
        let answer = site.ask(&mut Browser::default(), "GET", &format!("/clever/callback?{query}")).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, page));
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_private(&answer);
    }
    store.is_broken.store(true, Relaxed);
    let answer = site.log_in(&mut Browser::default(), "ada").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, "our page: internal"));
}

#[tokio::test]
async fn a_store_failure_signs_no_one_in_and_shows_a_page() {
    let store = Memory::default();
    let site = site(store.clone(), as_is).await;
    let mut browser = Browser::default();
    let callback = site.callback(&mut browser, "ada").await;
    store.is_broken.store(true, Relaxed);
    let answer = site.ask(&mut browser, "GET", &callback).await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("This app has a problem with Clever"), "{}", answer.body);
    assert!(!browser.0.contains_key("session") && store.count() == 0);
    store.is_broken.store(false, Relaxed);
    assert_eq!(site.log_in(&mut browser, "ada").await.status, 303);
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    store.is_broken.store(true, Relaxed);
    let shown = site.ask(&mut browser, "GET", "/private").await;
    assert_eq!((shown.status, shown.body.contains("Ada")), (500, false));
}

#[tokio::test]
async fn a_session_that_cannot_be_saved_signs_the_previous_person_out() {
    async fn remember(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
        let bytes = match login.identity().name.first.as_deref() {
            Some("José") => 3000,
            Some("Grace") => 5000,
            _ => 0,
        };
        login.session().insert("much", "x".repeat(bytes)).map_err(Refused::failed)?;
        Ok(None)
    }
    let in_browser = site(CookieSessionStore::default(), |clever| clever.on_sign_in(remember)).await;
    // The first is longer than browsers allow, the second than actix-session allows.
    for (person, code) in [("jose", "config_invalid"), ("grace", "internal")] {
        let mut browser = Browser::default();
        assert_eq!(in_browser.log_in(&mut browser, "ada").await.status, 303);
        let answer = in_browser.log_in(&mut browser, person).await;
        assert_eq!((answer.status, answer.body.contains(code)), (500, true), "{}", answer.body);
        assert!(answer.body.contains("next=%2Fprivate"), "{}", answer.body);
        assert_private(&answer);
        assert!(!browser.0.contains_key("session"), "{:?}", browser.0);
        let sizes = answer.headers.iter().map(|(_, value)| value.len());
        assert!(sizes.max() < Some(1000), "the large cookie must not be sent");
    }
    let store = Memory::default();
    let on_server = site(store.clone(), as_is).await;
    for target in ["callback", "/clever/logout"] {
        let mut browser = Browser::default();
        on_server.log_in(&mut browser, "ada").await;
        let is_callback = target == "callback";
        let target =
            if is_callback { on_server.callback(&mut browser, "jose").await } else { target.to_owned() };
        store.fails_to_write.store(true, Relaxed);
        let method = if is_callback { "GET" } else { "POST" };
        let answer = on_server.ask(&mut browser, method, &target).await;
        store.fails_to_write.store(false, Relaxed);
        assert_eq!((answer.status, browser.0.contains_key("session")), (500, false));
    }
}

#[tokio::test]
async fn disguised_session_cookies_are_ignored_and_hide_no_real_one() {
    let site = site(CookieSessionStore::default(), as_is).await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    let value = browser.0["session"].clone();
    let mut planted = Browser(BTreeMap::from([("%73ession".to_owned(), value)]));
    assert_eq!(site.who(&mut planted).await, "nobody");
    browser.0.insert("neighbor".to_owned(), "ä".to_owned());
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
}

/// Once closed, stops requests until the test lets them continue.
#[derive(Clone, Default)]
struct Gate {
    is_closed: Arc<AtomicBool>,
    has_come: Arc<Notify>,
    may_go: Arc<Notify>,
}

impl Gate {
    async fn pass(self) {
        if self.is_closed.load(Relaxed) {
            self.has_come.notify_one();
            self.may_go.notified().await;
        }
    }

    /// Logs the person out while their request waits in the gate. Returns the browser after that request.
    async fn log_out_meanwhile(&self, site: &Site, browser: &Browser, method: &str, target: &str) -> Browser {
        self.is_closed.store(true, Relaxed);
        let (mut waiting, mut leaving) = (browser.clone(), browser.clone());
        let slow = site.ask(&mut waiting, method, target);
        let log_out = async {
            timeout(Duration::from_secs(60), self.has_come.notified()).await.unwrap();
            let left = site.ask(&mut leaving, "POST", "/clever/logout").await;
            self.may_go.notify_one();
            left
        };
        let (_, left) = tokio::join!(slow, log_out);
        self.is_closed.store(false, Relaxed);
        assert_eq!(left.status, 303);
        waiting
    }
}

#[tokio::test]
async fn a_logout_wins_while_a_slow_page_or_login_writes_to_the_session() {
    let (store, gate) = (Memory::default(), Gate::default());
    let (hook, page) = (gate.clone(), gate.clone());
    let change = |clever: CleverSso<Memory>| {
        clever.on_sign_in(move |_| {
            let gate = hook.clone();
            async move {
                gate.pass().await;
                Ok(None)
            }
        })
    };
    let slow = move |session: Session| {
        let gate = page.clone();
        async move {
            gate.pass().await;
            session.insert("visits", 1).unwrap();
            "done"
        }
    };
    let routes = |routes: &mut web::ServiceConfig| {
        routes.route("/slow", web::get().to(slow));
    };
    let site = site_with(store.clone(), change, routes).await;
    for is_login in [false, true] {
        let mut browser = Browser::default();
        site.log_in(&mut browser, "ada").await;
        let target = if is_login { site.callback(&mut browser, "ada").await } else { "/slow".to_owned() };
        let mut after = gate.log_out_meanwhile(&site, &browser, "GET", &target).await;
        for browser in [&mut after, &mut browser] {
            assert_eq!(site.who(browser).await, "nobody", "{is_login}");
        }
        assert!(!store.text().contains("Ada"), "{}", store.text());
    }
}

#[tokio::test]
async fn a_logout_in_another_process_wins_at_the_last_moment() {
    let store = Memory::default();
    let site = site(store.clone(), as_is).await;
    for is_login in [false, true] {
        let mut browser = Browser::default();
        site.log_in(&mut browser, "ada").await;
        let target = if is_login { site.callback(&mut browser, "ada").await } else { "/set".to_owned() };
        store.is_left_meanwhile.store(true, Relaxed);
        site.ask(&mut browser, "GET", &target).await;
        assert!(!store.is_left_meanwhile.load(Relaxed) && !store.text().contains("Ada"), "{}", store.text());
        assert_eq!(site.who(&mut browser).await, "nobody", "{is_login}");
    }
}

#[tokio::test]
async fn a_person_in_an_unprotected_application_gives_status_500() {
    let app = App::new()
        .route("/private", web::get().to(private))
        .service(web::resource("/guarded").wrap(login_required("teacher")).to(async || "never"));
    let service = init_service(app).await;
    for page in ["/private", "/guarded"] {
        let response = try_call_service(&service, TestRequest::with_uri(page).to_request()).await.unwrap();
        assert_eq!(response.status(), 500);
    }
}

/// The server calls the factory in each of its threads.
#[test]
fn threads_of_a_server_can_share_one_clever_sso() {
    fn serve<Store: SessionStore + Send + Sync + 'static>(clever: CleverSso<Store>) {
        drop(HttpServer::new(move || clever.protect(App::new())));
    }
    let emulator = emulator();
    let key = Key::generate();
    serve(CleverSso::new(client(&emulator), WebOptions::new(), Memory::default(), key.clone()).unwrap());
    serve(CleverSso::new(client(&emulator), WebOptions::new(), CookieSessionStore::default(), key).unwrap());
}
