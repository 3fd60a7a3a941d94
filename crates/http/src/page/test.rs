#![allow(clippy::unwrap_used, missing_docs)]

mod every_page;
mod names;

use maud::Markup;
use portico_core::rule::acr::Means;
use portico_core::rule::password::WeakPassword;

use super::asset::{STYLESHEET_HASH, asset};
use super::code::{CodePage, CodeTrouble, Way, code};
use super::consent::{Consent, PermissionKind, consent};
use super::done::done;
use super::error::{ErrorPage, Problem, error};
use super::layout::{Frame, Party, Stamp, Theme};
use super::recover::{Recover, RecoverProblem, recover};
use super::register::{AlreadyThere, Register, RegisterProblem, already_there, register};
use super::settings::apps::{AccessState, Apps, apps};
use super::settings::contacts::{ContactTrouble, Contacts, contacts};
use super::settings::data::{Data, data};
use super::settings::devices::{Devices, devices};
use super::settings::history::{History, history};
use super::settings::links::{Links, links};
use super::settings::password::{Password, PasswordTrouble, password};
use super::settings::profile::{Profile, profile};
use super::settings::security::{Security, security};
use super::settings::{Done, Section, Sheet};
use super::sign_in::{SignIn, SignInProblem, sign_in};
use super::signed_out::{ConfirmSignOut, SignedOut, confirm_sign_out, signed_out};
use super::step_up::{Sent, StepUp, StepUpProblem, step_up};
use super::{sample, words};
use crate::challenge::CodeProblem;
use portico_core::noun::kyc::{KycLevel, KycStatus};

const PROBLEMS: [Problem; 17] = [
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
    Problem::ProviderFailed,
    Problem::ProviderRefused,
    Problem::IdentityTaken,
    Problem::ClosedToNewcomers,
    Problem::Conflict,
    Problem::Internal,
];

fn problem_page(problem: Problem, party: Party, href: &str) -> Markup {
    error(&problem_view(Frame::default(), problem, party, href))
}

fn problem_view(frame: Frame, problem: Problem, party: Party, href: &str) -> ErrorPage {
    ErrorPage {
        frame,
        problem,
        detail: Some("redirect_uri is not registered for this client <script>".into()),
        reference: Some("req_7Q2M4K".into()),
        back: Some((party, href.into())),
    }
}

/// Every page in every language, with ordinary and with hostile content.
pub(super) fn pages() -> Vec<(String, String)> {
    let in_language = |lang| {
        let frame = Frame { language: words::preferred([lang]), ..Frame::default() };
        assert_eq!(frame.words().lang, lang);
        let all = [
            sign_in_pages(&frame),
            account_pages(&frame),
            consent_pages(&frame),
            settings_pages(&frame),
            last_pages(&frame),
        ];
        all.into_iter().flatten().map(move |(name, page)| (format!("{lang} {name}"), page.into_string()))
    };
    words::spoken().flat_map(in_language).collect()
}

type Pages = Vec<(String, Markup)>;

fn sign_in_pages(frame: &Frame) -> Pages {
    let again = SignIn { username: "mira@example.org".into(), again: true, ..sample::sign_in() };
    let hostile = SignIn {
        to: Some(sample::hostile()),
        username: "\"><script>alert(1)</script>".into(),
        notice: Some("<script>`<script>`".into()),
        csrf: "\"><script>".into(),
        ..SignIn::default()
    };
    let problems = [
        SignInProblem::Mismatch,
        SignInProblem::TooMany { seconds: 42 },
        SignInProblem::FormExpired,
        SignInProblem::Nobody,
        SignInProblem::Suspended,
    ];
    let mut views = vec![
        ("sign-in".to_owned(), sample::sign_in()),
        ("sign-in-own".into(), SignIn::default()),
        ("sign-in-hostile".into(), hostile),
    ];
    for problem in problems {
        views.push((format!("sign-in-{problem:?}"), SignIn { problem: Some(problem), ..again.clone() }));
    }
    let page = |view| sign_in(&SignIn { frame: frame.clone(), ..view });
    let mut pages: Pages = views.into_iter().map(|(name, view)| (name, page(view))).collect();
    let all = Means { password: true, code: true, passkey: true };
    let sent = Some(Sent { reference: "\"><script>".into() });
    let mut problems: Vec<_> = [CodeProblem::Wrong, CodeProblem::Gone, CodeProblem::TooMany]
        .map(|problem| Some(StepUpProblem::Code(problem)))
        .to_vec();
    problems.extend([
        None,
        Some(StepUpProblem::Password),
        Some(StepUpProblem::FormExpired),
        Some(StepUpProblem::TooMany { seconds: 2 }),
    ]);
    for problem in problems {
        let view = StepUp { frame: frame.clone(), means: all, problem, ..StepUp::default() };
        pages.push((format!("step-up-{problem:?}"), step_up(&view)));
        let view = StepUp { to: Some(sample::hostile()), sent: sent.clone(), ..view };
        pages.push((format!("step-up-hostile-{problem:?}"), step_up(&view)));
    }
    pages
}

