//! One change, applied inside a transaction.

use portico_core::Change;

use super::statement::{Applied, Db};
use super::tide::Drawn;
use super::{
    agreement, audit, avatar, catalogue, challenge, client, code, connection, consent, delivery, developer,
    family, key, link, open_id, passkey, person, session, sweep, ticket, token, wechat,
};

/// Applies one change; the caller rolls back if it is refused. What is to be numbered is
/// added to `drawn`.
pub(super) async fn apply(db: Db<'_>, change: Change, drawn: &mut Drawn) -> Applied {
    match change {
        Change::SessionHeld { session: id, now } => session::held(db, id, now).await,
        Change::ClientsCounted { session: id, count } => session::clients_counted(db, id, count).await,
        Change::PersonHeld { user } => person::held(db, user).await,
        Change::PasskeysCounted { user, count } => passkey::counted(db, user, count).await,
        Change::PasswordHeld { user, hash } => person::password_held(db, user, hash.as_deref()).await,
        Change::ClientHeld { client: id } => client::held(db, &id).await,
        Change::LinksCounted { user, count } => link::counted(db, user, count).await,
        Change::OpenIdUnissued { user, app } => open_id::unissued(db, user, &app).await,
        Change::OpenIdHeld { user, app, imported } => open_id::held(db, user, &app, imported).await,

        Change::DeveloperRegistered(new) => developer::register(db, &new).await,
        Change::ClientRegistered(new) => client::register(db, &new).await,
        Change::ClientRewritten { before, after } => client::rewrite(db, &before, &after).await,
        Change::ClientRemoved { client: id } => client::remove(db, &id).await,
        Change::ScopeRegistered(entry) => catalogue::register(db, &entry).await,
        Change::ConnectionRegistered(new) => connection::register(db, &new).await,
        Change::ConnectionRewritten { before, after } => connection::rewrite(db, &before, &after).await,
        Change::ConnectionRemoved { connection: id } => connection::remove(db, &id).await,

        Change::PersonCreated { person: new, handles } => person::create(db, &new, &handles).await,
        Change::ProfileRewritten { user, before, after, handles } => {
            person::rewrite_profile(db, user, &before, &after, &handles).await
        }
        Change::AvatarSet { user, sealed } => avatar::set(db, user, &sealed).await,
        Change::AvatarRemoved { user } => avatar::remove(db, user).await,
        Change::PasswordSet { user, hash } => person::set_password(db, user, &hash).await,
        Change::PersonBlocked { user, at } => person::block(db, user, at).await,
        Change::PersonErased { user, at } => person::erase(db, user, at).await,
        Change::Linked(new) => link::tie(db, &new).await,
        Change::Unlinked { issuer, subject_index, user, at } => {
            link::untie(db, &issuer, &subject_index, user, at).await
        }
        Change::AgreementRegistered(new) => agreement::register(db, &new).await,
        Change::AgreementEnded { from, to } => agreement::end(db, &from, &to).await,
        Change::LinkTicketIssued(new) => ticket::issue(db, &new).await,
        Change::LinkTicketOpened { digest, cookie_digest } => ticket::open(db, &digest, &cookie_digest).await,
        Change::LinkTicketReopened { digest } => ticket::reopen(db, &digest).await,
        Change::LinkTicketProved { digest, step, sealed, code } => {
            ticket::prove(db, &digest, step, &sealed, code).await
        }
        Change::LinkTicketUsed { digest, at } => ticket::complete(db, &digest, at).await,
        Change::SessionKeyTurned(key) => wechat::turn_session_key(db, &key).await,
        Change::SessionKeyGiven { app, user, generation, session } => {
            wechat::give_session_key(db, &app, user, generation, session).await
        }
        Change::AppTokenTurned(token) => wechat::turn_app_token(db, &token).await,
        Change::AssertionUsed { digest, until } => token::use_assertion(db, &digest, until).await,

        Change::ChallengeSent(new) => challenge::send(db, &new).await,
        Change::ChallengeTried { digest, tries } => challenge::tried(db, &digest, tries).await,
        Change::ChallengeAnswered { digest, tries, at } => challenge::answered(db, &digest, tries, at).await,

        Change::PasskeyAdded(new) => passkey::add_one(db, &new).await,
        Change::PasskeyUsed { digest, before, after, at } => {
            passkey::used(db, &digest, &before, &after, at).await
        }
        Change::PasskeyRenamed { digest, user, sealed_name } => {
            passkey::rename(db, &digest, user, &sealed_name).await
        }
        Change::PasskeyRemoved { digest, user } => passkey::remove(db, &digest, user).await,

        Change::SessionStarted(new) => session::start(db, &new).await,
        Change::SessionReauthenticated { session: id, at, method, cookie_digest, expires_at } => {
            session::reauthenticate(db, id, at, &method, cookie_digest, expires_at).await
        }
        Change::SessionTouched { session: id, used_at, expires_at } => {
            session::touch(db, id, used_at, expires_at).await
        }
        Change::SessionEnded { session: id, at, reason } => session::end(db, id, at, reason).await,
        Change::ClientEntered { session: id, client, at } => session::enter_client(db, id, &client, at).await,
        Change::AppUsed { user, app, at } => session::use_app(db, user, &app, at).await,

        Change::ConsentDecided(entry) => consent::decide(db, &entry).await,
        Change::ScopeReopened { app, scope, at, words } => {
            consent::reopen(db, &app, &scope, at, &words).await
        }
        Change::ConsentAsked(request) => consent::ask(db, &request).await,
        Change::ConsentOpened { digest, cookie_digest } => consent::open(db, &digest, &cookie_digest).await,
        Change::ConsentClosed { digest, at } => consent::close(db, &digest, at).await,

        Change::CodeIssued(new) => code::issue(db, &new).await,
        Change::CodeUsed { digest, gave } => code::redeem(db, &digest, &gave).await,
        Change::FamilyStarted(new) => family::start(db, &new).await,
        Change::FamilyRotated { family: id, generation, at } => family::rotate(db, id, generation, at).await,
        Change::FamilyRevoked { family: id, at } => family::revoke(db, id, at).await,
        Change::TokenRevoked { token: id, until } => token::revoke(db, id, until).await,

        Change::Happened { at, what } => {
            drawn.events.push((at, what));
            Ok(())
        }
        Change::DeliveryQueued(new) => delivery::queue(db, &new).await,
        Change::DeliveryTried { delivery: id, attempts, next_at, state, error } => {
            delivery::tried(db, id, attempts, next_at, state, error.as_deref()).await
        }

        Change::DeliveryClaimed { delivery: id, by } => delivery::claim(db, id, by).await,
        Change::Closed { at, what } => {
            drawn.closings.push((at, what));
            Ok(())
        }

        Change::KeyMade(new) => key::make(db, &new).await,
        Change::KeyRetired { kid, at } => key::retire(db, &kid, at).await,
        Change::SecretStored { name, wrapped } => key::store_secret(db, &name, &wrapped).await,

        Change::Audited(entry) => audit::append(db, &entry).await,

        Change::Swept(times) => {
            while sweep::round(db, &times).await? {}
            Ok(())
        }
    }
}
