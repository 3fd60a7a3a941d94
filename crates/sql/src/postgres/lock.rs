//! What a list of changes locks before anything else, so that nothing it relies on or clears away
//! can change until it has committed.
//!
//! `read committed` shows a statement what others have committed by then; it is the row of the
//! client, the person or the session that makes two lists take turns. Every list takes all its rows
//! at once: clients, then people, then sessions, each kind in the order of ids, and at once as
//! strongly as any of its changes needs. A list that held a row with others and later wanted it for
//! itself would wait for another one that wants the same, and neither could go on.

use std::collections::{BTreeMap, BTreeSet};

use portico_core::Change;
use portico_core::id::{ClientId, NodeId, SessionId, UserId};
use portico_core::noun::link::app_of;

use super::statement::{Db, Read, run};
use super::value::values;

/// How a row is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    /// With others who rely on it.
    Shared,
    /// Alone.
    Alone,
}

use Hold::{Alone, Shared};

/// The rows that a list holds from its beginning to its commit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Locks {
    clients: BTreeMap<ClientId, Hold>,
    people: BTreeMap<UserId, Hold>,
    sessions: BTreeMap<SessionId, Hold>,
    /// Nodes that take a delivery: none of them is struck out meanwhile.
    nodes: BTreeSet<NodeId>,
}

fn take<K: Ord>(rows: &mut BTreeMap<K, Hold>, key: K, hold: Hold) {
    let there = rows.entry(key).or_insert(hold);
    *there = hold.max(*there);
}