fn account_pages(frame: &Frame) -> Pages {
    let (frame, csrf, own) = (frame.clone(), "csrf-1".to_owned(), "\"><script>");
    let troubles = [
        CodeTrouble::Wrong,
        CodeTrouble::Gone,
        CodeTrouble::TooMany,
        CodeTrouble::FormExpired,
        CodeTrouble::Weak(WeakPassword::TooShort),
        CodeTrouble::Weak(WeakPassword::TooLong),
        CodeTrouble::Weak(WeakPassword::Personal),
        CodeTrouble::Weak(WeakPassword::Common),
    ];
    let mut pages = Pages::new();
    for way in [Way::SignIn, Way::Register, Way::Recover] {
        for trouble in troubles.into_iter().map(Some).chain([None]) {
            let view = CodePage {
                frame: frame.clone(),
                csrf: csrf.clone(),
                to: trouble.map(|_| sample::hostile()),
                way,
                trouble,
                start: "/sign-in".into(),
            };
            pages.push((format!("code-{way:?}-{trouble:?}"), code(&view)));
        }
    }
    let problems = [
        RegisterProblem::Name,
        RegisterProblem::Address,
        RegisterProblem::Unreachable,
        RegisterProblem::TooMany { seconds: 42 },
        RegisterProblem::FormExpired,
    ];
    for problem in problems.into_iter().map(Some).chain([None]) {
        let view = Register {
            frame: frame.clone(),
            csrf: csrf.clone(),
            to: Some(sample::host()),
            name: own.into(),
            contact: own.into(),
            problem,
            sign_in: "/sign-in".into(),
        };
        pages.push((format!("register-{problem:?}"), register(&view)));
    }
    let view = AlreadyThere { frame: frame.clone(), to: Some(sample::host()), onward: "/settings".into() };
    pages.push(("register-there".to_owned(), already_there(&view)));
    let problems =
        [RecoverProblem::Nobody, RecoverProblem::TooMany { seconds: 42 }, RecoverProblem::FormExpired];
    for problem in problems.into_iter().map(Some).chain([None]) {
        let (frame, csrf, sign_in) = (frame.clone(), csrf.clone(), "/sign-in".into());
        let view = Recover { frame, csrf, username: own.into(), problem, sign_in };
        pages.push((format!("recover-{problem:?}"), recover(&view)));
    }
    pages
}

fn password_pages(sheet: Sheet) -> Pages {
    let problems = [
        PasswordTrouble::Mismatch,
        PasswordTrouble::Stale,
        PasswordTrouble::TooMany { seconds: 42 },
        PasswordTrouble::Weak(WeakPassword::Common),
    ];
    let mut pages = Pages::new();
    for problem in problems.into_iter().map(Some).chain([None]) {
        for (has_one, needs_old) in [(true, true), (true, false), (false, true), (false, false)] {
            let (sheet, username) = (sheet.clone(), "\"><script>".into());
            let view = Password { sheet, username, has_one, needs_old, problem };
            pages.push((format!("settings-password-{has_one}-{needs_old}-{problem:?}"), password(&view)));
        }
    }
    pages
}

