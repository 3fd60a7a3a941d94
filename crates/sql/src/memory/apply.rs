//! A list of changes, applied whole or not at all.

use portico_core::Change;
use portico_store::{CommitError, Committed};

use super::{Applied, State};

impl State {
    pub(super) fn list(&mut self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        let mut committed = Committed::default();
        match changes.into_iter().try_for_each(|change| self.apply(change, &mut committed)) {
            Ok(()) => {
                self.keep();
                Ok(committed)
            }
            Err(refusal) => {
                self.undo();
                Err(refusal)
            }
        }
    }

    fn apply(&mut self, change: Change, committed: &mut Committed) -> Applied {
        match change {
            Change::SessionHeld { session, now } => self.session_held(session, now),
            Change::ClientsCounted { session, count } => self.clients_counted(session, count),
            Change::PersonHeld { user } => self.person_held(user),
            Change::PasskeysCounted { user, count } => self.passkeys_counted(user, count),
            Change::PasswordHeld { user, hash } => self.password_held(user, hash.as_deref()),
            Change::ClientHeld { client } => self.client_held(&client),
            Change::LinksCounted { user, count } => self.links_counted(user, count),
            Change::OpenIdUnissued { user, app } => self.open_id_unissued(user, app),
            Change::OpenIdHeld { user, app, imported } => self.open_id_held(user, &app, imported),

            Change::DeveloperRegistered(new) => {
                self.developers.put(new.id.clone(), new);
                Ok(())
            }
            Change::ClientRegistered(new) => self.register_client(*new),
            Change::ClientRewritten { before, after } => self.rewrite_client(&before, *after),
            Change::ClientRemoved { client } => self.remove_client(&client),
            Change::ScopeRegistered(entry) => {
                self.scopes.put(entry.scope.clone(), entry);
                Ok(())
            }

            Change::ConnectionRegistered(new) => self.register_connection(*new),
            Change::ConnectionRewritten { before, after } => self.rewrite_connection(&before, *after),
            Change::ConnectionRemoved { connection } => self.remove_connection(&connection),

            Change::PersonCreated { person, handles } => self.create_person(person, &handles),
            Change::ProfileRewritten { user, before, after, handles } => {
                self.rewrite_profile(user, &before, after, &handles)
            }
            Change::AvatarSet { user, sealed } => self.set_avatar(user, sealed),
            Change::AvatarRemoved { user } => {
                self.avatars.remove(&user);
                Ok(())
            }
            Change::PasswordSet { user, hash } => self.set_password(user, hash),
            Change::PersonBlocked { user, at } => self.block_person(user, at),
            Change::PersonErased { user, at } => self.erase_person(user, at),
            Change::Linked(link) => self.tie_link(link),
            Change::Unlinked { issuer, subject_index, user, at } => {
                self.untie_link(issuer, subject_index, user, at)
            }
            Change::AgreementRegistered(new) => {
                self.register_agreement(new);
                Ok(())
            }
            Change::AgreementEnded { from, to } => self.end_agreement(from, to),
            Change::LinkTicketIssued(new) => self.issue_ticket(new),
            Change::LinkTicketOpened { digest, cookie_digest } => self.open_ticket(digest, cookie_digest),
            Change::LinkTicketReopened { digest } => self.reopen_ticket(digest),
            Change::LinkTicketProved { digest, step, sealed, code } => {
                self.prove_ticket(digest, step, sealed, code)
            }
            Change::LinkTicketUsed { digest, at } => self.complete_ticket(digest, at),
            Change::SessionKeyTurned(key) => self.turn_session_key(key),
            Change::SessionKeyGiven { app, user, generation, session } => {
                self.give_session_key(app, user, generation, session)
            }
            Change::AppTokenTurned(token) => self.turn_app_token(token),
            Change::AssertionUsed { digest, until } => self.use_assertion(digest, until),

            Change::ChallengeSent(new) => self.send_challenge(new),
            Change::ChallengeTried { digest, tries } => self.try_challenge(digest, tries),
            Change::ChallengeAnswered { digest, tries, at } => self.answer_challenge(digest, tries, at),

            Change::PasskeyAdded(passkey) => self.add_passkey(passkey),
            Change::PasskeyUsed { digest, before, after, at } => self.use_passkey(digest, &before, after, at),
            Change::PasskeyRenamed { digest, user, sealed_name } => {
                self.rename_passkey(digest, user, sealed_name)
            }
            Change::PasskeyRemoved { digest, user } => self.remove_passkey(digest, user),

            Change::SessionStarted(new) => self.start_session(new),
            Change::SessionReauthenticated { session, at, method, cookie_digest, expires_at } => {
                self.reauthenticate(session, at, method, cookie_digest, expires_at)
            }
            Change::SessionTouched { session, used_at, expires_at } => {
                self.touch_session(session, used_at, expires_at);
                Ok(())
            }
            Change::SessionEnded { session, at, reason } => self.end_session(session, at, reason),
            Change::ClientEntered { session, client, at: _ } => {
                self.enter_client(session, client);
                Ok(())
            }
            Change::AppUsed { user, app, at } => {
                self.use_app(user, app, at);
                Ok(())
            }

            Change::ConsentDecided(entry) => {
                self.decide_consent(entry);
                Ok(())
            }
            Change::ScopeReopened { app, scope, at, words } => {
                self.reopen_scope(&app, &scope, at, &words);
                Ok(())
            }
            Change::ConsentAsked(request) => self.ask_consent(request),
            Change::ConsentOpened { digest, cookie_digest } => self.open_consent(digest, cookie_digest),
            Change::ConsentClosed { digest, at } => self.close_consent(digest, at),

            Change::CodeIssued(code) => self.issue_code(code),
            Change::CodeUsed { digest, gave } => self.redeem_code(digest, gave),
            Change::FamilyStarted(family) => self.start_family(family),
            Change::FamilyRotated { family, generation, at } => self.rotate_family(family, generation, at),
            Change::FamilyRevoked { family, at } => {
                self.revoke_family(family, at);
                Ok(())
            }
            Change::TokenRevoked { token, until } => {
                self.revoke_token(token, until);
                Ok(())
            }

            Change::Happened { at, what } => {
                committed.events.push(self.happened(at, what));
                Ok(())
            }
            Change::DeliveryQueued(delivery) => self.queue_delivery(delivery),
            Change::DeliveryTried { delivery, attempts, next_at, state, error } => {
                self.try_delivery(delivery, attempts, next_at, state, error)
            }

            Change::DeliveryClaimed { delivery, by } => self.claim_delivery(delivery, by),
            Change::Closed { at, what } => {
                committed.closing = Some(self.close(at, what));
                Ok(())
            }

            Change::KeyMade(key) => self.make_key(key),
            Change::KeyRetired { kid, at } => self.retire_key(kid, at),
            Change::SecretStored { name, wrapped } => self.store_secret(name, wrapped),

            Change::Audited(entry) => {
                self.append_audit(entry);
                Ok(())
            }

            Change::Swept(times) => {
                self.sweep(&times);
                Ok(())
            }
        }
    }
}
