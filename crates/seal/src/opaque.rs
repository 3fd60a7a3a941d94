//! What mini-programs know people, sessions and events by.
//!
//! Each client has keys of its own, so ids of one person at two clients have nothing in common that
//! could be compared. The reversible ones are one AES-256 block of the inner id (OpenID Connect Core
//! §8.1 allows this way) and 40 bits of HMAC-SHA256 over that block, so a foreign or mistyped id is
//! recognised without asking a store.

use std::fmt;

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portico_core::id::{SessionId, UserId};

use crate::RootKey;
use crate::derive::Deriving;

const BLOCK: usize = 16;
const CHECK: usize = 5;
/// 28 characters of base64url, as WeChat's OpenIDs have.
const SHOWN: usize = BLOCK + CHECK;

/// The keys of one client, parsed once and held.
pub struct ClientKeys {
    people: Block,
    sessions: Block,
    events: Block,
    one_way: hmac::Key,
}

impl ClientKeys {
    /// The keys of this client. The same root key and client give the same keys, for ever.
    pub fn derive(root: &RootKey, client_id: &str) -> Self {
        let keys = &root.deriving;
        Self {
            people: Block::new(keys, "openid block", "openid check", client_id),
            sessions: Block::new(keys, "sid block", "sid check", client_id),
            events: Block::new(keys, "event block", "event check", client_id),
            one_way: mac_key(keys, "one way", client_id),
        }
    }

    /// The person's OpenID at this client: 28 characters of base64url.
    pub fn open_id(&self, user: UserId) -> String {
        self.people.show(*user.as_bytes())
    }

    /// Whose OpenID at this client it is. `None` for one of another client or kind, for a mistyped
    /// one and for one that came from elsewhere; a guess succeeds once in 2⁴⁰.
    pub fn person(&self, open_id: &str) -> Option<UserId> {
        self.people.read(open_id).map(UserId::from_bytes)
    }

    /// The `sid` by which this client knows the session: 28 characters of base64url.
    pub fn session_sid(&self, session: SessionId) -> String {
        self.sessions.show(*session.as_bytes())
    }

    /// The session of which this is the `sid` at this client; `None` as in [`Self::person`].
    pub fn session(&self, sid: &str) -> Option<SessionId> {
        self.sessions.read(sid).map(SessionId::from_bytes)
    }

    /// The id under which this client sees an event of its stream: 28 characters of base64url that
    /// say nothing about how many events there are.
    pub fn event_id(&self, seq: u64) -> String {
        let mut block = [0; BLOCK];
        block[8..].copy_from_slice(&seq.to_be_bytes());
        self.events.show(block)
    }

    /// The event's number, from the id that this client sends back; `None` as in [`Self::person`].
    pub fn event_seq(&self, event_id: &str) -> Option<u64> {
        let block = u128::from_be_bytes(self.events.read(event_id)?);
        u64::try_from(block).ok()
    }

    /// This client's id for something else of the person's, such as an avatar or a payment method:
    /// 28 characters of base64url, always the same, and not to be turned back. `kind` is a constant
    /// without a zero byte.
    pub fn opaque(&self, kind: &str, inner: &[u8]) -> String {
        one_way(&self.one_way, kind.as_bytes(), inner)
    }
}

impl fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientKeys(…)")
    }
}

/// The person's UnionID at one developer: the same in all of that developer's apps, 28 characters
/// of base64url, not to be turned back.
pub fn union_id(root: &RootKey, developer: &str, user: UserId) -> String {
    one_way(&mac_key(&root.deriving, "unionid", developer), b"", user.as_bytes())
}

fn one_way(key: &hmac::Key, kind: &[u8], inner: &[u8]) -> String {
    let mut mac = hmac::Context::with_key(key);
    mac.update(kind);
    mac.update(b"\0");
    mac.update(inner);
    URL_SAFE_NO_PAD.encode(&mac.sign().as_ref()[..SHOWN])
}

fn mac_key(keys: &Deriving, purpose: &'static str, name: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &*keys.key(purpose, name.as_bytes()))
}

/// A keyed permutation of 16 bytes with a short check. Inner ids are distinct, so one bare block is
/// all that is ever encrypted at a time.
struct Block {
    encrypt: EncryptingKey,
    decrypt: DecryptingKey,
    check: hmac::Key,
}

impl Block {
    fn new(keys: &Deriving, block: &'static str, check: &'static str, client_id: &str) -> Self {
        let key = keys.key(block, client_id.as_bytes());
        let aes = || UnboundCipherKey::new(&AES_256, &*key).expect("AES-256 takes 32 bytes");
        Self {
            encrypt: EncryptingKey::ecb(aes()).expect("AES has a block mode"),
            decrypt: DecryptingKey::ecb(aes()).expect("AES has a block mode"),
            check: mac_key(keys, check, client_id),
        }
    }

    fn show(&self, mut block: [u8; BLOCK]) -> String {
        self.encrypt.encrypt(&mut block).expect("one block is a multiple of a block");
        let mut shown = [0; SHOWN];
        shown[..BLOCK].copy_from_slice(&block);
        shown[BLOCK..].copy_from_slice(&self.check(&block));
        URL_SAFE_NO_PAD.encode(shown)
    }

    fn read(&self, text: &str) -> Option<[u8; BLOCK]> {
        let mut shown = [0; SHOWN];
        if text.len() != SHOWN / 3 * 4 || URL_SAFE_NO_PAD.decode_slice(text, &mut shown) != Ok(SHOWN) {
            return None;
        }
        let (block, check) = shown.split_first_chunk_mut::<BLOCK>()?;
        constant_time::verify_slices_are_equal(check, &self.check(block)).ok()?;
        self.decrypt.decrypt(block, DecryptionContext::None).ok()?;
        Some(*block)
    }

