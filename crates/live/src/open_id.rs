//! What an app knows a person by: the OpenID that came from elsewhere where there is one, the derived one
//! otherwise.
//!
//! An app at which no OpenID came from elsewhere costs a look at a flag that is held with it.

use std::sync::Arc;

use portico_core::id::{ClientId, UserId};
use portico_core::noun::link::app_issuer;
use portico_store::{Known, Unavailable};

use crate::{Live, LiveClient, Vault};

/// By what one app knows the people of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOpenIds {
    /// Whether an agreement lets the first app know.
    pub agreed: bool,
    /// The OpenIDs at the other app, in the order in which those of the first were given: none where one is
    /// unknown, foreign or mistyped, and where the person has not opened or linked both apps.
    pub open_ids: Vec<Option<String>>,
}

impl Live {
    /// Each of these OpenIDs of `from` as `to` knows the same person: one question to the store, however many
    /// there are. Whether the answer may be told is for the caller to see.
    pub async fn resolve_open_ids(
        &self,
        from: &LiveClient,
        to: &LiveClient,
        open_ids: &[String],
    ) -> Result<ResolvedOpenIds, Unavailable> {
        self.hold()?;
        let issuer = app_issuer(&from.client.id);
        let known: Vec<Option<Known>> = open_ids.iter().map(|text| self.known(from, &issuer, text)).collect();
        let asked: Vec<Known> = known.iter().flatten().copied().collect();
        let found = self.store().resolve(&from.client.id, &to.client.id, &asked).await?;
        let mut people = found.people.into_iter();
        let resolved = known.into_iter().map(|known| {
            let Some(person) = known.and_then(|_| people.next()).flatten() else { return Ok(None) };
            match person.open_id {
                None => Ok(Some(to.keys.open_id(person.user))),
                Some(sealed) => self.opened(&to.client.id, &sealed).map(Some),
            }
        });
        Ok(ResolvedOpenIds { agreed: found.agreed, open_ids: resolved.collect::<Result<_, _>>()? })
    }

    /// Which of these texts may be somebody's OpenID at this client: those that say so themselves, and those that
    /// came from elsewhere. One question to the store where any came from elsewhere, none otherwise.
    pub async fn are_open_ids(
        &self,
        client: &LiveClient,
        texts: &[String],
    ) -> Result<Vec<bool>, Unavailable> {
        self.hold()?;
        let derived = texts.iter().map(|text| client.keys.person(text).is_some());
        if !client.imports {
            return Ok(derived.collect());
        }
        let issuer = app_issuer(&client.client.id);
        let indexes: Vec<_> = texts.iter().map(|text| self.vault().link_index(&issuer, text)).collect();
        let holders = self.store().people_by_links(&issuer, &indexes).await?;
        Ok(derived.zip(holders).map(|(derived, holder)| derived || holder.is_some()).collect())
    }

    fn known(&self, app: &LiveClient, issuer: &str, text: &str) -> Option<Known> {
        let imported = || app.imports.then(|| Known::Imported(self.vault().link_index(issuer, text)));
        app.keys.person(text).map(Known::Derived).or_else(imported)
    }

    fn opened(&self, app: &ClientId, sealed: &[u8]) -> Result<String, Unavailable> {
        let opened = self.vault().unseal_open_id(app, sealed);
        opened.ok_or_else(|| Unavailable("an OpenID does not open".into()))
    }

    /// The person's OpenID at this client (OIDC Core §8): 28 characters where Portico made it, up to 512 where
    /// it came from elsewhere.
    pub async fn open_id(&self, client: &LiveClient, user: UserId) -> Result<String, Unavailable> {
        let imported = self.imported_open_id(client, user).await?;
        Ok(imported.map_or_else(|| client.keys.open_id(user), |open_id| open_id.as_ref().to_owned()))
    }

    /// The person's OpenID at this client if it came from elsewhere.
    pub async fn imported_open_id(
        &self,
        client: &LiveClient,
        user: UserId,
    ) -> Result<Option<Arc<str>>, Unavailable> {
        if !client.imports {
            return Ok(None);
        }
        let app = &client.client.id;
        let load = async {
            let sealed = self.store().open_id(user, app).await?;
            let open = |sealed: Vec<u8>| self.opened(app, &sealed).map(Arc::from);
            Ok(Some(sealed.map(open).transpose()?))
        };
        self.hold()?;
        Ok(self.open_ids.get(&(user, app.clone()), load).await?.flatten())
    }

    /// Whose OpenID at this client the text is. None for one of another client or kind, for a mistyped one,
    /// and for a derived one in whose place another came from elsewhere.
    pub async fn person_of_open_id(
        &self,
        client: &LiveClient,
        text: &str,
    ) -> Result<Option<UserId>, Unavailable> {
        if let Some(user) = client.keys.person(text) {
            let replaced = self.imported_open_id(client, user).await?.is_some();
            return Ok((!replaced).then_some(user));
        }
        if !client.imports {
            return Ok(None);
        }
        let issuer = app_issuer(&client.client.id);
        let index = self.vault().link_index(&issuer, text);
        self.store().person_by_link(&issuer, &index).await
    }
}

impl Vault {
    /// The keyed hash under which an identity elsewhere is kept.
    pub fn link_index(&self, issuer: &str, subject: &str) -> [u8; 32] {
        self.handles().index("link", &format!("{issuer} {subject}"))
    }

    /// An OpenID that came from elsewhere as the store keeps it: sealed under a key of its app alone.
    pub fn seal_open_id(&self, app: &ClientId, open_id: &str) -> Vec<u8> {
        self.master().wrap(&purpose(app), open_id.as_bytes(), self.chance())
    }

    /// What [`Self::seal_open_id`] sealed for the same app; none for anything else.
    pub fn unseal_open_id(&self, app: &ClientId, sealed: &[u8]) -> Option<String> {
        let plain = self.master().unwrap(&purpose(app), sealed).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

fn purpose(app: &ClientId) -> String {
    format!("open id at {app}")
}
