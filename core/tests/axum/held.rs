//! Held logins, for a second factor for example, until the application completes them.

use axum::extract::Path;
use axum::response::Redirect;

use super::*;

/// What an application learns about each signed-in person.
type Told = Arc<Mutex<Vec<(String, bool)>>>;

async fn hold(login: ProvenLogin) -> Result<Option<Response>, Refused> {
    let key = login.hold().await?;
    Ok(Some(Redirect::to(&format!("/waiting/{key}")).into_response()))
}

async fn waiting(clever: Clever, Path(key): Path<String>) -> String {
    clever.held_login(Some(&key)).map_or_else(
        || "-".to_owned(),
        |held| format!("{} {:?} {}", held.identity.name.full(), held.return_to, held.tokens.is_some()),
    )
}

/// A site where `hook` holds logins. Its second-factor page accepts any code.
async fn holding<H, D>(store: MemoryStore, gate: Gate, hook: H) -> (Site, Told)
where
    H: Fn(ProvenLogin) -> D + Send + Sync + 'static,
    D: Future<Output = Result<Option<Response>, Refused>> + Send + 'static,
{
    let told = Told::default();
    let (telling, sign_in) = (Arc::clone(&told), gate.clone());
    let note = move |login: ProvenLogin| {
        let (telling, gate) = (Arc::clone(&telling), sign_in.clone());
        async move {
            telling.lock().unwrap().push((login.identity().name.full(), login.tokens().is_some()));
            gate.pass().await;
            if login.identity().name.first.as_deref() == Some("Grace") {
                Err(Refused::new())
            } else {
                Ok(None)
            }
        }
    };
    let site = site(store, |clever, router| {
        let complete = async move |clever: Clever, Path(key): Path<String>| {
            clever.complete_login((key != "any").then_some(&key)).await
        };
        let late = async move |clever: Clever, Path(key): Path<String>| {
            gate.pass().await;
            clever.complete_login(Some(&key)).await
        };
        let slow = async |clever: Clever, session: Session, Path(key): Path<String>| {
            session.insert("tries", 1).await.unwrap();
            clever.held_login(Some(&key)).is_some().to_string()
        };
        let router = router
            .route("/waiting/{key}", get(waiting))
            .route("/complete/{key}", any(complete))
            .route("/late/{key}", any(late))
            .route("/tries/{key}", any(slow));
        clever.before_sign_in(hook).on_sign_in(note).protect(router)
    })
    .await;
    (site, told)
}

/// Logs in up to the second-factor page. Returns the key of the held login.
async fn held(site: &Site, browser: &mut Browser, person: &str) -> String {
    let answer = site.log_in(browser, person).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_private(&answer);
    answer.location().strip_prefix("/waiting/").unwrap().to_owned()
}

