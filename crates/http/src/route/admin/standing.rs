//! What hosts and apps have in common: suspend, resume, a new secret.

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::client::Client;
use portico_core::rule::register::{self, Fresh};
use portico_seal::{Secret, secret};

use super::{Id, nobody};
use crate::House;
use crate::house::unavailable;

/// Which of the two kinds of clients an address is about.
pub(super) type Kind = fn(&Client) -> bool;

/// The client of this id, as stored now, if it is of this kind.
pub(super) async fn find(house: &House, id: &ClientId, kind: Kind) -> Result<Client, Denied> {
    let found = house.live.store().client(id).await.map_err(|cause| unavailable(&cause))?;
    found.filter(kind).ok_or_else(nobody)
}

/// Does to the client what the rule says, and answers with the client as it is then.
pub(super) async fn change(
    house: &House,
    id: &Id,
    kind: Kind,
    rule: impl Fn(&Client) -> Result<Vec<Change>, Denied>,
) -> Result<Client, Denied> {
    let (id, rule) = (&id.of::<ClientId>()?, &rule);
    let changed = house
        .decide(|| async move {
            let client = find(house, id, kind).await?;
            let changes = rule(&client)?;
            let after = changes.iter().find_map(|change| match change {
                Change::ClientRewritten { after, .. } => Some((**after).clone()),
                _ => None,
            });
            Ok((changes, after.unwrap_or(client)))
        })
        .await?;
    // A client that is suspended already may have been so by a call that is not through yet.
    house.live.settled().await;
    Ok(changed)
}

/// Gives the client a new secret.
pub(super) async fn rotate_secret(house: &House, id: &Id, kind: Kind) -> Result<(Client, Secret), Denied> {
    let fresh = secret(house.live.vault().chance());
    let digest = fresh.digest();
    let client = change(house, id, kind, |client| register::rotate_secret(client, digest)).await?;
    Ok((client, fresh))
}

/// Fresh secrets for one registration, and the one that would be shown.
pub(super) fn fresh(house: &House) -> (Fresh, Secret) {
    let (vault, mut wx) = (house.live.vault(), [0; 8]);
    let secret = secret(vault.chance());
    vault.chance().fill(&mut wx);
    (Fresh { secret_digest: secret.digest(), wx }, secret)
}
