//! The connections of each runtime that uses a client.
//!
//! A connection is driven by a task of the runtime that made it. On another runtime, a call would wait until something drives the
//! first runtime, and would lose its connection when that runtime ends. So each runtime has its own HTTP client, which is dropped
//! with the runtime.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Id;
use tokio::sync::{Semaphore, oneshot};

use super::resolver::Resolver;
use crate::config::proxies::Proxies;
use crate::error::{Error, ErrorCode, Result};
use crate::runtimes;

/// Idle connections are closed before common servers would close them.
const IDLE: Duration = Duration::from_secs(20);
/// Each running request has its own connection, and a process often has only a thousand descriptors.
const MOST_AT_ONCE: usize = 100;
/// Clever sends about twenty headers; proxies in between add some.
const MAX_HEADERS: usize = 256;

/// The connections of a client, by runtime.
pub(super) struct Connections {
    tls: rustls::ClientConfig,
    proxies: Arc<Proxies>,
    resolver: Resolver,
    by_runtime: Arc<ByRuntime>,
}

type ByRuntime = Mutex<Vec<(Id, Arc<Pool>)>>;

/// The connections of one runtime.
pub(super) struct Pool {
    pub(super) client: reqwest::Client,
    /// Requests without a free connection wait for one, within their deadline.
    pub(super) turns: Semaphore,
    /// Ends the task that watches the runtime.
    _in_use: oneshot::Sender<()>,
}

impl Connections {
    pub(super) fn new(tls: rustls::ClientConfig, proxies: Arc<Proxies>, resolver: Resolver) -> Self {
        Self { tls, proxies, resolver, by_runtime: Arc::default() }
    }

    /// The connections of the caller's runtime.
    #[expect(clippy::disallowed_methods, reason = "a task that waits for the end of its runtime")]
    pub(super) fn here(&self) -> Result<Arc<Pool>> {
        let runtime = runtimes::of_the_caller()?;
        let id = runtime.id();
        let known = lock(&self.by_runtime).iter().find(|(of, _)| *of == id).map(|(_, pool)| Arc::clone(pool));
        if let Some(pool) = known {
            return Ok(pool);
        }
        let (in_use, unused) = oneshot::channel();
        let client = client(self.tls.clone(), Arc::clone(&self.proxies), self.resolver)?;
        let pool = Arc::new(Pool { client, turns: Semaphore::new(MOST_AT_ONCE), _in_use: in_use });
        // Another thread of the runtime may have been just as fast: then each uses its own, and the later one is kept.
        let former = replace(&mut lock(&self.by_runtime), id, &pool);
        drop(former);
        let end =
            EndOfRuntime { id, pool: Arc::downgrade(&pool), by_runtime: Arc::downgrade(&self.by_runtime) };
        // The task is dropped with its runtime, or at once if the runtime is already ending.
        drop(runtime.spawn(async move {
            let _end = end;
            let _ = unused.await;
        }));
        Ok(pool)
    }
}

fn replace(pools: &mut Vec<(Id, Arc<Pool>)>, id: Id, pool: &Arc<Pool>) -> Option<Arc<Pool>> {
    if let Some((_, kept)) = pools.iter_mut().find(|(of, _)| *of == id) {
        return Some(mem::replace(kept, Arc::clone(pool)));
    }
    pools.push((id, Arc::clone(pool)));
    None
}

fn lock(by_runtime: &ByRuntime) -> std::sync::MutexGuard<'_, Vec<(Id, Arc<Pool>)>> {
    by_runtime.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Dropped when a runtime ends, together with its connections.
struct EndOfRuntime {
    id: Id,
    pool: Weak<Pool>,
    by_runtime: Weak<ByRuntime>,
}

impl Drop for EndOfRuntime {
    fn drop(&mut self) {
        let Some(by_runtime) = self.by_runtime.upgrade() else { return };
        let mut pools = lock(&by_runtime);
        let ended =
            pools.iter().position(|(id, pool)| *id == self.id && self.pool.as_ptr() == Arc::as_ptr(pool));
        let ended = ended.map(|index| pools.swap_remove(index));
        drop(pools);
        // Not while the lock is held, because dropping a client runs code of other crates.
        drop(ended);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes an HTTP client")]
fn client(tls: rustls::ClientConfig, proxies: Arc<Proxies>, resolver: Resolver) -> Result<reqwest::Client> {
    // With our own resolver, reqwest does not read the environment.
    let proxy = reqwest::Proxy::custom(move |url| Some(proxies.choose(url).ok()??.url().clone()));
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .proxy(proxy)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_idle_timeout(IDLE)
        // A malformed header, for example from a proxy, is ignored: it must not stop a login.
        .http1_max_headers(MAX_HEADERS)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .dns_resolver(resolver)
        .user_agent(concat!("clever-sso/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| Error::with_detail(ErrorCode::Internal, "could not make an HTTP client"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use tokio::runtime::{Builder, Runtime};

    fn connections() -> Connections {
        let config = Config::builder("client").base_url("https://clever.example").build().unwrap();
        let tls = super::super::tls::settings(config.trust().unwrap()).unwrap();
        Connections::new(tls, Arc::clone(&config.proxies), Resolver::default())
    }

    fn runtime() -> Runtime {
        Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn each_runtime_has_its_own_connections_until_it_ends() {
        let connections = connections();
        let (first, second) = (runtime(), runtime());
        let of = |runtime: &Runtime| runtime.block_on(async { connections.here().unwrap() });
        let (one, other) = (of(&first), of(&second));
        assert!(!Arc::ptr_eq(&one, &other));
        assert!(Arc::ptr_eq(&of(&first), &one) && Arc::ptr_eq(&of(&second), &other));
        drop(first);
        let kept: Vec<_> = lock(&connections.by_runtime).iter().map(|(id, _)| *id).collect();
        assert_eq!(kept, [second.handle().id()]);
        assert_eq!(Arc::strong_count(&one), 1, "no other reference may be left");
    }

    #[test]
    fn a_running_runtime_keeps_nothing_of_a_dropped_client() {
        let (connections, runtime) = (connections(), runtime());
        let pool = runtime.block_on(async { Arc::downgrade(&connections.here().unwrap()) });
        let task_count = || runtime.handle().metrics().num_alive_tasks();
        assert_eq!(task_count(), 1);
        drop(connections);
        assert!(pool.upgrade().is_none());
        runtime.block_on(async {
            while task_count() > 0 {
                tokio::task::yield_now().await;
            }
        });
    }

    #[test]
    fn a_request_outside_a_runtime_is_an_error_and_no_panic() {
        let refused = connections().here().map(drop).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::RuntimeMissing);
        assert!(refused.to_string().contains("blocking client"), "{refused}");
    }
}
