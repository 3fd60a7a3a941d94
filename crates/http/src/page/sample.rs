//! Views to test the pages with: an ordinary one and a hostile one of each.

mod links;

use super::consent::{Consent, Permission, PermissionKind};
use super::settings::apps::{Access, AccessState, AppAccess, Apps};
use super::settings::contacts::{ContactTrouble, Contacts, Reached};
use super::settings::devices::{Device, Devices};
use super::settings::history::{Decision, History, Outcome, Verdict};
use super::settings::profile::{Entry, Profile};
use super::settings::security::{Passkey, Security};
use super::settings::{Done, Sheet};
use super::sign_in::{SignIn, Via};
use super::{Frame, Party, Stamp};

pub(super) use links::{hostile_links, links};

pub(super) fn host() -> Party {
    Party { id: "com.harbour.app".into(), name: "Harbour".into(), ..Party::default() }
}

pub(super) fn taxi() -> Party {
    Party {
        id: "org.example.taxi".into(),
        name: "Taxi".into(),
        icon: None,
        developer: "Acme Mobility".into(),
    }
}

/// Everything that a name can do: reverse, hide, pile up, break out and go on for ever.
pub(super) fn hostile() -> Party {
    Party {
        id: "org.evil.\"><script>alert(1)</script>".into(),
        name: format!(
            "\u{202e}Pay\u{200b}Pal\u{2066}<script>alert(1)</script>\" onclick=x {}",
            "W".repeat(500)
        ),
        icon: Some("http://evil.example/\"><script>".into()),
        developer: format!("Z{}<img src=x onerror=alert(1)>", "\u{301}\u{36f}".repeat(60)),
    }
}

pub(super) fn sign_in() -> SignIn {
    SignIn {
        passkey: true,
        csrf: "csrf-1".into(),
        to: Some(host()),
        vias: vec![
            via("acme", "Acme"),
            Via { name: hostile().name, icon: hostile().icon, ..via("evil", "") },
        ],
        notice: Some("This is a demo. Sign in as `mira` with the password `open sesame`.".into()),
        ..SignIn::default()
    }
}

fn permission(scope: &str, title: &str, description: &str, reason: &str, kind: PermissionKind) -> Permission {
    Permission {
        scope: scope.into(),
        title: title.into(),
        description: description.into(),
        reason: Some(reason.into()),
        sensitive: scope.starts_with("kyc") || scope.starts_with("payment"),
        kind,
    }
}

pub(super) fn consent() -> Consent {
    use PermissionKind::{Optional, PreAuthorised, Required};
    Consent {
        frame: Frame::default(),
        csrf: "csrf-1".into(),
        app: taxi(),
        host: host(),
        permissions: vec![
            permission(
                "profile.basic",
                "Name and picture",
                "The name and picture of your profile.",
                "to greet you by name",
                Required,
            ),
            permission(
                "phone.verified",
                "Phone number",
                "Your main phone number, once you have verified it.",
                "so that the driver can call you",
                Required,
            ),
            permission(
                "email.verified",
                "Email address",
                "Your main email address, once you have verified it.",
                "to send receipts",
                Optional { on: true },
            ),
            permission(
                "payment.methods",
                "Payment methods",
                "Kind, brand and last four digits. Never a card number.",
                "so that you can pay in the app",
                Optional { on: false },
            ),
            permission(
                "kyc.status",
                "Identity check",
                "Whether your identity was checked. Never a document.",
                "required by transport law",
                PreAuthorised,
            ),
        ],
    }
}

pub(super) fn hostile_consent() -> Consent {
    let mut view = consent();
    view.app = hostile();
    view.host = hostile();
    for permission in &mut view.permissions {
        permission.title = format!("{}\u{202e}", "T".repeat(200));
        permission.reason = Some(format!("</blockquote><script>{}\u{202e}\n", "reason".repeat(80)));
        permission.scope = format!("\"><script>{}", permission.scope);
    }
    view
}

fn stamp(text: &str) -> Stamp {
    Stamp { text: text.into(), datetime: "2026-03-04T14:05:00Z".into() }
}

fn access(scope: &str, title: &str, opens: &str, state: AccessState, required: bool) -> Access {
    let sensitive = scope.starts_with("kyc");
    Access { scope: scope.into(), title: title.into(), opens: opens.into(), state, required, sensitive }
}

fn outcome(title: &str, verdict: Verdict, words: &str) -> Outcome {
    Outcome { title: title.into(), verdict, words: words.into() }
}

fn sheet(done: Option<Done>) -> Sheet {
    Sheet { frame: Frame::default(), csrf: "csrf-1".into(), done }
}

pub(super) fn apps() -> Apps {
    use AccessState::{Allowed, PreAuthorised, Refused, Withdrawn};
    let basic = || {
        access("profile.basic", "Name and picture", "The name and picture of your profile.", Allowed, true)
    };
    let market = Party {
        id: "org.example.market".into(),
        name: "Market".into(),
        developer: "Acme Trading".into(),
        ..Party::default()
    };
    let registry = Party {
        id: "gov.example.registry".into(),
        name: "Civil Registry".into(),
        developer: "Ministry of the Interior".into(),
        ..Party::default()
    };
    Apps {
        sheet: sheet(Some(Done::Withdrawn)),
        apps: vec![
            AppAccess {
                app: taxi(),
                last_used: Some(stamp("2 minutes ago")),
                permissions: vec![
                    basic(),
                    access(
                        "phone.verified",
                        "Phone number",
                        "Your main phone number, once you have verified it.",
                        Withdrawn,
                        true,
                    ),
                    access(
                        "email.verified",
                        "Email address",
                        "Your main email address, once you have verified it.",
                        Allowed,
                        false,
                    ),
                ],
            },
            AppAccess {
                app: market,
                last_used: Some(stamp("yesterday")),
                permissions: vec![
                    basic(),
                    access("address.list", "Addresses", "The addresses you have saved.", Refused, false),
                ],
            },
            AppAccess {
                app: registry,
                last_used: None,
                permissions: vec![access(
                    "kyc.status",
                    "Identity check",
                    "Whether your identity was checked. Never a document.",
                    PreAuthorised,
                    true,
                )],
            },
        ],
        open_app: None,
    }
}

