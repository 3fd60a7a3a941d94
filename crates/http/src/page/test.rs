#![allow(clippy::unwrap_used, missing_docs)]

mod every_page;
mod names;

use maud::Markup;

use super::asset::{STYLESHEET_HASH, asset};
use super::consent::{PermissionKind, consent};
use super::error::{ErrorPage, Problem, error};
use super::layout::{Frame, Party, Stamp, Theme};
use super::settings::{AccessState, Done, settings};
use super::sign_in::{SignIn, SignInProblem, sign_in};
use super::signed_out::{ConfirmSignOut, SignedOut, confirm_sign_out, signed_out};
use super::{sample, words};

const PROBLEMS: [Problem; 12] = [
    Problem::NotFound,
    Problem::LinkExpired,
    Problem::FormExpired,
    Problem::BadRequest,
    Problem::UnknownApp,
    Problem::UnregisteredReturn,
    Problem::SomebodyElse,
    Problem::Suspended,
    Problem::MethodNotAllowed,
    Problem::TooMany { seconds: 30 },
    Problem::Unavailable,
    Problem::Internal,
];

fn problem_page(problem: Problem, party: Party, href: &str) -> Markup {
    error(&ErrorPage {
        frame: Frame::default(),
        problem,
        detail: Some("redirect_uri is not registered for this client <script>".into()),
        reference: Some("req_7Q2M4K".into()),
        back: Some((party, href.into())),
    })
}

/// Every page, with ordinary and with hostile content.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut pages = vec![
        ("sign-in".to_owned(), sign_in(&sample::sign_in())),
        (
            "sign-in-again".into(),
            sign_in(&SignIn {
                username: "mira@example.org".into(),
                again: true,
                problem: Some(SignInProblem::Mismatch),
                notice: None,
                ..sample::sign_in()
            }),
        ),
        (
            "sign-in-hostile".into(),
            sign_in(&SignIn {
                to: Some(sample::hostile()),
                username: "\"><script>alert(1)</script>".into(),
                problem: Some(SignInProblem::TooMany { seconds: 30 }),
                notice: Some("<script>`<script>`".into()),
                csrf: "\"><script>".into(),
                ..SignIn::default()
            }),
        ),
        ("sign-in-own".into(), sign_in(&SignIn::default())),
        ("consent".into(), consent(&sample::consent())),
        ("consent-hostile".into(), consent(&sample::hostile_consent())),
        ("settings".into(), settings(&sample::settings())),
        ("settings-hostile".into(), settings(&sample::hostile_settings())),
        ("settings-empty".into(), settings(&super::settings::Settings::default())),
        (
            "sign-out".into(),
            confirm_sign_out(&ConfirmSignOut {
                csrf: "csrf-1".into(),
                asked_by: Some(sample::host()),
                fields: vec![("state".into(), "xyz".into())],
                ..ConfirmSignOut::default()
            }),
        ),
        (
            "sign-out-hostile".into(),
            confirm_sign_out(&ConfirmSignOut {
                asked_by: Some(sample::hostile()),
                fields: vec![("\"><script>".into(), "\"><script>".into())],
                ..ConfirmSignOut::default()
            }),
        ),
        (
            "signed-out".into(),
            signed_out(&SignedOut {
                frame: Frame::default(),
                back: Some((sample::host(), "https://harbour.example/".into())),
            }),
        ),
        (
            "signed-out-hostile".into(),
            signed_out(&SignedOut {
                frame: Frame::default(),
                back: Some((sample::hostile(), "javascript:alert(1)".into())),
            }),
        ),
    ];
    for (i, problem) in PROBLEMS.into_iter().enumerate() {
        pages.push((format!("error-{i}"), problem_page(problem, sample::host(), "/settings")));
    }
    pages.push((
        "error-hostile".into(),
        problem_page(Problem::BadRequest, sample::hostile(), "//evil.example"),
    ));
    pages.into_iter().map(|(name, page)| (name, page.into_string())).collect()
}

/// The values of every `name="…"` in the order of the page.
fn field_names(page: &str) -> Vec<&str> {
    page.split(" name=\"").skip(1).filter_map(|rest| rest.split('"').next()).filter(|n| !is_meta(n)).collect()
}

fn is_meta(name: &str) -> bool {
    matches!(name, "viewport" | "color-scheme" | "robots")
}