fn consent_pages(frame: &Frame) -> Pages {
    let page = |view| consent(&Consent { frame: frame.clone(), ..view });
    vec![
        ("consent".into(), page(sample::consent())),
        ("consent-hostile".into(), page(sample::hostile_consent())),
        ("done".into(), done(frame)),
    ]
}

fn settings_pages(frame: &Frame) -> Pages {
    let sheet = |sheet: Sheet| Sheet { frame: frame.clone(), ..sheet };
    let mut pages = Vec::new();
    for (name, view) in
        [("", sample::apps()), ("-hostile", sample::hostile_apps()), ("-empty", Apps::default())]
    {
        let view = Apps { sheet: sheet(view.sheet.clone()), ..view };
        pages.push((format!("settings{name}"), apps(&view)));
    }
    for (name, view) in
        [("", sample::devices()), ("-hostile", sample::hostile_devices()), ("-empty", Devices::default())]
    {
        let view = Devices { sheet: sheet(view.sheet.clone()), ..view };
        pages.push((format!("settings-devices{name}"), devices(&view)));
    }
    for (name, view) in
        [("", sample::history()), ("-hostile", sample::hostile_history()), ("-empty", History::default())]
    {
        let view = History { sheet: sheet(view.sheet.clone()), ..view };
        pages.push((format!("settings-history{name}"), history(&view)));
    }
    for (name, view) in [
        ("", sample::security()),
        ("-late", Security { recent: false, ..sample::security() }),
        ("-full", Security { room: false, ..sample::security() }),
        ("-hostile", sample::hostile_security()),
        ("-empty", Security { offers_passkeys: true, recent: true, room: true, ..Security::default() }),
        ("-none", Security::default()),
    ] {
        let view = Security { sheet: sheet(view.sheet.clone()), ..view };
        pages.push((format!("settings-security{name}"), security(&view)));
    }
    pages.extend(password_pages(sheet(Sheet { csrf: "csrf-1".into(), ..Sheet::default() })));
    let nobody = Profile { kyc: ("none", "none"), ..Profile::default() };
    for (name, view) in [("", sample::profile()), ("-hostile", sample::hostile_profile()), ("-empty", nobody)]
    {
        let view = Profile { sheet: sheet(view.sheet.clone()), ..view };
        pages.push((format!("settings-profile{name}"), profile(&view)));
    }
    for level in KycLevel::NAMED {
        for status in KycStatus::NAMED {
            let kyc = (level.0, status.0);
            let view = Profile { sheet: sheet(Sheet::default()), kyc, ..Profile::default() };
            pages.push((format!("settings-profile-{}-{}", level.0, status.0), profile(&view)));
        }
    }
    pages.push(("settings-data".into(), data(&Data { sheet: sheet(Sheet::default()) })));
    for (name, view) in
        [("", sample::links()), ("-hostile", sample::hostile_links()), ("-empty", Links::default())]
    {
        let view = Links { sheet: sheet(view.sheet.clone()), ..view };
        pages.push((format!("settings-links{name}"), links(&view)));
    }
    pages.extend(contact_pages(sheet));
    for said in Done::every() {
        let view = Devices { sheet: sheet(Sheet { done: Some(said), ..Sheet::default() }), devices: vec![] };
        pages.push((format!("settings-done-{}", said.code()), devices(&view)));
    }
    pages
}

fn contact_pages(sheet: impl Fn(Sheet) -> Sheet) -> Pages {
    let troubles = [
        ContactTrouble::Address,
        ContactTrouble::Unreachable,
        ContactTrouble::Yours,
        ContactTrouble::Full,
        ContactTrouble::TooMany { seconds: 42 },
        ContactTrouble::Wrong,
        ContactTrouble::Gone,
        ContactTrouble::TooManyWrong,
        ContactTrouble::LastWay,
        ContactTrouble::Stale,
    ];
    let (usual, hostile) = (sample::contacts(), sample::hostile_contacts());
    let mut views = vec![("-empty".to_owned(), Contacts::default()), ("-hostile".to_owned(), hostile)];
    for problem in troubles.into_iter().map(Some).chain([None]) {
        let recent = problem != Some(ContactTrouble::Stale);
        views.push((format!("-{problem:?}"), Contacts { problem, recent, ..usual.clone() }));
    }
    let page = |view: Contacts| contacts(&Contacts { sheet: sheet(view.sheet.clone()), ..view });
    views.into_iter().map(|(name, view)| (format!("settings-contacts{name}"), page(view))).collect()
}

