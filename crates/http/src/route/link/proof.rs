//! What was proved: made, sealed for its ticket, and weighed against what is there.

use portico_core::denied::{Code, Denied};
use portico_core::id::UserId;
use portico_core::noun::connection::{Connection, ConnectionKind};
use portico_core::noun::link::LinkProof;
use portico_core::noun::ticket::LinkTicket;
use portico_core::rule::link::{Proof, Proved, Standing, Union};
use portico_reach::Identity;

use crate::House;
use crate::house::unavailable;

/// The proof of an identity. One that would become an OpenID and already reads as one that Portico made for the
/// app is a conflict.
pub(super) async fn prove(
    house: &House,
    connection: &Connection,
    identity: &Identity,
    by: LinkProof,
) -> Result<Proof, Denied> {
    let vault = house.live.vault();
    let issuer = connection.link_issuer().into_owned();
    let subject_index = vault.link_index(&issuer, &identity.subject);
    let open_id = match connection.marked_app() {
        None => None,
        Some(app) => {
            let client = house.live.client(app).await.map_err(|cause| unavailable(&cause))?;
            let client = client.ok_or_else(|| Denied::unavailable("the app of a connection is gone"))?;
            if client.keys.person(&identity.subject).is_some() {
                return Err(Denied::new(Code::Conflict, "the id is an OpenID that Portico gave out"));
            }
            Some((app.clone(), vault.seal_open_id(app, &identity.subject)))
        }
    };
    let union = identity.union_id.clone().zip(union_at(connection)).map(|(id, at)| Union { at, id });
    Ok(Proof {
        connection: connection.id.clone(),
        identity: Proved { issuer, subject_index },
        open_id,
        by,
        union,
    })
}

/// Among whose ids union ids can be compared.
fn union_at(connection: &Connection) -> Option<String> {
    match &connection.kind {
        ConnectionKind::WechatOfficialAccount { api_url, .. }
        | ConnectionKind::WechatMiniProgram { api_url, .. } => Some(api_url.clone()),
        ConnectionKind::Oidc { .. } | ConnectionKind::Oauth2(_) => None,
    }
}

/// What stands in the way of tying each of these to the person.
pub(super) async fn standings(
    house: &House,
    user: UserId,
    proofs: &[Proof],
) -> Result<Vec<(Proof, Standing)>, Denied> {
    let (store, mut weighed) = (house.live.store(), Vec::with_capacity(proofs.len()));
    for proof in proofs {
        let Proved { issuer, subject_index } = &proof.identity;
        let standing = match &proof.open_id {
            None => {
                let holder = store.person_by_link(issuer, subject_index).await;
                Standing { holder: holder.map_err(|cause| unavailable(&cause))?, ..Standing::default() }
            }
            Some((app, _)) => {
                let facts = store.import_facts(app, &[(user, *subject_index)]).await;
                let facts = facts.map_err(|cause| unavailable(&cause))?.pop().unwrap_or_default();
                Standing { holder: facts.holder, told: facts.issued, another: facts.has_another }
            }
        };
        weighed.push((proof.clone(), standing));
    }
    Ok(weighed)
}

/// What was proved so far, for the ticket to carry.
pub(super) fn seal(house: &House, ticket: &LinkTicket, proofs: &[Proof]) -> Vec<u8> {
    let plain = serde_json::to_vec(proofs).expect("texts and bytes are JSON");
    let vault = house.live.vault();
    vault.master().wrap(&purpose(ticket), &plain, vault.chance())
}

/// What a ticket carries.
pub(super) fn open(house: &House, ticket: &LinkTicket) -> Result<Vec<Proof>, Denied> {
    if ticket.sealed.is_empty() {
        return Ok(vec![]);
    }
    let plain = house.live.vault().master().unwrap(&purpose(ticket), &ticket.sealed).ok();
    let proofs = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
    proofs.ok_or_else(|| Denied::unavailable("what a link ticket carries does not open"))
}

fn purpose(ticket: &LinkTicket) -> String {
    let hex: String = ticket.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("link ticket {hex}")
}
