//! Held logins, for a second factor for example, until the application completes them.

use actix_web::web::Path;

use super::*;

/// What an application learns about each signed-in person.
type Told = Arc<Mutex<Vec<(String, bool)>>>;

fn redirect(page: String) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, page)).finish()
}

async fn hold(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
    Ok(Some(redirect(format!("/waiting/{}", login.hold()?))))
}

async fn waiting(clever: Clever, key: Path<String>) -> String {
    clever.held_login(Some(&key)).map_or_else(
        || "-".to_owned(),
        |held| format!("{} {:?} {}", held.identity.name.full(), held.return_to, held.tokens.is_some()),
    )
}

async fn complete(clever: Clever, key: Path<String>) -> HttpResponse {
    clever.complete_login((*key != "any").then_some(&key)).await
}

/// A site where `hook` holds logins. Its second-factor page accepts any code.
async fn holding<Store, H, D>(store: Store, gate: Gate, hook: H) -> (Site, Told)
where
    Store: SessionStore + 'static,
    H: Fn(ProvenLogin) -> D + Send + Sync + 'static,
    D: Future<Output = Result<Option<HttpResponse>, Refused>> + 'static,
{
    let told = Told::default();
    let telling = Arc::clone(&told);
    let note = move |login: ProvenLogin| {
        telling.lock().unwrap().push((login.identity().name.full(), login.tokens().is_some()));
        let (gate, is_refused) = (gate.clone(), login.identity().name.first.as_deref() == Some("Grace"));
        async move {
            gate.pass().await;
            if is_refused { Err(Refused::new()) } else { Ok(None) }
        }
    };
    let routes = |routes: &mut web::ServiceConfig| {
        routes
            .route("/waiting/{key}", web::get().to(waiting))
            .route("/complete/{key}", web::post().to(complete));
    };
    (site_with(store, |clever| clever.before_sign_in(hook).on_sign_in(note), routes).await, told)
}

/// Logs in up to the second-factor page. Returns the key of the held login.
async fn held(site: &Site, browser: &mut Browser, person: &str) -> String {
    let answer = site.log_in(browser, person).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_private(&answer);
    answer.location().strip_prefix("/waiting/").unwrap().to_owned()
}

#[tokio::test]
async fn a_held_login_is_completed_in_this_browser_once() {
    let store = Memory::default();
    let (site, told) = holding(store.clone(), Gate::default(), async |login| {
        if login.identity().name.first.as_deref() == Some("José") { Ok(None) } else { hold(login).await }
    })
    .await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "jose").await;
    assert_eq!(site.who(&mut browser).await, "José Núñez");
    let key = held(&site, &mut browser, "ada").await;
    assert_eq!(site.who(&mut browser).await, "nobody", "a held login must end the previous person's session");
    assert_eq!(site.ask(&mut browser, "GET", "/clever/whoami").await.status, 401);
    let page = site.ask(&mut browser, "GET", &format!("/waiting/{key}")).await;
    assert_eq!(page.body, "Ada Ashworth Some(\"/private\") false");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(site.ask(&mut browser, "GET", "/waiting/another").await.body, "-");
    assert!(!store.text().contains('@'), "{}", store.text());
    let mut copy = browser.clone();
    let done = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((done.status, done.location()), (303, "/private"));
    assert_private(&done);
    assert_eq!((site.who(&mut browser).await.as_str(), store.count()), ("Ada Ashworth", 1));
    let gone = site.ask(&mut copy, "POST", &format!("/complete/{key}")).await;
    assert_eq!((gone.location(), site.who(&mut copy).await.as_str()), ("/clever/login", "nobody"));
    let expected = [("José Núñez".to_owned(), true), ("Ada Ashworth".to_owned(), false)];
    assert_eq!(*told.lock().unwrap(), expected);
    // Completed a second time, it leads to the login, and the person stays signed in.
    let again = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((again.location(), site.who(&mut browser).await.as_str()), ("/clever/login", "Ada Ashworth"));
}

#[tokio::test]
async fn a_copy_of_a_session_in_the_browser_completes_no_login_again() {
    let (site, _) = holding(CookieSessionStore::default(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    let key = held(&site, &mut browser, "ada").await;
    let mut copy = browser.clone();
    assert_eq!(site.ask(&mut browser, "POST", &format!("/complete/{key}")).await.location(), "/private");
    assert_eq!(site.ask(&mut copy, "POST", &format!("/complete/{key}")).await.location(), "/clever/login");
    assert_eq!(site.who(&mut copy).await, "nobody");
}

#[tokio::test]
async fn a_logout_wins_while_a_held_login_is_being_completed() {
    let (store, gate) = (Memory::default(), Gate::default());
    let (site, told) = holding(store.clone(), gate.clone(), hold).await;
    let mut browser = Browser::default();
    let key = held(&site, &mut browser, "ada").await;
    let mut after = gate.log_out_meanwhile(&site, &browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!(told.lock().unwrap().len(), 1);
    for browser in [&mut after, &mut browser] {
        assert_eq!(site.who(browser).await, "nobody");
    }
    assert!(!store.text().contains("Ada"), "{}", store.text());
    // The next login works again.
    let key = held(&site, &mut after, "ada").await;
    site.ask(&mut after, "POST", &format!("/complete/{key}")).await;
    assert_eq!(site.who(&mut after).await, "Ada Ashworth");
}

#[tokio::test]
async fn each_tab_holds_its_own_login_and_a_logout_ends_all() {
    let (site, told) = holding(Memory::default(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    let keys = [held(&site, &mut browser, "ada").await, held(&site, &mut browser, "ada").await];
    assert_ne!(keys[0], keys[1]);
    assert_eq!(site.ask(&mut browser, "POST", "/complete/any").await.location(), "/private");
    assert_eq!(
        site.ask(&mut browser, "POST", &format!("/complete/{}", keys[1])).await.location(),
        "/private"
    );
    assert_eq!((site.who(&mut browser).await.as_str(), told.lock().unwrap().len()), ("Ada Ashworth", 1));
    let key = held(&site, &mut browser, "ada").await;
    site.ask(&mut browser, "POST", "/clever/logout").await;
    let gone = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((gone.location(), site.who(&mut browser).await.as_str()), ("/clever/login", "nobody"));
    // The application refuses this person after the second factor.
    let key = held(&site, &mut browser, "grace").await;
    let refused = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((refused.status, site.who(&mut browser).await.as_str()), (403, "nobody"));
}

#[tokio::test]
async fn a_hold_without_a_response_or_after_the_sign_in_signs_no_one_in() {
    async fn forget(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
        login.hold().map(|_| None)
    }
    for is_before in [true, false] {
        let site = site(Memory::default(), |clever| {
            if is_before { clever.before_sign_in(forget) } else { clever.on_sign_in(forget) }
        })
        .await;
        let mut browser = Browser::default();
        let answer = site.log_in(&mut browser, "ada").await;
        assert_eq!((answer.status, site.who(&mut browser).await.as_str()), (500, "nobody"), "{is_before}");
    }
}