fn last_pages(frame: &Frame) -> Pages {
    let ask = |asked_by, field: (&str, &str)| {
        confirm_sign_out(&ConfirmSignOut {
            frame: frame.clone(),
            csrf: "csrf-1".into(),
            asked_by,
            fields: vec![(field.0.into(), field.1.into())],
        })
    };
    let out =
        |party, href: &str| signed_out(&SignedOut { frame: frame.clone(), back: Some((party, href.into())) });
    let problem = |problem, party, href: &str| error(&problem_view(frame.clone(), problem, party, href));
    let mut pages = vec![
        ("sign-out".into(), ask(Some(sample::host()), ("state", "xyz"))),
        ("sign-out-hostile".into(), ask(Some(sample::hostile()), ("\"><script>", "\"><script>"))),
        ("signed-out".into(), out(sample::host(), "https://harbour.example/")),
        ("signed-out-hostile".into(), out(sample::hostile(), "javascript:alert(1)")),
        ("error-hostile".into(), problem(Problem::BadRequest, sample::hostile(), "//evil.example")),
    ];
    for one in PROBLEMS {
        pages.push((format!("error-{one:?}"), problem(one, sample::host(), "/settings")));
    }
    pages
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
    let page = sign_in(&SignIn { vias: vec![], passkey: false, ..sample::sign_in() }).into_string();
    assert_eq!(field_names(&page), ["csrf", "username", "password"]);
    assert!(page.contains("<form class=\"stack\" method=\"post\">"));
    assert!(page.contains("autocomplete=\"username\"") && page.contains("autocomplete=\"current-password\""));
    assert!(page.contains("to continue to <bdi>Harbour</bdi>"));
    assert!(page.contains("<code>mira</code>"));
}

#[test]
fn the_form_of_another_provider_posts_csrf_to_an_address_of_its_own() {
    let view = sample::sign_in();
    let page = sign_in(&SignIn { vias: view.vias[..1].to_vec(), ..view }).into_string();
    assert_eq!(field_names(&page), ["csrf", "username", "password", "csrf"]);
    assert!(page.contains("method=\"post\" action=\"/sign-in/via/acme?continue=x\""));
    assert!(page.contains("Continue with <bdi>Acme</bdi>"));
}

#[test]
fn a_failed_sign_in_is_announced_and_keeps_the_username() {
    let mut view = SignIn { username: "a\"b".into(), passkey: false, ..sample::sign_in() };
    assert!(!sign_in(&view).into_string().contains("role=\"alert\""));
    view.problem = Some(SignInProblem::Mismatch);
    let page = sign_in(&view).into_string();
    assert!(page.contains("role=\"alert\"") && page.contains("value=\"a&quot;b\""));
    assert!(page.contains("aria-invalid=\"true\""));
    view.problem = Some(SignInProblem::TooMany { seconds: 42 });
    assert!(sign_in(&view).into_string().contains("42 seconds"));
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

/// The forms of a page that post to a section.
fn forms(page: &str, section: Section) -> Vec<&str> {
    let start = format!("<form method=\"post\" action=\"{}\">", section.path());
    let forms: Vec<_> =
        page.split(&start).skip(1).map(|form| form.split("</form>").next().unwrap()).collect();
    assert!(forms.iter().all(|form| form.contains("name=\"csrf\" value=\"csrf-1\"")));
    assert_eq!(forms.len(), page.matches("<form").count());
    forms
}

fn form_of<'a>(forms: &[&'a str], action: &str) -> &'a str {
    forms.iter().find(|form| form.contains(&format!("value=\"{action}\""))).unwrap()
}

