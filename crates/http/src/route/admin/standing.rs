//! What hosts and apps have in common: suspend, resume, a new secret.

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::client::Client;
use portico_core::rule::register::{self, Fresh};
use portico_seal::{Secret, secret};
use portico_store::Read;

use super::desk::{Deed, Desk};
use super::{Id, nobody};
use crate::house::unavailable;

/// Which of the two kinds of clients an address is about.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    target: TargetKind,
    is: fn(&Client) -> bool,
}

/// Apps.
pub(crate) const APP: Kind = Kind { target: TargetKind::App, is: |client| client.app().is_some() };
/// Hosts.
pub(crate) const HOST: Kind = Kind { target: TargetKind::Host, is: |client| client.host().is_some() };

/// The client of this id, as stored now, if it is of this kind.
pub(crate) async fn find(store: &dyn Read, id: &ClientId, kind: Kind) -> Result<Client, Denied> {
    let found = store.client(id).await.map_err(|cause| unavailable(&cause))?;
    found.filter(kind.is).ok_or_else(nobody)
}

/// Does to the client what the rule says, and answers with the client as it is then.
pub(super) async fn change(
    desk: &Desk,
    id: &Id,
    kind: Kind,
    deed: impl Fn(Target) -> Deed,
    rule: impl Fn(&Client) -> Result<Vec<Change>, Denied>,
) -> Result<Client, Denied> {
    let (id, rule, deed) = (&id.of::<ClientId>()?, &rule, &deed);
    desk.close(|| async move {
        let client = find(desk.store(), id, kind).await?;
        let changes = rule(&client)?;
        let after = changes.iter().find_map(|change| match change {
            Change::ClientRewritten { after, .. } => Some((**after).clone()),
            _ => None,
        });
        let deed = deed(Target::new(kind.target, id));
        Ok((deed, changes, after.unwrap_or(client)))
    })
    .await
}

/// Suspends the client; when this answers, nothing of it is good any more.
pub(super) async fn suspended(desk: &Desk, id: &Id, kind: Kind, act: Act) -> Result<Client, Denied> {
    let now = desk.now();
    change(desk, id, kind, |target| Deed::one(act, target), |client| Ok(register::suspend(client, now))).await
}

/// Lets the client work again.
pub(super) async fn resumed(desk: &Desk, id: &Id, kind: Kind, act: Act) -> Result<Client, Denied> {
    change(desk, id, kind, |target| Deed::one(act, target), |client| Ok(register::resume(client))).await
}

/// Gives the client a new secret.
pub(super) async fn rotate_secret(
    desk: &Desk,
    id: &Id,
    kind: Kind,
    act: Act,
) -> Result<(Client, Secret), Denied> {
    let fresh = secret(desk.live().vault().chance());
    let (digest, deed) = (fresh.digest(), |target| Deed::one(act, target));
    let client = change(desk, id, kind, deed, |client| register::rotate_secret(client, digest)).await?;
    Ok((client, fresh))
}

/// Fresh secrets for one registration, and the one that would be shown.
pub(super) fn fresh(desk: &Desk) -> (Fresh, Secret) {
    let (vault, mut wx) = (desk.live().vault(), [0; 8]);
    let secret = secret(vault.chance());
    vault.chance().fill(&mut wx);
    (Fresh { secret_digest: secret.digest(), wx }, secret)
}
