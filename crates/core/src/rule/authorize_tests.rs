#![allow(clippy::unwrap_used)]

use super::*;
use crate::noun::client::AuthMethod;
use crate::rule::sample::{NOW, client, consents, host, scopes, session, user};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn request() -> Request {
    Request {
        response_type: Some("code".into()),
        scope: Some("openid".into()),
        challenge: Some(CHALLENGE.into()),
        challenge_method: Some("S256".into()),
        ..Request::default()
    }
}

fn code_of<T>(result: Result<T, Denied>) -> Option<Code> {
    result.err().map(|denied| denied.code)
}

fn step(prompt: &str, visitor: Visitor<'_>, said: &Consents) -> Result<Step, Denied> {
    let taxi = client("org.example.taxi");
    let asked = Request { scope: Some("openid profile".into()), prompt: Some(prompt.into()), ..request() };
    decide(&check(&taxi, &asked).unwrap(), &taxi, visitor, said, &[], NOW + Span::seconds(100))
}

#[test]
fn a_redirect_uri_matches_exactly_but_for_a_loopback_port() {
    assert!(same_redirect("https://a.example/cb", "https://a.example/cb"));
    assert!(same_redirect("http://127.0.0.1/cb", "http://127.0.0.1:5123/cb"));
    assert!(same_redirect("http://127.0.0.1:1/cb?x=1", "http://127.0.0.1:5123/cb?x=1"));
    assert!(same_redirect("http://[::1]/cb", "http://[::1]:9/cb"));
    for (registered, given) in [
        ("https://a.example/cb", "https://a.example/cb/"),
        ("https://a.example/cb", "https://a.example/cb?x"),
        ("https://a.example/cb", "https://a.example:444/cb"),
        ("http://localhost/cb", "http://localhost:5123/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5123/other"),
        ("http://127.0.0.1/cb", "http://127.0.0.2:5123/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1@evil.example/cb"),
    ] {
        assert!(!same_redirect(registered, given), "{given}");
    }
}

#[test]
fn a_missing_redirect_uri_means_the_only_one() {
    let mut taxi = client("org.example.taxi");
    assert!(redirect(&taxi, None).is_ok());
    assert!(redirect(&taxi, Some("https://evil.example/")).is_err());
    taxi.redirect_uris.push("https://taxi.example/two".into());
    assert!(redirect(&taxi, None).is_err());
}

#[test]
fn each_malformed_request_has_its_code() {
    let taxi = client("org.example.taxi");
    let with = |change: &dyn Fn(&mut Request)| {
        let mut request = request();
        change(&mut request);
        code_of(check(&taxi, &request))
    };
    assert_eq!(with(&|_| {}), None);
    assert_eq!(with(&|r| r.response_type = None), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.response_type = Some("token".into())), Some(Code::UnsupportedResponseType));
    assert_eq!(with(&|r| r.response_mode = Some("fragment".into())), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.request_object = true), Some(Code::RequestNotSupported));
    assert_eq!(with(&|r| r.request_uri = true), Some(Code::RequestUriNotSupported));
    assert_eq!(with(&|r| r.registration = true), Some(Code::RegistrationNotSupported));
    assert_eq!(with(&|r| r.challenge_method = Some("plain".into())), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.challenge_method = None), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.challenge = Some("short".into())), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.scope = Some("openid host".into())), Some(Code::InvalidScope));
    assert_eq!(with(&|r| r.scope = Some("openid kyc.status".into())), Some(Code::InvalidScope));
    assert_eq!(with(&|r| r.prompt = Some("none login".into())), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.prompt = Some("hurry".into())), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.max_age = Some("-1".into())), Some(Code::InvalidRequest));
    assert_eq!(with(&|r| r.nonce = Some("n".repeat(513))), Some(Code::InvalidRequest));
}

#[test]
fn pkce_may_be_omitted_by_a_confidential_app_alone() {
    let bare = Request { challenge: None, challenge_method: None, ..request() };
    let taxi = client("org.example.taxi");
    assert_eq!(code_of(check(&taxi, &bare)), None);
    let public = Client { auth: AuthMethod::None, ..client("org.example.taxi") };
    assert_eq!(code_of(check(&public, &bare)), Some(Code::InvalidRequest));
    let secret_host = Client { auth: AuthMethod::ClientSecretBasic, ..host("super") };
    assert_eq!(code_of(check(&secret_host, &bare)), Some(Code::InvalidRequest));
}

#[test]
fn standard_names_mean_the_same_consents_and_offline_access_is_passed_over() {
    let taxi = client("org.example.taxi");
    let asked = Request { scope: Some("openid profile email phone offline_access".into()), ..request() };
    let checked = check(&taxi, &asked).unwrap();
    assert_eq!(checked.scope, scopes("openid profile.basic email.verified phone.verified"));
}

#[test]
fn nobody_is_shown_the_sign_in_page_or_told_so_silently() {
    let nobody = Visitor::default();
    assert_eq!(step("", nobody, &Consents::default()), Ok(Step::SignIn));
    assert_eq!(code_of(step("none", nobody, &Consents::default())), Some(Code::LoginRequired));
}

