//! `AsyncCalls`: the operations that `AsyncClient` awaits.
//!
//! An operation runs on the core's background engine. Its result is passed to the event loop of the caller, and only there, on
//! the loop's own thread, does it become Python objects and the result of a future. A canceled future drops its operation and
//! the request.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clever_sso::background::{Background, Task};
use clever_sso::observed::{Seen, observe_async};
use clever_sso::{Error, ErrorCode};
use pyo3::prelude::*;
use pyo3::types::PyNone;
use pyo3::{IntoPyObjectExt, PyClass, PyClassInitializer};

use crate::client::{Client, one_of};
use crate::errors::Failure;
use crate::guarded::{self, name};
use crate::hints::{Dict, Future};
use crate::login::Finished;
use crate::observing;
use crate::panics::caught_while_awaited;
use crate::plain::ToPython as _;
use crate::report::Report;
use crate::resources::{District, Me, TokenInfo, Tokens, User, UserInfo};
use crate::text::{Sent, Text};
use crate::threads::{self, Held};
use crate::verify::claims_dict;
use crate::waiting::compute;

/// The network calls of a client, each returning an `asyncio.Future`. `AsyncClient` uses them.
#[pyclass(frozen, module = "clever_sso")]
pub(crate) struct AsyncCalls {
    background: Background<Delivery>,
}

/// More would block an event loop for a millisecond.
const ARRIVALS_AT_ONCE: usize = 32;

/// The result of an operation, and its waiting future.
struct Delivery {
    waiter: Waiter,
    result: clever_sso::Result<Convert>,
    /// What the operation did, and the context to report it in.
    seen: Option<(Seen, Held<1>)>,
}

/// The future that waits for an operation. If it is dropped without a result, it gets an error, so no future waits
/// forever, no matter what happens to the operation and the threads.
struct Waiter {
    /// The event loop, and its future.
    objects: Held<2>,
    is_answered: bool,
}

/// Makes a Python object of a result.
type Convert = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

#[pymethods]
impl AsyncCalls {
    #[new]
    fn new(client: &Client) -> Self {
        Self { background: Background::new(client.core(), deliver) }
    }