impl Locks {
    /// What this list needs.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut locks = Self::default();
        changes.iter().for_each(|change| locks.add(change));
        locks
    }

    fn client(&mut self, client: &ClientId, hold: Hold) {
        take(&mut self.clients, client.clone(), hold);
    }

    fn person(&mut self, user: UserId, hold: Hold) {
        take(&mut self.people, user, hold);
    }

    fn session(&mut self, session: SessionId, hold: Hold) {
        take(&mut self.sessions, session, hold);
    }

    fn add(&mut self, change: &Change) {
        match change {
            Change::ClientHeld { client } => self.client(client, Shared),
            Change::ClientRewritten { before, .. } => self.client(&before.id, Alone),
            Change::ClientRemoved { client } => self.client(client, Alone),

            Change::PersonHeld { user } | Change::PasswordHeld { user, .. } => self.person(*user, Shared),
            Change::PasskeysCounted { user, .. }
            | Change::LinksCounted { user, .. }
            | Change::ProfileRewritten { user, .. }
            | Change::PasswordSet { user, .. }
            | Change::PersonBlocked { user, .. }
            | Change::PersonErased { user, .. }
            | Change::OpenIdUnissued { user, .. } => self.person(*user, Alone),
            // What is counted, or goes when its person is erased.
            Change::AvatarSet { user, .. }
            | Change::AvatarRemoved { user }
            | Change::Unlinked { user, .. }
            | Change::PasskeyRenamed { user, .. }
            | Change::PasskeyRemoved { user, .. }
            | Change::OpenIdHeld { user, .. } => self.person(*user, Shared),
            Change::Linked(link) => {
                app_of(&link.issuer).iter().for_each(|app| self.client(app, Shared));
                self.person(link.user, Shared);
            }
            Change::LinkTicketIssued(ticket) => self.person(ticket.user, Shared),
            Change::SessionKeyTurned(key) => {
                self.client(&key.app, Shared);
                self.person(key.user, Shared);
            }
            Change::AppTokenTurned(token) => self.client(&token.app, Shared),
            Change::AgreementRegistered(agreement) => {
                self.client(&agreement.from, Shared);
                self.client(&agreement.to, Shared);
            }
            Change::PasskeyAdded(passkey) => self.person(passkey.user, Shared),
            Change::ChallengeSent(challenge) => {
                challenge.user.into_iter().for_each(|user| self.person(user, Shared));
            }

            Change::SessionHeld { session, .. } => self.session(*session, Shared),
            Change::ClientsCounted { session, .. }
            | Change::SessionReauthenticated { session, .. }
            | Change::SessionTouched { session, .. }
            | Change::SessionEnded { session, .. } => self.session(*session, Alone),
            Change::SessionStarted(session) => self.person(session.user, Shared),

            // What goes when its client is removed, or its person erased.
            Change::ClientEntered { session, client, .. } => {
                self.client(client, Shared);
                self.session(*session, Shared);
            }
            Change::AppUsed { user, app, .. } => {
                self.client(app, Shared);
                self.person(*user, Shared);
            }
            Change::ScopeReopened { app, .. } => self.client(app, Alone),
            Change::ConsentDecided(entry) => {
                self.client(&entry.app, Shared);
                self.person(entry.user, Shared);
            }
            Change::ConsentAsked(request) => {
                self.client(&request.app, Shared);
                self.person(request.user, Shared);
            }
            Change::CodeIssued(code) => self.client(&code.client, Shared),
            Change::FamilyStarted(family) => self.client(&family.client, Shared),

            Change::DeliveryClaimed { by, .. } => {
                self.nodes.insert(*by);
            }
            Change::DeliveryQueued(delivery) => self.nodes.extend(delivery.owner),

            // One row each, which the statement itself locks and looks at as it is then.
            Change::DeveloperRegistered(_)
            | Change::ClientRegistered(_)
            | Change::ScopeRegistered(_)
            | Change::ConnectionRegistered(_)
            | Change::ConnectionRewritten { .. }
            | Change::ConnectionRemoved { .. }
            | Change::PersonCreated { .. }
            | Change::AssertionUsed { .. }
            | Change::AgreementEnded { .. }
            | Change::LinkTicketOpened { .. }
            | Change::LinkTicketReopened { .. }
            | Change::LinkTicketProved { .. }
            | Change::LinkTicketUsed { .. }
            | Change::SessionKeyGiven { .. }
            | Change::ChallengeTried { .. }
            | Change::ChallengeAnswered { .. }
            | Change::PasskeyUsed { .. }
            | Change::ConsentOpened { .. }
            | Change::ConsentClosed { .. }
            | Change::CodeUsed { .. }
            | Change::FamilyRotated { .. }
            | Change::FamilyRevoked { .. }
            | Change::TokenRevoked { .. }
            | Change::Happened { .. }
            | Change::Closed { .. }
            | Change::DeliveryTried { .. }
            | Change::KeyMade(_)
            | Change::KeyRetired { .. }
            | Change::SecretStored { .. }
            | Change::Audited(_)
            | Change::Swept(_) => {}
        }
    }

    /// Opens a transaction and takes the rows; all of it is sent at once.
    pub(super) async fn begin(&self, db: Db<'_>) -> Read<()> {
        let (begun, clients, clients_alone, people, people_alone, sessions, sessions_alone, nodes) = tokio::join!(
            biased;
            db.plain(&db.manner.begin),
            texts(db, CLIENTS, &self.clients, Shared),
            texts(db, CLIENTS_ALONE, &self.clients, Alone),
            bytes(db, PEOPLE, &self.people, Shared, UserId::as_bytes),
            bytes(db, PEOPLE_ALONE, &self.people, Alone, UserId::as_bytes),
            bytes(db, SESSIONS, &self.sessions, Shared, SessionId::as_bytes),
            bytes(db, SESSIONS_ALONE, &self.sessions, Alone, SessionId::as_bytes),
            some_nodes(db, &self.nodes),
        );
        begun
            .and(clients)
            .and(clients_alone)
            .and(people)
            .and(people_alone)
            .and(sessions)
            .and(sessions_alone)
            .and(nodes)
    }
}

async fn texts(db: Db<'_>, sql: &'static str, rows: &BTreeMap<ClientId, Hold>, hold: Hold) -> Read<()> {
    let keys: Vec<&str> = rows.iter().filter(|row| *row.1 == hold).map(|row| row.0.as_str()).collect();
    if !keys.is_empty() {
        run(db, sql, values![keys]).await?;
    }
    Ok(())
}

