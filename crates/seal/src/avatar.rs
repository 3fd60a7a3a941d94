//! The links at which apps fetch avatars: one for each app, person and picture.
//!
//! A link carries app, person and version, encrypted and authenticated together (AES-256-GCM-SIV,
//! RFC 8452). The same three always make the same link, so that it can be cached; two links that
//! differ in anything have no byte in common but by chance, so two apps cannot compare theirs.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portico_core::id::{AvatarId, ClientId, UserId};

use crate::RootKey;

/// Binds what is sealed to this use and form.
const BOUND: &[u8] = b"avatar link 1";
const IDS: usize = 32;
const TAG: usize = 16;
/// No longer text can be a link: the longest client id is 100 bytes.
const LONGEST: usize = 256;

/// What an avatar's link names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvatarLink {
    /// The client that it was given to.
    pub client: ClientId,
    /// Whose picture it is.
    pub user: UserId,
    /// Which picture.
    pub version: AvatarId,
}

/// The key of avatar links, parsed once and held.
pub struct AvatarKey(LessSafeKey);

impl AvatarKey {
    /// The key of this root; always the same.
    pub fn derive(root: &RootKey) -> Self {
        let key = root.deriving.key("avatar link", b"");
        let key = UnboundKey::new(&AES_256_GCM_SIV, &*key).expect("AES-256 takes 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// The link, in base64url; nobody can guess one.
    pub fn show(&self, link: &AvatarLink) -> String {
        let mut bytes = Vec::with_capacity(IDS + link.client.as_str().len() + TAG);
        bytes.extend_from_slice(link.version.as_bytes());
        bytes.extend_from_slice(link.user.as_bytes());
        bytes.extend_from_slice(link.client.as_str().as_bytes());
        // One nonce for all is what this mode is for: equal links and nothing else are seen to be equal.
        let sealed = self.0.seal_in_place_append_tag(nonce(), Aad::from(BOUND), &mut bytes);
        sealed.expect("the plaintext is far below what GCM-SIV can encrypt");
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a link names; `None` for any text that is none.
    pub fn read(&self, text: &str) -> Option<AvatarLink> {
        if text.len() > LONGEST {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = &*self.0.open_in_place(nonce(), Aad::from(BOUND), &mut bytes).ok()?;
        let (version, rest) = plain.split_first_chunk::<16>()?;
        let (user, client) = rest.split_first_chunk::<16>()?;
        Some(AvatarLink {
            client: std::str::from_utf8(client).ok()?.parse().ok()?,
            user: UserId::from_bytes(*user),
            version: AvatarId::from_bytes(*version),
        })
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

impl fmt::Debug for AvatarKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AvatarKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    fn key(start: u8) -> AvatarKey {
        AvatarKey::derive(&RootKey::generate(&Counting::from(start)))
    }

    fn link(client: &str, version: u8) -> AvatarLink {
        AvatarLink {
            client: client.parse().unwrap(),
            user: UserId::from_bytes([0xa1; 16]),
            version: AvatarId::from_bytes([version; 16]),
        }
    }

    #[test]
    fn a_link_reads_back_and_stays_what_it_is() {
        let taxi = link("org.example.taxi", 1);
        assert_eq!(key(0).read(&key(0).show(&taxi)), Some(taxi.clone()));
        assert_eq!(key(0).show(&taxi), key(0).show(&taxi));
        let longest = link(&"a".repeat(100), 1);
        assert_eq!(key(0).read(&key(0).show(&longest)), Some(longest));
    }

    #[test]
    fn links_of_two_apps_or_two_pictures_have_nothing_in_common() {
        let links = [("org.example.taxi", 1), ("org.example.shop", 1), ("org.example.taxi", 2)]
            .map(|(client, version)| key(0).show(&link(client, version)));
        for (i, one) in links.iter().enumerate() {
            for other in &links[i + 1..] {
                let pieces: Vec<_> = other.as_bytes().windows(5).collect();
                assert!(one.as_bytes().windows(5).all(|piece| !pieces.contains(&piece)));
            }
        }
    }

    #[test]
    fn nothing_else_is_a_link() {
        let shown = key(0).show(&link("org.example.taxi", 1));
        assert_eq!(key(1).read(&shown), None);
        for i in 0..shown.len() {
            let mut mistyped = shown.clone().into_bytes();
            mistyped[i] = if mistyped[i] == b'A' { b'B' } else { b'A' };
            assert_eq!(key(0).read(&String::from_utf8(mistyped).unwrap()), None, "at {i}");
        }
        for bad in ["", "A", "é", &shown[1..], &format!("{shown}A"), &"A".repeat(10_000)] {
            assert_eq!(key(0).read(bad), None, "{bad}");
        }
    }
}
