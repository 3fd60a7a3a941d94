//! What the operator does with a client that is there: suspend, resume, a new secret, remove,
//! pre-authorise.

use super::conflict;
use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::moment::Moment;
use crate::noun::catalogue::CatalogueEntry;
use crate::noun::client::{Client, Role};
use crate::noun::event::Happening;
use crate::scope::Scope;

/// Suspends a client: from this moment on nothing of it is good. Nothing changes where it is
/// suspended already. Back ends that follow the feed of an app are told.
pub fn suspend(client: &Client, now: Moment) -> Vec<Change> {
    if !client.is_live() {
        return vec![];
    }
    let mut changes = vec![rewrite(client, Client { suspended_at: Some(now), ..client.clone() })];
    changes.extend(told(client, now));
    changes
}

/// Lets a suspended client work again. Nothing changes where it is not suspended.
pub fn resume(client: &Client) -> Vec<Change> {
    if client.is_live() {
        return vec![];
    }
    vec![rewrite(client, Client { suspended_at: None, ..client.clone() })]
}

/// Gives a client a new secret; the old one is good no longer.
///
/// Refuses with `invalid_request` where its way to authenticate has no secret.
pub fn rotate_secret(client: &Client, digest: [u8; 32]) -> Result<Vec<Change>, Denied> {
    if !client.auth.has_secret() {
        return Err(Denied::request(format!("'{}' authenticates without a secret", client.id)));
    }
    Ok(vec![rewrite(client, Client { secret_digest: Some(digest), ..client.clone() })])
}

/// Removes an app with everything that people decided about it.
///
/// Refuses with `conflict` where a scope of the catalogue is served by it.
pub fn remove(client: &Client, catalogue: &[CatalogueEntry], now: Moment) -> Result<Vec<Change>, Denied> {
    let served = catalogue.iter().find(|entry| entry.served_by.as_ref() == Some(&client.id));
    if let Some(entry) = served {
        return Err(conflict(format!("'{}' serves the scope '{}'", client.id, entry.scope)));
    }
    let mut changes = vec![Change::ClientRemoved { client: client.id.clone() }];
    changes.extend(told(client, now).filter(|_| client.is_live()));
    Ok(changes)
}

/// Allows an app a scope on every person's behalf.
///
/// Refuses with `invalid_scope` what its manifest does not ask for.
pub fn preauthorise(client: &Client, scope: &Scope) -> Result<Vec<Change>, Denied> {
    let asked = client.app().filter(|app| app.permission(scope).is_some());
    let Some(app) = asked else {
        let description = format!("the manifest of '{}' does not ask for '{scope}'", client.id);
        return Err(Denied::new(Code::InvalidScope, description));
    };
    if app.preauthorised.contains(scope) {
        return Ok(vec![]);
    }
    let mut app = app.clone();
    app.preauthorised.insert(scope.clone());
    Ok(vec![rewrite(client, Client { role: Role::App(app), ..client.clone() })])
}

fn told(client: &Client, now: Moment) -> Option<Change> {
    let suspended = || Happening::AppSuspended { app: client.id.clone() };
    client.app().map(|_| Change::Happened { at: now, what: suspended() })
}

fn rewrite(before: &Client, after: Client) -> Change {
    Change::ClientRewritten { before: Box::new(before.clone()), after: Box::new(after) }
}
