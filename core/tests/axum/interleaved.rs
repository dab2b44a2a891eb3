//! Simultaneous requests of one browser, on processes that share a store, with every interleaving of their steps.

use axum::extract::Path;
use axum::response::Redirect;

use super::*;

/// A store that stops before one of its steps until the test lets it continue. Like Redis, it can create a record only if there
/// is none, and save one only if it exists; or it overwrites records, like other stores.
#[derive(Clone, Default)]
struct Stepwise {
    store: MemoryStore,
    /// The number of steps before the one to stop at.
    left: Arc<Mutex<Option<usize>>>,
    has_stopped: Arc<Notify>,
    may_go: Arc<Notify>,
    overwrites: bool,
}

impl std::fmt::Debug for Stepwise {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Stepwise")
    }
}

impl Stepwise {
    fn new(overwrites: bool, store: &MemoryStore) -> Self {
        Self { store: store.clone(), overwrites, ..Self::default() }
    }

    async fn step(&self) {
        let is_here = {
            let mut left = self.left.lock().unwrap();
            let is_here = *left == Some(0);
            *left = left.and_then(|left| left.checked_sub(1));
            is_here
        };
        if is_here {
            self.has_stopped.notify_one();
            self.may_go.notified().await;
        }
    }

    /// Runs `other` right before this step of `request`. Returns both results, and whether `request` had that many steps.
    async fn at<A, B>(
        &self,
        step: usize,
        request: impl Future<Output = A>,
        other: impl Future<Output = B>,
    ) -> (A, B, bool) {
        *self.left.lock().unwrap() = Some(step);
        tokio::pin!(request);
        let early = tokio::select! {
            biased;
            () = self.has_stopped.notified() => None,
            done = &mut request => Some(done),
        };
        *self.left.lock().unwrap() = None;
        let found = other.await;
        if let Some(done) = early {
            return (done, found, false);
        }
        self.may_go.notify_one();
        (request.await, found, true)
    }
}

#[async_trait]
impl SessionStore for Stepwise {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.step().await;
        if self.overwrites { self.store.save(record).await } else { self.store.create(record).await }
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.step().await;
        self.store.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.step().await;
        self.store.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.step().await;
        self.store.delete(id).await
    }
}

async fn hold(login: ProvenLogin) -> Result<Option<Response>, Refused> {
    let key = login.hold().await?;
    Ok(Some(Redirect::to(&format!("/complete/{key}")).into_response()))
}

/// Gives the session a new id, as axum-login does.
async fn renew(login: ProvenLogin) -> Result<Option<Response>, Refused> {
    login.session().cycle_id().await.map_err(Refused::failed)?;
    Ok(None)
}

/// One process: a site that holds logins, or one that does not. It counts its sign-ins.
async fn process<Store: SessionStore + Clone>(
    store: Store,
    holds: bool,
    renews: bool,
) -> (Site, Arc<Mutex<usize>>) {
    let count = Arc::<Mutex<usize>>::default();
    let counting = Arc::clone(&count);
    let site = site(store, |clever, router| {
        let clever = if holds { clever.before_sign_in(hold) } else { clever };
        let clever = clever.on_sign_in(move |login| {
            *counting.lock().unwrap() += 1;
            async move { if renews { renew(login).await } else { Ok(None) } }
        });
        let complete =
            async |clever: Clever, Path(key): Path<String>| clever.complete_login(Some(&key)).await;
        let count = async |session: Session| session.insert("tries", 1).await.unwrap();
        clever.protect(router.route("/complete/{key}", any(complete)).route("/count", any(count)))
    })
    .await;
    (site, count)
}

