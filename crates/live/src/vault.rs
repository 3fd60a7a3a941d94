//! The keys that do not rotate: the master key, and what is derived from the root.

use std::sync::Arc;

use portico_core::Change;
use portico_core::id::{ClientId, DeveloperId, NodeId, UserId};
use portico_seal::{
    AvatarKey, BusKey, Chance, ClientKeys, CsrfKey, HandleIndex, MasterKey, RefreshKey, RootKey, SaysItAll,
    SessionSecret, Unsealable, id16, union_id,
};
use portico_store::{CommitError, Store, Unavailable};

const ROOT: &str = "root";

/// Why the vault stays shut.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The store is sealed under another master key.
    #[error("the master key does not fit this store")]
    WrongMasterKey,
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] Unavailable),
}

impl From<Unsealable> for VaultError {
    fn from(_: Unsealable) -> Self {
        Self::WrongMasterKey
    }
}

/// The master key, the keys derived from the root, and the source of chance.
pub struct Vault {
    master: MasterKey,
    root: RootKey,
    handles: HandleIndex,
    refresh: RefreshKey,
    csrf: CsrfKey,
    avatars: AvatarKey,
    wechat: SaysItAll,
    chance: Arc<dyn Chance>,
}

impl Vault {
    /// Whether the store has a root key already, so that a master key must fit it.
    pub async fn is_sealed(store: &dyn Store) -> Result<bool, Unavailable> {
        Ok(store.secret(ROOT).await?.is_some())
    }

    /// Opens the vault of a store; an empty store gets a root key, which never rotates.
    pub async fn open(
        store: &dyn Store,
        master: MasterKey,
        chance: Arc<dyn Chance>,
    ) -> Result<Self, VaultError> {
        let root = match store.secret(ROOT).await? {
            Some(wrapped) => RootKey::unwrapped(&master, &wrapped)?,
            None => Self::first(store, &master, &*chance).await?,
        };
        let (handles, refresh) = (HandleIndex::derive(&root), RefreshKey::derive(&root));
        let csrf = CsrfKey::derive(&root);
        let (avatars, wechat) = (AvatarKey::derive(&root), SaysItAll::derive(&root));
        Ok(Self { master, root, handles, refresh, csrf, avatars, wechat, chance })
    }

    async fn first(
        store: &dyn Store,
        master: &MasterKey,
        chance: &dyn Chance,
    ) -> Result<RootKey, VaultError> {
        let root = RootKey::generate(chance);
        let wrapped = root.wrapped(master, chance);
        match store.commit(vec![Change::SecretStored { name: ROOT.into(), wrapped }]).await {
            Ok(_) => Ok(root),
            Err(CommitError::Unavailable(unavailable)) => Err(unavailable.into()),
            Err(CommitError::Conflict | CommitError::Taken(_)) => {
                let wrapped = store.secret(ROOT).await?.ok_or(VaultError::WrongMasterKey)?;
                Ok(RootKey::unwrapped(master, &wrapped)?)
            }
        }
    }

    /// The key that wraps the others.
    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// The keyed index by which people are found.
    pub fn handles(&self) -> &HandleIndex {
        &self.handles
    }

    /// The keyed check of refresh tokens.
    pub fn refresh(&self) -> &RefreshKey {
        &self.refresh
    }

    /// The keyed check of forms.
    pub fn csrf(&self) -> &CsrfKey {
        &self.csrf
    }

    /// The key of the links at which apps fetch avatars.
    pub fn avatars(&self) -> &AvatarKey {
        &self.avatars
    }

    /// The key of the tokens of the WeChat-compatible face.
    pub fn wechat(&self) -> &SaysItAll {
        &self.wechat
    }

    /// The `session_key` of this generation of a person at the app of this `wx_app_id`.
    pub fn session_secret(&self, wx_app_id: &str, user: UserId, generation: u32) -> SessionSecret {
        SessionSecret::derive(&self.root, wx_app_id, user, generation)
    }

    /// The key of what this node says on the bus.
    pub fn bus(&self, from: NodeId) -> BusKey {
        BusKey::derive(&self.root, from)
    }

    /// The source of fresh secrets and ids.
    pub fn chance(&self) -> &dyn Chance {
        &*self.chance
    }

    /// Sixteen fresh random bytes, for an id.
    pub fn fresh(&self) -> [u8; 16] {
        id16(&*self.chance)
    }

    /// The keys under which this client's ids are derived.
    pub fn client_keys(&self, client: &ClientId) -> ClientKeys {
        ClientKeys::derive(&self.root, client.as_str())
    }

    /// The user handle of a person's passkeys (W3C WebAuthn §5.4.3): the same for all of them, and
    /// neither the inner id nor anything that can be turned back into it.
    pub fn passkey_user(&self, user: UserId) -> [u8; 16] {
        let index = self.handles.index("passkey user", &user.to_string());
        *index.first_chunk().expect("32 bytes begin with 16")
    }

    /// What a passkey is stored under, by its credential's id.
    pub fn passkey_digest(&self, credential_id: &[u8]) -> [u8; 32] {
        let hex: String = credential_id.iter().map(|byte| format!("{byte:02x}")).collect();
        self.handles.index("passkey", &hex)
    }

    /// The id of a person within a developer's group of apps.
    pub fn union_id(&self, developer: &DeveloperId, user: UserId) -> String {
        union_id(&self.root, developer.as_str(), user)
    }
}
