//! One change, applied inside a transaction.

use portico_core::Change;
use portico_core::noun::event::Event;
use rusqlite::Connection;

use super::statement::{Applied, hold};
use super::{
    agreement, audit, avatar, catalogue, challenge, client, code, connection, consent, delivery, developer,
    event, family, key, link, open_id, passkey, person, session, sweep, ticket, token, wechat,
};

/// Applies one change; the caller rolls back if it is refused. What happened is added to `events`.
pub(super) fn apply(db: &Connection, change: Change, events: &mut Vec<Event>) -> Applied {
    match change {
        Change::SessionHeld { session: id, now } => session::held(db, id, now),
        Change::ClientsCounted { session: id, count } => session::clients_counted(db, id, count),
        Change::PersonHeld { user } => person::held(db, user),
        Change::PasskeysCounted { user, count } => passkey::counted(db, user, count),
        Change::PasswordHeld { user, hash } => person::password_held(db, user, hash.as_deref()),
        Change::ClientHeld { client: id } => client::held(db, &id),
        Change::LinksCounted { user, count } => link::counted(db, user, count),
        Change::OpenIdUnissued { user, app } => open_id::unissued(db, user, &app),
        Change::OpenIdHeld { user, app, imported } => open_id::held(db, user, &app, imported),

        Change::DeveloperRegistered(new) => developer::register(db, &new),
        Change::ClientRegistered(new) => client::register(db, &new),
        Change::ClientRewritten { before, after } => client::rewrite(db, &before, &after),
        Change::ClientRemoved { client: id } => client::remove(db, &id),
        Change::ScopeRegistered(entry) => catalogue::register(db, &entry),
        Change::ConnectionRegistered(new) => connection::register(db, &new),
        Change::ConnectionRewritten { before, after } => connection::rewrite(db, &before, &after),
        Change::ConnectionRemoved { connection: id } => connection::remove(db, &id),

        Change::PersonCreated { person: new, handles } => person::create(db, &new, &handles),
        Change::ProfileRewritten { user, before, after, handles } => {
            person::rewrite_profile(db, user, &before, &after, &handles)
        }
        Change::AvatarSet { user, sealed } => avatar::set(db, user, &sealed),
        Change::AvatarRemoved { user } => avatar::remove(db, user),
        Change::PasswordSet { user, hash } => person::set_password(db, user, &hash),
        Change::PersonBlocked { user, at } => person::block(db, user, at),
        Change::PersonErased { user, at } => person::erase(db, user, at),
        Change::Linked(new) => link::tie(db, &new),
        Change::Unlinked { issuer, subject_index, user, at } => {
            link::untie(db, &issuer, &subject_index, user, at)
        }
        Change::AgreementRegistered(new) => agreement::register(db, &new),
        Change::AgreementEnded { from, to } => agreement::end(db, &from, &to),
        Change::LinkTicketIssued(new) => ticket::issue(db, &new),
        Change::LinkTicketOpened { digest, cookie_digest } => ticket::open(db, &digest, &cookie_digest),
        Change::LinkTicketReopened { digest } => ticket::reopen(db, &digest),
        Change::LinkTicketProved { digest, step, sealed, code } => {
            ticket::prove(db, &digest, step, &sealed, code)
        }
        Change::LinkTicketUsed { digest, at } => ticket::complete(db, &digest, at),
        Change::SessionKeyTurned(key) => wechat::turn_session_key(db, &key),
        Change::SessionKeyGiven { app, user, generation, session } => {
            wechat::give_session_key(db, &app, user, generation, session)
        }
        Change::AppTokenTurned(token) => wechat::turn_app_token(db, &token),
        Change::AssertionUsed { digest, until } => token::use_assertion(db, &digest, until),

        Change::ChallengeSent(new) => challenge::send(db, &new),
        Change::ChallengeTried { digest, tries } => challenge::tried(db, &digest, tries),
        Change::ChallengeAnswered { digest, tries, at } => challenge::answered(db, &digest, tries, at),

        Change::PasskeyAdded(new) => passkey::add_one(db, &new),
        Change::PasskeyUsed { digest, before, after, at } => passkey::used(db, &digest, &before, &after, at),
        Change::PasskeyRenamed { digest, user, sealed_name } => {
            passkey::rename(db, &digest, user, &sealed_name)
        }
        Change::PasskeyRemoved { digest, user } => passkey::remove(db, &digest, user),

        Change::SessionStarted(new) => session::start(db, &new),
        Change::SessionReauthenticated { session: id, at, method, cookie_digest, expires_at } => {
            session::reauthenticate(db, id, at, &method, cookie_digest, expires_at)
        }
        Change::SessionTouched { session: id, used_at, expires_at } => {
            session::touch(db, id, used_at, expires_at)
        }
        Change::SessionEnded { session: id, at, reason } => session::end(db, id, at, reason),
        Change::ClientEntered { session: id, client, at } => session::enter_client(db, id, &client, at),
        Change::AppUsed { user, app, at } => session::use_app(db, user, &app, at),

        Change::ConsentDecided(entry) => consent::decide(db, &entry),
        Change::ScopeReopened { app, scope, at, words } => consent::reopen(db, &app, &scope, at, &words),
        Change::ConsentAsked(request) => consent::ask(db, &request),
        Change::ConsentOpened { digest, cookie_digest } => consent::open(db, &digest, &cookie_digest),
        Change::ConsentClosed { digest, at } => consent::close(db, &digest, at),

        Change::CodeIssued(new) => code::issue(db, &new),
        Change::CodeUsed { digest, gave } => code::redeem(db, &digest, &gave),
        Change::FamilyStarted(new) => family::start(db, &new),
        Change::FamilyRotated { family: id, generation, at } => family::rotate(db, id, generation, at),
        Change::FamilyRevoked { family: id, at } => family::revoke(db, id, at),
        Change::TokenRevoked { token: id, until } => token::revoke(db, id, until),

        Change::Happened { at, what } => {
            events.push(event::happened(db, at, what)?);
            Ok(())
        }
        Change::DeliveryQueued(new) => delivery::queue(db, &new),
        Change::DeliveryTried { delivery: id, attempts, next_at, state, error } => {
            delivery::tried(db, id, attempts, next_at, state, error.as_deref())
        }

        // The one node that there is is not written down: nobody claims, and memory is written through.
        Change::DeliveryClaimed { .. } => hold(false),
        Change::Closed { .. } => Ok(()),

        Change::KeyMade(new) => key::make(db, &new),
        Change::KeyRetired { kid, at } => key::retire(db, &kid, at),
        Change::SecretStored { name, wrapped } => key::store_secret(db, &name, &wrapped),

        Change::Audited(entry) => audit::append(db, &entry),

        Change::Swept(times) => {
            while sweep::round(db, &times)? {}
            Ok(())
        }
    }
}