    /// See `Client.finish_login`.
    fn finish_login<'py>(
        &self,
        py: Python<'py>,
        callback: Text,
        cookies: Option<Sent>,
        pending: Option<Text>,
    ) -> PyResult<Future<'py, Finished>> {
        let (callback, pending) = (owned(&callback, "callback")?, owned_if_any(pending.as_ref(), "pending")?);
        let cookies = one_of(cookies, pending.as_ref())?;
        self.future(
            py,
            |client| async move {
                match &pending {
                    Some(pending) => client.finish_login_with_pending(&callback, Some(pending)).await,
                    None => client.finish_login(&callback, &cookies).await,
                }
            },
            |py, finished| Finished::new(py, finished)?.into_py_any(py),
        )
    }

    /// See `Client.finish_implicit`.
    fn finish_implicit<'py>(
        &self,
        py: Python<'py>,
        callback: Text,
        cookies: Option<Sent>,
        pending: Option<Text>,
    ) -> PyResult<Future<'py, Finished>> {
        let (callback, pending) = (owned(&callback, "callback")?, owned_if_any(pending.as_ref(), "pending")?);
        let cookies = one_of(cookies, pending.as_ref())?;
        self.future(
            py,
            |client| async move {
                match &pending {
                    Some(pending) => client.finish_implicit_with_pending(&callback, Some(pending)).await,
                    None => client.finish_implicit(&callback, &cookies).await,
                }
            },
            |py, finished| Finished::new(py, finished)?.into_py_any(py),
        )
    }

    /// See `Client.exchange_code`.
    fn exchange_code<'py>(
        &self,
        py: Python<'py>,
        code: Text,
        redirect_uri: Option<Text>,
    ) -> PyResult<Future<'py, Tokens>> {
        let (code, redirect_uri) =
            (owned(&code, "code")?, owned_if_any(redirect_uri.as_ref(), "redirect_uri")?);
        self.future(
            py,
            |client| async move { client.exchange_code(&code, redirect_uri.as_deref()).await },
            |py, tokens| made(py, Tokens(tokens)),
        )
    }

    /// See `Client.verify_id_token`.
    fn verify_id_token<'py>(
        &self,
        py: Python<'py>,
        token: Text,
        nonce: Option<Text>,
        access_token: Option<Text>,
    ) -> PyResult<Future<'py, Dict<'static>>> {
        let (token, nonce) = (owned(&token, "token")?, owned_if_any(nonce.as_ref(), "nonce")?);
        let access_token = owned_if_any(access_token.as_ref(), "access_token")?;
        self.future(
            py,
            |client| async move {
                client.verify_id_token(&token, nonce.as_deref(), access_token.as_deref()).await
            },
            |py, claims| Ok(claims_dict(py, &claims)?.value.into_any().unbind()),
        )
    }

    /// See `Client.check_token`.
    fn check_token<'py>(&self, py: Python<'py>, access_token: Text) -> PyResult<Future<'py, TokenInfo>> {
        let access_token = owned(&access_token, "access_token")?;
        self.future(
            py,
            |client| async move { client.check_token(&access_token).await },
            |py, info| made(py, TokenInfo::from(info)),
        )
    }

    /// See `Client.me`.
    fn me<'py>(&self, py: Python<'py>, access_token: Text) -> PyResult<Future<'py, Me>> {
        let access_token = owned(&access_token, "access_token")?;
        self.future(py, |client| async move { client.me(&access_token).await }, |py, me| made(py, Me(me)))
    }

    /// See `Client.user`.
    fn user<'py>(&self, py: Python<'py>, access_token: Text, id: Text) -> PyResult<Future<'py, User>> {
        let (access_token, id) = (owned(&access_token, "access_token")?, owned(&id, "id")?);
        self.future(
            py,
            |client| async move { client.user(&access_token, &id).await },
            |py, user| made(py, User(user)),
        )
    }

    /// See `Client.district`.
    fn district<'py>(
        &self,
        py: Python<'py>,
        access_token: Text,
        id: Text,
    ) -> PyResult<Future<'py, District>> {
        let (access_token, id) = (owned(&access_token, "access_token")?, owned(&id, "id")?);
        self.future(
            py,
            |client| async move { client.district(&access_token, &id).await },
            |py, district| made(py, District(district)),
        )
    }

    /// See `Client.userinfo`.
    fn userinfo<'py>(
        &self,
        py: Python<'py>,
        access_token: Text,
        subject: Option<Text>,
    ) -> PyResult<Future<'py, UserInfo>> {
        let (access_token, subject) =
            (owned(&access_token, "access_token")?, owned_if_any(subject.as_ref(), "subject")?);
        self.future(
            py,
            |client| async move { client.userinfo(&access_token, subject.as_deref()).await },
            |py, info| made(py, UserInfo(info)),
        )
    }

    /// See `Client.export_keys`.
    fn export_keys<'py>(&self, py: Python<'py>) -> PyResult<Future<'py, String>> {
        self.future(
            py,
            |client| async move { client.export_keys().await },
            |py, text| text.to_python(py).map(Bound::unbind),
        )
    }

    /// See `Client.import_keys`.
    fn import_keys<'py>(&self, py: Python<'py>, text: Text) -> PyResult<Future<'py, Py<PyNone>>> {
        let text = owned(&text, "text")?;
        self.future(py, |client| async move { client.import_keys(&text) }, |py, ()| Ok(py.None()))
    }

    /// See `Client.warm_up`.
    fn warm_up<'py>(&self, py: Python<'py>) -> PyResult<Future<'py, Py<PyNone>>> {
        self.future(py, |client| async move { client.warm_up().await }, |py, ()| Ok(py.None()))
    }

    /// See `Client.doctor`.
    fn doctor<'py>(&self, py: Python<'py>) -> PyResult<Future<'py, Report>> {
        self.future(
            py,
            |client| async move { client.doctor().await },
            |py, report| Ok(guarded::new(py, Report::with_interpreter(report))?.into_any().unbind()),
        )
    }
}

