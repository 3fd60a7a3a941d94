//! People who are signed in and apps that they have allowed, made through the server's own doors.

pub(crate) mod assertion;
pub(crate) mod crowd;
pub(crate) mod fill;
pub(crate) mod launch;
pub(crate) mod merchant;
pub(crate) mod register;
pub(crate) mod sign_in;
pub(crate) mod visitor;

use crate::failure::Outcome;
use crate::options::Amount;
use crate::server::Serving;
use assertion::Signer;
use launch::Pair;
use register::App;

/// The host's id, which is its `client_id` too.
pub(crate) const HOST: &str = "org.example.super";

/// The scope that every launch asks for: two permissions that need consent.
pub(crate) const SCOPE: &str = "openid profile.basic email.verified";

/// A registered host with its apps.
pub(crate) struct World {
    pub(crate) signer: Signer,
    pub(crate) apps: Vec<App>,
}

impl World {
    /// Registers a developer, a host that trusts a fresh key, and the apps.
    pub(crate) async fn register(serving: &Serving, amount: Amount) -> Outcome<Self> {
        let signer = Signer::fresh(serving.issuer())?;
        register::host(serving, &signer).await?;
        let apps = register::apps(serving, amount.connections, 0, amount.apps).await?;
        Ok(Self { signer, apps })
    }

    /// Signs each of the people in, and has each allow one app.
    pub(crate) async fn pairs(&self, serving: &Serving, amount: Amount) -> Outcome<Vec<Pair>> {
        crowd::each(serving.public, amount.connections, amount.people, async |connection, person| {
            let tokens = sign_in::sign_in(connection, &self.signer, person).await?;
            let pair = Pair { app: person % self.apps.len(), tokens };
            launch::allow(connection, &self.apps[pair.app], &pair).await?;
            Ok(pair)
        })
        .await
    }
}
