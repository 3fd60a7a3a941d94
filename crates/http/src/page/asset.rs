//! The files that the pages refer to, held in the binary.

/// A static file, immutable under the `?v=` that pages ask for it with.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub body: &'static str,
}

/// The one style sheet.
const STYLESHEET: &str = include_str!("../../assets/portico.css");

/// The mark, for browser tabs.
const MARK: &str = include_str!("../../assets/mark.svg");

/// The one script: what a passkey needs in the browser.
const SCRIPT: &str = include_str!("../../assets/passkey.js");

/// The file at `/assets/{file_name}`.
pub fn asset(file_name: &str) -> Option<Asset> {
    match file_name {
        "portico.css" => Some(Asset { content_type: "text/css; charset=utf-8", body: STYLESHEET }),
        "passkey.js" => Some(Asset { content_type: "text/javascript; charset=utf-8", body: SCRIPT }),
        "mark.svg" => Some(Asset { content_type: "image/svg+xml", body: MARK }),
        _ => None,
    }
}

/// What pages add to the addresses of assets as `?v=`: it changes whenever one of them does, so that an answer
/// to an address with it may be cached for ever.
pub const STYLESHEET_HASH: &str = match std::str::from_utf8(&HEX) {
    Ok(hex) => hex,
    Err(_) => panic!("hexadecimal digits are ASCII"),
};

const HEX: [u8; 16] =
    hex(fnv(fnv(fnv(0xcbf2_9ce4_8422_2325, STYLESHEET.as_bytes()), MARK.as_bytes()), SCRIPT.as_bytes()));

/// The same for a text that is made while we run.
pub(super) fn version(text: &str) -> String {
    let digits = hex(fnv(0xcbf2_9ce4_8422_2325, text.as_bytes()));
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// FNV-1a: any hash does that a `const fn` can hold, since it only has to differ between builds.
const fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    hash
}

const fn hex(hash: u64) -> [u8; 16] {
    let mut digits = [0; 16];
    let mut i = 0;
    while i < 16 {
        digits[i] = b"0123456789abcdef"[(hash >> (60 - 4 * i)) as usize & 15];
        i += 1;
    }
    digits
}
