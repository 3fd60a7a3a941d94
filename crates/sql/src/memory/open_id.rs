//! OpenIDs: those that came from elsewhere, and by what one app and another know the same people.

use portico_core::id::{ClientId, UserId};
use portico_core::noun::link::app_issuer;
use portico_core::noun::person::Person;
use portico_store::{ImportFacts, Known, Resolved, SealedOpenId};

use super::{Applied, State, hold};

impl State {
    pub(super) fn open_id(&self, user: UserId, app: &ClientId) -> Option<SealedOpenId> {
        let issuer = app_issuer(app);
        let index = *self.open_ids.get(&(issuer.clone(), user))?;
        self.links.get(&(issuer, index))?.open_id.clone()
    }

    pub(super) fn has_open_ids(&self, app: &ClientId) -> bool {
        let issuer = app_issuer(app);
        self.open_ids.rows().any(|((there, _), _)| *there == issuer)
    }

    pub(super) fn open_id_unissued(&self, user: UserId, app: ClientId) -> Applied {
        hold(!self.app_uses.has(&(user, app)))
    }

    pub(super) fn open_id_held(&self, user: UserId, app: &ClientId, imported: bool) -> Applied {
        hold(self.open_id(user, app).is_some() == imported)
    }

    fn holder(&self, app: &ClientId, index: [u8; 32]) -> Option<UserId> {
        self.links.get(&(app_issuer(app), index)).map(|link| link.user)
    }

    pub(super) fn import_facts(&self, app: &ClientId, user: UserId, index: [u8; 32]) -> ImportFacts {
        let is_there = |person: &Person| person.is_live();
        ImportFacts {
            exists: self.people.get(&user).is_some_and(is_there),
            issued: self.app_uses.has(&(user, app.clone())),
            holder: self.holder(app, index),
            has_another: self.open_ids.get(&(app_issuer(app), user)).is_some_and(|own| *own != index),
        }
    }

    pub(super) fn resolve(&self, from: &ClientId, to: &ClientId, known: Known) -> Option<Resolved> {
        let user = match known {
            Known::Derived(user) => {
                let is_it = self.app_uses.has(&(user, from.clone())) && self.open_id(user, from).is_none();
                is_it.then_some(user)?
            }
            Known::Imported(index) => self.holder(from, index)?,
        };
        let open_id = self.open_id(user, to);
        let is_known = open_id.is_some() || self.app_uses.has(&(user, to.clone()));
        is_known.then_some(Resolved { user, open_id })
    }
}
