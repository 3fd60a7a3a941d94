//! Telling: what an event means to one who listens, if it means anything to them.

use crate::id::{ClientId, SessionId, TokenId, UserId};
use crate::moment::{Moment, Span};
use crate::noun::event::{Event, Happening};
use crate::noun::session::EndReason;
use crate::scope::ScopeSet;

/// How far back a listener is told what happened who was not there, or was away too long.
pub const TOLD_BACK: Span = Span::minutes(30);

/// Who listens with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The token's client.
    pub client: ClientId,
    /// The person.
    pub user: UserId,
    /// The session that the token hangs on.
    pub session: SessionId,
    /// The token itself.
    pub token: TokenId,
}

/// What a listener is told. Ids are inner ones still; the wire shows each client its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The listener's session is over; nothing follows.
    SessionExpired {
        /// Which one.
        session: SessionId,
        /// Why, as far as the listener may know.
        reason: EndReason,
        /// When.
        at: Moment,
    },
    /// The person's consent for an app is another than before.
    ConsentChanged {
        /// Which app.
        app: ClientId,
        /// Everything it may see now.
        scope: ScopeSet,
        /// What it may no longer see.
        removed: ScopeSet,
    },
    /// Some of the person's claims are others than before.
    ProfileChanged {
        /// The names of those that the listener may see.
        claims: Vec<String>,
    },
    /// The listener's token is no longer good; nothing follows.
    TokenExpired,
    /// A session in which the app was entered is over.
    SessionEnded {
        /// Which one.
        session: SessionId,
    },
    /// What the app may see of a person is another than before.
    GrantChanged {
        /// Whose.
        user: UserId,
        /// Everything it may see now.
        scope: ScopeSet,
    },
    /// No token is good that names a person by this OpenID of the app's.
    OpenIdUndone {
        /// The OpenID, sealed for the app.
        open_id: Vec<u8>,
    },
    /// A token of the app's was revoked by itself.
    TokenRevoked {
        /// Its `jti`.
        token: TokenId,
    },
    /// The app is suspended; nothing follows.
    AppSuspended,
    /// Another key signs from now on, or will soon.
    KeysRotated,
}

impl Told {
    /// Whether nothing follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::SessionExpired { .. } | Self::TokenExpired | Self::AppSuspended)
    }
}

/// What an event is about, as far as that says who may have to be told of it.
///
/// Whoever is told something by [`for_host`], [`for_app`] or [`for_feed`] listens for a topic of the
/// event. The reverse need not hold: a topic may bring an event that means nothing to the listener.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Anything at all.
    Anything,
    /// One session.
    Session(SessionId),
    /// What a person allows and what is known of them, in whichever session.
    Person(UserId),
    /// One token.
    Token(TokenId),
    /// An app's own standing.
    Standing(ClientId),
    /// The tokens of one client, whoever they are about.
    TokensOf(ClientId),
    /// The keys that sign.
    Keys,
}

/// Everything that an event is about.
pub fn topics(what: &Happening) -> Vec<Topic> {
    let mut topics = vec![Topic::Anything];
    match what {
        Happening::SessionEnded { session, clients, .. } => {
            topics.push(Topic::Session(*session));
            topics.extend(clients.iter().cloned().map(Topic::TokensOf));
        }
        Happening::ConsentChanged { user, app, .. } | Happening::OpenIdUndone { user, app, .. } => {
            topics.extend([Topic::Person(*user), Topic::TokensOf(app.clone())]);
        }
        Happening::ProfileChanged { user, .. } => topics.push(Topic::Person(*user)),
        Happening::TokenRevoked { client, token } => {
            topics.extend([Topic::Token(*token), Topic::TokensOf(client.clone())]);
        }
        Happening::AppSuspended { app } => topics.push(Topic::Standing(app.clone())),
        Happening::KeysRotated => topics.push(Topic::Keys),
    }
    topics
}

/// What a host listens for, for the sake of [`for_host`].
pub fn topics_of_host(listener: &Listener) -> Vec<Topic> {
    vec![Topic::Session(listener.session), Topic::Person(listener.user), Topic::Token(listener.token)]
}