/// A person without a session or a held login is sent to log in.
async fn assert_gone(site: &Site, browser: &mut Browser, key: &str) {
    let answer = site.ask(browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((answer.status, answer.location()), (303, "/clever/login"));
    assert_private(&answer);
    assert_eq!(site.who(browser).await, "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_login_is_completed_in_this_browser_once() {
    let store = MemoryStore::default();
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
    let id = session_of(&browser).unwrap();
    let kept = serde_json::to_string(&store.load(&id).await.unwrap().unwrap().data).unwrap();
    assert!(
        !kept.contains('@') && !kept.contains("claims\":{\"") && kept.contains("\"tokens\":null"),
        "{kept}"
    );
    let mut copy = browser.clone();
    let done = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((done.status, done.location()), (303, "/private"));
    assert_private(&done);
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    assert_ne!(session_of(&browser), Some(id), "a completed login must get a new id");
    assert_eq!(store.load(&id).await.unwrap(), None);
    assert_gone(&site, &mut copy, &key).await;
    let expected = [("José Núñez".to_owned(), true), ("Ada Ashworth".to_owned(), false)];
    assert_eq!(*told.lock().unwrap(), expected);
    // Completed a second time, it leads to the login, and the person stays signed in.
    let again = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((again.location(), site.who(&mut browser).await.as_str()), ("/clever/login", "Ada Ashworth"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_login_lasts_ten_minutes_and_ends_with_a_logout() {
    let store = MemoryStore::default();
    let (site, told) = holding(store.clone(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    let key = held(&site, &mut browser, "ada").await;
    let id = session_of(&browser).unwrap();
    site.ask(&mut browser, "POST", "/clever/logout").await;
    assert_eq!((session_of(&browser), store.load(&id).await.unwrap()), (None, None));
    assert_gone(&site, &mut browser, &key).await;
    let key = held(&site, &mut browser, "ada").await;
    let mut record = store.load(&session_of(&browser).unwrap()).await.unwrap().unwrap();
    record.data.get_mut("clever_sso_held").unwrap()["logins"][0]["ends_at"] = 1.into();
    store.save(&record).await.unwrap();
    assert_eq!(site.ask(&mut browser, "GET", &format!("/waiting/{key}")).await.body, "-");
    assert_gone(&site, &mut browser, &key).await;
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tab_ends_at_its_own_page() {
    let (site, told) = holding(MemoryStore::default(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    let mut keys = Vec::new();
    for page in ["/private?tab=1", "/private?tab=2", "/private?tab=3"] {
        let login = site.ask(&mut browser, "GET", &format!("/clever/login?next={page}")).await;
        let callback = site.emulator.log_in_as("ada", login.location()).unwrap();
        let answer = site.ask(&mut browser, "GET", &callback).await;
        keys.push(answer.location().strip_prefix("/waiting/").unwrap().to_owned());
    }
    for (key, page) in [(&keys[1], "2"), (&"any".to_owned(), "1"), (&keys[2], "3")] {
        let done = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
        assert_eq!(done.location(), format!("/private?tab={page}"));
        assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    }
    assert_eq!(told.lock().unwrap().len(), 1, "only the first tab may sign the person in");
    // The next person finds no held login.
    let key = held(&site, &mut browser, "jose").await;
    assert_gone(&site, &mut browser, &keys[0]).await;
    site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!(site.who(&mut browser).await, "José Núñez");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_wins_while_a_held_login_is_completed() {
    for page in ["late", "complete"] {
        let (store, gate) = (MemoryStore::default(), Gate::default());
        let (site, told) = holding(store.clone(), gate.clone(), hold).await;
        let mut browser = Browser::default();
        let key = held(&site, &mut browser, "ada").await;
        let id = session_of(&browser).unwrap();
        // At `/late`, the logout comes before the login is completed; otherwise while the application signs the person in.
        let (answer, mut waiting) = gate.log_out_meanwhile(&site, &browser, &format!("/{page}/{key}")).await;
        let expected = if page == "late" { "/clever/login" } else { "/" };
        assert_eq!((answer.status, answer.location()), (303, expected));
        assert_eq!(store.load(&id).await.unwrap(), None);
        assert_eq!(told.lock().unwrap().len(), usize::from(page != "late"));
        for browser in [&mut waiting, &mut browser] {
            assert_gone(&site, browser, &key).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_counts_tries_does_not_restore_an_ended_login() {
    let store = MemoryStore::default();
    let (site, _) = holding(store.clone(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    let key = held(&site, &mut browser, "ada").await;
    assert_eq!(site.ask(&mut browser, "POST", &format!("/tries/{key}")).await.body, "true");
    let mut copy = browser.clone();
    site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!(site.ask(&mut copy, "POST", &format!("/tries/{key}")).await.body, "false");
    let now = store.load(&session_of(&browser).unwrap()).await.unwrap().unwrap();
    assert_eq!(now.data.keys().collect::<Vec<_>>(), ["clever_sso"], "no old data may stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_to_two_processes_signs_in_once() {
    let store = MemoryStore::default();
    let (one, told) = holding(store.clone(), Gate::default(), hold).await;
    let (other, told_other) = holding(store.clone(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    let key = held(&one, &mut browser, "ada").await;
    let mut copy = browser.clone();
    let done = other.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((done.location(), other.who(&mut browser).await.as_str()), ("/private", "Ada Ashworth"));
    assert_gone(&one, &mut copy, &key).await;
    assert_eq!((told.lock().unwrap().len(), told_other.lock().unwrap().len()), (0, 1));
    // At the same time: one process gets the form while the other signs the person in.
    let gate = Gate::default();
    let (slow, told) = holding(store, gate.clone(), hold).await;
    let key = held(&slow, &mut browser, "ada").await;
    *gate.is_closed.lock().unwrap() = true;
    let (mut first, mut second) = (browser.clone(), browser);
    let path = format!("/complete/{key}");
    let (done, ()) = tokio::join!(slow.ask(&mut first, "POST", &path), async {
        timeout(Duration::from_secs(60), gate.has_come.notified()).await.unwrap();
        for site in [&slow, &one] {
            assert_gone(site, &mut second, &key).await;
        }
        gate.may_go.notify_one();
    });
    assert_eq!((done.location(), told.lock().unwrap().len()), ("/private", 1));
    assert_eq!(one.who(&mut first).await, "Ada Ashworth");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_planted_by_a_stranger_never_signs_the_stranger_in() {
    let (site, _) = holding(MemoryStore::default(), Gate::default(), hold).await;
    // The stranger knows Ada's password, but not her second factor.
    let mut stranger = Browser::default();
    held(&site, &mut stranger, "ada").await;
    let mut ada = stranger.clone();
    let key = held(&site, &mut ada, "ada").await;
    site.ask(&mut ada, "POST", &format!("/complete/{key}")).await;
    assert_eq!(site.who(&mut ada).await, "Ada Ashworth");
    assert_eq!(site.who(&mut stranger).await, "nobody");
    // The same with a hook that lets her in at once.
    let is_known = Arc::new(Mutex::new(false));
    let knows = Arc::clone(&is_known);
    let (site, _) = holding(MemoryStore::default(), Gate::default(), move |login| {
        let is_known = *knows.lock().unwrap();
        async move { if is_known { Ok(None) } else { hold(login).await } }
    })
    .await;
    held(&site, &mut stranger, "ada").await;
    *is_known.lock().unwrap() = true;
    let mut ada = stranger.clone();
    assert_eq!(site.log_in(&mut ada, "ada").await.location(), "/private");
    assert_eq!(site.who(&mut ada).await, "Ada Ashworth");
    assert_eq!(site.who(&mut stranger).await, "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_refused_at_completion_is_not_signed_in() {
    let (site, told) = holding(MemoryStore::default(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    let key = held(&site, &mut browser, "grace").await;
    let refused = site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!((refused.status, refused.body.contains("not_admitted")), (403, true), "{}", refused.body);
    assert!(refused.body.contains("next=%2Fprivate"));
    assert_private(&refused);
    let names: Vec<_> = refused.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
    let names: Vec<_> = names.iter().map(|(_, value)| value.split('=').next().unwrap()).collect();
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), unique.len(), "there must be one header for each name: {names:?}");
    assert_eq!((told.lock().unwrap().len(), session_of(&browser)), (1, None));
    assert_gone(&site, &mut browser, &key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_failure_during_completion_signs_no_one_in() {
    let store = Broken::default();
    let (breaks_here, works_again) = (Arc::clone(&store.is_broken), Arc::clone(&store.is_broken));
    let breaks = move |_: ProvenLogin| {
        *breaks_here.lock().unwrap() = true;
        async { Ok(None) }
    };
    let site = site(store.clone(), |clever, router| {
        // A handler that replaces every response by its own page.
        let complete = async move |clever: Clever| {
            let answer = clever.complete_login(None).await;
            *works_again.lock().unwrap() = false;
            answer.status().to_string()
        };
        let router = router.route("/complete", any(complete));
        clever.before_sign_in(hold).on_sign_in(breaks).protect(router)
    })
    .await;
    let mut browser = Browser::default();
    held(&site, &mut browser, "ada").await;
    let id = session_of(&browser).unwrap();
    assert!(site.ask(&mut browser, "POST", "/complete").await.body.starts_with("500"));
    let kept = store.load(&id).await.unwrap().unwrap().data;
    assert!(!kept.contains_key("clever_sso") && !kept.contains_key("clever_sso_held"), "{kept:?}");
    assert_eq!(site.who(&mut browser).await, "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_stored_by_hold_with_tokens() {
    let (site, told) = holding(MemoryStore::default(), Gate::default(), async |login: ProvenLogin| {
        let key = login.hold_with_tokens().await?;
        Ok(Some(Redirect::to(&format!("/waiting/{key}")).into_response()))
    })
    .await;
    let mut browser = Browser::default();
    let key = held(&site, &mut browser, "ada").await;
    let page = site.ask(&mut browser, "GET", &format!("/waiting/{key}")).await;
    assert_eq!(page.body, "Ada Ashworth Some(\"/private\") true");
    site.ask(&mut browser, "POST", &format!("/complete/{key}")).await;
    assert_eq!(*told.lock().unwrap(), [("Ada Ashworth".to_owned(), true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_of_a_proven_login_shows_no_token_and_no_session() {
    type Shown = Arc<Mutex<Vec<(String, Vec<String>)>>>;

    /// Collects what Debug shows, and the texts that it must not show.
    async fn show(shown: &Shown, login: &ProvenLogin) {
        let tokens = login.tokens().unwrap();
        let mut secrets = vec![tokens.access_token.expose().to_owned(), "of-the-session".to_owned()];
        secrets.extend(tokens.id_token.as_ref().map(|token| token.expose().to_owned()));
        secrets.extend(login.session().id().map(|id| id.to_string()));
        login.session().insert("mine", "of-the-session").await.unwrap();
        shown.lock().unwrap().push((format!("{login:?} {login:#?}"), secrets));
    }

    let shown = Shown::default();
    let (first, second) = (Arc::clone(&shown), Arc::clone(&shown));
    let site = site(MemoryStore::default(), |clever, router| {
        let hold = move |login: ProvenLogin| {
            let shown = Arc::clone(&first);
            async move {
                let key = login.hold_with_tokens().await?;
                show(&shown, &login).await;
                Ok(Some(Redirect::to(&format!("/waiting/{key}")).into_response()))
            }
        };
        let note = move |login: ProvenLogin| {
            let shown = Arc::clone(&second);
            async move {
                show(&shown, &login).await;
                Ok(None)
            }
        };
        let complete = async |clever: Clever| clever.complete_login(None).await;
        clever.before_sign_in(hold).on_sign_in(note).protect(router.route("/complete", any(complete)))
    })
    .await;
    let mut browser = Browser::default();
    held(&site, &mut browser, "ada").await;
    assert_eq!(site.ask(&mut browser, "POST", "/complete").await.status, 303);
    let shown = shown.lock().unwrap();
    assert_eq!(shown.len(), 2);
    for (text, secrets) in shown.iter() {
        assert!(text.contains("ProvenLogin"), "{text}");
        assert!(secrets.len() > 2 && secrets.iter().all(|secret| !text.contains(secret.as_str())), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_hook_signs_no_one_in() {
    async fn forgets(login: ProvenLogin) -> Result<Option<Response>, Refused> {
        login.hold().await.map(|_| None)
    }
    async fn breaks(login: ProvenLogin) -> Result<Option<Response>, Refused> {
        login.hold().await?;
        Err(Refused::failed("no database"))
    }
    for is_after in [false, true] {
        let site = site(MemoryStore::default(), |clever, router| {
            let clever = if is_after {
                // Too late: the person is already signed in.
                clever.on_sign_in(hold)
            } else {
                clever.before_sign_in(async |login: ProvenLogin| {
                    if login.identity().name.first.as_deref() == Some("Ada") {
                        forgets(login).await
                    } else {
                        breaks(login).await
                    }
                })
            };
            clever.protect(router)
        })
        .await;
        for person in ["ada", "jose"] {
            let mut browser = Browser::default();
            let answer = site.log_in(&mut browser, person).await;
            assert_eq!((answer.status, answer.body.contains("internal")), (500, true), "{is_after} {person}");
            assert_eq!((session_of(&browser), site.who(&mut browser).await.as_str()), (None, "nobody"));
        }
    }
}

/// Follows the responses. Returns the last one, and how often they led to Clever.
async fn end_of(site: &Site, browser: &mut Browser, path: &str, keeps_session: bool) -> (Answer, usize) {
    let (mut path, mut steps, mut visits) = (path.to_owned(), 0, 0);
    loop {
        steps += 1;
        assert!(steps < 60, "the loop does not end");
        let answer = site.ask(browser, "GET", &path).await;
        if !keeps_session && path.contains("/clever/callback") {
            browser.0.remove("session");
        }
        let page = answer.body.split("http-equiv=\"refresh\" content=\"0; url=").nth(1);
        let page = page.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
        let Some(onwards) = answer.header("location").map(str::to_owned).or(page) else {
            return (answer, visits);
        };
        let is_to_clever = onwards.contains("/oauth/authorize");
        visits += usize::from(is_to_clever);
        path = if is_to_clever { site.emulator.log_in_as("ada", &onwards).unwrap() } else { onwards };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn loops_through_a_second_factor_page_end() {
    async fn to_complete(login: ProvenLogin) -> Result<Option<Response>, Refused> {
        let key = login.hold().await?;
        Ok(Some(Redirect::to(&format!("/complete/{key}")).into_response()))
    }
    async fn to_private(login: ProvenLogin) -> Result<Option<Response>, Refused> {
        login.hold().await?;
        Ok(Some(Redirect::to("/private").into_response()))
    }
    // The session is lost each time.
    let (site, _) = holding(MemoryStore::default(), Gate::default(), to_private).await;
    let (answer, visits) = end_of(&site, &mut Browser::default(), "/private", false).await;
    assert_eq!((answer.status, answer.body.contains("session_not_kept"), visits), (500, true, 3));
    // The session is kept, and no one ever completes the login.
    let (answer, visits) = end_of(&site, &mut Browser::default(), "/private", true).await;
    assert_eq!((answer.status, answer.body.contains("page_not_allowed"), visits), (403, true, 3));
    // The login is completed, and a page sends signed-in people back to log in.
    let (site, _) = holding(MemoryStore::default(), Gate::default(), to_complete).await;
    let mut browser = Browser::default();
    let (answer, visits) = end_of(&site, &mut browser, "/private", true).await;
    assert_eq!((answer.body.as_str(), visits), ("Ada Ashworth", 1));
    // People who give up the second factor can try again as often as they like.
    let (site, _) = holding(MemoryStore::default(), Gate::default(), hold).await;
    let mut browser = Browser::default();
    for _ in 0..6 {
        let (answer, visits) = end_of(&site, &mut browser, "/private", true).await;
        assert_eq!((answer.body.as_str(), visits), ("Ada Ashworth Some(\"/private\") false", 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_login_has_the_person_after_completion() {
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
        let complete = async |clever: Clever| clever.complete_login(None).await;
        let router = router.route("/pupil", get(pupil)).route("/complete/{key}", any(complete));
        clever.before_sign_in(hold).on_sign_in(log_in).protect_with(router, |router, sessions| {
            router.layer(AuthManagerLayerBuilder::new(Pupils, sessions).build())
        })
    })
    .await;
    let mut browser = Browser::default();
    held(&site, &mut browser, "ada").await;
    assert_eq!(site.ask(&mut browser, "GET", "/pupil").await.body, "nobody");
    assert_eq!(site.ask(&mut browser, "POST", "/complete/x").await.location(), "/private");
    assert_eq!(site.ask(&mut browser, "GET", "/pupil").await.body, "Ada Ashworth");
    assert_eq!(site.who(&mut browser).await, "Ada Ashworth");
    // After another login, she is not signed in until it is completed, and axum-login agrees.
    held(&site, &mut browser, "ada").await;
    assert_eq!(site.ask(&mut browser, "GET", "/pupil").await.body, "nobody");
    assert_eq!(site.who(&mut browser).await, "nobody");
    site.ask(&mut browser, "POST", "/complete/x").await;
    assert_eq!(site.ask(&mut browser, "GET", "/pupil").await.body, "Ada Ashworth");
}

#[tokio::test(flavor = "multi_thread")]
async fn session_data_of_the_hook_is_available_to_its_page() {
    let store = MemoryStore::default();
    let is_asked = Arc::new(Mutex::new(false));
    let asks = Arc::clone(&is_asked);
    let (site, _) = holding(store.clone(), Gate::default(), move |login: ProvenLogin| {
        let asks = *asks.lock().unwrap();
        async move {
            login.session().insert("of the hook", 1).await.map_err(Refused::failed)?;
            if asks { hold(login).await } else { Ok(None) }
        }
    })
    .await;
    let mut browser = Browser::default();
    site.log_in(&mut browser, "ada").await;
    site.ask(&mut browser, "GET", "/set").await;
    site.log_in(&mut browser, "ada").await;
    let of = async |browser: &Browser| store.load(&session_of(browser).unwrap()).await.unwrap().unwrap().data;
    assert!(of(&browser).await.contains_key("mine"), "the same person must keep the session");
    *is_asked.lock().unwrap() = true;
    let mut other = Browser::default();
    for browser in [&mut other, &mut browser] {
        held(&site, browser, "ada").await;
        let kept = of(browser).await;
        assert!(kept.contains_key("clever_sso_held") && kept.contains_key("of the hook"), "{kept:?}");
        assert!(
            !kept.contains_key("mine"),
            "pages that only read this key would treat her as signed in: {kept:?}"
        );
    }
}