fn attribute<'a>(page: &'a str, start: &str) -> Vec<&'a str> {
    page.split(start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn assets_are_asked_for_by_the_hash_of_their_content() {
    let page = sign_in(&SignIn::default()).into_string();
    assert!(page.contains(&format!("/assets/portico.css?v={STYLESHEET_HASH}")));
    assert_eq!(STYLESHEET_HASH.len(), 16);
    assert!(asset("portico.css").unwrap().body.contains("prefers-reduced-motion"));
    assert_eq!(asset("mark.svg").unwrap().content_type, "image/svg+xml");
    assert!(asset("../Cargo.toml").is_none());
}

#[test]
fn the_sign_in_form_posts_username_password_and_csrf_to_its_own_address() {
    let page = sign_in(&sample::sign_in()).into_string();
    assert_eq!(field_names(&page), ["csrf", "username", "password"]);
    assert!(page.contains("<form class=\"stack\" method=\"post\">"));
    assert!(page.contains("autocomplete=\"username\"") && page.contains("autocomplete=\"current-password\""));
    assert!(page.contains("to continue to <bdi>Harbour</bdi>"));
    assert!(page.contains("<code>mira</code>"));
}

#[test]
fn a_failed_sign_in_is_announced_and_keeps_the_username() {
    let mut view = SignIn { username: "a\"b".into(), ..sample::sign_in() };
    assert!(!sign_in(&view).into_string().contains("role=\"alert\""));
    view.problem = Some(SignInProblem::Mismatch);
    let page = sign_in(&view).into_string();
    assert!(page.contains("role=\"alert\"") && page.contains("value=\"a&quot;b\""));
    assert!(page.contains("aria-invalid=\"true\""));
    view.problem = Some(SignInProblem::TooMany { seconds: 42 });
    assert!(sign_in(&view).into_string().contains("<bdi>42</bdi> seconds"));
}

#[test]
fn the_consent_form_has_a_switch_for_each_optional_permission_and_two_decisions() {
    let page = consent(&sample::consent()).into_string();
    assert_eq!(field_names(&page), ["csrf", "grant", "grant", "decision", "decision"]);
    assert_eq!(attribute(&page, "name=\"grant\" value=\""), ["email.verified", "payment.methods"]);
    assert_eq!(attribute(&page, "name=\"decision\" value=\""), ["deny", "allow"]);
    assert_eq!(page.matches(" checked>").count(), 1);
    assert!(page.contains("<form method=\"post\">"));
}

#[test]
fn the_consent_page_names_the_app_its_id_its_developer_the_host_and_the_reasons() {
    let page = consent(&sample::consent()).into_string();
    for shown in [
        "<bdi>Taxi</bdi> asks for your permission",
        "<code><bdi>org.example.taxi</bdi></code>",
        "<bdi>Acme Mobility</bdi>",
        "You opened it in <bdi>Harbour</bdi>.",
        "<bdi>Taxi</bdi> says:",
        "<blockquote><bdi>so that the driver can call you</bdi></blockquote>",
        "Allowed by the operator",
        "Sensitive",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn a_group_without_permissions_is_not_shown() {
    let mut view = sample::consent();
    view.permissions.retain(|permission| permission.kind == PermissionKind::Required);
    let page = consent(&view).into_string();
    assert!(page.contains("Needed to open") && !page.contains("Your choice"));
    assert!(!page.contains("Allowed by the operator"));
}

#[test]
fn settings_forms_name_the_app_the_scope_and_the_session() {
    let page = settings(&sample::settings()).into_string();
    let forms: Vec<_> = page
        .split("<form method=\"post\" action=\"/settings\">")
        .skip(1)
        .map(|form| form.split("</form>").next().unwrap())
        .collect();
    let withdraw = forms.iter().find(|form| form.contains("value=\"withdraw\"")).unwrap();
    assert_eq!(field_names(withdraw), ["csrf", "action", "app_id", "scope"]);
    assert!(withdraw.contains("value=\"org.example.taxi\"") && withdraw.contains("value=\"profile.basic\""));
    let all = forms.iter().find(|form| form.contains("value=\"withdraw_all\"")).unwrap();
    assert_eq!(field_names(all), ["csrf", "action", "app_id"]);
    let end = forms.iter().find(|form| form.contains("value=\"end_session\"")).unwrap();
    assert_eq!(field_names(end), ["csrf", "action", "session"]);
    let others = forms.iter().find(|form| form.contains("value=\"end_others\"")).unwrap();
    assert_eq!(field_names(others), ["csrf", "action"]);
    assert!(forms.iter().all(|form| form.contains("name=\"csrf\" value=\"csrf-1\"")));
}

#[test]
fn only_what_the_person_allowed_can_be_withdrawn() {
    let mut view = sample::settings();
    for (state, buttons) in [
        (AccessState::Allowed, 1),
        (AccessState::PreAuthorised, 0),
        (AccessState::Refused, 0),
        (AccessState::Withdrawn, 0),
    ] {
        view.apps.truncate(1);
        view.apps[0].permissions.truncate(1);
        view.apps[0].permissions[0].state = state;
        let page = settings(&view).into_string();
        assert_eq!(page.matches("value=\"withdraw\"").count(), buttons, "{state:?}");
        assert_eq!(page.matches("value=\"withdraw_all\"").count(), buttons, "{state:?}");
    }
}

#[test]
fn many_mini_programs_are_listed_closed_except_the_one_just_changed() {
    let mut view = sample::settings();
    assert_eq!(settings(&view).into_string().matches("card app\" open").count(), 3);
    let entry = view.apps[0].clone();
    view.apps.extend(std::iter::repeat_n(entry, 20));
    assert_eq!(settings(&view).into_string().matches("card app\" open").count(), 0);
    view.open_app = Some("org.example.market".into());
    assert_eq!(settings(&view).into_string().matches("card app\" open").count(), 1);
}

#[test]
fn ending_the_other_sessions_is_offered_only_where_there_are_others() {
    let mut view = sample::settings();
    assert!(settings(&view).into_string().contains("end_others"));
    view.devices.retain(|device| device.current);
    let page = settings(&view).into_string();
    assert!(!page.contains("end_others") && page.contains("This device"));
}

#[test]
fn times_are_readable_by_machines() {
    let mut view = sample::settings();
    view.apps[0].last_used = Some(Stamp { text: "just now".into(), datetime: "2026-03-04T14:05:00Z".into() });
    let page = settings(&view).into_string();
    assert!(page.contains("<time datetime=\"2026-03-04T14:05:00Z\">just now</time>"));
}

#[test]
fn what_was_done_travels_as_a_code() {
    for done in [Done::Withdrawn, Done::WithdrawnAll, Done::SessionEnded, Done::OthersEnded] {
        assert_eq!(Done::from_code(done.code()), Some(done));
    }
    assert_eq!(Done::from_code("<script>"), None);
}

#[test]
fn signing_out_is_confirmed_by_a_form_that_carries_the_request_along() {
    let page = confirm_sign_out(&ConfirmSignOut {
        csrf: "csrf-1".into(),
        fields: vec![("state".into(), "x&y".into())],
        ..ConfirmSignOut::default()
    })
    .into_string();
    assert_eq!(field_names(&page), ["csrf", "state", "decision", "decision"]);
    assert_eq!(attribute(&page, "name=\"decision\" value=\""), ["stay", "sign_out"]);
    assert!(page.contains("value=\"x&amp;y\""));
}

#[test]
fn the_way_back_is_a_link_only_to_a_web_address() {
    let to = |href: &str| {
        signed_out(&SignedOut { frame: Frame::default(), back: Some((sample::host(), href.into())) })
    };
    assert!(to("https://harbour.example/").into_string().contains("href=\"https://harbour.example/\""));
    for refused in
        ["javascript:alert(1)", " https://x", "//evil.example", "/\\evil.example", "data:text/html,x", ""]
    {
        assert!(!to(refused).into_string().contains("Back to"), "{refused}");
    }
}

#[test]
fn an_error_page_helps_and_quotes_the_reference() {
    let page = problem_page(Problem::TooMany { seconds: 30 }, sample::host(), "/").into_string();
    assert!(page.contains("<bdi>30</bdi> seconds") && page.contains("req_7Q2M4K"));
    let titles: std::collections::BTreeSet<_> =
        PROBLEMS.iter().map(|p| words::preferred("").error.of(*p).0).collect();
    assert_eq!(titles.len(), PROBLEMS.len());
}

#[test]
fn theme_and_language_follow_the_host() {
    let mut view = sample::sign_in();
    assert!(!sign_in(&view).into_string().contains("data-theme"));
    view.frame.theme = Theme::named("dark");
    assert!(sign_in(&view).into_string().contains("data-theme=\"dark\""));
    assert_eq!(Theme::named("none"), None);
    for locales in ["", "en-GB", "xx fr-CH en", "\"><script>"] {
        assert_eq!(words::preferred(locales).lang, "en");
    }
}
