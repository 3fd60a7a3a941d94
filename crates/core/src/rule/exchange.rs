//! An app calling a service: what the service token is good for (RFC 8693).

use crate::denied::{Code, Denied};
use crate::noun::app::AppKind;
use crate::noun::catalogue::CatalogueEntry;
use crate::noun::client::Client;
use crate::scope::ScopeSet;

/// The scopes of a token with which an app calls a service: asked ∩ what the app may see now ∩
/// what the service serves or its own manifest names; `openid` stays.
///
/// `held` is what the app's launch token is good for at this moment. Refusals: `invalid_target`
/// where there is no such live service, `invalid_scope` where more was asked for than is held.
pub fn exchange(
    service: Option<&Client>,
    catalogue: &[CatalogueEntry],
    held: &ScopeSet,
    asked: Option<&ScopeSet>,
) -> Result<ScopeSet, Denied> {
    let target = || Denied::new(Code::InvalidTarget, "there is no service of this name, or it is suspended");
    let service = service.filter(|client| client.is_live()).ok_or_else(target)?;
    let app = service.app().filter(|app| app.kind == AppKind::Service).ok_or_else(target)?;
    let asked = asked.unwrap_or(held);
    if !asked.within(held) {
        return Err(Denied::new(Code::InvalidScope, "more was asked for than the presented token holds"));
    }
    let serves = |scope: &_| {
        app.names(scope)
            || catalogue
                .iter()
                .any(|entry| entry.scope == *scope && entry.served_by.as_ref() == Some(&service.id))
    };
    let scope = asked.only(serves);
    match scope.is_empty() {
        true => Err(Denied::new(Code::InvalidScope, "the service serves nothing of what was asked for")),
        false => Ok(scope),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::noun::client::Role;
    use crate::rule::sample::{client, scopes};

    fn service() -> Client {
        let mut service = client("org.example.orders");
        if let Role::App(app) = &mut service.role {
            app.kind = AppKind::Service;
            app.permissions.clear();
        }
        service
    }

    fn serving(scope: &str) -> CatalogueEntry {
        CatalogueEntry {
            scope: scope.parse().unwrap(),
            title: Default::default(),
            description: Default::default(),
            sensitivity: Default::default(),
            acr: None,
            served_by: Some("org.example.orders".parse().unwrap()),
        }
    }

    #[test]
    fn a_service_gets_only_what_it_serves_and_the_app_holds() {
        let held = scopes("openid orders.history profile.basic");
        let catalogue = [serving("orders.history"), serving("orders.write")];
        let got = exchange(Some(&service()), &catalogue, &held, None).unwrap();
        assert_eq!(got, scopes("openid orders.history"));
        let nothing = exchange(Some(&service()), &catalogue, &held, Some(&scopes("profile.basic")));
        assert_eq!(nothing.map_err(|denied| denied.code), Err(Code::InvalidScope));
        let more = exchange(Some(&service()), &catalogue, &held, Some(&scopes("orders.write")));
        assert_eq!(more.map_err(|denied| denied.code), Err(Code::InvalidScope));
    }

    #[test]
    fn an_ordinary_app_is_no_service() {
        let held = scopes("openid");
        let denied = exchange(Some(&client("org.example.taxi")), &[], &held, None);
        assert_eq!(denied.map_err(|denied| denied.code), Err(Code::InvalidTarget));
    }
}
