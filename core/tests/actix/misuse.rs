//! Mistakes of an application that the library notices.

use std::io::{self, Write};

use clever_sso::actix::actix_session::SessionMiddleware;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

/// The log of a test.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps the log of this thread, until the guard is dropped.
    fn keep(&self) -> tracing::subscriber::DefaultGuard {
        let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(self.clone());
        tracing::subscriber::set_default(lines.finish())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn protected(emulator: &Emulator) -> CleverSso<CookieSessionStore> {
    CleverSso::new(client(emulator), WebOptions::new(), CookieSessionStore::default(), Key::generate())
        .unwrap()
}

#[tokio::test]
async fn an_application_with_its_own_sessions_is_told_so() {
    let log = Log::default();
    let _kept = log.keep();
    let emulator = emulator();
    let own = SessionMiddleware::new(CookieSessionStore::default(), Key::generate());
    let app = App::new().route("/", web::to(home)).route("/set", web::get().to(set)).wrap(own);
    let app = protected(&emulator).protect(app);
    let site = serving(emulator, app).await;
    let mut browser = Browser::default();
    assert_eq!(site.log_in(&mut browser, "ada").await.status, 303);
    for page in ["/", "/set"] {
        let answer = site.ask(&mut browser, "GET", page).await;
        assert_eq!((answer.status, answer.body.contains("config_invalid")), (500, true), "{}", answer.body);
        assert!(!browser.0.contains_key("id"), "a copy of the session must not be sent");
    }
    assert!(log.text().contains("has its own SessionMiddleware"), "{}", log.text());
    assert!(!log.text().contains("Ashworth"), "{}", log.text());
}

#[tokio::test]
async fn an_application_is_protected_only_once() {
    let log = Log::default();
    let _kept = log.keep();
    let emulator = emulator();
    let clever = protected(&emulator);
    let app = clever.protect(clever.protect(App::new().route("/", web::to(home))));
    let site = serving(emulator, app).await;
    assert_eq!(site.ask(&mut Browser::default(), "GET", "/").await.status, 500);
    assert!(log.text().contains("call `protect` only once"), "{}", log.text());
}

#[tokio::test]
async fn middleware_that_reads_cookies_too_early_lets_no_disguised_cookie_in() {
    async fn early(
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse, actix_web::Error> {
        let _ = request.cookie("theme");
        next.call(request).await
    }
    let log = Log::default();
    let _kept = log.keep();
    let emulator = emulator();
    let app = App::new().route("/", web::to(home));
    let app = protected(&emulator).protect(app).wrap(from_fn(early));
    let site = serving(emulator, app).await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    let planted = BTreeMap::from([("%73ession".to_owned(), browser.0["session"].clone())]);
    let answer = site.ask(&mut Browser(planted), "GET", "/").await;
    assert_eq!((answer.status, answer.body.contains("Ada")), (500, false), "{}", answer.body);
    assert!(log.text().contains("reads cookies"), "{}", log.text());
}

#[tokio::test]
async fn a_page_whose_session_browsers_drop_is_in_the_log() {
    async fn much(session: Session) -> &'static str {
        session.insert("much", "x".repeat(3500)).unwrap();
        "much"
    }
    let log = Log::default();
    let _kept = log.keep();
    let routes = |routes: &mut web::ServiceConfig| {
        routes.route("/much", web::get().to(much));
    };
    let site = site_with(CookieSessionStore::default(), as_is, routes).await;
    assert_eq!(site.ask(&mut Browser::default(), "GET", "/much").await.body, "much");
    assert!(log.text().contains("browsers drop cookies of more than 4096"), "{}", log.text());
}
