//! What the operator does with a client that is there: suspend, resume, a new secret, remove,
//! pre-authorise, move to another developer.

use super::conflict;
use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::DeveloperId;
use crate::moment::Moment;
use crate::noun::app::App;
use crate::noun::catalogue::CatalogueEntry;
use crate::noun::client::{Client, Role};
use crate::noun::consent::Words;
use crate::noun::developer::Developer;
use crate::noun::event::Happening;
use crate::rule::wechat::scope::UNION_ID;
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
    Ok(vec![rewrite(client, Client { role: Role::App(Box::new(app)), ..client.clone() })])
}

/// Gives an app to another developer. Its people's UnionIDs are others from then on, so what they and the operator
/// decided about telling them is decided no more.
///
/// Refuses with `invalid_request` a developer that is not registered.
pub fn move_to(
    client: &Client,
    id: &DeveloperId,
    developer: Option<&Developer>,
    now: Moment,
) -> Result<Vec<Change>, Denied> {
    let (Some(app), Some(developer)) = (client.app(), developer) else {
        return Err(Denied::request(format!("the developer '{id}' is not registered")));
    };
    if app.developer == developer.id {
        return Ok(vec![]);
    }
    let is_union_id = |scope: &Scope| scope.as_str() == UNION_ID;
    let preauthorised = app.preauthorised.only(|scope| !is_union_id(scope));
    let moved = App { developer: developer.id.clone(), preauthorised, ..app.clone() };
    let mut changes = vec![rewrite(client, Client { role: Role::App(Box::new(moved)), ..client.clone() })];
    changes.extend(UNION_ID.parse().ok().map(|scope| Change::ScopeReopened {
        app: client.id.clone(),
        scope,
        at: now,
        words: Words { app_name: client.name.clone(), ..Words::default() },
    }));
    Ok(changes)
}

fn told(client: &Client, now: Moment) -> Option<Change> {
    let suspended = || Happening::AppSuspended { app: client.id.clone() };
    client.app().map(|_| Change::Happened { at: now, what: suspended() })
}

fn rewrite(before: &Client, after: Client) -> Change {
    Change::ClientRewritten { before: Box::new(before.clone()), after: Box::new(after) }
}
