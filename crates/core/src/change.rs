//! Every change that can be committed, and every guard under which it may be.
//!
//! A rule answers with a list of these; a store applies the whole list or none of it. A guard
//! changes nothing: it fails the list if what the rule relied on is no longer so.

use crate::id::{ClientId, ConnectionId, DeliveryId, FamilyId, NodeId, SessionId, TokenId, UserId};
use crate::moment::Moment;
use crate::noun::agreement::Agreement;
use crate::noun::audit::AuditEntry;
use crate::noun::catalogue::CatalogueEntry;
use crate::noun::challenge::Challenge;
use crate::noun::client::Client;
use crate::noun::closing::Closing;
use crate::noun::code::{Code, CodeUse};
use crate::noun::connection::Connection;
use crate::noun::consent::{ConsentEntry, ConsentRequest, Words};
use crate::noun::delivery::{Delivery, DeliveryState};
use crate::noun::developer::Developer;
use crate::noun::event::Happening;
use crate::noun::family::Family;
use crate::noun::key::SigningKeyRecord;
use crate::noun::link::Link;
use crate::noun::passkey::Passkey;
use crate::noun::person::{Handle, Person};
use crate::noun::session::{EndReason, Session};
use crate::noun::ticket::{LinkCode, LinkTicket};
use crate::noun::wechat::{AppToken, SessionKey};
use crate::scope::Scope;

