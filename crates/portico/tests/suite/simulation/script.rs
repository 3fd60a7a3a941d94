//! What people, back ends and operators do, by the dice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::cast::{APPS, PEOPLE};
use super::chaos;
use super::history::{Deed, Said, Session, Token};
use super::town::{NODES, Town};

/// How often a closing call is repeated that had no answer, or 503.
const REPEATS: usize = 8;

/// Whether everybody goes home.
pub type Over = Arc<AtomicBool>;

/// A pause of this many milliseconds.
pub async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// Everybody who calls the nodes until it is over.
pub fn begin(town: &Arc<Town>, over: &Over) -> Vec<JoinHandle<()>> {
    let clients = [
        Client::BackEnd,
        Client::BackEnd,
        Client::Closer,
        Client::Closer,
        Client::Closer,
        Client::Newcomer,
        Client::Locksmith,
    ];
    let begin = |client: Client| {
        let (town, over) = (town.clone(), over.clone());
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                client.turn(&town).await;
            }
        })
    };
    clients.into_iter().map(begin).collect()
}

#[derive(Clone, Copy)]
enum Client {
    /// Asks about tokens.
    BackEnd,
    /// Closes things.
    Closer,
    /// Signs in, and launches.
    Newcomer,
    /// Has signing keys made.
    Locksmith,
}

impl Client {
    async fn turn(self, town: &Arc<Town>) {
        match self {
            Self::BackEnd => {
                pause(town.dice.between(5, 120)).await;
                let tokens = town.tokens.lock().len();
                ask(town, town.dice.index(NODES), town.dice.index(tokens)).await;
            }
            Self::Closer => {
                pause(town.dice.between(20, 600)).await;
                let deed = choose(town);
                if town.dice.one_in(4) {
                    // Somebody else closes the same, or more, at another desk.
                    let (other, after) = (otherwise(town, deed.clone()), town.dice.below(60));
                    tokio::join!(close(town, &deed), async {
                        pause(after).await;
                        close(town, &other).await;
                    });
                } else {
                    close(town, &deed).await;
                }
            }
            Self::Newcomer => {
                pause(town.dice.between(200, 1200)).await;
                arrive(town).await;
            }
            Self::Locksmith => {
                pause(town.dice.between(100, 4000)).await;
                let (one, other) = (town.dice.index(NODES), town.dice.index(NODES));
                if one == other {
                    // It reads the keys twice at once, and either reading may be the slower one.
                    chaos::slow_down(town, one);
                }
                tokio::join!(town.rotate_keys(one), town.rotate_keys(other));
            }
        }
    }
}

/// One question about a token.
async fn ask(town: &Town, place: usize, token: Token) -> Said {
    match town.dice.below(8) {
        0 => town.reveal(place, token).await,
        1 => {
            let session = town.tokens.lock()[token].0;
            town.look(place, session).await
        }
        2 => {
            let (session, app, _) = town.tokens.lock()[token].clone();
            town.launch(place, session, app).await;
            Said::Done
        }
        _ => town.introspect(place, token).await,
    }
}

async fn arrive(town: &Town) {
    let place = town.dice.index(NODES);
    let Some(session) = town.sign_in(place, town.dice.index(PEOPLE)).await else { return };
    for app in 0..APPS.len() {
        launch(town, session, app).await;
    }
}

async fn launch(town: &Town, session: Session, app: usize) {
    if let Some(question) = town.launch(town.dice.index(NODES), session, app).await
        && town.grant(town.dice.index(NODES), session, app, &question).await == Said::Done
    {
        town.launch(town.dice.index(NODES), session, app).await;
    }
}

fn choose(town: &Town) -> Deed {
    let session = town.dice.index(town.sessions.lock().len());
    let person = town.dice.index(PEOPLE);
    let app = town.dice.index(APPS.len());
    match town.dice.below(27) {
        0..6 => Deed::SignOut(session),
        6..11 => Deed::Revoke(session),
        11..15 => Deed::RevokeToken(town.dice.index(town.tokens.lock().len())),
        15..20 => {
            let choices: [&[&str]; 3] = [&[], &["profile.basic"], &["phone.verified"]];
            let kept = *town.dice.pick(&choices);
            // The shop asks for less.
            let kept = if app == 0 { kept } else { &[] };
            Deed::Keep(session, app, kept.iter().map(|scope| (*scope).to_owned()).collect())
        }
        20 | 21 => Deed::SuspendApp(app),
        22..24 => Deed::EndOthers(session),
        24 => Deed::EndAll(person),
        25 => Deed::Go(session),
        _ if town.dice.one_in(2) => Deed::Suspend(person),
        _ => Deed::Erase(person),
    }
}

