//! What the pages cost: signing in with a password, a consent page, settings with many mini-programs.

use crate::failure::{Failure, Outcome};
use crate::figure::Cpu;
use crate::report::Figure;
use crate::server::{Portico, Serving};
use crate::setup::launch::{self, Pair};
use crate::setup::visitor::Visitor;
use crate::setup::{SCOPE, World, register};
use crate::wire::Connection;
use bytes::Bytes;
use portico_seal::{PasswordCost, PasswordHasher, SystemChance};
use serde_json::json;

/// Numbers of apps that no other part of the run uses.
const NUMBERS: usize = 20_000_000;
/// Mini-programs in the settings.
const APPS: usize = 200;
/// Sign-ins measured: each takes some ten milliseconds by design.
const SIGN_INS: usize = 60;
/// Consent pages measured.
const CONSENTS: usize = 2_000;
/// Settings pages measured.
const SETTINGS: usize = 200;
const PASSWORD: &str = "a password of the bench";

/// Measures the three. Begins and ends with no server running.
pub(crate) async fn measure(portico: &mut Portico, world: &World) -> Outcome<Vec<Figure>> {
    let serving = portico.serve()?;
    let apps = register::apps(&serving, 8, NUMBERS, APPS).await?;
    let mut admin = Connection::open(serving.admin).await?;
    let person = json!({ "name": "Vera Visitor", "username": "vera", "password": PASSWORD });
    register::post(&mut admin, &serving.admin_token, "/admin/v1/users", &person).await?;

    let mut connection = Connection::open(serving.public).await?;
    let sign_in = password(&serving, &mut connection).await?;
    let mut visitor = Visitor::default();
    let tokens = visitor.sign_in(&mut connection, "vera", PASSWORD).await?;
    let consent = consent(&serving, &mut connection, &mut visitor, world, &tokens.access).await?;
    let mut pair = Pair { tokens, app: 0 };
    for (index, app) in apps.iter().enumerate() {
        pair.app = index;
        launch::allow(&mut connection, app, &pair).await?;
    }
    let page = visitor.page(serving.public, "/settings");
    let settings = cost(&serving, &mut connection, SETTINGS, &[page], 200, APPS * 500).await?;
    serving.process.end()?;

    let alone = argon2id()?;
    Ok(vec![
        Figure::new("password sign-in", sign_in, "ms CPU"),
        Figure::new("Argon2id alone", alone, "ms CPU"),
        Figure::new("password sign-in beside its Argon2id", sign_in - alone, "ms CPU").at_most(2.0),
        Figure::new("consent page", consent, "ms CPU").at_most(1.0),
        Figure::new("settings with 200 mini-programs", settings, "ms CPU").at_most(5.0),
    ])
}

/// CPU of one sign-in, from the form that comes back to the answer that leads on.
async fn password(serving: &Serving, connection: &mut Connection) -> Outcome<f64> {
    let mut requests = Vec::with_capacity(SIGN_INS + 1);
    for _ in 0..=SIGN_INS {
        requests.push(Visitor::default().sign_in_request(connection, "/sign-in", "vera", PASSWORD).await?);
    }
    cost(serving, connection, SIGN_INS, &requests, 303, 0).await
}

/// CPU of showing the question of one launch.
async fn consent(
    serving: &Serving,
    connection: &mut Connection,
    visitor: &mut Visitor,
    world: &World,
    access: &str,
) -> Outcome<f64> {
    let request = launch::request(serving.public, &world.apps[0], access, SCOPE);
    let asked = connection.ask(&request).await?.json(400..=400, "a launch that asks")?;
    let question = asked["consent_request"].as_str();
    let path = format!("/consent/{}", question.ok_or_else(|| Failure("no consent_request".into()))?);
    visitor.open(connection, &path).await?;
    let page = visitor.page(serving.public, &path);
    cost(serving, connection, CONSENTS, &[page], 200, 2_000).await
}

/// CPU of the server for each of so many requests after one that is not counted, in milliseconds.
async fn cost(
    serving: &Serving,
    connection: &mut Connection,
    count: usize,
    requests: &[Bytes],
    status: u16,
    body_at_least: usize,
) -> Outcome<f64> {
    let mut before = None;
    for index in 0..=count {
        let answer = connection.ask(&requests[index % requests.len()]).await?;
        if answer.status != status || answer.body.len() < body_at_least {
            return Err(answer.refused("a page"));
        }
        if index == 0 {
            before = Some(Cpu::of(serving.process.id())?);
        }
    }
    let before = before.ok_or_else(|| Failure("nothing was asked".into()))?;
    let spent = Cpu::of(serving.process.id())?.since(&before);
    Ok(spent.as_secs_f64() * 1e3 / count as f64)
}

/// CPU of verifying a password at the server's default cost, and nothing else, in milliseconds.
fn argon2id() -> Outcome<f64> {
    let none = || Failure("Argon2id does not take its default cost".into());
    let hasher = PasswordHasher::new(PasswordCost::default()).map_err(|_| none())?;
    let hash = hasher.hash(PASSWORD, &SystemChance);
    let before = Cpu::of(std::process::id())?;
    for _ in 0..SIGN_INS {
        std::hint::black_box(hasher.verify(&hash, PASSWORD));
    }
    let spent = Cpu::of(std::process::id())?.since(&before);
    Ok(spent.as_secs_f64() * 1e3 / SIGN_INS as f64)
}
