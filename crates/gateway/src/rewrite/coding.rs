//! Content codings (RFC 9110 §8.4): unpacked to be looked into, packed again in the same ones.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// A content coding that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

/// How many codings one body may be in, one over the other.
const MOST: usize = 3;

/// How hard is packed: what it saves on the wire is not worth much of a processor's time here.
const GZIP_LEVEL: u32 = 3;
const BROTLI_LEVEL: u32 = 3;
const BROTLI_WINDOW: u32 = 20;

/// Why a body cannot be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is longer than the limit, as it came or unpacked.
    TooLarge,
    /// It is not what its coding says.
    Broken,
}

/// Whether upstreams are asked for this coding, as `Accept-Encoding` names it. They are not for zstd, although it is
/// understood: of what is packed with it, it cannot be said from the beginning whether it is JSON.
pub fn is_asked_for(token: &str) -> bool {
    let asked = |coding| matches!(coding, Coding::Gzip | Coding::Brotli);
    coding(token).is_some_and(asked) || token.eq_ignore_ascii_case("identity")
}

fn coding(token: &str) -> Option<Coding> {
    match token.to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Some(Coding::Gzip),
        "br" => Some(Coding::Brotli),
        "zstd" => Some(Coding::Zstd),
        _ => None,
    }
}

/// The codings of a message's body, in the order in which they were applied; none if one is not understood, or
/// there are more than anybody needs.
pub fn codings(headers: &HeaderMap) -> Option<Vec<Coding>> {
    let mut all = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for token in value.to_str().ok()?.split(',').map(str::trim) {
            if !token.is_empty() && !token.eq_ignore_ascii_case("identity") {
                all.push(coding(token)?);
            }
        }
    }
    (all.len() <= MOST).then_some(all)
}

/// The body without its codings. Neither it nor anything in between is longer than the limit.
pub fn unpack(codings: &[Coding], body: Bytes, limit: usize) -> Result<Bytes, Unreadable> {
    let mut body = body;
    for coding in codings.iter().rev() {
        let mut out = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        match coding {
            Coding::Gzip => MultiGzDecoder::new(&body[..]).take(most).read_to_end(&mut out).map(drop),
            Coding::Brotli => {
                brotli::Decompressor::new(&body[..], 4096).take(most).read_to_end(&mut out).map(drop)
            }
            Coding::Zstd => frames(&body, most, &mut out),
        }
        .map_err(|_| Unreadable::Broken)?;
        body = out.into();
        if body.len() > limit {
            return Err(Unreadable::TooLarge);
        }
    }
    if body.len() > limit { Err(Unreadable::TooLarge) } else { Ok(body) }
}

/// What can be unpacked of the first bytes of a body: a few, or none. Of zstd it is none, which ruzstd hands out
/// only when more than a window is there.
pub fn beginning(codings: &[Coding], packed: &[u8]) -> Vec<u8> {
    let mut reader: Box<dyn Read + '_> = Box::new(packed);
    for coding in codings.iter().rev() {
        reader = match coding {
            Coding::Gzip => Box::new(MultiGzDecoder::new(reader)),
            Coding::Brotli => Box::new(brotli::Decompressor::new(reader, 4096)),
            Coding::Zstd => return Vec::new(),
        };
    }
    let mut out = Vec::new();
    let mut some = [0; 64];
    while out.len() < 256 {
        match reader.read(&mut some) {
            Ok(0) | Err(_) => break,
            Ok(read) => out.extend_from_slice(&some[..read]),
        }
    }
    out
}

