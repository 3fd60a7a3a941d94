//! What every route holds: the memory, the way out, the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use image::ImageFormat;
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::moment::Moment;
use portico_live::Live;
use portico_reach::{AddressPolicy, Courier, KeySets, Nats, Upstreams};
use portico_seal::{PasswordHasher, RelyingParty, Verdict, WebhookKey};
use portico_store::{CommitError, Taken, Unavailable};
use tokio::sync::{Mutex, Notify, Semaphore, SemaphorePermit};
use url::{Host, Url};

use crate::avatar::{self, Drawn};
use crate::console::{Ended, Provider};
use crate::figures::Figures;
use crate::throttle::{Limits, Throttles};

/// How the public face is set up.
#[derive(Debug, Clone, Default)]
pub struct FaceSettings {
    /// SHA-256 of the operator's token.
    pub admin_token_digest: [u8; 32],
    /// How the operator's console is set up.
    pub console: ConsoleSettings,
    /// How many failures are borne before an attempt must wait.
    pub limits: Limits,
    /// A line above the sign-in form, such as the demo's person.
    pub sign_in_notice: Option<String>,
    /// Whether nobody may make an account by themselves.
    pub closed_to_newcomers: bool,
    /// The secret of the provider that reports identity checks, where there is one.
    pub kyc_webhook: Option<WebhookKey>,
    /// The bus between nodes, where there is one.
    pub bus: Option<Arc<Nats>>,
}

/// How the operator's console is set up.
#[derive(Debug, Clone, Default)]
pub struct ConsoleSettings {
    /// Whether it is reached over TLS, so that its cookies are kept to that.
    pub secure: bool,
    /// Where operators may sign in besides with the token.
    pub provider: Option<Provider>,
}

/// Which nodes a commit waits for, where it closes something.
#[derive(Clone, Copy)]
enum Waits {
    ForAll,
    ForNobody,
}

/// What every route holds.
pub struct House {
    /// The memory over the store.
    pub live: Arc<Live>,
    /// Hashes and verifies passwords.
    pub passwords: Arc<PasswordHasher>,
    /// Other people's public keys.
    pub keysets: KeySets,
    /// Other providers, at which people prove who they are.
    pub upstreams: Upstreams,
    /// Which addresses may be connected to.
    pub address: AddressPolicy,
    /// Takes messages to people.
    pub courier: Courier,
    /// Told when a logout message was queued.
    pub outbox: Arc<Notify>,
    /// This issuer as browsers know it for passkeys; none where they offer none.
    pub passkeys: Option<RelyingParty>,
    /// Counts failures.
    pub throttles: Throttles,
    /// What the operator's console draws.
    pub figures: Figures,
    pub(crate) console: Ended,
    /// How the face is set up.
    pub settings: FaceSettings,
    draining: AtomicBool,
    /// Held by whoever decides again after a conflict.
    turns: Mutex<()>,
    hashing: Semaphore,
    drawing: Semaphore,
}

/// The most attempts at a decision whose grounds keep changing.
const ATTEMPTS: usize = 3;
/// How long one waits for those who met before.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long who comes new lets them go first: longer than a commit takes, and little beside a lease, for which
/// one of them may be waiting.
const COURTESY: Duration = Duration::from_millis(250);

