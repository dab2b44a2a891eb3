//! One run of a scene: calls, the server and time, in the order that the choices say.

mod rules;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance};

use crate::choices::Choices;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::keys::{Cached, InheritedKeys, Keys};
use crate::protocol::Response;
use crate::stats::{Recorder, RequestTo};
use crate::transport::Transport;
use rules::History;
pub(crate) use rules::fetched;

/// The numbers of key sets: those of before, those that another process exports, and those of the first fetch. Each later fetch
/// gets the next number: the server changes its keys all the time.
const OLD: u64 = 1;
const IMPORTED: u64 = 2;
const FIRST: u64 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Current,
    Ahead,
    /// Newer keys than those of the beginning.
    Newer,
    /// Newer keys than those that are known when it begins.
    Newest,
    Import,
}

impl Call {
    fn needs_newer(self) -> bool {
        matches!(self, Self::Newer | Self::Newest)
    }
}

/// What there is at first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Nothing,
    Stale,
    Fresh,
}

/// What a run begins with, and what may happen in it.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) known: Known,
    /// The calls, in the order in which equal ones begin, and how many ticks each has.
    pub(crate) calls: Vec<(Call, u32)>,
    pub(crate) tick: Duration,
    /// How many ticks pass before nothing new happens.
    pub(crate) ticks: u32,
    /// How often something goes wrong: a request fails, a call is dropped, nothing drives its runtime anymore, or another thread
    /// does something between two steps of a call.
    pub(crate) faults: u32,
    /// Whether discovery says where the keys are.
    pub(crate) is_discovered: bool,
}

#[derive(Debug)]
enum Outcome {
    Keys(Arc<Cached>),
    Nothing,
    Failure(ErrorCode),
}

impl From<Result<Arc<Cached>>> for Outcome {
    fn from(result: Result<Arc<Cached>>) -> Self {
        result.map_or_else(|error| Self::Failure(error.code()), Self::Keys)
    }
}

/// What a call does when no one interrupts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reaction {
    Keys(u64),
    Nothing,
    Failure,
    Fetches,
    Waits,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotBegun,
    Pending,
    /// Nothing drives it anymore.
    Lost,
    Over,
}

struct Fetch {
    number: u64,
    /// Another call has waited for too long, and fetches too.
    is_overtaken: bool,
    has_succeeded: bool,
}

struct Caller {
    call: Call,
    state: State,
    future: Option<Pin<Box<dyn Future<Output = Outcome>>>>,
    woken: Arc<Woken>,
    begun: Instant,
    deadline: Instant,
    /// What was known when it began, which keys it needs newer ones than, and the number of the fetch after.
    knew: Option<u64>,
    seen: Option<u64>,
    next_fetch: u64,
    fetch: Option<Fetch>,
    /// Whether another call did something during the last step.
    was_interrupted: bool,
}

impl Caller {
    fn is_woken(&self) -> bool {
        self.state == State::Pending && self.woken.0.load(Relaxed)
    }

    fn is_in_flight(&self) -> bool {
        self.fetch.is_some() && matches!(self.state, State::Pending | State::Lost)
    }

    /// Whether it is fetching, and no other call has waited for too long for it.
    fn fetches_alone(&self) -> bool {
        self.is_in_flight() && !self.fetch.as_ref().is_some_and(|fetch| fetch.is_overtaken)
    }

    fn fetch_number(&self) -> u64 {
        self.fetch.as_ref().map_or(0, |fetch| fetch.number)
    }

    fn waits(&self) -> bool {
        self.fetch.is_none() && matches!(self.state, State::Pending | State::Lost)
    }

    /// A call that was given the turn keeps it until it takes its next step, if it ever does.
    fn may_have_turn(&self) -> bool {
        self.waits() && (self.is_woken() || self.state == State::Lost)
    }

