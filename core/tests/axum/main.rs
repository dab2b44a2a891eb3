//! A router in axum over real sockets, with the emulator. python/tests/frameworks tests what all web frameworks have in common,
//! with the site next to this file. This file tests what only axum and tower-sessions have.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "the tests have servers")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{any, get};
use axum_login::{AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend};
use clever_emulator::{App, Emulator, Options};
use clever_sso::axum::tower_sessions::session::{Id, Record};
use clever_sso::axum::tower_sessions::{MemoryStore, Session, SessionStore, session_store};
use clever_sso::axum::{Clever, CleverSso, Person, ProvenLogin, login_required};
use clever_sso::web::{Problem, Refused, SessionIdentity, WebOptions};
use clever_sso::{Client, Config, Identity};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

mod held;
mod interleaved;

const SECRET: &str = "a secret of the tests";

/// The address of a site, and its Clever.
struct Site {
    address: String,
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
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn location(&self) -> &str {
        self.header("location").unwrap()
    }
}

async fn site<Store: SessionStore + Clone>(
    store: Store,
    protect: impl FnOnce(CleverSso<Store>, Router) -> Router,
) -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let redirect_uri = format!("http://{address}/clever/callback");
    let app = App::new("id", SECRET, &redirect_uri).with_oidc();
    let emulator = Emulator::start(Options::new().app(app).auto_login("ada")).unwrap();
    let config = Config::builder("id").client_secret(SECRET).redirect_uri(redirect_uri);
    let client = Client::new(config.base_url(emulator.base_url()).build().unwrap()).unwrap();
    let router = Router::new()
        .route("/", any(home))
        .route("/private", get(private))
        .route("/lessons", get(|| async { "for teachers" }).layer(login_required(["teacher"])))
        .route("/api", get(api))
        .route("/set", get(set));
    let router = protect(CleverSso::new(client, WebOptions::new(), store).unwrap(), router);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Site { address, emulator }
}

async fn home(person: Option<Person>) -> String {
    person.map_or_else(|| "nobody".to_owned(), |person| person.full_name.clone())
}

async fn private(person: Person) -> String {
    person.full_name.clone()
}

/// A failed request to Clever's API is a page for the person.
async fn api(_: Person, clever: Clever) -> clever_sso::Result<String> {
    Ok(clever.client().me("not a token").await?.id)
}

async fn set(session: Session) {
    session.insert("mine", 1).await.unwrap();
}

impl Site {
    async fn ask(&self, browser: &mut Browser, method: &str, target: &str) -> Answer {
        let target = target.strip_prefix(&format!("http://{}", self.address)).unwrap_or(target);
        let cookies: Vec<_> = browser.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.address,
            cookies.join("; ")
        );
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                browser.0.remove(name);
            } else {
                browser.0.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), headers, body: body.to_owned() }
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

fn protect(clever: CleverSso<MemoryStore>, router: Router) -> Router {
    clever.protect(router)
}

/// The page is for one person, and its URL contains a code.
fn assert_private(answer: &Answer) {
    let told = ["cache-control", "referrer-policy"].map(|name| answer.header(name));
    assert_eq!(told, [Some("no-store"), Some("no-referrer")], "{}", answer.body);
}