impl House {
    /// Puts a house together.
    pub fn new(
        live: Arc<Live>,
        passwords: PasswordHasher,
        keysets: KeySets,
        address: AddressPolicy,
        courier: Courier,
        outbox: Arc<Notify>,
        settings: FaceSettings,
    ) -> Arc<Self> {
        // Each hash takes tens of MiB; as many at once as there are cores loses no throughput.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Self {
            throttles: Throttles::new(settings.limits),
            passkeys: RelyingParty::of(live.issuer()),
            live,
            passwords: Arc::new(passwords),
            upstreams: Upstreams::new(keysets.outbound()),
            keysets,
            address,
            courier,
            outbox,
            figures: Figures::default(),
            console: Ended::default(),
            settings,
            draining: AtomicBool::new(false),
            turns: Mutex::new(()),
            hashing: Semaphore::new(cores),
            // Decoding takes up to 200 MB: one at a time.
            drawing: Semaphore::new(1),
        })
    }

    /// The moment it is now.
    pub fn now(&self) -> Moment {
        self.live.now()
    }

    /// Says that this node is about to stop: it answers everything as before, but is not ready any more.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether this node is about to stop.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Whether people may make accounts by themselves: where the operator does not forbid it, and there is
    /// a way to send them a code.
    pub fn registers(&self) -> bool {
        crate::route::code::can_send(self) && !self.settings.closed_to_newcomers
    }

    /// Whether the issuer is on a developer's machine.
    pub fn on_loopback(&self) -> bool {
        let issuer = Url::parse(self.live.issuer()).ok();
        match issuer.as_ref().and_then(Url::host) {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
    }

    /// Whether the issuer is reached over TLS, so that cookies are bound to it.
    pub fn is_secure(&self) -> bool {
        self.live.issuer().starts_with("https://")
    }

    /// Loads and decides until the commit finds the grounds unchanged: three times, then 503.
    pub async fn decide<T, F>(&self, attempt: impl FnMut() -> F) -> Result<T, Denied>
    where
        F: Future<Output = Result<(Vec<Change>, T), Denied>>,
    {
        self.decide_and(Waits::ForAll, attempt).await
    }

    /// The same for one of several steps: other nodes are told of what it closed and not waited for.
    /// The call waits once, for all its steps, by [`settled`](Self::settled) before it answers.
    pub async fn decide_ahead<T, F>(&self, attempt: impl FnMut() -> F) -> Result<T, Denied>
    where
        F: Future<Output = Result<(Vec<Change>, T), Denied>>,
    {
        self.decide_and(Waits::ForNobody, attempt).await
    }

    async fn decide_and<T, F>(&self, waits: Waits, mut attempt: impl FnMut() -> F) -> Result<T, Denied>
    where
        F: Future<Output = Result<(Vec<Change>, T), Denied>>,
    {
        self.after_those_who_met().await;
        let mut turn = None;
        for _ in 0..ATTEMPTS {
            let (changes, outcome) = attempt().await?;
            if changes.is_empty() {
                return Ok(outcome);
            }
            match self.carry_out(changes, waits).await {
                Ok(()) => return Ok(outcome),
                // A use that only memory knows of may be what keeps the session alive.
                Err(CommitError::Conflict) => {
                    self.live.flush().await.map_err(|error| refused(&error))?;
                    // Those who met each other try again one after the other, so that all get through.
                    if turn.is_none() {
                        turn = tokio::time::timeout(LONGEST_WAIT, self.turns.lock()).await.ok();
                    }
                }
                Err(error) => return Err(refused(&error)),
            }
        }
        Err(Denied::unavailable("what was relied on kept changing"))
    }

    /// Who comes new would otherwise change what those who decide again have just looked at, again and again.
    async fn after_those_who_met(&self) {
        if self.turns.try_lock().is_err() {
            let _turn = tokio::time::timeout(COURTESY, self.turns.lock()).await;
        }
    }

    /// Decides what closes one thing. Where there is nothing left to close, a call before this one
    /// closed it; this one answers only when memory has forgotten the old state too.
    ///
    /// Where there is something left, its own commit is waited for and nothing else. What was found
    /// closed was committed before it was loaded, so before that commit, and closings are numbered in
    /// the order of their commits: no node acknowledges this one before it has followed that one, and
    /// every lease that is over without having seen this one is one that may not have seen that one.
    pub async fn close<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Denied>
    where
        F: Future<Output = Result<(Vec<Change>, T), Denied>>,
    {
        let (closed, outcome) = self
            .decide(|| {
                let attempt = attempt();
                async {
                    let (changes, outcome) = attempt.await?;
                    let closes = portico_live::closes(&changes);
                    Ok((changes, (closes, outcome)))
                }
            })
            .await?;
        if !closed {
            self.settled().await?;
        }
        Ok(outcome)
    }

    /// Answers when no memory holds anything that was made untrue before this call.
    pub async fn settled(&self) -> Result<(), Denied> {
        self.live.settled().await.map_err(|cause| unavailable(&cause))
    }

    /// Commits, and wakes the deliveries if a message was queued.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.carry_out(changes, Waits::ForAll).await
    }

    /// The same, and does not wait for other nodes.
    pub async fn commit_ahead(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.carry_out(changes, Waits::ForNobody).await
    }

    /// What back ends ask to be told of people's data goes with it, whoever decided the changes.
    async fn carry_out(&self, mut changes: Vec<Change>, waits: Waits) -> Result<(), CommitError> {
        let messages = crate::wechat::event::told(&self.live, &changes).await;
        changes.extend(messages.map_err(CommitError::Unavailable)?);
        let queued = changes.iter().any(|change| matches!(change, Change::DeliveryQueued(_)));
        let result = match waits {
            Waits::ForAll => self.live.commit(changes).await,
            Waits::ForNobody => self.live.commit_ahead(changes).await,
        };
        if queued && result.is_ok() {
            self.outbox.notify_one();
        }
        result
    }

    /// Hashes a new password, off the threads that serve.
    pub async fn hash_password(self: &Arc<Self>, password: String) -> Result<String, Denied> {
        let house = Arc::clone(self);
        self.hashing(move || house.passwords.hash(&password, house.live.vault().chance())).await
    }

    /// Verifies a password against a hash, or against nobody's at the same cost.
    ///
    /// `may_try` is asked when it is this password's turn, and `failed` is told before the turn is over:
    /// however many are sent side by side, each is looked at with the ones before it counted. The inner
    /// error is what `may_try` refused with.
    pub async fn guess(
        &self,
        hash: Option<String>,
        password: String,
        may_try: impl FnOnce() -> Result<(), u64>,
        failed: impl FnOnce(),
    ) -> Result<Result<Verdict, u64>, Denied> {
        let passwords = Arc::clone(&self.passwords);
        let verify = move || match hash {
            Some(hash) => passwords.verify(&hash, &password),
            None => passwords.decoy(&password),
        };
        let _turn = turn(&self.hashing).await?;
        if let Err(seconds) = may_try() {
            return Ok(Err(seconds));
        }
        let verdict = set_aside(verify).await?;
        if verdict == Verdict::Wrong {
            failed();
        }
        Ok(Ok(verdict))
    }

    /// Draws a picture anew, off the threads that serve.
    pub async fn draw(&self, bytes: Bytes, declared: ImageFormat) -> Result<Drawn, Denied> {
        aside(&self.drawing, move || avatar::draw(&bytes, declared)).await?
    }

    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Denied> {
        aside(&self.hashing, work).await
    }
}

