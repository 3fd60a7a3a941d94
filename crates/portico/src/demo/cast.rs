//! Who takes part in the demo.

use super::mini_program::{self, MiniProgram};
use axum::Router;

/// The super app's id.
pub const HOST_ID: &str = "org.example.everyday";

/// Somebody who can sign in.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// What is typed at the sign-in page.
    pub username: &'static str,
    /// What is typed below it. The store is temporary and on this machine only.
    pub password: &'static str,
    /// The name that consent opens.
    pub name: &'static str,
    /// A verified address.
    pub email: &'static str,
    /// A verified number, E.164.
    pub phone: &'static str,
}

/// The one person of the demo.
pub const PERSON: Person = Person {
    username: "ana",
    password: "one-sign-in",
    name: "Ana Markou",
    email: "ana@example.org",
    phone: "+12025550143",
};

/// A permission that a mini-program asks for, with its reason.
pub(super) struct Ask {
    pub(super) scope: &'static str,
    pub(super) reason: &'static str,
    pub(super) required: bool,
}

/// A mini-program of the demo: what it is registered as, and where its front end and back end are.
pub struct Cast {
    /// Its folder of front-end files, and its name in the panel.
    pub(super) key: &'static str,
    pub(super) app_id: &'static str,
    pub(super) name: &'static str,
    pub(super) short_name: &'static str,
    pub(super) tagline: &'static str,
    pub(super) developer: (&'static str, &'static str),
    pub(super) asks: &'static [Ask],
    /// The port that it takes unless that is busy.
    pub(super) port: u16,
    /// Its own routes under `/api`, unless another back end has them.
    pub(super) api: fn() -> Router<MiniProgram>,
    /// Whether its pages call another back end, through the gateway.
    pub(super) behind_gateway: bool,
}

/// The three mini-programs; the taxi, which the walk begins with, first.
pub(super) static CAST: [Cast; 3] = [
    Cast {
        key: "taxi",
        app_id: "org.example.taxi",
        name: "Taxi",
        short_name: "Taxi",
        tagline: "Rides in two taps",
        developer: ("yellow-cabs", "Yellow Cabs"),
        asks: &[
            Ask { scope: "profile.basic", reason: "to greet you by name", required: true },
            Ask { scope: "phone.verified", reason: "so that the driver can call you", required: true },
        ],
        port: 8082,
        api: mini_program::taxi::api,
        behind_gateway: false,
    },
    Cast {
        key: "shop",
        app_id: "org.example.shop",
        name: "Marketplace",
        short_name: "Marketplace",
        tagline: "Made by hand, nearby",
        developer: ("made-nearby", "Made Nearby"),
        asks: &[
            Ask { scope: "profile.basic", reason: "to put your name on your orders", required: true },
            Ask { scope: "email.verified", reason: "to send you receipts", required: false },
        ],
        port: 8083,
        api: Router::new,
        behind_gateway: true,
    },
    Cast {
        key: "gov",
        app_id: "org.example.gov",
        name: "Government services",
        short_name: "Government",
        tagline: "Permits, documents, appointments",
        developer: ("city", "City administration"),
        asks: &[Ask {
            scope: "kyc.status",
            reason: "to know whether your identity was checked",
            required: true,
        }],
        port: 8084,
        api: mini_program::gov::api,
        behind_gateway: false,
    },
];