/// The tokens that are good for less once this is done.
fn touched(town: &Town, deed: &Deed) -> Vec<Token> {
    let (sessions, tokens) = (town.sessions.lock(), town.tokens.lock());
    let is_touched = |token: Token| {
        let (session, app, _) = &tokens[token];
        let person = sessions[*session].0;
        match deed {
            Deed::SignOut(other) | Deed::Revoke(other) => session == other,
            Deed::EndOthers(other) => session != other && person == sessions[*other].0,
            Deed::Go(other) => person == sessions[*other].0,
            Deed::RevokeToken(other) => token == *other,
            Deed::Keep(other, of, _) => person == sessions[*other].0 && app == of,
            Deed::SuspendApp(other) => app == other,
            Deed::EndAll(other) | Deed::Suspend(other) | Deed::Erase(other) => person == *other,
            _ => false,
        }
    };
    (0..tokens.len()).filter(|token| is_touched(*token)).collect()
}

/// Closes something, asks at once whether everybody knows, and opens again what can be.
async fn close(town: &Arc<Town>, deed: &Deed) {
    let touched = touched(town, deed);
    if !touched.is_empty() && !town.dice.one_in(4) {
        // So that every node has in memory what is about to be closed.
        everywhere(town, *town.dice.pick(&touched)).await;
    }
    let (mut deed, mut place) = (deed.clone(), town.dice.index(NODES));
    if town.dice.one_in(6) {
        chaos::lose_the_next_answer(town, place);
    }
    for _ in 0..REPEATS {
        match town.close(place, &deed).await {
            Said::Nothing | Said::Refused(500..) => {
                pause(town.dice.below(*town.dice.pick(&[1, 50, 600]))).await
            }
            _ => break,
        }
        (deed, place) = (otherwise(town, deed), town.dice.index(NODES));
    }
    if !touched.is_empty() {
        everywhere(town, *town.dice.pick(&touched)).await;
        pause(town.dice.below(40)).await;
        everywhere(town, *town.dice.pick(&touched)).await;
    }
    match &deed {
        Deed::SuspendApp(app) => {
            pause(town.dice.between(100, 1500)).await;
            resume(town, *app).await;
        }
        Deed::Keep(session, app, _) if town.dice.one_in(2) => launch(town, *session, *app).await,
        _ => {}
    }
}

/// Lets an app work again.
pub async fn resume(town: &Town, app: usize) {
    for _ in 0..REPEATS {
        match town.resume_app(town.dice.index(NODES), app).await {
            Said::Done => return,
            _ => pause(town.dice.below(600)).await,
        }
    }
}

/// Mostly the same again, and sometimes what closes the same and more: it may find it closed already by a
/// call that nobody was told of.
fn otherwise(town: &Town, deed: Deed) -> Deed {
    let (Deed::SignOut(session) | Deed::Revoke(session)) = deed else { return deed };
    let sessions = town.sessions.lock();
    let person = sessions[session].0;
    let others: Vec<_> =
        (0..sessions.len()).filter(|other| *other != session && sessions[*other].0 == person).collect();
    match town.dice.below(5) {
        0 if !others.is_empty() => Deed::EndOthers(*town.dice.pick(&others)),
        1 if !others.is_empty() => Deed::Go(*town.dice.pick(&others)),
        2 => Deed::EndAll(person),
        _ => deed,
    }
}

/// The same question at every node at once.
async fn everywhere(town: &Arc<Town>, token: Token) {
    let ask = |place| {
        let town = town.clone();
        tokio::spawn(async move { town.introspect(place, token).await })
    };
    let asked: Vec<_> = (0..NODES).map(ask).collect();
    for answer in asked {
        answer.await.unwrap();
    }
}
