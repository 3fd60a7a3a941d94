#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;
use crate::rule::sample::NOW;

fn read(change: Value) -> Result<ConnectionSheet, Denied> {
    let mut sheet = json!({
        "connection_id": "acme", "kind": "oidc", "name": "Acme",
        "issuer": "https://login.acme.example", "client_id": "us", "client_secret": "s",
    });
    for (key, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(sheet.as_object_mut().unwrap().remove(key)),
            value => sheet[key] = value.clone(),
        }
    }
    ConnectionSheet::read(&sheet, NOW)
}

#[test]
fn a_connection_is_read_with_what_is_usual_where_nothing_is_said() {
    let sheet = read(json!({})).unwrap();
    assert!(sheet.connection.sign_in);
    assert_eq!(sheet.connection.issuer(), "https://login.acme.example");
    assert_eq!(sheet.secret.as_deref(), Some("s"));
    let ConnectionKind::Oidc { scope, .. } = &sheet.connection.kind else { panic!("of another kind") };
    assert_eq!(scope, "openid profile email");
    assert!(!read(json!({"sign_in": false})).unwrap().connection.sign_in);
}

#[test]
fn a_connection_that_could_not_work_is_refused() {
    for bad in [
        json!({"connection_id": "A"}),
        json!({"kind": "oauth2"}),
        json!({"kind": "wechat_mini_program"}),
        json!({"marker": "merchant"}),
        json!({"marker": "provider"}),
        json!({"app": "Not An App"}),
        json!({"app": "org.example.shop", "marker": "merchant", "sign_in": true}),
        json!({"kind": "saml"}),
        json!({"kind": null}),
        json!({"name": null}),
        json!({"issuer": "http://login.acme.example"}),
        json!({"issuer": "https://login.acme.example?tenant=a"}),
        json!({"issuer": "https://login.acme.example#a"}),
        json!({"issuer": null}),
        json!({"client_id": null}),
        json!({"client_secret": 7}),
        json!({"scope": "profile"}),
        json!({"scope": "openid \"x\""}),
        json!({"icon": "http://acme.example/i.png"}),
        json!({"icon": "javascript:alert(1)"}),
        json!({"sign_in": "yes"}),
        json!({"client_sekret": "s"}),
    ] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn a_connection_that_is_registered_again_keeps_its_age() {
    let before = read(json!({})).unwrap().connection;
    let later = Connection { registered_at: Moment::from_seconds(NOW.seconds() + 9), ..before.clone() };
    assert_eq!(replaces(Some(&before), later.clone()).registered_at, NOW);
    assert_eq!(replaces(None, later.clone()), later);
}

fn official(change: Value) -> Result<ConnectionSheet, Denied> {
    let mut sheet = json!({
        "connection_id": "acme-wx", "kind": "wechat_official_account", "name": "Acme", "app_id": "wx1",
        "secret": "s",
    });
    sheet.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    ConnectionSheet::read(&sheet, NOW)
}

#[test]
fn an_official_account_asks_nothing_and_is_at_wechat_where_nothing_is_said() {
    let sheet = official(json!({})).unwrap();
    assert!(sheet.connection.is_silent() && !sheet.connection.sign_in);
    assert_eq!(sheet.connection.issuer(), "wechat:api.weixin.qq.com/wx1");
    assert_eq!(sheet.secret.as_deref(), Some("s"));
    assert!(!official(json!({"scope": "snsapi_userinfo"})).unwrap().connection.is_silent());
    let double = official(json!({"base_url": "http://127.0.0.1:9/wechat/"})).unwrap().connection;
    assert_eq!(double.issuer(), "wechat:127.0.0.1:9/wechat/wx1");
    let upper = official(json!({"api_url": "https://API.weixin.qq.com:443"})).unwrap().connection;
    assert_eq!(upper.issuer(), sheet.connection.issuer());
    for bad in [
        json!({"scope": "snsapi_login"}),
        json!({"app_id": "wx/1"}),
        json!({"base_url": "http://wechat.example"}),
        json!({"api_url": "https://wechat.example/?x"}),
        json!({"client_secret": "s"}),
        json!({"issuer": "https://wechat.example"}),
    ] {
        assert!(official(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn nobody_signs_in_with_the_login_code_of_a_mini_program() {
    let sheet = |sign_in: Value| {
        json!({
            "connection_id": "mini", "kind": "wechat_mini_program", "name": "Acme", "app_id": "wx1",
            "secret": "s", "sign_in": sign_in,
        })
    };
    assert!(!ConnectionSheet::read(&sheet(json!(null)), NOW).unwrap().connection.sign_in);
    assert!(ConnectionSheet::read(&sheet(json!(true)), NOW).is_err());
}

fn oauth2(change: Value) -> Result<ConnectionSheet, Denied> {
    let mut sheet = json!({
        "connection_id": "acme-shop", "kind": "oauth2", "name": "Acme", "client_id": "us",
        "authorize_url": "https://acme.example/authorize", "token_url": "https://acme.example/token",
        "identity_url": "https://acme.example/me", "subject": "/data/id",
    });
    sheet.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    ConnectionSheet::read(&sheet, NOW)
}

#[test]
fn a_merchants_own_login_goes_by_its_connection() {
    let sheet = oauth2(json!({"client_secret": "s", "issuer": "https://acme.example"})).unwrap();
    assert_eq!(sheet.connection.issuer(), "oauth2:acme-shop");
    assert!(!sheet.connection.sign_in);
    assert!(oauth2(json!({"token_endpoint_auth_method": "none"})).is_ok());
    for bad in [
        json!({"subject": "id"}),
        json!({"subject": "/"}),
        json!({"subject": "/a~2"}),
        json!({"token_url": "http://acme.example/token"}),
        json!({"authorize_url": null}),
        json!({"authorize_url": "https://acme.example/#a"}),
        json!({"scope": "a \"b\""}),
        json!({"token_endpoint_auth_method": "none", "client_secret": "s"}),
        json!({"token_endpoint_auth_method": "private_key_jwt"}),
    ] {
        assert!(oauth2(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn one_provider_alone_brings_the_open_ids_of_an_app() {
    let brings = |id: &str, wx: &str, marker: &str| {
        let change = json!({"connection_id": id, "app_id": wx, "app": "org.example.shop", "marker": marker});
        official(change).unwrap().connection
    };
    let (one, same) = (brings("one", "wx1", "merchant"), brings("same", "wx1", "merchant"));
    let (two, beside) = (brings("two", "wx2", "merchant"), brings("beside", "wx2", "platform"));
    assert!(speaks_alone(&one, [&one, &same, &beside]).is_ok());
    assert_eq!(speaks_alone(&two, [&one]).unwrap_err().code, crate::denied::Code::Conflict);
    assert!(speaks_alone(&beside, [&one]).is_ok());
}
