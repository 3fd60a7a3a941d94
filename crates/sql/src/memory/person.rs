//! People, their handles and links.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::person::{Handle, HandleKind, Person};
use portico_store::{CommitError, Taken};

use super::{Applied, State, free, hold, rewrite};

impl State {
    pub(super) fn person_held(&self, user: UserId) -> Applied {
        hold(self.people.get(&user).is_some_and(Person::is_live))
    }

    pub(super) fn create_person(&mut self, person: Person, handles: &[Handle]) -> Applied {
        free(!self.people.has(&person.id), Taken::Id)?;
        let user = person.id;
        self.people.put(user, person);
        handles.iter().try_for_each(|handle| self.claim(user, handle))
    }

    pub(super) fn rewrite_profile(
        &mut self,
        user: UserId,
        before: &[u8],
        after: Vec<u8>,
        handles: &[Handle],
    ) -> Applied {
        rewrite(&mut self.people, user, |person| {
            hold(person.erased_at.is_none() && person.sealed_profile == before)?;
            person.sealed_profile = after;
            Ok(())
        })?;
        self.handles.clear_where(|_, (owner, _)| *owner == user);
        handles.iter().try_for_each(|handle| self.claim(user, handle))
    }

    fn claim(&mut self, user: UserId, handle: &Handle) -> Applied {
        let key = (handle.kind.as_str(), handle.index);
        let verified = match self.handles.get(&key) {
            Some(&(owner, verified)) if owner == user => verified || handle.verified,
            Some(&(_, verified)) if verified || !handle.verified => {
                return Err(CommitError::Taken(taken(handle.kind)));
            }
            _ => handle.verified,
        };
        self.handles.put(key, (user, verified));
        Ok(())
    }

    pub(super) fn password_held(&self, user: UserId, hash: Option<&str>) -> Applied {
        hold(self.people.get(&user).is_some_and(|person| person.password.as_deref() == hash))
    }

    pub(super) fn set_password(&mut self, user: UserId, hash: String) -> Applied {
        rewrite(&mut self.people, user, |person| {
            person.password = Some(hash);
            hold(person.erased_at.is_none())
        })
    }

    pub(super) fn block_person(&mut self, user: UserId, at: Option<Moment>) -> Applied {
        rewrite(&mut self.people, user, |person| {
            person.blocked_at = at;
            Ok(())
        })
    }

    pub(super) fn erase_person(&mut self, user: UserId, at: Moment) -> Applied {
        rewrite(&mut self.people, user, |person| {
            person.wrapped_key.clear();
            person.sealed_profile.clear();
            person.password = None;
            person.erased_at = person.erased_at.or(Some(at));
            Ok(())
        })?;
        self.handles.clear_where(|_, (owner, _)| *owner == user);
        self.links.clear_where(|_, link| link.user == user);
        self.open_ids.clear_where(|(_, owner), _| *owner == user);
        self.avatars.remove(&user);
        self.past_links.clear_where(|_, past| past.link.user == user);
        self.standing.clear_where(|(owner, ..), _| *owner == user);
        self.history.clear_where(|_, entry| entry.user == user);
        self.requests.clear_where(|_, request| request.user == user);
        self.passkeys.clear_where(|_, passkey| passkey.user == user);
        self.challenges.clear_where(|_, challenge| challenge.user == Some(user));
        self.app_uses.clear_where(|(owner, _), _| *owner == user);
        self.tickets.clear_where(|_, ticket| ticket.user == user);
        self.session_keys.clear_where(|(_, owner), _| *owner == user);
        self.clear_labels(user);
        Ok(())
    }
}

fn taken(kind: HandleKind) -> Taken {
    match kind {
        HandleKind::Username => Taken::Username,
        HandleKind::Email => Taken::Email,
        HandleKind::Phone => Taken::Phone,
    }
}