/// What an app listens for with a launch token, for the sake of [`for_app`].
pub fn topics_of_app(listener: &Listener) -> Vec<Topic> {
    let mut topics = topics_of_host(listener);
    topics.push(Topic::Standing(listener.client.clone()));
    topics
}

/// What an app's back end listens for, for the sake of [`for_feed`].
pub fn topics_of_feed(client: &ClientId) -> Vec<Topic> {
    vec![Topic::TokensOf(client.clone()), Topic::Standing(client.clone()), Topic::Keys]
}

/// What a host hears of its person: the end of this session, and every change of consent or profile.
pub fn for_host(event: &Event, listener: &Listener) -> Option<Told> {
    match &event.what {
        Happening::SessionEnded { session, reason, .. } if *session == listener.session => {
            Some(Told::SessionExpired { session: *session, reason: *reason, at: event.at })
        }
        Happening::ConsentChanged { user, app, scope, removed } if *user == listener.user => {
            Some(Told::ConsentChanged { app: app.clone(), scope: scope.clone(), removed: removed.clone() })
        }
        Happening::ProfileChanged { user, claims } if *user == listener.user => {
            Some(Told::ProfileChanged { claims: claims.clone() })
        }
        Happening::TokenRevoked { token, .. } if *token == listener.token => Some(Told::TokenExpired),
        _ => None,
    }
}

/// What an app hears through a launch token: what concerns itself, of what `granted` opens now.
pub fn for_app(event: &Event, listener: &Listener, granted: &ScopeSet) -> Option<Told> {
    match &event.what {
        Happening::SessionEnded { session, reason, .. } if *session == listener.session => {
            Some(Told::SessionExpired { session: *session, reason: reason.for_app(), at: event.at })
        }
        Happening::ConsentChanged { user, app, scope, removed }
            if *user == listener.user && *app == listener.client =>
        {
            Some(Told::ConsentChanged { app: app.clone(), scope: scope.clone(), removed: removed.clone() })
        }
        Happening::ProfileChanged { user, claims } if *user == listener.user => {
            let open = |claim: &&String| opened_by(claim).is_some_and(|scope| granted.has(scope));
            let claims: Vec<_> = claims.iter().filter(open).cloned().collect();
            (!claims.is_empty()).then_some(Told::ProfileChanged { claims })
        }
        Happening::TokenRevoked { token, .. } if *token == listener.token => Some(Told::TokenExpired),
        Happening::AppSuspended { app } if *app == listener.client => Some(Told::TokenExpired),
        _ => None,
    }
}

/// What an app's back end hears: whatever makes a token of the app's good for less than before.
pub fn for_feed(event: &Event, client: &ClientId) -> Option<Told> {
    match &event.what {
        Happening::SessionEnded { session, clients, .. } if clients.contains(client) => {
            Some(Told::SessionEnded { session: *session })
        }
        Happening::ConsentChanged { user, app, scope, .. } if app == client => {
            Some(Told::GrantChanged { user: *user, scope: scope.clone() })
        }
        Happening::OpenIdUndone { app, open_id, .. } if app == client => {
            Some(Told::OpenIdUndone { open_id: open_id.clone() })
        }
        Happening::TokenRevoked { client: of, token } if of == client => {
            Some(Told::TokenRevoked { token: *token })
        }
        Happening::AppSuspended { app } if app == client => Some(Told::AppSuspended),
        Happening::KeysRotated => Some(Told::KeysRotated),
        _ => None,
    }
}

/// The scope that opens a claim.
fn opened_by(claim: &str) -> Option<&'static str> {
    match claim {
        "name" | "picture" => Some("profile.basic"),
        "email" | "email_verified" => Some("email.verified"),
        "phone_number" | "phone_number_verified" => Some("phone.verified"),
        "addresses" => Some("address.list"),
        "address" => Some("address"),
        "payment_methods" => Some("payment.methods"),
        "kyc" => Some("kyc.status"),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tell_tests.rs"]
mod tests;
