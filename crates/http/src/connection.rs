//! Connections as providers that can be gone to.

use portico_core::denied::Denied;
use portico_core::noun::connection::{Connection, ConnectionKind};
use portico_reach::Registration;
use portico_seal::Secret;
use portico_store::Page;

use crate::House;
use crate::house::unavailable;

/// The most connections that a page offers.
const MOST: usize = 100;

/// The provider of a connection, with what it knows us by.
pub fn registration(house: &House, connection: &Connection) -> Result<Registration, Denied> {
    let ConnectionKind::Oidc { issuer, client_id, scope } = &connection.kind;
    let open = |wrapped: &Vec<u8>| {
        let plain = house.live.vault().master().unwrap(&purpose(connection), wrapped);
        let text = plain.ok().and_then(|plain| String::from_utf8(plain.to_vec()).ok());
        text.map(Secret::from).ok_or_else(|| Denied::unavailable("a connection's secret does not open"))
    };
    Ok(Registration {
        issuer: issuer.clone(),
        client_id: client_id.clone(),
        client_secret: connection.wrapped_secret.as_ref().map(open).transpose()?,
        scope: scope.clone(),
        redirect_uri: format!("{}/sign-in/return/{}", house.live.issuer(), connection.id),
    })
}

/// A connection's secret as the store keeps it.
pub fn wrap(house: &House, connection: &Connection, secret: &str) -> Vec<u8> {
    let vault = house.live.vault();
    vault.master().wrap(&purpose(connection), secret.as_bytes(), vault.chance())
}

/// The connections with which people may sign in, by id.
pub async fn for_sign_in(house: &House) -> Result<Vec<Connection>, Denied> {
    let page = Page { after: None, limit: MOST };
    let mut all = house.live.store().connections(page).await.map_err(|cause| unavailable(&cause))?;
    all.retain(|connection| connection.sign_in);
    Ok(all)
}

/// Where the forms of a page with these connections may lead: the redirect that follows a form is held
/// to the page's policy too. A provider whose sign-in is not at its issuer's origin is known once
/// it has been asked.
pub fn targets(house: &House, connections: &[Connection]) -> Vec<String> {
    let known = |one: &Connection| house.upstreams.known_address(one.issuer(), house.now());
    connections.iter().flat_map(|one| [Some(one.issuer().to_owned()), known(one)]).flatten().collect()
}

fn purpose(connection: &Connection) -> String {
    format!("connection {}", connection.id)
}
