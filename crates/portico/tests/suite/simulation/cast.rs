//! Who is there when a run begins: made once, and copied for each.

use std::sync::{Arc, OnceLock};

use portico_core::moment::Moment;
use portico_core::noun::client::TokenAlg;
use portico_core::noun::key::SigningKeyRecord;
use portico_seal::{Alg, Secret, SigningKey};
use portico_sql::memory::Memory;
use serde_json::Value;

use super::dice::Dice;
use crate::fixture::{ISSUER, Tokens, World};

/// The apps.
pub const APPS: [&str; 2] = ["org.example.taxi", "org.example.shop"];
/// How many people there are.
pub const PEOPLE: usize = 4;
/// How many sessions each of them has.
const SESSIONS: usize = 3;

/// How many signing keys lie ready.
const KEYS: usize = 16;

/// A house with people who are signed in and have launched every app.
pub struct Cast {
    /// What was used to furnish it; for assertions and credentials.
    pub world: World,
    /// What is stored.
    pub memory: Memory,
    /// The master key, as text.
    pub master: Secret,
    /// The people's ids for operators.
    pub people: Vec<String>,
    /// Whose sessions there are, and the tokens of the host.
    pub sessions: Vec<(usize, Tokens)>,
    /// Launch tokens: of which session, for which app.
    pub tokens: Vec<(usize, usize, String)>,
    /// Signing keys that are not in the store: to make one takes long, and is nothing the dice decide.
    pub keys: Vec<SigningKeyRecord>,
}

/// What a person is called at the host.
pub fn subject(person: usize) -> String {
    format!("person-{person}")
}

/// The cast, the same for every run. Only the signing keys are others in each process, since the
/// cryptographic library makes them; nothing that happens depends on them.
pub fn cast() -> &'static Cast {
    static CAST: OnceLock<Cast> = OnceLock::new();
    CAST.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(furnished())
    })
}

async fn furnished() -> Cast {
    let memory = Arc::new(Memory::new());
    let world = World::by(memory.clone(), ISSUER, Arc::new(Dice::of(0, "cast"))).await;
    let (mut people, mut sessions, mut tokens) = (vec![], vec![], vec![]);
    for person in 0..PEOPLE {
        for _ in 0..SESSIONS {
            let host = world.sign_in(&subject(person)).await;
            for (app, id) in APPS.iter().enumerate() {
                tokens.push((sessions.len(), app, world.launch_granting(&host, id, None).await));
            }
            sessions.push((person, host));
        }
        let query = format!("/admin/v1/users?query={}@people.example", subject(person));
        let found: Value = world.admin_get(&query).await.ok().json();
        people.push(found["items"][0]["user_id"].as_str().unwrap().to_owned());
    }
    let master = world.house.live.vault().master().to_text();
    let keys = (0..KEYS).map(|_| key(&world)).collect();
    let memory = Memory::clone(&memory);
    Cast { world, memory, master, people, sessions, tokens, keys }
}

fn key(world: &World) -> SigningKeyRecord {
    let (key, vault) = (SigningKey::generate(Alg::EdDsa), world.house.live.vault());
    SigningKeyRecord {
        kid: key.kid().to_owned(),
        alg: TokenAlg::EdDsa,
        wrapped: key.wrapped(vault.master(), vault.chance()),
        public_jwk: key.public_jwk().clone(),
        created_at: Moment::from_millis(0),
        signs_from: Moment::from_millis(0),
        retires_at: None,
    }
}