async fn bytes<K: Ord>(
    db: Db<'_>,
    sql: &'static str,
    rows: &BTreeMap<K, Hold>,
    hold: Hold,
    key: fn(&K) -> &[u8; 16],
) -> Read<()> {
    let keys: Vec<&[u8]> = rows.iter().filter(|row| *row.1 == hold).map(|row| &key(row.0)[..]).collect();
    if !keys.is_empty() {
        run(db, sql, values![keys]).await?;
    }
    Ok(())
}

async fn some_nodes(db: Db<'_>, nodes: &BTreeSet<NodeId>) -> Read<()> {
    if !nodes.is_empty() {
        run(db, NODES, values![nodes.iter().map(|node| &node.as_bytes()[..]).collect::<Vec<_>>()]).await?;
    }
    Ok(())
}

const CLIENTS: &str = "select 1 from client where id = any($1) order by id for share";
const CLIENTS_ALONE: &str = "select 1 from client where id = any($1) order by id for update";
const PEOPLE: &str = "select 1 from person where id = any($1) order by id for share";
const PEOPLE_ALONE: &str = "select 1 from person where id = any($1) order by id for update";
const SESSIONS: &str = "select 1 from session where id = any($1) order by id for share";
const SESSIONS_ALONE: &str = "select 1 from session where id = any($1) order by id for update";
/// Renewals go on meanwhile: they change no key.
const NODES: &str = "select 1 from node where id = any($1) order by id for key share";

#[cfg(test)]
mod tests {
    use portico_core::moment::Moment;
    use portico_core::noun::session::EndReason;

    use super::*;

    const SESSION: SessionId = SessionId::from_bytes([1; 16]);
    const USER: UserId = UserId::from_bytes([2; 16]);

    #[test]
    fn a_row_is_held_as_strongly_as_any_change_of_the_list_needs_it() {
        let now = Moment::from_millis(1);
        let held = Change::SessionHeld { session: SESSION, now };
        let ended = Change::SessionEnded { session: SESSION, at: now, reason: EndReason::SignedOut };
        let shared = Locks { sessions: BTreeMap::from([(SESSION, Shared)]), ..Locks::default() };
        let alone = Locks { sessions: BTreeMap::from([(SESSION, Alone)]), ..Locks::default() };
        assert_eq!(Locks::of(&[held.clone(), held.clone()]), shared);
        assert_eq!(Locks::of(&[held.clone(), ended.clone()]), alone);
        assert_eq!(Locks::of(&[ended, held]), alone);
    }

    #[test]
    fn what_is_counted_and_what_changes_the_count_meet_on_one_row() {
        let counted = Locks::of(&[Change::PasskeysCounted { user: USER, count: 1 }]);
        let removed = Locks::of(&[Change::PasskeyRemoved { digest: [3; 32], user: USER }]);
        assert_eq!((counted.people[&USER], removed.people[&USER]), (Alone, Shared));
        let counted = Locks::of(&[Change::ClientsCounted { session: SESSION, count: 0 }]);
        let (session, at) = (SESSION, Moment::from_millis(1));
        let client: ClientId = "north.taxi".parse().expect("it is an id");
        let entered = Locks::of(&[Change::ClientEntered { session, client: client.clone(), at }]);
        assert_eq!((counted.sessions[&SESSION], entered.sessions[&SESSION]), (Alone, Shared));
        let removed = Locks::of(&[Change::ClientRemoved { client: client.clone() }]);
        assert_eq!((removed.clients[&client], entered.clients[&client]), (Alone, Shared));
    }

    #[test]
    fn an_import_and_a_first_launch_meet_on_the_row_of_the_person() {
        let app: ClientId = "north.taxi".parse().expect("it is an id");
        let import = Locks::of(&[Change::OpenIdUnissued { user: USER, app: app.clone() }]);
        let launch = Locks::of(&[Change::OpenIdHeld { user: USER, app, imported: false }]);
        assert_eq!((import.people[&USER], launch.people[&USER]), (Alone, Shared));
    }

    #[test]
    fn a_list_of_rows_that_guard_themselves_locks_nothing_beforehand() {
        let revoked = Change::FamilyRevoked {
            family: portico_core::id::FamilyId::from_bytes([4; 16]),
            at: Moment::from_millis(1),
        };
        assert_eq!(Locks::of(&[revoked]), Locks::default());
    }
}