/// One change, in the past tense, or one guard.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Guard: the session has not been ended and expires after this moment.
    SessionHeld {
        /// The session relied on.
        session: SessionId,
        /// The moment of the decision.
        now: Moment,
    },
    /// Guard: exactly this many clients have been recorded in the session.
    ClientsCounted {
        /// The session.
        session: SessionId,
        /// How many clients the rule saw.
        count: usize,
    },
    /// Guard: the person has exactly this many passkeys.
    PasskeysCounted {
        /// Whose.
        user: UserId,
        /// How many the rule saw.
        count: usize,
    },
    /// Guard: the person is neither blocked nor erased.
    PersonHeld {
        /// The person relied on.
        user: UserId,
    },
    /// Guard: the person's password hash is still this one.
    PasswordHeld {
        /// Whose.
        user: UserId,
        /// The PHC string that was read; none where there was no password.
        hash: Option<String>,
    },
    /// Guard: the client is registered and not suspended.
    ClientHeld {
        /// The client relied on.
        client: ClientId,
    },
    /// Guard: the person has exactly this many links.
    LinksCounted {
        /// The person.
        user: UserId,
        /// How many links the rule saw.
        count: usize,
    },
    /// Guard: the app has never been told an OpenID of the person, and is told none before this list is
    /// applied. Waits for every list that holds [`Change::OpenIdHeld`] for the person, and they for it.
    OpenIdUnissued {
        /// The person.
        user: UserId,
        /// The app.
        app: ClientId,
    },
    /// Guard: whether the person's OpenID at the app came from elsewhere is still so.
    OpenIdHeld {
        /// The person.
        user: UserId,
        /// The app.
        app: ClientId,
        /// Whether the rule saw one that came from elsewhere.
        imported: bool,
    },

    /// A developer was registered, or its name changed.
    DeveloperRegistered(Developer),
    /// A client was registered. Taken if one of that id is there.
    ClientRegistered(Box<Client>),
    /// A client was replaced by this version of itself. Conflicts if none of that id is there,
    /// or if the one there is not the version that was read.
    ClientRewritten {
        /// The version that the rule read.
        before: Box<Client>,
        /// The version from now on.
        after: Box<Client>,
    },
    /// A client was removed, with its consents, standing decisions, questions, codes, families and
    /// entries in sessions. Conflicts if there is none.
    ClientRemoved {
        /// Which one.
        client: ClientId,
    },
    /// A scope was put into the catalogue, or its words changed.
    ScopeRegistered(CatalogueEntry),
    /// A connection was registered. Taken if one of that id is there.
    ConnectionRegistered(Box<Connection>),
    /// A connection was replaced by this version of itself. Conflicts if the one there is not the
    /// version that was read.
    ConnectionRewritten {
        /// The version that the rule read.
        before: Box<Connection>,
        /// The version from now on.
        after: Box<Connection>,
    },
    /// A connection was removed; links made by it stay. Conflicts if there is none.
    ConnectionRemoved {
        /// Which one.
        connection: ConnectionId,
    },

    /// A person was created, with the handles that find them. Taken if a handle belongs to
    /// another person, unless that one is unverified and this one verified.
    PersonCreated {
        /// The account.
        person: Person,
        /// Its handles.
        handles: Vec<Handle>,
    },
    /// A person's profile and handles were replaced. Conflicts if the sealed profile there is
    /// not the one that was read; taken as for [`Change::PersonCreated`].
    ProfileRewritten {
        /// Whose.
        user: UserId,
        /// The sealed profile that was read.
        before: Vec<u8>,
        /// The sealed profile from now on.
        after: Vec<u8>,
        /// The handles from now on.
        handles: Vec<Handle>,
    },
    /// A person's picture was put in the place of any before it. Conflicts if the person is erased
    /// or unknown.
    AvatarSet {
        /// Whose.
        user: UserId,
        /// The picture, sealed.
        sealed: Vec<u8>,
    },
    /// A person's picture was removed; where there is none, nothing happens.
    AvatarRemoved {
        /// Whose.
        user: UserId,
    },
    /// A person's password hash was replaced. Conflicts if the person is erased or unknown.
    PasswordSet {
        /// Whose.
        user: UserId,
        /// The new PHC string.
        hash: String,
    },
    /// A person may not sign in from this moment on, or may again. Conflicts if there is no such person.
    PersonBlocked {
        /// Who.
        user: UserId,
        /// Since when; none lifts it.
        at: Option<Moment>,
    },
    /// A person was erased: key, profile, picture, password, handles, links, passkeys, consents,
    /// questions, challenges, uses of apps and labels are gone. Once erased, doing so again keeps the first moment.
    /// Conflicts if there is
    /// no such person.
    PersonErased {
        /// Who.
        user: UserId,
        /// When.
        at: Moment,
    },
    /// An identity elsewhere was tied to a person. Taken if it is tied already, or if it is an OpenID at an
    /// app where the person has one from elsewhere.
    Linked(Link),
    /// An identity elsewhere is no longer this person's; that it was is kept until they are erased.
    /// Conflicts if it is not tied to them.
    Unlinked {
        /// The issuer.
        issuer: String,
        /// The keyed hash of the subject there.
        subject_index: [u8; 32],
        /// The person.
        user: UserId,
        /// When.
        at: Moment,
    },
    /// One app may learn another's OpenIDs of the same people; again changes nothing.
    AgreementRegistered(Agreement),
    /// An agreement ended. Conflicts if there is none.
    AgreementEnded {
        /// The app that asked.
        from: ClientId,
        /// The app whose OpenIDs were answered.
        to: ClientId,
    },
    /// A link ticket was issued.
    LinkTicketIssued(LinkTicket),
    /// A ticket was opened in a browser. Conflicts if it was before, or was used.
    LinkTicketOpened {
        /// Which ticket.
        digest: [u8; 32],
        /// SHA-256 of the cookie given.
        cookie_digest: [u8; 32],
    },
    /// A ticket was opened again in its browser: what was proved is forgotten, and the first connection is next.
    /// Conflicts if nobody had opened it, a code was given, or it was used.
    LinkTicketReopened {
        /// Which ticket.
        digest: [u8; 32],
    },
    /// One more identity was proved. Conflicts unless exactly `step` had been before, no code was given, and the
    /// ticket was not used.
    LinkTicketProved {
        /// Which ticket.
        digest: [u8; 32],
        /// How many the rule saw.
        step: u32,
        /// Everything proved, this one included, sealed.
        sealed: Vec<u8>,
        /// The code, where this was the last one.
        code: Option<LinkCode>,
    },
    /// A ticket was completed, or given up. Conflicts if it was before.
    LinkTicketUsed {
        /// Which ticket.
        digest: [u8; 32],
        /// When.
        at: Moment,
    },
    /// A `session_key` became current. Conflicts unless the generation before it is current, or there is
    /// none and this is the first.
    SessionKeyTurned(SessionKey),
    /// The current `session_key` was given in this session. Conflicts unless this generation is current.
    SessionKeyGiven {
        /// The app.
        app: ClientId,
        /// The person.
        user: UserId,
        /// The generation given.
        generation: u32,
        /// The session.
        session: SessionId,
    },
    /// An app's own access token became current. Conflicts as [`Change::SessionKeyTurned`] does.
    AppTokenTurned(AppToken),

    /// An assertion was used. Taken if it was used before.
    AssertionUsed {
        /// SHA-256 of issuer and `jti`.
        digest: [u8; 32],
        /// When it would have expired; the memory of it may go then.
        until: Moment,
    },

    /// A challenge was put to somebody. Taken if there is one of that digest.
    ChallengeSent(Challenge),
    /// A wrong answer was given. Conflicts unless exactly one fewer was counted before and the
    /// challenge is open.
    ChallengeTried {
        /// Which challenge.
        digest: [u8; 32],
        /// How many wrong answers there are now.
        tries: u32,
    },
    /// A challenge was answered. Conflicts if it was before, if there is none, or if other wrong
    /// answers were counted meanwhile: guesses sent side by side are looked at one by one.
    ChallengeAnswered {
        /// Which challenge.
        digest: [u8; 32],
        /// How many wrong answers the rule saw.
        tries: u32,
        /// When.
        at: Moment,
    },

    /// A passkey was added. Taken if there is one of that digest, whoever's it is.
    PasskeyAdded(Passkey),
    /// A passkey was used. Conflicts unless the sealed credential there is the one that was read, so
    /// that no two uses build on one counter.
    PasskeyUsed {
        /// Which passkey.
        digest: [u8; 32],
        /// The sealed credential that was read.
        before: Vec<u8>,
        /// The sealed credential from now on.
        after: Vec<u8>,
        /// When.
        at: Moment,
    },
    /// A passkey was given another name. Conflicts if the person has none of that digest.
    PasskeyRenamed {
        /// Which passkey.
        digest: [u8; 32],
        /// Whose.
        user: UserId,
        /// The name, sealed.
        sealed_name: Vec<u8>,
    },
    /// A passkey was removed. Conflicts if the person has none of that digest.
    PasskeyRemoved {
        /// Which passkey.
        digest: [u8; 32],
        /// Whose.
        user: UserId,
    },

    /// A session began.
    SessionStarted(Session),
    /// The person of a live session proved again who they are. Conflicts if it is over by then.
    SessionReauthenticated {
        /// Which session.
        session: SessionId,
        /// When.
        at: Moment,
        /// How the person did (RFC 8176), in place of what the session said before.
        method: String,
        /// SHA-256 of the browser's new cookie; none keeps what there is.
        cookie_digest: Option<[u8; 32]>,
        /// When the session expires now.
        expires_at: Moment,
    },
    /// A session was used. Nothing happens if it is over, or was used later already.
    SessionTouched {
        /// Which session.
        session: SessionId,
        /// When.
        used_at: Moment,
        /// When it expires now.
        expires_at: Moment,
    },
    /// A session ended. Conflicts if it is over already.
    SessionEnded {
        /// Which one.
        session: SessionId,
        /// When.
        at: Moment,
        /// Why.
        reason: EndReason,
    },
    /// A client was launched or signed in to in a session, for the first time there.
    /// Once recorded, recording it again changes nothing.
    ClientEntered {
        /// The session.
        session: SessionId,
        /// The client.
        client: ClientId,
        /// When.
        at: Moment,
    },
    /// A person used an app; only the latest use is kept, and none of an erased person.
    AppUsed {
        /// Who.
        user: UserId,
        /// Which app.
        app: ClientId,
        /// When.
        at: Moment,
    },

    /// A person decided about one scope of one app: the standing decision and a line of history.
    ConsentDecided(ConsentEntry),
    /// Nobody's decision about one scope of an app stands any more: it is asked anew. Where it was granted, a
    /// withdrawn line of history says so; questions of the app that nobody has answered are gone.
    ScopeReopened {
        /// Which app.
        app: ClientId,
        /// Which scope.
        scope: Scope,
        /// When.
        at: Moment,
        /// What the lines of history say beside it.
        words: Words,
    },
    /// A question was put to a person.
    ConsentAsked(ConsentRequest),
    /// A question was opened in a browser. Conflicts if it was opened or answered before.
    ConsentOpened {
        /// Which question.
        digest: [u8; 32],
        /// SHA-256 of the cookie given.
        cookie_digest: [u8; 32],
    },
    /// A question was answered. Conflicts if it was answered before.
    ConsentClosed {
        /// Which question.
        digest: [u8; 32],
        /// When.
        at: Moment,
    },

    /// A code was issued.
    CodeIssued(Code),
    /// A code was redeemed. Conflicts if it was before.
    CodeUsed {
        /// Which code.
        digest: [u8; 32],
        /// What it gave.
        gave: CodeUse,
    },
    /// A family of refresh tokens began.
    FamilyStarted(Family),
    /// The next generation of a family became current. Conflicts unless the generation before
    /// it is current and the family is not revoked.
    FamilyRotated {
        /// Which family.
        family: FamilyId,
        /// The generation that is current from now on.
        generation: u32,
        /// When.
        at: Moment,
    },
    /// A family of refresh tokens was revoked; once revoked, doing so again changes nothing.
    FamilyRevoked {
        /// Which family.
        family: FamilyId,
        /// When.
        at: Moment,
    },
    /// One access token was revoked; once revoked, doing so again changes nothing.
    TokenRevoked {
        /// Its `jti`.
        token: TokenId,
        /// When it would have expired; the memory of it may go then.
        until: Moment,
    },

    /// Something happened that hosts or back ends are told.
    Happened {
        /// When.
        at: Moment,
        /// What.
        what: Happening,
    },
    /// A logout message was put into the outbox. None has it if its owner is not written down as a node.
    DeliveryQueued(Delivery),
    /// A delivery was tried, or put back by hand. Conflicts if there is none.
    DeliveryTried {
        /// Which one.
        delivery: DeliveryId,
        /// How many attempts have failed now.
        attempts: u32,
        /// When it is tried next.
        next_at: Moment,
        /// Where it stands now.
        state: DeliveryState,
        /// Why the attempt failed, if it did.
        error: Option<String>,
    },

    /// A node took over a delivery that none has. Conflicts if another has it, if there is no such delivery,
    /// or if the node is not written down: what it had would be let go by nobody.
    DeliveryClaimed {
        /// Which delivery.
        delivery: DeliveryId,
        /// Who delivers it from now on.
        by: NodeId,
    },
    /// Something is no longer true in the memory of every node. It is numbered in commit order, without
    /// gaps, and kept as long as events are. An engine for one node keeps none.
    Closed {
        /// When.
        at: Moment,
        /// What to forget.
        what: Closing,
    },

    /// A signing key was made.
    KeyMade(SigningKeyRecord),
    /// A signing key will be withdrawn at this moment. Conflicts if there is none.
    KeyRetired {
        /// Which key.
        kid: String,
        /// When it is no longer published.
        at: Moment,
    },
    /// A secret of the house, wrapped, was stored under a name. Taken if there is one.
    SecretStored {
        /// Its name.
        name: String,
        /// The wrapped secret.
        wrapped: Vec<u8>,
    },

    /// An operator did something, or looked at what is personal: a line of the audit trail.
    Audited(AuditEntry),

    /// Everything whose time has passed was cleared away. A list that holds nothing else may be
    /// applied in several steps, with other lists in between.
    Swept(Sweep),
}

/// The moments before which each kind of passing thing is cleared away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// Codes, revoked tokens and used assertions that expired before this; a used code stays until the token
    /// that it gave has expired too.
    pub spent_before: Moment,
    /// Questions, challenges, link tickets and signing keys that expired before this; a ticket stays until its
    /// code has expired too.
    pub expired_before: Moment,
    /// Events and closings from before this.
    pub events_before: Moment,
    /// Ended sessions, their clients and families, and delivered messages, from before this.
    pub ended_before: Moment,
}

impl Change {
    /// The session that the change ends, if it ends one.
    pub fn ends_session(&self) -> Option<SessionId> {
        match self {
            Self::SessionEnded { session, .. } => Some(*session),
            _ => None,
        }
    }
}