    fn check(&self, block: &[u8; BLOCK]) -> [u8; CHECK] {
        let mut check = [0; CHECK];
        check.copy_from_slice(&hmac::sign(&self.check, block).as_ref()[..CHECK]);
        check
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    const ANNA: UserId = UserId::from_bytes([0xa1; 16]);
    const SESSION: SessionId = SessionId::from_bytes([0x5e; 16]);

    fn root() -> RootKey {
        RootKey::generate(&Counting::from(0))
    }

    fn keys(client_id: &str) -> ClientKeys {
        ClientKeys::derive(&root(), client_id)
    }

    #[test]
    fn ids_read_back_at_the_client_they_were_given_to() {
        let taxi = keys("org.example.taxi");
        assert_eq!(taxi.person(&taxi.open_id(ANNA)), Some(ANNA));
        assert_eq!(taxi.session(&taxi.session_sid(SESSION)), Some(SESSION));
        for seq in [0, 1, u64::from(u32::MAX) + 1, u64::MAX] {
            assert_eq!(taxi.event_seq(&taxi.event_id(seq)), Some(seq));
        }
        assert_eq!(taxi.open_id(ANNA), keys("org.example.taxi").open_id(ANNA));
    }

    #[test]
    fn ids_once_given_stay_what_they_are_in_every_later_version() {
        let taxi = keys("org.example.taxi");
        let given = [
            taxi.open_id(ANNA),
            taxi.session_sid(SESSION),
            taxi.event_id(1),
            taxi.opaque("avatar", ANNA.as_bytes()),
            union_id(&root(), "acme", ANNA),
        ];
        assert_eq!(
            given,
            [
                "t2CeCPYdLLpPYeOq8ULFV9Qws0xS",
                "jbPgxbZopV6B46FP1SMzmxHPlHId",
                "Z4tW_rHIGrp6k77T8NMCAkfGGKOd",
                "gTjxm8IszH4I4Nv8gN4lWHbkLsUn",
                "YXUH6d8-a_ME6hTdVLzbxZbq1XSY",
            ]
        );
    }

    #[test]
    fn an_id_of_another_client_store_or_kind_is_none() {
        let (taxi, shop) = (keys("org.example.taxi"), keys("org.example.shop"));
        let elsewhere = ClientKeys::derive(&RootKey::generate(&Counting::from(1)), "org.example.taxi");
        let open_id = taxi.open_id(ANNA);
        assert_eq!(shop.person(&open_id), None);
        assert_eq!(elsewhere.person(&open_id), None);
        assert_eq!(taxi.session(&open_id), None);
        assert_eq!(taxi.event_seq(&open_id), None);
        assert_eq!(taxi.person(&taxi.session_sid(SESSION)), None);
        assert_eq!(taxi.person(&taxi.opaque("avatar", ANNA.as_bytes())), None);
        assert_eq!(taxi.person(&union_id(&root(), "acme", ANNA)), None);
        assert_eq!(taxi.person("o6_bmjrPTlm6_2sgVt7hMZOPfL2M"), None);
    }

    #[test]
    fn a_mistyped_id_is_none_wherever_the_mistake_is() {
        let taxi = keys("org.example.taxi");
        let open_id = taxi.open_id(ANNA);
        for i in 0..open_id.len() {
            let mut mistyped = open_id.clone().into_bytes();
            mistyped[i] = if mistyped[i] == b'A' { b'B' } else { b'A' };
            assert_eq!(taxi.person(&String::from_utf8(mistyped).unwrap()), None, "at {i}");
        }
        for bad in
            ["", "é", &open_id[..27], &format!("{open_id}A"), &format!(" {}", &open_id[1..]), &"=".repeat(28)]
        {
            assert_eq!(taxi.person(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_clients_that_compare_their_ids_find_nothing_in_common() {
        let shown = |client_id: &str, developer: &str| {
            let keys = keys(client_id);
            vec![
                keys.open_id(ANNA),
                keys.session_sid(SESSION),
                keys.event_id(1),
                keys.opaque("avatar", ANNA.as_bytes()),
                keys.opaque("payment method", ANNA.as_bytes()),
                union_id(&root(), developer, ANNA),
            ]
        };
        let pieces = |ids: &[String]| -> Vec<String> {
            ids.iter()
                .flat_map(|id| id.as_bytes().windows(5))
                .map(|w| String::from_utf8_lossy(w).into())
                .collect()
        };
        let (taxi, shop) = (shown("org.example.taxi", "acme"), shown("org.example.shop", "apex"));
        assert!([&taxi[..], &shop].concat().iter().all(|id| id.len() == 28));
        let shop = pieces(&shop);
        assert!(pieces(&taxi).iter().all(|piece| !shop.contains(piece)));
    }

    #[test]
    fn one_developers_apps_see_one_union_id_and_another_developer_another() {
        assert_eq!(union_id(&root(), "acme", ANNA), union_id(&root(), "acme", ANNA));
        assert_ne!(union_id(&root(), "acme", ANNA), union_id(&root(), "apex", ANNA));
        assert_ne!(union_id(&root(), "acme", ANNA), union_id(&root(), "acme", UserId::from_bytes([2; 16])));
    }

    #[test]
    fn one_way_ids_of_different_kinds_differ() {
        let taxi = keys("org.example.taxi");
        assert_ne!(taxi.opaque("avatar", b"1"), taxi.opaque("payment method", b"1"));
        assert_ne!(taxi.opaque("avatar", b"1"), taxi.opaque("avatar", b"2"));
    }
}
