//! The vectors of the feed.

use serde_json::Value;

use super::*;
use crate::claims::ACCESS_TOKEN;
use crate::jws;
use crate::keys::KeySet;
use crate::tests::vectors;

/// One back end as a case has it.
struct Told {
    said: Said,
    connection: Option<Connection>,
    place: Place,
    /// How often the keys would have been read.
    key_set_reads: u64,
}

impl Told {
    fn step(&mut self, vectors: &Value, keys: &KeySet, step: &Value) {
        let at = Duration::from_millis(step["at"].as_u64().unwrap());
        let wall = step["wall"].as_u64().map_or(at, Duration::from_millis);
        let now =
            Moment { since_epoch: Duration::from_secs(vectors["now"].as_u64().unwrap()) + wall, steady: at };
        if step["open"] == true {
            assert_eq!(self.place.as_deref(), step["last_event_id"].as_str(), "{step}");
            self.connection = Some(Connection::default());
        } else if step["close"] == true {
            self.connection = None;
        } else if let Some(text) = step["bytes"].as_str() {
            self.hear(text.as_bytes(), now);
        } else if let Some(reads) = step["key_set_reads"].as_u64() {
            assert_eq!(self.key_set_reads, reads, "{step}");
        } else {
            let token = vectors["tokens"][step["ask"].as_str().unwrap()].as_str().unwrap();
            let claims = jws::open(token, &ACCESS_TOKEN, keys).unwrap();
            let issuer = vectors["issuer"].as_str().unwrap();
            let claims = Claims::of(claims, issuer, vectors["client_id"].as_str().unwrap()).unwrap();
            check(&claims, self.said.standing(&claims, now), step);
        }
    }

    fn hear(&mut self, bytes: &[u8], now: Moment) {
        let connection = self.connection.as_mut().unwrap();
        match self.said.read(connection, bytes, &mut self.place, (now, now)) {
            Ok(then) => self.key_set_reads += u64::from(then.keys_rotated),
            Err(Unreadable) => self.connection = None,
        }
    }
}

fn check(claims: &Claims, standing: Standing, step: &Value) {
    let then = &step["then"];
    let texts = |name: &str| -> Vec<&str> {
        then[name].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect()
    };
    match standing {
        Standing::Unknown => assert_eq!(then["from"], "introspection", "{step}"),
        Standing::Refused(_) => assert!(then["from"] == "local" && then["invalid"] == true, "{step}"),
        Standing::Allows(scopes) => {
            assert_eq!(then["from"], "local", "{step}");
            assert_eq!(scopes.iter().collect::<Vec<_>>(), texts("allowed_scopes"), "{step}");
            let withdrawn: Vec<_> = claims.given.iter().filter(|scope| !scopes.has(scope)).collect();
            assert_eq!(withdrawn, texts("withdrawn"), "{step}");
        }
    }
}

#[test]
fn the_feed_is_understood_as_the_vectors_say() {
    let (vectors, keys) = (vectors("feed"), vectors("keys"));
    let keys = KeySet::from_jwks(&keys["then"]).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 30);
    for case in cases {
        println!("{}", case["name"]);
        let mut told = Told { said: Said::default(), connection: None, place: None, key_set_reads: 1 };
        for step in case["steps"].as_array().unwrap() {
            told.step(&vectors, &keys, step);
        }
    }
}

#[test]
fn an_app_that_is_suspended_while_the_feed_catches_up_stays_so() {
    let mut told = Told {
        said: Said::default(),
        connection: Some(Connection::default()),
        place: None,
        key_set_reads: 0,
    };
    let now = Moment { since_epoch: Duration::ZERO, steady: Duration::ZERO };
    told.hear(
        b"event: reset\ndata: {}\n\nevent: app_suspended\ndata: {}\n\nevent: caught_up\ndata: {}\n\n",
        now,
    );
    assert!(told.said.suspended);
}

#[test]
fn what_begins_anew_on_a_connection_that_had_caught_up_is_not_live_until_it_has_again() {
    let mut told = Told {
        said: Said::default(),
        connection: Some(Connection::default()),
        place: None,
        key_set_reads: 0,
    };
    let now = Moment { since_epoch: Duration::ZERO, steady: Duration::ZERO };
    for (words, is_heard) in [
        ("event: reset\ndata: {}\n\nevent: caught_up\ndata: {}\n\n", true),
        ("event: reset\ndata: {}\n\nevent: ping\ndata: {}\n\n", false),
        ("event: caught_up\ndata: {}\n\n", true),
    ] {
        told.hear(words.as_bytes(), now);
        assert_eq!(told.said.is_heard(now), is_heard, "{words}");
    }
}