/// No one is signed in with these cookies, or with any earlier ones.
async fn assert_no_one(site: &Site, browsers: [&mut Browser; 3], told: &str) {
    for browser in browsers {
        assert_eq!(site.who(browser).await, "nobody", "{told}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Request {
    /// The form of the second factor.
    Complete,
    /// The same person logs in again.
    LogIn,
    /// A page that writes to the session.
    Write,
}

/// The browser of a person in whose session the request is made, and the URL of the request.
async fn prepared(site: &Site, request: Request) -> (Browser, String) {
    let mut browser = Browser::default();
    let answer = site.log_in(&mut browser, "ada").await;
    let target = match request {
        Request::Complete => answer.location().to_owned(),
        Request::LogIn => site.callback(&mut browser, "ada").await,
        Request::Write => "/count".to_owned(),
    };
    (browser, target)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_wins_at_every_step_of_every_request() {
    let kinds = [
        (Request::Complete, false, false),
        (Request::Complete, false, true),
        (Request::Complete, true, false),
        (Request::LogIn, false, false),
        (Request::LogIn, true, false),
        (Request::Write, false, true),
    ];
    for (request, renews, overwrites) in kinds {
        let holds = matches!(request, Request::Complete);
        let shared = MemoryStore::default();
        let slow = Stepwise::new(overwrites, &shared);
        let (site, _) = process(slow.clone(), holds, renews).await;
        let (other, _) = process(Stepwise::new(overwrites, &shared), holds, renews).await;
        for is_logout_slow in [false, true] {
            let mut step = 0;
            loop {
                let told = format!("{request:?} {renews} {overwrites} {is_logout_slow} {step}");
                let asked = if is_logout_slow { &other } else { &site };
                let (mut before, target) = prepared(asked, request).await;
                let (mut asking, mut leaving) = (before.clone(), before.clone());
                let is_there = if is_logout_slow {
                    let leave = site.ask(&mut leaving, "POST", "/clever/logout");
                    slow.at(step, leave, other.ask(&mut asking, "GET", &target)).await.2
                } else {
                    let ask = site.ask(&mut asking, "GET", &target);
                    slow.at(step, ask, other.ask(&mut leaving, "POST", "/clever/logout")).await.2
                };
                // A login that is proven after the logout is a new one.
                let is_later = if is_logout_slow { !is_there } else { step == 0 };
                let is_later = is_later && matches!(request, Request::LogIn);
                if !is_later {
                    assert_no_one(&other, [&mut before, &mut asking, &mut leaving], &told).await;
                }
                if !is_there {
                    break;
                }
                step += 1;
            }
            assert!(step > 2, "{request:?}: {step}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_complete_a_held_login_at_most_once() {
    for overwrites in [false, true] {
        let shared = MemoryStore::default();
        let slow = Stepwise::new(overwrites, &shared);
        let (one, first) = process(slow.clone(), true, false).await;
        let (other, second) = process(Stepwise::new(overwrites, &shared), true, false).await;
        for step in 0.. {
            let (browser, target) = prepared(&other, Request::Complete).await;
            let (mut here, mut there) = (browser.clone(), browser);
            let before = [&first, &second].map(|count| *count.lock().unwrap());
            let (_, _, is_there) = slow
                .at(step, one.ask(&mut here, "POST", &target), other.ask(&mut there, "POST", &target))
                .await;
            let after = [&first, &second].map(|count| *count.lock().unwrap());
            let times = after[0] + after[1] - before[0] - before[1];
            // If creating a record overwrites an existing one, both may lose: the person logs in again.
            assert!(times == 1 || (times == 0 && overwrites), "{overwrites} {step}: {times}");
            let who = [other.who(&mut here).await, other.who(&mut there).await];
            let is_in = who.contains(&"Ada Ashworth".to_owned());
            assert_eq!(is_in, times == 1, "{overwrites} {step}: {who:?}");
            if !is_there {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_logs_in_again_does_not_sign_out_a_completed_login() {
    let shared = MemoryStore::default();
    let slow = Stepwise::new(false, &shared);
    let (site, _) = process(slow.clone(), true, false).await;
    let (other, _) = process(shared, true, false).await;
    for step in 0.. {
        let (mut first, target) = prepared(&site, Request::Complete).await;
        let callback = site.callback(&mut first, "ada").await;
        let mut second = first.clone();
        let again = site.ask(&mut second, "GET", &callback);
        let (_, answer, is_there) = slow.at(step, again, other.ask(&mut first, "POST", &target)).await;
        let is_in = answer.location() == "/private";
        // Once the other tab has ended the session that held the login, the login is gone.
        assert!(is_in || step > 0, "{step}");
        let expected = if is_in { "Ada Ashworth" } else { "nobody" };
        assert_eq!(other.who(&mut first).await, expected, "{step}");
        if !is_there {
            break;
        }
    }
}
