//! Carrying messages: a few attempts each, over minutes, and never more at once than stated.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use portico_core::moment::Moment;
use portico_seal::Chance;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::{Address, Letter, Ways};
use crate::deliver::Clock;

/// How long to wait before each further attempt: six in all, within the life of a code.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
    Duration::from_secs(60),
    Duration::from_secs(120),
];
/// How long to wait at most once the end has come.
const LAST_PAUSE: Duration = Duration::from_millis(500);
/// How many attempts are made at once.
const AT_ONCE: usize = 16;
/// How many messages are under way, those that pause among them; the others wait at the courier.
const UNDER_WAY: usize = 1000;

/// A message on its way.
pub struct Errand {
    /// The message.
    pub letter: Letter,
    /// Its name, the same at every attempt: letters, digits and `_`.
    pub id: String,
    /// When it was taken up.
    pub at: Moment,
}

/// Why an attempt came to nothing, without a word of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCarried {
    /// Another attempt may succeed.
    Later(&'static str),
    /// No attempt will.
    Never(&'static str),
}

/// One way of reaching people.
#[async_trait]
pub trait Carry: Send + Sync {
    /// Makes one attempt, of at most half a minute.
    async fn carry(&self, errand: &Errand) -> Result<(), NotCarried>;
}

/// The ways that the operator has set up.
pub struct Carrier {
    email: Option<Arc<dyn Carry>>,
    phone: Option<Arc<dyn Carry>>,
    chance: Arc<dyn Chance>,
    clock: Clock,
    turns: Semaphore,
}

impl Carrier {
    /// Carries by these ways.
    pub fn new(
        email: Option<Arc<dyn Carry>>,
        phone: Option<Arc<dyn Carry>>,
        chance: Arc<dyn Chance>,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new(Self { email, phone, chance, clock, turns: Semaphore::new(AT_ONCE) })
    }

    /// Which ways there are.
    pub fn ways(&self) -> Ways {
        Ways { email: self.email.is_some(), phone: self.phone.is_some() }
    }

    /// Carries what comes until told to stop. What waits then is tried for `grace`; what is left is lost,
    /// and counted.
    pub async fn run(
        self: Arc<Self>,
        mut letters: Receiver<Letter>,
        mut stopping: watch::Receiver<bool>,
        grace: Duration,
    ) {
        let mut under_way = JoinSet::new();
        let told = stopping.clone();
        loop {
            let room = under_way.len() < UNDER_WAY;
            tokio::select! {
                letter = letters.recv(), if room => match letter {
                    Some(letter) => self.take_up(letter, &told, &mut under_way),
                    None => break,
                },
                Some(_) = under_way.join_next() => {}
                _ = stopping.wait_for(|stop| *stop) => break,
            }
        }
        letters.close();
        let rest = async {
            while let Some(letter) = letters.recv().await {
                while under_way.len() >= UNDER_WAY {
                    under_way.join_next().await;
                }
                self.take_up(letter, &told, &mut under_way);
            }
            while under_way.join_next().await.is_some() {}
        };
        if tokio::time::timeout(grace, rest).await.is_err() {
            let lost = under_way.len() + letters.len();
            tracing::warn!(lost, "messages were not carried before the end");
        }
    }

    fn take_up(self: &Arc<Self>, letter: Letter, stopping: &watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
        let mut random = [0; 16];
        self.chance.fill(&mut random);
        let id = random.iter().fold("msg_".to_owned(), |id, byte| format!("{id}{byte:02x}"));
        let errand = Errand { letter, id, at: (self.clock)() };
        let (carrier, stopping) = (Arc::clone(self), stopping.clone());
        tasks.spawn(async move { carrier.see_through(&errand, stopping).await });
    }

    async fn see_through(&self, errand: &Errand, mut stopping: watch::Receiver<bool>) {
        let (name, way) = match errand.letter.to {
            Address::Email(_) => ("email", &self.email),
            Address::Phone(_) => ("sms", &self.phone),
        };
        let Some(way) = way else { return };
        let mut pauses = PAUSES.into_iter();
        let why = loop {
            let outcome = {
                // The semaphore is never closed.
                let _turn = self.turns.acquire().await;
                way.carry(errand).await
            };
            match (outcome, pauses.next()) {
                (Ok(()), _) => return counted(name, "sent"),
                (Err(NotCarried::Later(why)), Some(pause)) => {
                    tracing::debug!(way = name, why, "a message is tried again");
                    let stopped = tokio::time::timeout(pause, stopping.wait_for(|stop| *stop)).await.is_ok();
                    if stopped {
                        tokio::time::sleep(pause.min(LAST_PAUSE)).await;
                    }
                }
                (Err(NotCarried::Later(why) | NotCarried::Never(why)), _) => break why,
            }
        };
        tracing::warn!(way = name, why, "a message was not carried");
        counted(name, "failed");
    }
}

fn counted(way: &'static str, outcome: &'static str) {
    metrics::counter!("portico_messages_sent_total", "way" => way, "outcome" => outcome).increment(1);
}

#[cfg(test)]
#[path = "carry_tests.rs"]
mod tests;
