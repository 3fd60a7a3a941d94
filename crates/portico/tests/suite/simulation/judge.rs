//! Whether a history keeps the closing rule.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use super::history::{App, Call, Deed, Entry, Line, Person, Said, Session, Token};

/// What a history that keeps the rule is made of: how much it proves.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Closing calls that answered 2xx.
    pub closed: usize,
    /// Questions answered *active*.
    pub active: usize,
    /// Questions about something closed, asked after the closing call had answered, and answered so.
    pub seen_closed: usize,
    /// Questions that were refused for want of a lease, or not answered at all.
    pub unanswered: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.closed += other.closed;
        self.active += other.active;
        self.seen_closed += other.seen_closed;
        self.unanswered += other.unanswered;
    }
}

/// A question that was answered as before a closing call that had answered when it was sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    /// The question.
    pub question: Call,
    /// The closing call.
    pub closing: Call,
    /// Where in the history the question is answered.
    pub place: usize,
}

struct Closed {
    call: Call,
    sent: usize,
    answered: usize,
    deed: Deed,
}

struct Opened {
    deed: Deed,
    /// When it had its whole effect or none; none while that is not known.
    settled: Option<usize>,
}

#[derive(Default)]
struct Judge {
    /// Whose, where that is known, and since when.
    sessions: BTreeMap<Session, (Option<Person>, usize)>,
    /// Those whom somebody tried to erase.
    erased: BTreeSet<Person>,
    tokens: BTreeMap<Token, (Session, App)>,
    calls: BTreeMap<Call, (usize, Deed)>,
    closed: Vec<Closed>,
    opened: BTreeMap<Call, Opened>,
    tally: Tally,
}

/// What a question is about.
struct About {
    session: Session,
    app: Option<App>,
    token: Option<Token>,
}

/// Reads the history and answers with what it proves, or with the first answer that breaks the rule.
pub fn judge(history: &[Line]) -> Result<Tally, Violation> {
    let mut judge = Judge::default();
    for (place, line) in history.iter().enumerate() {
        match &line.entry {
            Entry::Began(session, person) => {
                // Whoever comes back after being erased is somebody else.
                let person = Some(*person).filter(|person| !judge.erased.contains(person));
                judge.sessions.insert(*session, (person, place));
            }
            Entry::Issued(token, session, app) => drop(judge.tokens.insert(*token, (*session, *app))),
            Entry::Sent(call, _, deed) => {
                if !deed.asks() && !deed.closes() {
                    judge.opened.insert(*call, Opened { deed: deed.clone(), settled: None });
                }
                judge.erased.extend(match deed {
                    Deed::Erase(person) => Some(*person),
                    Deed::Go(session) => judge.sessions[session].0,
                    _ => None,
                });
                judge.calls.insert(*call, (place, deed.clone()));
            }
            Entry::Answered(call, said) => judge.answered(place, *call, said)?,
            Entry::Chaos(_) => {}
        }
    }
    Ok(judge.tally)
}

impl Judge {
    fn answered(&mut self, place: usize, call: Call, said: &Said) -> Result<(), Violation> {
        let (sent, deed) = self.calls[&call].clone();
        if let Some(opened) = self.opened.get_mut(&call) {
            // Without a clear answer it may still come into effect, at any time.
            let clear = matches!(said, Said::Done) || matches!(said, Said::Refused(status) if *status < 500);
            opened.settled = clear.then_some(place);
        } else if deed.closes() {
            if *said == Said::Done {
                self.tally.closed += 1;
                self.closed.push(Closed { call, sent, answered: place, deed });
            }
        } else {
            self.question((sent, place), call, &deed, said)?;
        }
        Ok(())
    }

    fn question(
        &mut self,
        (sent, place): (usize, usize),
        call: Call,
        deed: &Deed,
        said: &Said,
    ) -> Result<(), Violation> {
        let about = self.about(deed);
        let before = || self.closed.iter().filter(|closed| closed.answered < sent);
        match said {
            Said::Active(scope) => {
                let broken = before().find(|closed| self.forbids(closed, &about, Some(scope)));
                if let Some(closed) = broken {
                    return Err(Violation { question: call, closing: closed.call, place });
                }
                self.tally.active += 1;
            }
            Said::Nothing | Said::Refused(500..) => self.tally.unanswered += 1,
            Said::Done | Said::Inactive | Said::Refused(_) => {
                let closed = before().any(|closed| self.forbids(closed, &about, None));
                self.tally.seen_closed += usize::from(closed);
            }
        }
        Ok(())
    }

    fn about(&self, deed: &Deed) -> About {
        match deed {
            Deed::Introspect(token) | Deed::Reveal(token) => {
                let (session, app) = self.tokens[token];
                About { session, app: Some(app), token: Some(*token) }
            }
            Deed::Launch(session, app) => About { session: *session, app: Some(*app), token: None },
            Deed::Look(session) => About { session: *session, app: None, token: None },
            other => panic!("{other:?} is no question"),
        }
    }

    /// Whether what is asked about is closed by this; or, with scopes, whether these are too many.
    fn forbids(&self, closed: &Closed, about: &About, scope: Option<&str>) -> bool {
        let (person, began) = self.sessions[&about.session];
        match &closed.deed {
            Deed::SignOut(session) | Deed::Revoke(session) => about.session == *session,
            Deed::EndOthers(session) => {
                let same = person.is_some() && person == self.sessions[session].0;
                same && about.session != *session && began < closed.sent
            }
            Deed::Go(session) => person.is_some() && person == self.sessions[session].0,
            Deed::RevokeToken(token) => about.token == Some(*token),
            Deed::EndAll(whose) => person == Some(*whose) && began < closed.sent,
            Deed::Suspend(whose) | Deed::Erase(whose) => person == Some(*whose),
            Deed::SuspendApp(app) => {
                about.app == Some(*app) && self.stays(closed, |deed| *deed == Deed::ResumeApp(*app))
            }
            Deed::Keep(session, app, kept) => {
                let granted = |deed: &Deed| matches!(deed, Deed::Grant(by, for_app) if for_app == app && self.sessions[by].0 == person);
                let beyond = |scope: &str| {
                    scope.split(' ').any(|scope| {
                        !matches!(scope, "" | "openid") && !kept.iter().any(|kept| kept == scope)
                    })
                };
                person.is_some()
                    && self.sessions[session].0 == person
                    && about.app == Some(*app)
                    && scope.is_some_and(beyond)
                    && self.stays(closed, granted)
            }
            _ => false,
        }
    }

    /// Whether everything that opens it again had its effect before the closing call was sent.
    fn stays(&self, closed: &Closed, opens: impl Fn(&Deed) -> bool) -> bool {
        self.opened
            .values()
            .filter(|opened| opens(&opened.deed))
            .all(|opened| opened.settled.is_some_and(|settled| settled < closed.sent))
    }
}
