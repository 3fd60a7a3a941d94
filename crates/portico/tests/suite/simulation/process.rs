//! A process that can be stopped, continued and killed, and the clocks of its machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use portico_core::moment::Moment;
use portico_core::rule::lease::Tick;
use portico_live::{Clock, Ticks};
use tokio::time::Instant;

/// Whether anything of a process moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Stopped,
    Dead,
}

/// A process. Everything that awaits in it awaits through here, so that none of it moves while it is
/// stopped (SIGSTOP) or dead (SIGKILL); time goes on meanwhile.
pub struct Process {
    state: Mutex<State>,
    waiting: Mutex<Vec<Waker>>,
}

impl Process {
    /// A process that runs.
    pub fn running() -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::Running), waiting: Mutex::default() })
    }

    /// Stops it where it is.
    pub fn stop(&self) {
        self.turn(State::Stopped);
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.turn(State::Running);
        self.waiting.lock().drain(..).for_each(Waker::wake);
    }

    /// Nothing of it moves any more.
    pub fn die(&self) {
        self.turn(State::Dead);
    }

    fn turn(&self, to: State) {
        let mut state = self.state.lock();
        if *state != State::Dead {
            *state = to;
        }
    }

    /// Answers when it runs.
    pub async fn runs(&self) {
        self.within(std::future::ready(())).await;
    }

    /// Does this as a part of the process.
    pub async fn within<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let step = move |context: &mut Context<'_>| {
            let state = *self.state.lock();
            match state {
                State::Running => return work.as_mut().poll(context),
                State::Stopped => self.waiting.lock().push(context.waker().clone()),
                State::Dead => {}
            }
            Poll::Pending
        };
        std::future::poll_fn(step).await
    }
}

/// The wall clock of a machine, which may be set.
pub struct Wall {
    start: Instant,
    base: Moment,
    ahead: AtomicI64,
}

impl Wall {
    /// A clock that shows this moment now.
    pub fn showing(base: Moment) -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), base, ahead: AtomicI64::new(0) })
    }

    /// Sets it so many milliseconds ahead of the true time.
    pub fn set(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::Relaxed);
    }
}

impl Clock for Wall {
    fn now(&self) -> Moment {
        let gone = i64::try_from(self.start.elapsed().as_millis()).unwrap();
        Moment::from_millis(self.base.millis() + gone + self.ahead.load(Ordering::Relaxed))
    }
}

/// The monotonic clock of a machine, which runs at a speed of its own.
pub struct Drifting {
    process: Arc<Process>,
    start: Instant,
    began_at: u64,
    /// Microseconds that it counts in a second.
    speed: u64,
}

impl Drifting {
    /// The clock of this process, which shows this reading now.
    pub fn of(process: &Arc<Process>, began_at: u64, speed: u64) -> Self {
        Self { process: process.clone(), start: Instant::now(), began_at, speed }
    }
}

#[async_trait]
impl Ticks for Drifting {
    fn now(&self) -> Tick {
        let gone = u64::try_from(self.start.elapsed().as_micros()).unwrap();
        Tick(self.began_at + gone * self.speed / 1_000_000)
    }

    async fn until(&self, tick: Tick) {
        while let Some(left) = tick.0.checked_sub(self.now().0).filter(|left| *left > 0) {
            tokio::time::sleep(Duration::from_micros(left * 1_000_000 / self.speed + 1)).await;
        }
        self.process.runs().await;
    }
}