fn session_of(browser: &Browser) -> Option<Id> {
    browser.0.get("session")?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_gives_the_session_a_new_id_and_deletes_the_old_one() {
    let store = MemoryStore::default();
    let site = site(store.clone(), protect).await;
    let mut browser = Browser::default();
    site.ask(&mut browser, "GET", "/set").await;
    let planted = session_of(&browser).unwrap();
    let answer = site.log_in(&mut browser, "ada").await;
    assert_eq!((answer.status, answer.location()), (303, "/private"));
    let of_ada = session_of(&browser).unwrap();
    assert_ne!(of_ada, planted);
    assert_eq!(store.load(&planted).await.unwrap(), None);
    assert!(!store.load(&of_ada).await.unwrap().unwrap().data.contains_key("mine"));
    assert_eq!(site.ask(&mut browser, "GET", "/private").await.body, "Ada Ashworth");
    // The next person on the device: Ada's old cookies open nothing.
    site.log_in(&mut browser, "jose").await;
    assert_ne!(session_of(&browser).unwrap(), of_ada);
    assert_eq!(store.load(&of_ada).await.unwrap(), None);
    assert_eq!(site.who(&mut browser).await, "José Núñez");
    // A session with an invented id.
    browser.0.insert("session".to_owned(), planted.to_string());
    site.log_in(&mut browser, "ada").await;
    assert_ne!(session_of(&browser).unwrap(), planted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outer_layer_can_limit_callbacks_without_losing_logins() {
    let is_limited = Arc::new(AtomicBool::new(true));
    let limit = {
        let is_limited = Arc::clone(&is_limited);
        from_fn(move |request: Request, next: Next| {
            let refuses = is_limited.load(Relaxed) && request.uri().path() == "/clever/callback";
            async move {
                if refuses { StatusCode::TOO_MANY_REQUESTS.into_response() } else { next.run(request).await }
            }
        })
    };
    let site = site(MemoryStore::default(), |clever, router| clever.protect(router).layer(limit)).await;
    let mut browser = Browser::default();
    let callback = site.callback(&mut browser, "ada").await;
    assert_eq!(site.ask(&mut browser, "GET", &callback).await.status, 429);
    // The code was not used: a reload finishes the login.
    is_limited.store(false, Relaxed);
    assert_eq!(site.ask(&mut browser, "GET", &callback).await.location(), "/private");
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_ends_with_all_its_data() {
    let store = MemoryStore::default();
    let site = site(store.clone(), protect).await;
    let mut browser = Browser::default();
    let answer = site.log_in(&mut browser, "ada").await;
    let cookie = answer.headers.iter().find(|(_, value)| value.starts_with("session=")).unwrap();
    assert!(
        !cookie.1.contains("Max-Age") && !cookie.1.contains("Expires"),
        "the cookie must end with the browser"
    );
    let id = session_of(&browser).unwrap();
    let mut record = store.load(&id).await.unwrap().unwrap();
    let mut person: SessionIdentity = serde_json::from_value(record.data["clever_sso"].clone()).unwrap();
    let left = person.ends_at - site.emulator.now();
    assert!((12 * 60 * 60 - 60..=12 * 60 * 60 + 60).contains(&left), "{left}");
    person.ends_at = 1;
    record.data.insert("clever_sso".to_owned(), serde_json::to_value(person).unwrap());
    store.save(&record).await.unwrap();
    assert_eq!(site.who(&mut browser).await, "nobody");
    assert_eq!((session_of(&browser), store.load(&id).await.unwrap()), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_of_the_same_person_share_a_session_and_a_logout_ends_it() {
    let store = MemoryStore::default();
    let site = site(store.clone(), protect).await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    let id = session_of(&browser).unwrap();
    // Another tab of the same person, in the same session.
    site.log_in(&mut browser, "ada").await;
    assert_eq!(session_of(&browser).unwrap(), id, "tabs with requests in progress must stay signed in");
    let left = site.ask(&mut browser, "POST", "/clever/logout").await;
    assert_eq!((left.status, left.location(), site.who(&mut browser).await.as_str()), (303, "/", "nobody"));
    assert_eq!(store.load(&id).await.unwrap(), None);
}

/// Once closed, stops requests until the test lets them continue.
#[derive(Clone, Default)]
struct Gate {
    is_closed: Arc<Mutex<bool>>,
    has_come: Arc<Notify>,
    may_go: Arc<Notify>,
}

impl Gate {
    async fn pass(&self) {
        if *self.is_closed.lock().unwrap() {
            self.has_come.notify_one();
            self.may_go.notified().await;
        }
    }

    /// Logs the person out while their request waits in the gate. Returns the response to that request, and its cookies.
    async fn log_out_meanwhile(&self, site: &Site, browser: &Browser, target: &str) -> (Answer, Browser) {
        *self.is_closed.lock().unwrap() = true;
        let (mut waiting, mut leaving) = (browser.clone(), browser.clone());
        let slow = site.ask(&mut waiting, "GET", target);
        let log_out = async {
            timeout(Duration::from_secs(60), self.has_come.notified()).await.unwrap();
            let left = site.ask(&mut leaving, "POST", "/clever/logout").await;
            self.may_go.notify_one();
            left
        };
        let (answer, left) = tokio::join!(slow, log_out);
        *self.is_closed.lock().unwrap() = false;
        assert_eq!((left.status, site.who(&mut leaving).await.as_str()), (303, "nobody"));
        (answer, waiting)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_wins_during_a_login_of_the_same_person() {
    for is_before in [true, false] {
        for own_answer in [false, true] {
            let (store, gate) = (MemoryStore::default(), Gate::default());
            let hook = gate.clone();
            let decide = move |_: ProvenLogin| {
                let (gate, is_asked) = (hook.clone(), own_answer && *hook.is_closed.lock().unwrap());
                async move {
                    gate.pass().await;
                    Ok::<_, Refused>(is_asked.then(|| "choose a name".into_response()))
                }
            };
            let site = site(store.clone(), |clever, router| {
                let clever =
                    if is_before { clever.before_sign_in(decide) } else { clever.on_sign_in(decide) };
                clever.protect(router)
            })
            .await;
            let mut browser = Browser::default();
            site.log_in(&mut browser, "ada").await;
            site.ask(&mut browser, "GET", "/set").await;
            let id = session_of(&browser).unwrap();
            let callback = site.callback(&mut browser, "ada").await;
            let (answer, mut waiting) = gate.log_out_meanwhile(&site, &browser, &callback).await;
            assert_eq!((answer.status, answer.location()), (303, "/"), "{is_before} {own_answer}");
            assert_eq!((session_of(&waiting), store.load(&id).await.unwrap()), (None, None));
            for browser in [&mut waiting, &mut browser] {
                assert_eq!(site.who(browser).await, "nobody", "{is_before} {own_answer}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_wins_while_a_slow_page_writes_to_the_session() {
    let (store, gate) = (MemoryStore::default(), Gate::default());
    let slow = gate.clone();
    let site = site(store.clone(), |clever, router| {
        let slow = move |session: Session| async move {
            let read: Option<u64> = session.get("visits").await.unwrap();
            slow.pass().await;
            session.insert("visits", read.unwrap_or_default() + 1).await.unwrap();
        };
        clever.protect(router.route("/slow", get(slow)))
    })
    .await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    let id = session_of(&browser).unwrap();
    assert_eq!(site.ask(&mut browser, "GET", "/slow").await.status, 200);
    assert_eq!(store.load(&id).await.unwrap().unwrap().data["visits"], 1);
    let (answer, mut waiting) = gate.log_out_meanwhile(&site, &browser, "/slow").await;
    assert_eq!((answer.status, session_of(&waiting), store.load(&id).await.unwrap()), (200, None, None));
    for browser in [&mut waiting, &mut browser] {
        assert_eq!(site.who(browser).await, "nobody");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_proven_login_ends_the_previous_persons_session() {
    let site = site(MemoryStore::default(), protect).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_panics_signs_no_one_in_and_the_previous_person_out() {
    for is_before in [true, false] {
        let decide = async |login: ProvenLogin| {
            let is_ada = login.identity().name.first.as_deref() == Some("Ada");
            let account: Option<u64> = login.session().get("account").await.unwrap();
            let _ = is_ada.then_some(1).or(account).unwrap();
            Ok::<Option<Response>, Refused>(None)
        };
        let site = site(MemoryStore::default(), |clever, router| {
            let clever = if is_before { clever.before_sign_in(decide) } else { clever.on_sign_in(decide) };
            clever.protect(router)
        })
        .await;
        let mut browser = Browser::default();
        site.log_in(&mut browser, "ada").await;
        assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
        let answer = site.log_in(&mut browser, "jose").await;
        assert_eq!((answer.status, site.who(&mut browser).await.as_str()), (500, "nobody"), "{is_before}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_decides_before_the_person_is_signed_in() {
    async fn decide(login: ProvenLogin) -> Result<Option<Response>, Refused> {
        assert!(login.session().get::<SessionIdentity>("clever_sso").await.unwrap().is_none());
        match login.identity().name.first.as_deref() {
            Some("José") => Ok(Some((StatusCode::ACCEPTED, "choose a name").into_response())),
            Some("Grace") => Err(Refused::with_sentence("Not <you>.")),
            Some("Sam") => Err(Refused::failed("no database")),
            _ => Ok(None),
        }
    }
    let site =
        site(MemoryStore::default(), |clever, router| clever.before_sign_in(decide).protect(router)).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_response_after_the_sign_in_is_private_by_default() {
    async fn welcome(login: ProvenLogin) -> Result<Option<Response>, Refused> {
        let own = [("cache-control", "private"), ("referrer-policy", "origin")];
        Ok(Some(match login.identity().name.first.as_deref() {
            Some("Grace") => (own, "welcome").into_response(),
            _ => "welcome".into_response(),
        }))
    }
    let site =
        site(MemoryStore::default(), |clever, router| clever.on_sign_in(welcome).protect(router)).await;
    let mut browser = Browser::default();
    let answer = site.log_in(&mut browser, "ada").await;
    assert_eq!((answer.body.as_str(), site.who(&mut browser).await.as_str()), ("welcome", "Ada Ashworth"));
    assert_private(&answer);
    let answer = site.log_in(&mut browser, "grace").await;
    let told = ["cache-control", "referrer-policy"].map(|name| answer.header(name));
    assert_eq!(told, [Some("private"), Some("origin")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_can_show_its_own_page_for_a_failed_login() {
    fn show(problem: &Problem) -> Response {
        let page = Html(format!("our page: {}", problem.code));
        if problem.code == "access_denied" {
            page.into_response()
        } else {
            (StatusCode::IM_A_TEAPOT, page).into_response()
        }
    }
    let site = site(MemoryStore::default(), |clever, router| clever.on_problem(show).protect(router)).await;
    for (query, status, code) in
        [("error=access_denied", 403, "access_denied"), ("error=server_error", 418, "server_error")]
    {
        let mut browser = Browser::default();
        let answer = site.ask(&mut browser, "GET", &format!("/clever/callback?{query}")).await;
        assert_eq!(
            (answer.status, answer.body.contains("our page")),
            (status, true),
            "{code}: {}",
            answer.body
        );
        assert_private(&answer);
    }
}

#[test]
fn a_session_lifetime_longer_than_the_stores_is_refused() {
    let config =
        Config::builder("id").client_secret(SECRET).redirect_uri("https://app.example/clever/callback");
    let client = Client::new(config.build().unwrap()).unwrap();
    let fourteen_days = Duration::from_secs(14 * 24 * 60 * 60);
    let build = |lifetime| {
        let options = WebOptions::new().session_lifetime(lifetime);
        CleverSso::new(client.clone(), options, MemoryStore::default())
    };
    assert!(build(fourteen_days).is_ok());
    let refused = build(fourteen_days + Duration::from_secs(1)).unwrap_err();
    assert!(refused.to_string().contains("session_lifetime must be at most 14 days"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_refused_at_a_second_login_is_signed_out() {
    let is_open = Arc::new(Mutex::new(true));
    let door = Arc::clone(&is_open);
    let decide = move |login: ProvenLogin| {
        let is_open = *door.lock().unwrap();
        async move {
            assert!(login.session().get::<SessionIdentity>("clever_sso").await.unwrap().is_none());
            Ok((!is_open).then(|| (StatusCode::SERVICE_UNAVAILABLE, "closed").into_response()))
        }
    };
    let site =
        site(MemoryStore::default(), |clever, router| clever.before_sign_in(decide).protect(router)).await;
    let mut browser = Browser::default();
    for _ in 0..2 {
        assert_eq!(site.log_in(&mut browser, "ada").await.status, 303);
        assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    }
    *is_open.lock().unwrap() = false;
    assert_eq!(site.log_in(&mut browser, "ada").await.body, "closed");
    assert_eq!(site.who(&mut browser).await, "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_redirect_people_and_refuse_missing_roles() {
    let site = site(MemoryStore::default(), protect).await;
    let mut browser = Browser::default();
    for page in ["/private", "/lessons"] {
        let sent = site.ask(&mut browser, "GET", page).await;
        assert_eq!(
            (sent.status, sent.location()),
            (303, format!("/clever/login?next=%2F{}", &page[1..]).as_str())
        );
    }
    assert_eq!(site.ask(&mut browser, "GET", "/clever/whoami").await.status, 401);
    assert_eq!(site.ask(&mut browser, "GET", "/").await.header("cache-control"), None);
    site.log_in(&mut browser, "ada").await;
    let refused = site.ask(&mut browser, "GET", "/lessons").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("You cannot open this page"));
    let named = site.ask(&mut browser, "GET", "/private").await;
    assert_eq!((named.status, named.header("cache-control")), (200, Some("no-store")));
    let whoami = site.ask(&mut browser, "GET", "/clever/whoami").await;
    let told: serde_json::Value = serde_json::from_str(&whoami.body).unwrap();
    assert_eq!((whoami.status, told["full_name"].as_str()), (200, Some("Ada Ashworth")));
    // An error of the API in a handler.
    let failed = site.ask(&mut browser, "GET", "/api").await;
    assert!(failed.status >= 400 && failed.body.contains("role=\"alert\""), "{}", failed.body);
    site.log_in(&mut browser, "grace").await;
    assert_eq!(site.ask(&mut browser, "GET", "/lessons").await.body, "for teachers");
}

/// A store that fails when the test says so.
#[derive(Clone, Debug, Default)]
struct Broken {
    store: MemoryStore,
    is_broken: Arc<Mutex<bool>>,
}

impl Broken {
    fn check(&self) -> session_store::Result<()> {
        let error = || session_store::Error::Backend("it is down".to_owned());
        if *self.is_broken.lock().unwrap() { Err(error()) } else { Ok(()) }
    }
}

#[async_trait]
impl SessionStore for Broken {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.check()?;
        self.store.create(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.check()?;
        self.store.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.check()?;
        self.store.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.check()?;
        self.store.delete(id).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_failure_signs_no_one_in_and_shows_a_page() {
    let store = Broken::default();
    let site = site(store.clone(), CleverSso::protect).await;
    let mut browser = Browser::default();
    let callback = site.callback(&mut browser, "ada").await;
    *store.is_broken.lock().unwrap() = true;
    let answer = site.ask(&mut browser, "GET", &callback).await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("This app has a problem with Clever"), "{}", answer.body);
    assert!(session_of(&browser).is_none());
    *store.is_broken.lock().unwrap() = false;
    assert_eq!(site.log_in(&mut browser, "ada").await.status, 303);
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    *store.is_broken.lock().unwrap() = true;
    let shown = site.ask(&mut browser, "GET", "/private").await;
    assert_eq!((shown.status, shown.body.contains("Ada")), (500, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn disguised_session_cookies_are_ignored_and_hide_no_real_one() {
    let site = site(MemoryStore::default(), protect).await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    let id = session_of(&browser).unwrap().to_string();
    let mut planted = Browser(BTreeMap::from([("%73ession".to_owned(), id)]));
    assert_eq!(site.who(&mut planted).await, "nobody");
    browser.0.insert("neighbor".to_owned(), "ä".to_owned());
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
}

#[derive(Clone, Debug)]
struct Pupil(String);

impl AuthUser for Pupil {
    type Id = String;

    fn id(&self) -> String {
        self.0.clone()
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[derive(Clone)]
struct Pupils;

impl AuthnBackend for Pupils {
    type User = Pupil;
    type Credentials = Identity;
    type Error = std::io::Error;

    async fn authenticate(&self, person: Identity) -> Result<Option<Pupil>, std::io::Error> {
        Ok(person.has_role("student").then(|| Pupil(person.name.full())))
    }

    async fn get_user(&self, id: &String) -> Result<Option<Pupil>, std::io::Error> {
        Ok(Some(Pupil(id.clone())))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_login_has_the_person_who_logged_in() {
    async fn log_in(login: ProvenLogin) -> Result<Option<Response>, Refused> {
        let mut auth = login.extensions().get::<AuthSession<Pupils>>().unwrap().clone();
        let user = auth.authenticate(login.identity().clone()).await.map_err(Refused::failed)?;
        auth.login(&user.ok_or_else(Refused::new)?).await.map_err(Refused::failed)?;
        Ok(None)
    }
    async fn pupil(auth: AuthSession<Pupils>) -> String {
        auth.user.map_or_else(|| "nobody".to_owned(), |pupil| pupil.0)
    }
    let site = site(MemoryStore::default(), |clever, router| {
        clever.on_sign_in(log_in).protect_with(router.route("/pupil", get(pupil)), |router, sessions| {
            router.layer(AuthManagerLayerBuilder::new(Pupils, sessions).build())
        })
    })
    .await;
    let mut browser = Browser::default();
    assert_eq!(site.log_in(&mut browser, "ada").await.status, 303);
    assert_eq!(site.ask(&mut browser, "GET", "/pupil").await.body, "Ada Ashworth");
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    assert_eq!(site.log_in(&mut browser, "grace").await.status, 403);
    assert_eq!(site.ask(&mut browser, "GET", "/pupil").await.body, "nobody");
    assert_eq!(site.who(&mut browser).await, "nobody");
    site.log_in(&mut browser, "ada").await;
    site.ask(&mut browser, "POST", "/clever/logout").await;
    assert_eq!(site.ask(&mut browser, "GET", "/pupil").await.body, "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_in_an_unprotected_router_gives_status_500() {
    let site = site(MemoryStore::default(), |clever, router| {
        drop(clever);
        router
    })
    .await;
    assert_eq!(site.ask(&mut Browser::default(), "GET", "/private").await.status, 500);
}