/// Does what takes long off the threads that serve, when it is its turn.
async fn aside<T: Send + 'static>(
    turns: &Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Denied> {
    let _turn = turn(turns).await?;
    set_aside(work).await
}

async fn turn(turns: &Semaphore) -> Result<SemaphorePermit<'_>, Denied> {
    turns.acquire().await.map_err(|_| Denied::unavailable("shutting down"))
}

async fn set_aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Denied> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Denied::unavailable("work set aside was not done"))
}

/// The refusal that a failed commit means to a caller.
pub fn refused(error: &CommitError) -> Denied {
    let taken = |text: &'static str| Denied::new(Code::Conflict, text);
    match error {
        CommitError::Unavailable(cause) => unavailable(cause),
        CommitError::Conflict => Denied::new(Code::Conflict, "this has changed meanwhile; look again"),
        CommitError::Taken(Taken::Client) => taken("this client id is taken"),
        CommitError::Taken(Taken::Username) => taken("this username is taken"),
        CommitError::Taken(Taken::Email) => taken("this e-mail address is taken"),
        CommitError::Taken(Taken::Phone) => taken("this phone number is taken"),
        CommitError::Taken(Taken::Connection) => taken("this connection id is taken"),
        CommitError::Taken(Taken::Link) => taken("this identity is linked already"),
        CommitError::Taken(Taken::Passkey) => taken("this passkey is known already"),
        CommitError::Taken(Taken::Assertion) => Denied::grant("the assertion was used before"),
        CommitError::Taken(Taken::Secret | Taken::Id) => Denied::unavailable("a fresh id was taken"),
    }
}

/// The refusal that a silent store means to a caller.
pub fn unavailable(cause: &Unavailable) -> Denied {
    Denied::unavailable(cause.0.clone())
}