/// Unpacks every frame (RFC 8878 §3.1), until there are that many bytes.
fn frames(packed: &[u8], most: u64, out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut rest = packed;
    if rest.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    while !rest.is_empty() && (out.len() as u64) < most {
        let left = most - out.len() as u64;
        let mut frame = ruzstd::decoding::StreamingDecoder::new(&mut rest).map_err(std::io::Error::other)?;
        frame.by_ref().take(left).read_to_end(out)?;
        let (said, is) = (frame.decoder.get_checksum_from_data(), frame.decoder.get_calculated_checksum());
        if frame.decoder.is_finished() && said.is_some() && said != is {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
    }
    Ok(())
}

/// The body in these codings again.
pub fn pack(codings: &[Coding], body: Vec<u8>) -> Bytes {
    let mut body = body;
    for coding in codings {
        body = match coding {
            Coding::Gzip => {
                let mut out = GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
                out.write_all(&body).and_then(|()| out.finish()).expect("memory takes all of it")
            }
            Coding::Brotli => {
                let mut out = brotli::CompressorWriter::new(Vec::new(), 4096, BROTLI_LEVEL, BROTLI_WINDOW);
                out.write_all(&body).expect("memory takes all of it");
                out.into_inner()
            }
            Coding::Zstd => {
                ruzstd::encoding::compress_to_vec(&body[..], ruzstd::encoding::CompressionLevel::Fastest)
            }
        };
    }
    body.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Coding; 3] = [Coding::Gzip, Coding::Brotli, Coding::Zstd];

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (CONTENT_ENCODING, http::HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn what_was_packed_unpacks_one_coding_over_the_other() {
        let body = "everything that was ever said ".repeat(1000);
        for codings in [&[][..], &ALL[..1], &ALL[1..2], &ALL[2..], &ALL] {
            let packed = pack(codings, body.clone().into_bytes());
            assert!(codings.is_empty() || packed.len() < body.len() / 10, "{codings:?}");
            assert_eq!(unpack(codings, packed, body.len()), Ok(Bytes::from(body.clone())), "{codings:?}");
        }
        for coding in ALL {
            let nothing = pack(&[coding], vec![]);
            assert_eq!(unpack(&[coding], nothing, 0), Ok(Bytes::new()), "{coding:?}");
        }
    }

    #[test]
    fn a_body_that_grows_beyond_the_limit_is_too_large() {
        let bomb = vec![0; 1 << 24];
        for coding in ALL {
            let packed = pack(&[coding], bomb.clone());
            assert_eq!(unpack(&[coding], packed.clone(), 1 << 20), Err(Unreadable::TooLarge), "{coding:?}");
            let twice = pack(&[coding], packed.to_vec());
            assert_eq!(unpack(&[coding, coding], twice, 1 << 20), Err(Unreadable::TooLarge), "{coding:?}");
        }
        assert_eq!(unpack(&[], Bytes::from_static(b"12345"), 4), Err(Unreadable::TooLarge));
    }

    #[test]
    fn a_body_that_is_cut_off_or_something_else_is_broken() {
        let body: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        for coding in ALL {
            let packed = pack(&[coding], body.clone());
            for cut in [1, packed.len() / 2, packed.len() - 1] {
                let short = packed.slice(..cut);
                assert_eq!(unpack(&[coding], short, 1 << 20), Err(Unreadable::Broken), "{coding:?} {cut}");
            }
            let other = Bytes::from_static(b"{\"openid\":\"x\"}");
            assert_eq!(unpack(&[coding], other, 1 << 20), Err(Unreadable::Broken), "{coding:?}");
            assert_eq!(unpack(&[coding], Bytes::new(), 1 << 20), Err(Unreadable::Broken), "{coding:?}");
        }
    }

    #[test]
    fn the_beginning_of_a_body_is_unpacked_from_the_first_bytes_of_it() {
        let body: Vec<u8> = b" {".iter().copied().chain((0..60_000_u32).flat_map(u32::to_le_bytes)).collect();
        for codings in [&[][..], &ALL[..1], &ALL[1..2], &ALL[..2]] {
            let packed = pack(codings, body.clone());
            assert!(beginning(codings, &packed).starts_with(b" {"), "{codings:?}");
            assert_eq!(beginning(codings, b""), b"", "{codings:?}");
            let most = packed.len().min(200_000);
            let enough = (0..most).find(|cut| beginning(codings, &packed[..*cut]).starts_with(b" {"));
            assert!(enough.is_some_and(|cut| cut < most), "{codings:?}");
        }
        assert_eq!(beginning(&[Coding::Gzip], b"{\"openid\":\"x\"}"), b"");
    }

    #[test]
    fn members_and_frames_one_after_the_other_are_one_body() {
        for coding in [Coding::Gzip, Coding::Zstd] {
            let two = [pack(&[coding], b"one ".to_vec()), pack(&[coding], b"two".to_vec())].concat();
            assert_eq!(unpack(&[coding], two.into(), 100), Ok(Bytes::from_static(b"one two")), "{coding:?}");
        }
    }

    #[test]
    fn codings_are_read_from_every_header_in_their_order() {
        assert_eq!(codings(&headers(&[])), Some(vec![]));
        assert_eq!(codings(&headers(&["identity"])), Some(vec![]));
        assert_eq!(codings(&headers(&["X-GZip, br", "zstd"])), Some(ALL.to_vec()));
        assert_eq!(codings(&headers(&["gzip, deflate"])), None);
        assert_eq!(codings(&headers(&["gzip, gzip, gzip, gzip"])), None);
    }
}
