//! What was asked, answered and closed, in the order in which it was seen.

use crate::time::Time;

/// Scopes that take consent, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Scopes(pub(crate) u8);

/// The scopes of the run's apps that take consent.
pub(crate) const SCOPES: [&str; 2] = ["profile.basic", "email.verified"];

impl Scopes {
    /// Those named in a scope parameter.
    pub(crate) fn read(text: &str) -> Self {
        let held = |name: &str| text.split(' ').any(|word| word == name);
        Self(SCOPES.iter().enumerate().map(|(bit, name)| u8::from(held(name)) << bit).sum())
    }

    /// Each by itself.
    pub(crate) fn each(self) -> impl Iterator<Item = Self> {
        (0..SCOPES.len()).map(|bit| Self(1 << bit)).filter(move |one| self.0 & one.0 != 0)
    }

    /// Those that are not in `other`.
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// As a scope parameter writes them.
    pub(crate) fn names(self) -> String {
        let names = SCOPES.iter().enumerate().filter(|(bit, _)| self.0 & (1 << bit) != 0);
        names.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    }
}

/// What can be closed. Numbers are the run's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// A session, for good.
    Session(u32),
    /// One launch token, for good.
    Token(u32),
    /// An app, until it is resumed.
    App(usize),
    /// One scope that a person has granted an app, until it is granted again.
    Grant {
        /// Whose.
        person: u32,
        /// Which app's.
        app: usize,
        /// The one scope.
        scope: Scopes,
    },
}

/// How something was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum How {
    /// `DELETE /v1/me/sessions/current`.
    SignedOut,
    /// The host's refresh token was revoked.
    RefreshRevoked,
    /// One launch token was revoked.
    TokenRevoked,
    /// `DELETE` or `PATCH /v1/me/apps/{app}`.
    Withdrawn,
    /// The operator suspended the app.
    Suspended,
    /// The operator ended the person's sessions.
    SessionsEnded,
    /// The operator erased the person.
    Erased,
}

/// What a launch token hangs on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// Its session.
    pub(crate) session: u32,
    /// The person of that session.
    pub(crate) person: u32,
    /// Its app.
    pub(crate) app: usize,
}

/// How a question was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Introspection.
    Introspected,
    /// Userinfo; a claim that is shown stands for its scope.
    Revealed,
    /// The launch that made the token.
    Launched,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Good, for these scopes.
    Active(Scopes),
    /// Not good, for whatever reason.
    Inactive,
    /// The node could not be sure (503), or could not at all (other 5xx, 429).
    Unavailable,
    /// No answer came.
    Lost,
}

/// A closing call that answered 2xx.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closing {
    /// How.
    pub(crate) how: How,
    /// The node that answered.
    pub(crate) node: usize,
    /// When the first call was sent.
    pub(crate) first: Time,
    /// When the call was sent that was answered.
    pub(crate) sent: Time,
    /// When the answer was there.
    pub(crate) at: Time,
}

/// A question, and what came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    /// The token that it was about.
    pub(crate) token: u32,
    /// How it was asked.
    pub(crate) manner: Manner,
    /// Whom.
    pub(crate) node: usize,
    /// A moment before it was sent.
    pub(crate) sent: Time,
    /// A moment after the answer had come.
    pub(crate) at: Time,
    /// The answer.
    pub(crate) answer: Answer,
}

/// One line of the history.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Record {
    /// This is closed; a call may close several things.
    Closed(What, Closing),
    /// A call is about to be sent that opens this again.
    Opening(What, Time),
    /// Whether that call did, or when it will, cannot be known: nothing is said about this any more.
    Doubtful(What),
    /// Now it can be known again.
    Certain(What),
    /// A question was answered, or given up.
    Asked(Question),
}

/// Everything that was seen.
#[derive(Default)]
pub(crate) struct History {
    /// The launch tokens; their index is their number.
    pub(crate) tokens: Vec<Token>,
    /// The lines, in the order in which they were seen.
    pub(crate) records: Vec<Record>,
}

impl History {
    /// Takes up a token and gives its number.
    pub(crate) fn token(&mut self, token: Token) -> u32 {
        self.tokens.push(token);
        u32::try_from(self.tokens.len() - 1).unwrap_or(u32::MAX)
    }

    /// The closing calls, each once, whatever it closed.
    pub(crate) fn closings(&self) -> impl Iterator<Item = &Closing> {
        let mut last = None;
        self.records.iter().filter_map(move |record| {
            let Record::Closed(_, closing) = record else { return None };
            let call = (closing.how, closing.sent, closing.at);
            (last.replace(call) != Some(call)).then_some(closing)
        })
    }

    /// The questions.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.records.iter().filter_map(|record| match record {
            Record::Asked(question) => Some(question),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_written() {
        let both = Scopes::read("openid email.verified profile.basic");
        assert_eq!(both.names(), "profile.basic email.verified");
        assert_eq!(both.each().count(), 2);
        assert_eq!(both.without(Scopes::read("profile.basic")).names(), "email.verified");
        assert_eq!(Scopes::read("openid email"), Scopes(0));
    }
}