#[test]
fn consent_is_asked_once_and_silence_never_asks() {
    let session = session();
    let visitor = Visitor { session: Some(&session), ..Visitor::default() };
    let said = consents(&[("profile.basic", Decision::Granted)]);
    assert_eq!(step("", visitor, &Consents::default()), Ok(Step::Ask(scopes("profile.basic"))));
    assert_eq!(code_of(step("none", visitor, &Consents::default())), Some(Code::ConsentRequired));
    assert_eq!(step("none", visitor, &said), Ok(Step::Issue(scopes("openid profile.basic"))));
    assert_eq!(step("consent", visitor, &said), Ok(Step::Ask(scopes("profile.basic"))));
    let asked = Visitor { just_asked: true, ..visitor };
    assert_eq!(step("consent", asked, &said), Ok(Step::Issue(scopes("openid profile.basic"))));
}

#[test]
fn a_refused_required_permission_is_asked_again_and_then_denied() {
    let session = session();
    let visitor = Visitor { session: Some(&session), ..Visitor::default() };
    let said = consents(&[("profile.basic", Decision::Refused)]);
    assert_eq!(step("", visitor, &said), Ok(Step::Ask(scopes("profile.basic"))));
    let asked = Visitor { just_asked: true, ..visitor };
    assert_eq!(code_of(step("", asked, &said)), Some(Code::AccessDenied));
}

#[test]
fn prompt_login_a_stale_sign_in_and_another_person_lead_to_the_sign_in_page() {
    let session = session();
    let said = consents(&[("profile.basic", Decision::Granted)]);
    let visitor = Visitor { session: Some(&session), ..Visitor::default() };
    assert_eq!(step("login", visitor, &said), Ok(Step::SignIn));
    assert_eq!(step("select_account", visitor, &said), Ok(Step::SignIn));
    let back = Visitor { just_signed_in: true, ..visitor };
    assert!(matches!(step("login", back, &said), Ok(Step::Issue(_))));
    let stranger = Visitor { hint: Some(user(9)), ..visitor };
    assert_eq!(code_of(step("none", stranger, &said)), Some(Code::LoginRequired));
    let taxi = client("org.example.taxi");
    let aged = |max_age: &str| {
        let asked = Request { max_age: Some(max_age.into()), ..request() };
        decide(&check(&taxi, &asked).unwrap(), &taxi, visitor, &said, &[], NOW + Span::seconds(100))
    };
    assert_eq!(aged("99"), Ok(Step::SignIn));
    assert_eq!(aged("0"), Ok(Step::SignIn));
    assert!(matches!(aged("100"), Ok(Step::Issue(_))));
}

#[test]
fn a_host_needs_no_consent_and_asks_for_nothing_else() {
    let (host, session) = (host("super"), session());
    let visitor = Visitor { session: Some(&session), ..Visitor::default() };
    let asked = Request { scope: Some("openid host".into()), ..request() };
    let checked = check(&host, &asked).unwrap();
    assert_eq!(
        decide(&checked, &host, visitor, &Consents::default(), &[], NOW),
        Ok(Step::Issue(scopes("openid host")))
    );
    let more = Request { scope: Some("openid profile.basic".into()), ..request() };
    assert_eq!(code_of(check(&host, &more)), Some(Code::InvalidScope));
}

#[test]
fn a_sign_in_that_is_too_weak_is_stepped_up_for_what_was_asked_or_what_a_scope_demands() {
    let taxi = client("org.example.taxi");
    let said = consents(&[("profile.basic", Decision::Granted), ("email.verified", Decision::Refused)]);
    let mut catalogue = crate::noun::catalogue::built_in();
    catalogue.iter_mut().find(|entry| entry.scope.as_str() == "email.verified").unwrap().acr = Some(Acr::Two);
    let next = |acr_values: &str, scope: &str, method: &str, prompt: &str| {
        let asked = Request {
            acr_values: Some(acr_values.into()),
            scope: Some(scope.into()),
            prompt: Some(prompt.into()),
            ..request()
        };
        let session = Session { method: method.into(), ..session() };
        let visitor = Visitor { session: Some(&session), ..Visitor::default() };
        decide(&check(&taxi, &asked).unwrap(), &taxi, visitor, &said, &catalogue, NOW).unwrap()
    };
    let two = Step::StepUp(Acr::Two);
    assert_eq!(next("urn:portico:acr:2", "openid profile", "pwd", ""), two);
    assert_eq!(next("urn:portico:acr:2", "openid profile", "pwd", "none"), two);
    assert_eq!(next("phr", "openid profile", "pwd otp", ""), Step::StepUp(Acr::PhishingResistant));
    assert!(matches!(next("urn:portico:acr:2", "openid profile", "pwd otp", ""), Step::Issue(_)));
    assert!(matches!(next("unknown", "openid profile", "pwd", ""), Step::Issue(_)));
    // What is optional and stands refused will not be in the answer, so it demands nothing.
    assert!(matches!(next("", "openid profile email", "pwd", ""), Step::Issue(_)));
    assert_eq!(next("", "openid profile email", "pwd", "consent"), two);
}