pub(super) fn profile() -> Profile {
    let entry = |name: &str, line: &str, is_default| Entry {
        id: "b".repeat(28),
        name: name.into(),
        lines: vec![line.into(), "GB".into()],
        is_default,
    };
    Profile {
        name: "Ana Markou".into(),
        picture: Some("c".repeat(28)),
        addresses: vec![entry("Home", "1 High Street", true), entry("Work", "2 Low Street", false)],
        payments: vec![entry("visa", "•••• 1111", true)],
        kyc: ("full", "verified"),
        ..Profile::default()
    }
}

pub(super) fn hostile_profile() -> Profile {
    let hostile = "\"><script>alert(1)</script>\u{202e}".to_owned();
    let entry = Entry { name: hostile.clone(), lines: vec![hostile.clone()], ..Entry::default() };
    Profile {
        name: hostile,
        addresses: vec![entry.clone(), Entry { is_default: true, ..entry.clone() }],
        payments: vec![entry],
        kyc: ("basic", "pending"),
        ..Profile::default()
    }
}

pub(super) fn contacts() -> Contacts {
    let one = |value: &str, verified, main| Reached {
        id: value.len().to_string(),
        value: value.into(),
        verified,
        main,
    };
    Contacts {
        emails: vec![one("ana@people.example", true, true), one("a@work.example", false, false)],
        phones: vec![one("+4930123456", true, true), one("+493012345678", true, false)],
        waiting: Some("ana.markou@new.example".into()),
        recent: true,
        can_add: true,
        ..Contacts::default()
    }
}

pub(super) fn hostile_contacts() -> Contacts {
    let mut view = contacts();
    let hostile = "\"><script>alert(1)</script>\u{202e}";
    view.emails.iter_mut().chain(&mut view.phones).for_each(|one| one.value = hostile.into());
    let problem = Some(ContactTrouble::Address);
    Contacts { waiting: Some(hostile.into()), typed: hostile.into(), problem, ..view }
}

pub(super) fn devices() -> Devices {
    Devices {
        sheet: sheet(Some(Done::OthersEnded)),
        devices: vec![
            device("ses_here", "Chrome on Android", true),
            device("ses_there", "Safari on iPhone", false),
        ],
    }
}

fn via(id: &str, name: &str) -> Via {
    Via { id: id.into(), name: name.into(), icon: None, action: format!("/sign-in/via/{id}?continue=x") }
}

pub(super) fn history() -> History {
    History {
        sheet: sheet(None),
        history: vec![
            Decision {
                at: stamp("Today, 14:05"),
                app: taxi(),
                outcomes: vec![outcome("Phone number", Verdict::Withdrawn, "")],
            },
            Decision {
                at: stamp("4 March 2026, 09:12"),
                app: taxi(),
                outcomes: vec![
                    outcome(
                        "Name and picture",
                        Verdict::Allowed,
                        "The name and picture of your profile. Taxi says: “to greet you by name”",
                    ),
                    outcome(
                        "Phone number",
                        Verdict::Allowed,
                        "Your main phone number, once you have verified it. Taxi says: “so that the driver can call you”",
                    ),
                    outcome(
                        "Payment methods",
                        Verdict::Refused,
                        "Kind, brand and last four digits. Never a card number.",
                    ),
                ],
            },
        ],
        older: Some("/settings/history?show=all".into()),
    }
}

fn device(session: &str, label: &str, current: bool) -> Device {
    Device {
        session: session.into(),
        label: label.into(),
        signed_in: stamp("4 March 2026"),
        last_used: stamp("2 minutes ago"),
        current,
    }
}

pub(super) fn hostile_apps() -> Apps {
    let mut view = apps();
    for entry in &mut view.apps {
        entry.app = hostile();
        for access in &mut entry.permissions {
            access.title = format!("</li><script>{}", "T".repeat(300));
            access.scope = format!("\"><script>{}", access.scope);
        }
    }
    view
}

pub(super) fn hostile_devices() -> Devices {
    let mut view = devices();
    for device in &mut view.devices {
        device.label = format!("<script>\u{202e}{}", "D".repeat(500));
        device.session = "\"><script>".into();
    }
    view
}

pub(super) fn hostile_history() -> History {
    let mut view = history();
    view.older = Some("javascript:alert(1)".into());
    for decision in &mut view.history {
        decision.app = hostile();
    }
    view
}

pub(super) fn security() -> Security {
    let passkey = |id: &str, name: &str, last_used| Passkey {
        id: id.into(),
        name: name.into(),
        added: stamp("4 March 2026"),
        last_used,
    };
    Security {
        signed_in: stamp("2 minutes ago"),
        methods: ["pwd", "otp", "sms", "pop", "fed"].map(str::to_owned).to_vec(),
        offers_passkeys: true,
        recent: true,
        room: true,
        passkeys: vec![
            passkey("aa", "Chrome on Linux", Some(stamp("2 minutes ago"))),
            passkey("bb", "Blue", None),
        ],
        ..Security::default()
    }
}

pub(super) fn hostile_security() -> Security {
    let mut view = security();
    view.methods = vec!["<script>".into()];
    for passkey in &mut view.passkeys {
        passkey.name = format!("\"><script>\u{202e}{}", "P".repeat(500));
        passkey.id = "\"><script>".into();
    }
    view
}
