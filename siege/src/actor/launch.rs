//! Signing in, launching and agreeing.

use crate::chance::Chance;
use crate::history::{Answer, Manner, Question, Record, Scopes, Token, What};
use crate::pool::Watched;
use crate::requests;
use crate::time::Time;
use crate::world::{Called, World};
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// How long these calls may take: longer than any pause.
const PATIENCE: Duration = Duration::from_secs(12);
/// How long until a call that was not answered is made again.
const AGAIN: Duration = Duration::from_millis(40);
/// How often a launch is tried.
const TRIES: usize = 8;

/// A person who is signed in.
pub(crate) struct Session {
    /// The run's own number.
    pub(crate) number: u32,
    /// Whose.
    pub(crate) person: u32,
    /// The host's access token.
    pub(crate) access: String,
    /// The host's refresh token.
    pub(crate) refresh: String,
    /// Whether somebody follows its events.
    pub(crate) has_stream: bool,
    /// Since when its events are followed without a gap.
    pub(crate) followed_since: Cell<Option<Time>>,
    /// Its launch tokens that are not revoked.
    pub(crate) tokens: RefCell<Vec<Watched>>,
    /// The apps that hear of its end, with the session's id there.
    pub(crate) entered: RefCell<Vec<(usize, String)>>,
}

/// What came of a launch.
pub(crate) enum Launched {
    /// The app runs, and may see this.
    Running(Watched, Scopes),
    /// It does not run now.
    Refused,
    /// A grant was sent and not answered: nobody knows whether, or when, it takes effect.
    Doubtful,
}

/// Signs a person in; none when the run ends before that.
pub(crate) async fn sign_in(world: &World, chance: &Chance, person: u32) -> Option<Session> {
    while world.is_at_work() {
        let to = world.field.public(chance.below(world.field.count()));
        // A fresh assertion each time: one is good once.
        let request = requests::sign_in(&world.signer, to, person).ok()?;
        let called = world.call(to, &request, PATIENCE).await;
        if called.is_done() {
            let number = world.sessions.replace(world.sessions.get() + 1);
            return Some(Session {
                number,
                person,
                access: called.text("access_token").to_owned(),
                refresh: called.text("refresh_token").to_owned(),
                has_stream: chance.percent(40),
                followed_since: Cell::new(None),
                tokens: RefCell::default(),
                entered: RefCell::default(),
            });
        }
        tokio::time::sleep(AGAIN).await;
    }
    None
}

/// Launches an app, agreeing to whatever is asked; `again` grants anew what was withdrawn.
pub(crate) async fn launch(
    world: &World,
    chance: &Chance,
    session: &Session,
    app: usize,
    mut again: bool,
) -> Launched {
    for _ in 0..TRIES {
        let node = chance.below(world.field.count());
        let to = world.field.public(node);
        let request = requests::launch(to, &world.apps[app], &session.access, again);
        let called = world.call(to, &request, PATIENCE).await;
        if called.is_done() {
            let (watched, scopes) = launched(world, session, app, node, &called);
            return Launched::Running(watched, scopes);
        }
        if called.text("error") == "consent_required" {
            if !agree(world, chance, session, app, &called).await {
                return Launched::Doubtful;
            }
            again = false;
        } else if called.is_refused() {
            return Launched::Refused;
        } else {
            tokio::time::sleep(AGAIN).await;
        }
    }
    Launched::Refused
}

/// Takes up the token of a launch, which is an answer about its session as well.
pub(crate) fn launched(
    world: &World,
    session: &Session,
    app: usize,
    node: usize,
    called: &Called,
) -> (Watched, Scopes) {
    let (text, scopes) = (called.text("access_token"), Scopes::read(called.text("scope")));
    let token = Token { session: session.number, person: session.person, app };
    let number = world.history.borrow_mut().token(token);
    let (sent, at, answer) = (called.sent, called.at, Answer::Active(scopes));
    world.record(Record::Asked(Question { token: number, manner: Manner::Launched, node, sent, at, answer }));
    let watched = world.pool.borrow_mut().add(number, app, text);
    session.tokens.borrow_mut().push(watched.clone());
    let sid = requests::claims(text)["sid"].as_str().unwrap_or_default().to_owned();
    let mut entered = session.entered.borrow_mut();
    if !world.apps[app].suspendable && entered.iter().all(|(other, _)| *other != app) {
        entered.push((app, sid));
    }
    (watched, scopes)
}

/// Agrees to what was asked; false where it is not known whether that took effect.
async fn agree(world: &World, chance: &Chance, session: &Session, app: usize, asked: &Called) -> bool {
    let (question, scope) = (asked.text("consent_request"), asked.text("scope"));
    let person = session.person;
    let each = || Scopes::read(scope).each().map(|scope| What::Grant { person, app, scope });
    each().for_each(|what| world.record(Record::Opening(what, world.clock.now())));
    let to = world.field.public(chance.below(world.field.count()));
    let request = requests::agree(to, &session.access, question, scope);
    let done = world.call(to, &request, PATIENCE).await.is_done();
    if !done {
        each().for_each(|what| world.record(Record::Doubtful(what)));
    }
    done
}