#[test]
fn settings_forms_name_the_app_the_scope_and_the_session() {
    let page = apps(&sample::apps()).into_string();
    let all = forms(&page, Section::Apps);
    let withdraw = form_of(&all, "withdraw");
    assert_eq!(field_names(withdraw), ["csrf", "action", "app_id", "scope"]);
    assert!(withdraw.contains("value=\"org.example.taxi\"") && withdraw.contains("value=\"profile.basic\""));
    assert_eq!(field_names(form_of(&all, "withdraw_all")), ["csrf", "action", "app_id"]);
    let page = devices(&sample::devices()).into_string();
    let all = forms(&page, Section::Devices);
    assert_eq!(field_names(form_of(&all, "end_session")), ["csrf", "action", "session"]);
    assert_eq!(field_names(form_of(&all, "end_others")), ["csrf", "action"]);
}

#[test]
fn the_navigation_leads_to_every_section_and_marks_this_one() {
    let page = history(&sample::history()).into_string();
    for path in ["/settings", "/settings/devices"] {
        assert!(page.contains(&format!("<a href=\"{path}\">")), "{path}");
    }
    assert!(page.contains("<a href=\"/settings/history\" aria-current=\"page\">"));
    assert_eq!(page.matches("aria-current").count(), 1);
}

#[test]
fn only_what_the_person_allowed_can_be_withdrawn() {
    let mut view = sample::apps();
    for (state, buttons) in [
        (AccessState::Allowed, 1),
        (AccessState::PreAuthorised, 0),
        (AccessState::Refused, 0),
        (AccessState::Withdrawn, 0),
    ] {
        view.apps.truncate(1);
        view.apps[0].permissions.truncate(1);
        view.apps[0].permissions[0].state = state;
        let page = apps(&view).into_string();
        assert_eq!(page.matches("value=\"withdraw\"").count(), buttons, "{state:?}");
        assert_eq!(page.matches("value=\"withdraw_all\"").count(), buttons, "{state:?}");
    }
}

#[test]
fn many_mini_programs_are_listed_closed_except_the_one_just_changed() {
    let mut view = sample::apps();
    assert_eq!(apps(&view).into_string().matches("card app\" open").count(), 3);
    let entry = view.apps[0].clone();
    view.apps.extend(std::iter::repeat_n(entry, 20));
    assert_eq!(apps(&view).into_string().matches("card app\" open").count(), 0);
    view.open_app = Some("org.example.market".into());
    assert_eq!(apps(&view).into_string().matches("card app\" open").count(), 1);
}

#[test]
fn ending_the_other_sessions_is_offered_only_where_there_are_others() {
    let mut view = sample::devices();
    assert!(devices(&view).into_string().contains("end_others"));
    view.devices.retain(|device| device.current);
    let page = devices(&view).into_string();
    assert!(!page.contains("end_others") && page.contains("This device"));
}

#[test]
fn times_are_readable_by_machines() {
    let mut view = sample::apps();
    view.apps[0].last_used = Some(Stamp { text: "just now".into(), datetime: "2026-03-04T14:05:00Z".into() });
    let page = apps(&view).into_string();
    assert!(page.contains("<time datetime=\"2026-03-04T14:05:00Z\">just now</time>"));
}

#[test]
fn what_was_done_travels_as_a_code() {
    for done in Done::every() {
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
    assert!(page.contains("30 seconds") && page.contains("req_7Q2M4K"));
    let titles: std::collections::BTreeSet<_> =
        PROBLEMS.iter().map(|p| p.title(words::Words::english())).collect();
    assert_eq!(titles.len(), PROBLEMS.len());
}

#[test]
fn theme_and_language_follow_the_host() {
    let mut view = sample::sign_in();
    assert!(!sign_in(&view).into_string().contains("data-theme"));
    view.frame.theme = Some(Theme::Dark);
    assert!(sign_in(&view).into_string().contains("data-theme=\"dark\""));
    view.frame.colours = Some("/theme/super.app.css?v=1".into());
    let page = sign_in(&view).into_string();
    let (own, theirs) = (page.find("/assets/portico.css"), page.find("\"/theme/super.app.css?v=1\""));
    assert!(own.is_some() && own < theirs, "the host's colours come after ours");
    view.frame.language = words::preferred(["zh"]);
    let page = sign_in(&view).into_string();
    assert!(page.contains("<html lang=\"zh-CN\" dir=\"ltr\"") && page.contains("登录"));
}