impl AsyncCalls {
    /// Starts `operation` for the event loop that runs on this thread, and returns a future of its result.
    fn future<'py, R, T, F>(
        &self,
        py: Python<'py>,
        operation: impl FnOnce(clever_sso::Client) -> F + Send,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Future<'py, R>>
    where
        T: Send + 'static,
        F: std::future::Future<Output = clever_sso::Result<T>> + Send + 'static,
    {
        threads::must_be_open(py)?;
        let event_loop = running_loop(py)?;
        let future = guarded::call_method(&event_loop, name!(py, "create_future"), [])?;
        let objects = Held::new([event_loop.unbind(), future.clone().unbind()]);
        let waiter = Waiter { objects, is_answered: false };
        let context =
            if observing::is_on() { Some(Held::new([observing::context(py)?.unbind()])) } else { None };
        let start = || {
            self.background.start(|client| {
                let work = caught_while_awaited(operation(client));
                async move {
                    let (result, seen) = match context {
                        None => (work.await, None),
                        Some(context) => {
                            let (result, seen) = Box::pin(observe_async(work)).await;
                            (result, Some((seen, context)))
                        }
                    };
                    let result =
                        result.map(|value| Box::new(move |py: Python<'_>| convert(py, value)) as Convert);
                    Delivery { waiter, result, seen }
                }
            })
        };
        let task = compute(py, start).or_else(|failure| {
            // No caller gets this future, so it must not warn that its error was not retrieved.
            guarded::call_method(&future, name!(py, "cancel"), [])?;
            Err(failure)
        })?;
        let canceler = guarded::new(py, Canceler(task))?.into_any();
        guarded::call_method(&future, name!(py, "add_done_callback"), [canceler])?;
        Ok(future.into())
    }
}

/// The text of an argument, for an operation that outlives the call.
fn owned(text: &Text, name: &str) -> PyResult<String> {
    Ok(text.get(name)?.to_owned())
}

fn owned_if_any(text: Option<&Text>, name: &str) -> PyResult<Option<String>> {
    text.map(|text| owned(text, name)).transpose()
}

fn made<T>(py: Python<'_>, value: T) -> PyResult<Py<PyAny>>
where
    T: PyClass + Into<PyClassInitializer<T>>,
{
    Ok(guarded::new(py, value)?.into_any().unbind())
}

fn running_loop(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    guarded::call_method(&guarded::import(py, c"asyncio")?, name!(py, "get_running_loop"), [])
}

/// Called when a future is done: if it was canceled, its operation is dropped.
#[pyclass(frozen)]
struct Canceler(Task);

#[pymethods]
impl Canceler {
    fn __call__(&self, future: &Bound<'_, PyAny>) -> PyResult<()> {
        let is_cancelled = guarded::call_method(future, name!(future.py(), "cancelled"), [])?;
        if guarded::is_true(&is_cancelled)? {
            self.0.cancel();
        }
        Ok(())
    }
}

/// Passes results to the event loops that wait for them. Runs on a thread of the engine.
fn deliver(batch: Vec<Delivery>) {
    // When the interpreter ends, no code waits for results anymore.
    guarded::attach(|py| {
        for (event_loop, arrivals) in by_loop(py, batch) {
            pass_to_loop(event_loop.bind(py), arrivals);
            guarded::release(py, event_loop);
        }
    });
}

/// A closed event loop accepts no results, and no code waits for them there. If a loop fails for another reason, try it
/// again.
fn pass_to_loop(event_loop: &Bound<'_, PyAny>, arrivals: VecDeque<Delivery>) {
    let py = event_loop.py();
    let Ok(arrivals) = guarded::new(py, Arrivals(Mutex::new(arrivals))) else { return };
    let give = || {
        let arrivals = arrivals.clone().into_any();
        guarded::call_method(event_loop, name!(py, "call_soon_threadsafe"), [arrivals])
    };
    let Err(_) = give() else { return };
    let is_closed = || guarded::is_true(&guarded::call_method(event_loop, name!(py, "is_closed"), [])?);
    if is_closed().unwrap_or(false) {
        arrivals.get().give_up();
    } else if let Err(error) = give() {
        arrivals.get().give_up();
        guarded::unraisable(py, error);
    }
}

fn by_loop(py: Python<'_>, batch: Vec<Delivery>) -> Vec<(Py<PyAny>, VecDeque<Delivery>)> {
    let mut groups: Vec<(Py<PyAny>, VecDeque<Delivery>)> = Vec::new();
    for delivery in batch {
        let Some([event_loop, _]) = delivery.waiter.objects.get() else { continue };
        match groups.iter_mut().find(|(other, _)| other.is(event_loop)) {
            Some((_, group)) => group.push_back(delivery),
            None => groups.push((event_loop.clone_ref(py), VecDeque::from([delivery]))),
        }
    }
    groups
}

/// Called on the thread of a loop: sets the results of its futures, a few at a time, because the loop has other work.
#[pyclass(frozen)]
struct Arrivals(Mutex<VecDeque<Delivery>>);

#[pymethods]
impl Arrivals {
    fn __call__(this: &Bound<'_, Self>) -> PyResult<()> {
        let py = this.py();
        let arrivals = this.get();
        let mut raised = Ok(());
        for _ in 0..ARRIVALS_AT_ONCE {
            let Some(delivery) = arrivals.next() else { return raised };
            // A signal handler may raise at any step. The other futures still wait for their results.
            raised = raised.and(delivery.set(py));
        }
        let again =
            || guarded::call_method(&running_loop(py)?, name!(py, "call_soon"), [this.clone().into_any()]);
        raised.and(again().or_else(|error| again().and(Err(error))).map(drop))
    }
}

impl Arrivals {
    fn next(&self) -> Option<Delivery> {
        self.lock().pop_front()
    }

    /// The results cannot be delivered, and an error cannot be reported either.
    fn give_up(&self) {
        for delivery in self.lock().iter_mut() {
            delivery.waiter.is_answered = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Delivery>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    /// Sets the result. If an exception occurs while it is set, the exception becomes the result; if there already is a
    /// result, this raises the exception.
    fn set(self, py: Python<'_>) -> PyResult<()> {
        let Self { mut waiter, result, seen } = self;
        waiter.is_answered = true;
        let mut raised = Ok(());
        if let Some((seen, context)) = seen
            && let Some([context]) = context.get()
        {
            let failed = result.as_ref().err().map(|error| error.code().as_str());
            raised = observing::tell(py, &seen, failed, Some(context.bind(py)));
        }
        let Some([_, future]) = waiter.objects.get() else { return raised };
        let future = future.bind(py);
        match is_done(future) {
            Ok(true) => return raised,
            Ok(false) => {}
            Err(error) => raised = raised.and(Err(error)),
        }
        let value = result.map_err(|error| PyErr::from(Failure::from(error)));
        let told = match value.and_then(|convert| convert(py)) {
            Ok(value) => {
                guarded::call_method(future, name!(py, "set_result"), [value.into_bound(py)]).map(drop)
            }
            Err(error) => fail(future, error),
        };
        if let Err(error) = told {
            if !is_done(future).unwrap_or(false) {
                fail(future, error.clone_ref(py))?;
            }
            raised = raised.and(Err(error));
        }
        raised
    }
}

fn is_done(future: &Bound<'_, PyAny>) -> PyResult<bool> {
    guarded::is_true(&guarded::call_method(future, name!(future.py(), "done"), [])?)
}

fn fail(future: &Bound<'_, PyAny>, error: PyErr) -> PyResult<()> {
    let py = future.py();
    let error = error.into_value(py).into_bound(py).into_any();
    guarded::call_method(future, name!(py, "set_exception"), [error]).map(drop)
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        guarded::attach(|py| {
            let Some([event_loop, future]) = self.objects.get() else { return };
            // The usual case: the future was canceled.
            if is_done(future.bind(py)).unwrap_or(true) {
                return;
            }
            let objects = Held::new([event_loop.clone_ref(py), future.clone_ref(py)]);
            let waiter = Self { objects, is_answered: true };
            let lost = Error::from_face(ErrorCode::Internal, "the operation ended without a result");
            pass_to_loop(
                event_loop.bind(py),
                VecDeque::from([Delivery { waiter, result: Err(lost), seen: None }]),
            );
        });
    }
}