    fn has_waited_for_half_of_its_time(&self) -> bool {
        Instant::now() >= self.begun + (self.deadline - self.begun) / 2
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

struct Request {
    caller: usize,
    to: RequestTo,
    fetch: u64,
    state: RefCell<Answer>,
}

enum Answer {
    Open(Option<Waker>),
    Given(Result<Response>),
    Gone,
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Poll(usize),
    Respond(usize, bool),
    Drop(usize),
    Lose(usize),
    Pass,
}

/// What happened, to which call.
#[derive(Clone, Copy, Debug)]
enum Event {
    Begins(usize, Call),
    Step(usize, Reaction),
    Interrupted(usize),
    Response(usize),
    Failure(usize),
    Lost(usize),
    Ends(usize),
    TimePasses,
}

struct World {
    scene: Scene,
    beginning: Instant,
    choices: RefCell<Choices>,
    keys: Rc<Keys>,
    config: Config,
    inherited: Arc<InheritedKeys>,
    /// The keys of the beginning.
    old: Option<Arc<Cached>>,
    callers: RefCell<Vec<Caller>>,
    /// The calls that are taking a step, the innermost one last.
    polling: RefCell<Vec<usize>>,
    /// Whether no other thread takes a step now.
    is_locked: Cell<bool>,
    /// How many more there may be.
    faults: Cell<u32>,
    requests: RefCell<Vec<Rc<Request>>>,
    history: RefCell<History>,
    next_fetch: Cell<u64>,
    /// The newest keys that were kept.
    newest: Cell<Option<u64>>,
    story: RefCell<Vec<(Duration, Event)>>,
}

thread_local! {
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

fn world() -> Option<Rc<World>> {
    WORLD.with_borrow(Clone::clone)
}

/// When the run began.
pub(crate) fn beginning() -> Instant {
    world().map_or_else(Instant::now, |world| world.beginning)
}

/// Another thread may take a step here.
pub(crate) fn step() {
    if let Some(world) = world() {
        world.may_interrupt();
    }
}

/// No other thread takes a step during `work`: it would wait.
pub(crate) fn without_steps<R>(work: impl FnOnce() -> R) -> R {
    let world = world();
    let before = world.as_ref().map(|world| world.is_locked.replace(true));
    let result = work();
    if let (Some(world), Some(before)) = (world, before) {
        world.is_locked.set(before);
    }
    result
}

/// A call sends a request.
pub(crate) fn response(to: RequestTo) -> impl Future<Output = Result<Response>> {
    world().unwrap().sent(to)
}

/// What happened, in order, for the message of a failure.
pub(crate) fn story() -> String {
    let Some(world) = world() else { return String::new() };
    let line = |(since, event): &(Duration, Event)| format!("{:>4.1} s: {event:?}\n", since.as_secs_f64());
    world.story.borrow().iter().map(line).collect()
}

/// Runs `scene` once. Returns the choices.
pub(crate) async fn run(scene: &Scene, choices: Choices) -> Choices {
    let world = Rc::new(World::new(scene, choices));
    WORLD.set(Some(Rc::clone(&world)));
    let mut ticks = scene.ticks;
    loop {
        let mut actions = world.actions();
        let is_quiet = !world.callers.borrow().iter().any(Caller::is_woken);
        if is_quiet {
            actions.push(Action::Pass);
        }
        let action = actions[world.choices.borrow_mut().choose(actions.len())];
        match action {
            Action::Poll(caller) => world.poll(caller),
            Action::Respond(request, is_ok) => world.respond(request, is_ok),
            Action::Drop(caller) => {
                world.goes_wrong();
                world.end(caller);
            }
            Action::Lose(caller) => {
                world.goes_wrong();
                world.tell(Event::Lost(caller));
                world.callers.borrow_mut()[caller].state = State::Lost;
            }
            Action::Pass if ticks == 0 => break,
            Action::Pass => {
                ticks -= 1;
                world.tell(Event::TimePasses);
                advance(scene.tick).await;
            }
        }
        world.check();
        if world.is_over() {
            break;
        }
    }
    world.finish().await;
    WORLD.set(None);
    // What calls hold refers to the world.
    world.callers.borrow_mut().clear();
    world.choices.replace(Choices::all())
}

impl World {
    fn new(scene: &Scene, choices: Choices) -> Self {
        let config = Config { issuer: "issuer".to_owned(), is_discovered: scene.is_discovered };
        let inherited = Arc::new(InheritedKeys::new());
        let keys = Rc::new(Keys::new(&config, Arc::clone(&inherited), &Recorder));
        match scene.known {
            Known::Nothing => {}
            Known::Stale => keys.import(&exported(OLD, 0)).unwrap(),
            Known::Fresh => keys.import(&exported(OLD, 3600)).unwrap(),
        }
        let callers = scene.calls.iter().map(|(call, _)| Caller {
            call: *call,
            state: State::NotBegun,
            future: None,
            woken: Arc::new(Woken(AtomicBool::new(false))),
            begun: Instant::now(),
            deadline: Instant::now(),
            knew: None,
            seen: None,
            next_fetch: 0,
            fetch: None,
            was_interrupted: false,
        });
        Self {
            scene: scene.clone(),
            beginning: Instant::now(),
            choices: RefCell::new(choices),
            old: keys.known(),
            newest: Cell::new(keys.known().map(|cached| cached.set.0)),
            keys,
            config,
            inherited,
            callers: RefCell::new(callers.collect()),
            polling: RefCell::default(),
            is_locked: Cell::new(false),
            faults: Cell::new(scene.faults),
            requests: RefCell::default(),
            history: RefCell::default(),
            next_fetch: Cell::new(FIRST),
            story: RefCell::default(),
        }
    }

    fn tell(&self, event: Event) {
        self.story.borrow_mut().push((Instant::now() - self.beginning, event));
    }

    fn known(&self) -> Option<Arc<Cached>> {
        without_steps(|| self.keys.known())
    }

    fn polled(&self) -> usize {
        *self.polling.borrow().last().unwrap()
    }

    /// What may happen now, but for time.
    fn actions(&self) -> Vec<Action> {
        let mut actions: Vec<_> = self.runnable().into_iter().map(Action::Poll).collect();
        let (callers, may_go_wrong) = (self.callers.borrow(), self.faults.get() > 0);
        for (number, request) in self.requests.borrow().iter().enumerate() {
            let is_open = matches!(*request.state.borrow(), Answer::Open(_));
            if is_open && callers[request.caller].state == State::Pending {
                actions.push(Action::Respond(number, true));
                actions.extend(may_go_wrong.then_some(Action::Respond(number, false)));
            }
        }
        for (number, caller) in callers.iter().enumerate() {
            if caller.state == State::Pending && may_go_wrong {
                actions.extend([Action::Drop(number), Action::Lose(number)]);
            }
        }
        actions
    }

    /// The calls that can take a step, and those that can begin: of equal ones the first.
    fn runnable(&self) -> Vec<usize> {
        let (callers, polling) = (self.callers.borrow(), self.polling.borrow());
        let begins = |number: usize| {
            callers[number].state == State::NotBegun
                && !(0..number).any(|before| {
                    callers[before].state == State::NotBegun
                        && self.scene.calls[before] == self.scene.calls[number]
                })
        };
        (0..callers.len())
            .filter(|number| !polling.contains(number) && (callers[*number].is_woken() || begins(*number)))
            .collect()
    }

    fn may_interrupt(&self) {
        if self.is_locked.get() || self.faults.get() == 0 || self.polling.borrow().is_empty() {
            return;
        }
        let others = self.runnable();
        let chosen = if others.is_empty() { 0 } else { self.choices.borrow_mut().choose(others.len() + 1) };
        if chosen > 0 {
            self.goes_wrong();
            self.tell(Event::Interrupted(self.polled()));
            for number in &*self.polling.borrow() {
                self.callers.borrow_mut()[*number].was_interrupted = true;
            }
            self.poll(others[chosen - 1]);
        }
    }

    fn poll(&self, number: usize) {
        let expected =
            if self.callers.borrow()[number].state == State::NotBegun { self.begin(number) } else { None };
        let (mut future, woken) = {
            let caller = &mut self.callers.borrow_mut()[number];
            caller.woken.0.store(false, Relaxed);
            caller.was_interrupted = false;
            (caller.future.take().unwrap(), Arc::clone(&caller.woken))
        };
        self.polling.borrow_mut().push(number);
        let result = future.as_mut().poll(&mut Context::from_waker(&Waker::from(woken)));
        self.polling.borrow_mut().pop();
        let (fetches, was_interrupted) = {
            let caller = &mut self.callers.borrow_mut()[number];
            caller.future = Some(future);
            (caller.fetch.is_some(), caller.was_interrupted)
        };
        let reaction = match &result {
            Poll::Pending if fetches => Reaction::Fetches,
            Poll::Pending => Reaction::Waits,
            Poll::Ready(Outcome::Keys(keys)) => Reaction::Keys(keys.set.0),
            Poll::Ready(Outcome::Nothing) => Reaction::Nothing,
            Poll::Ready(Outcome::Failure(_)) => Reaction::Failure,
        };
        self.tell(Event::Step(number, reaction));
        self.check_age();
        if let Some(expected) = expected
            && !was_interrupted
        {
            assert_eq!(reaction, expected, "of call {number}, at once");
        }
        if let Poll::Ready(outcome) = result {
            self.judge(number, &outcome);
            self.end(number);
        }
    }

    /// A call begins. Returns what it does at once, if that is certain.
    fn begin(&self, number: usize) -> Option<Reaction> {
        let ((call, ticks), now) = (self.scene.calls[number], Instant::now());
        let deadline = now + self.scene.tick * ticks;
        self.tell(Event::Begins(number, call));
        let (known, expected) = (self.known(), self.expected(call));
        let keys = Rc::clone(&self.keys);
        let seen = if call == Call::Newest { known.clone() } else { self.old.clone() };
        let number_seen = seen.as_ref().map(|seen| seen.set.0);
        let future: Pin<Box<dyn Future<Output = Outcome>>> = match call {
            Call::Current => Box::pin(async move { keys.current(&Transport, deadline).await.into() }),
            Call::Ahead => Box::pin(async move { keys.ahead(&Transport, deadline).await.unwrap().into() }),
            Call::Newer | Call::Newest => Box::pin(async move {
                keys.newer(&seen.unwrap(), &Transport, deadline).await.map_or(Outcome::Nothing, Outcome::Keys)
            }),
            Call::Import => Box::pin(async move {
                keys.import(&exported(IMPORTED, 3600)).unwrap();
                Outcome::Nothing
            }),
        };
        let caller = &mut self.callers.borrow_mut()[number];
        *caller = Caller {
            seen: number_seen,
            state: State::Pending,
            future: Some(future),
            begun: now,
            deadline,
            knew: known.map(|known| known.set.0),
            next_fetch: self.next_fetch.get(),
            call,
            woken: Arc::clone(&caller.woken),
            fetch: None,
            was_interrupted: false,
        };
        expected
    }

    /// A call ends, or is dropped.
    fn end(&self, number: usize) {
        let future = {
            let caller = &mut self.callers.borrow_mut()[number];
            caller.state = State::Over;
            caller.future.take()
        };
        if future.is_some() {
            self.tell(Event::Ends(number));
        }
        // It may wake others.
        drop(future);
    }

    /// The response comes when the choices say, or never.
    fn sent(&self, to: RequestTo) -> impl Future<Output = Result<Response>> + use<> {
        let number = self.polled();
        if self.callers.borrow()[number].fetch.is_none() {
            self.fetches(number);
        }
        let fetch = self.callers.borrow()[number].fetch_number();
        let request = Rc::new(Request { caller: number, to, fetch, state: RefCell::new(Answer::Open(None)) });
        self.requests.borrow_mut().push(Rc::clone(&request));
        let sent = Sent(request);
        poll_fn(move |context| match sent.0.state.replace(Answer::Open(Some(context.waker().clone()))) {
            Answer::Given(response) => Poll::Ready(response),
            Answer::Open(_) | Answer::Gone => Poll::Pending,
        })
    }

    fn goes_wrong(&self) {
        self.faults.set(self.faults.get() - 1);
    }

    fn respond(&self, number: usize, is_ok: bool) {
        if !is_ok {
            self.goes_wrong();
        }
        let request = Rc::clone(&self.requests.borrow()[number]);
        self.tell(if is_ok { Event::Response(request.caller) } else { Event::Failure(request.caller) });
        let body = match request.to {
            RequestTo::Keys => format!("[{}]", request.fetch),
            RequestTo::Discovery => "keys".to_owned(),
        };
        let response = if is_ok {
            Ok(Response::new(body.into_bytes()))
        } else {
            Err(Error::new(ErrorCode::ClientUnavailable))
        };
        if let Answer::Open(Some(waker)) = request.state.replace(Answer::Given(response)) {
            waker.wake();
        }
    }

    fn is_over(&self) -> bool {
        self.callers.borrow().iter().all(|caller| matches!(caller.state, State::Lost | State::Over))
    }

    /// Nothing comes from outside anymore: each call ends by its deadline.
    async fn finish(&self) {
        self.faults.set(0);
        let last = self.callers.borrow().iter().map(|caller| caller.deadline).max();
        loop {
            let woken = self.callers.borrow().iter().position(Caller::is_woken);
            if let Some(number) = woken {
                self.poll(number);
                self.check();
            } else if !self.callers.borrow().iter().any(|caller| caller.state == State::Pending) {
                return;
            } else {
                assert!(Some(Instant::now()) < last, "a call does not end");
                advance(self.scene.tick).await;
            }
        }
    }
}

/// A request that a call waits for.
struct Sent(Rc<Request>);

impl Drop for Sent {
    fn drop(&mut self) {
        self.0.state.replace(Answer::Gone);
    }
}

/// Keys as another process exports them.
fn exported(number: u64, fresh_for: u64) -> String {
    let fresh_until = 1_000_000 + (Instant::now() - beginning()).as_secs() + fresh_for;
    format!(r#"{{"issuer":"issuer","fresh_until":{fresh_until},"jwks":"[{number}]"}}"#)
}
