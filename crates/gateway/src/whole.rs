//! Bodies that have to be read whole before anything of them goes on.

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Body as _;

use crate::Refused;
use crate::body::{Body, Cut};

enum NotWhole {
    TooLarge,
    Cut(Cut),
}

/// The whole body of a request: 413 over the limit, 408 and 400 where it does not come, and the refusal where its caller
/// may no longer.
pub(crate) async fn of_request(body: Body, limit: usize) -> Result<Bytes, Refused> {
    read(body, limit).await.map_err(|why| match why {
        NotWhole::TooLarge => {
            let text = "the body is larger than this route takes";
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "content_too_large", text)
        }
        NotWhole::Cut(Cut::ClientSilent) => {
            Refused::new(StatusCode::REQUEST_TIMEOUT, "invalid_request", "The body did not come.")
        }
        NotWhole::Cut(Cut::Ended(refused)) => *refused,
        NotWhole::Cut(cut) => Refused::new(StatusCode::BAD_REQUEST, "invalid_request", "The body broke off.")
            .because(cut.to_string()),
    })
}

/// The whole body of an answer: 502 over the limit and where it breaks off, 504 where it does not come.
pub(crate) async fn of_answer(body: Body, limit: usize) -> Result<Bytes, Refused> {
    read(body, limit).await.map_err(of_upstream)
}

fn of_upstream(why: NotWhole) -> Refused {
    let text = "the answer cannot be passed on";
    match why {
        NotWhole::TooLarge => Refused::new(StatusCode::BAD_GATEWAY, "bad_gateway", text)
            .because("the answer's body is larger than the route takes"),
        NotWhole::Cut(Cut::UpstreamSilent) => {
            let text = "The service behind did not answer in time.";
            Refused::new(StatusCode::GATEWAY_TIMEOUT, "gateway_timeout", text)
        }
        NotWhole::Cut(cut) => {
            Refused::new(StatusCode::BAD_GATEWAY, "bad_gateway", text).because(cut.to_string())
        }
    }
}

/// An answer of which as much is here as `says` has to see until it says something; what it said, none at the end of
/// a body of which it could say nothing.
pub(crate) async fn begun(
    mut body: Body,
    says: impl Fn(&[u8]) -> Option<bool>,
) -> Result<(Body, Option<bool>), Refused> {
    let mut here = BytesMut::new();
    loop {
        let frame = match body.frame().await {
            Some(frame) => frame.map_err(|cut| of_upstream(NotWhole::Cut(cut)))?,
            None => return Ok((here.freeze().into(), None)),
        };
        let Ok(piece) = frame.into_data() else { continue };
        here.extend_from_slice(&piece);
        if let Some(said) = says(&here) {
            let begun = if body.is_end_stream() {
                here.freeze().into()
            } else {
                Body::Begun(here.freeze(), Box::new(body))
            };
            return Ok((begun, Some(said)));
        }
    }
}

/// A body that comes in one piece is not copied.
async fn read(mut body: Body, limit: usize) -> Result<Bytes, NotWhole> {
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(NotWhole::Cut)?.into_data() else { continue };
        let before = first.as_ref().map_or(all.len(), Bytes::len);
        if piece.len() > limit - before {
            return Err(NotWhole::TooLarge);
        }
        match first.take() {
            None if all.is_empty() => first = Some(piece),
            None => all.extend_from_slice(&piece),
            Some(begun) => {
                let announced = body.size_hint().exact().and_then(|left| usize::try_from(left).ok());
                all.reserve(before + piece.len() + announced.unwrap_or(0).min(limit));
                all.extend_from_slice(&begun);
                all.extend_from_slice(&piece);
            }
        }
    }
    Ok(first.unwrap_or_else(|| all.freeze()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    fn body(pieces: &'static [&'static str]) -> Body {
        let frames = pieces.iter().map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes()))));
        Body::Other(Box::pin(StreamBody::new(futures_util::stream::iter(frames))))
    }

    #[tokio::test]
    async fn pieces_become_one_up_to_the_limit() {
        for pieces in [&["abcdef"][..], &["a", "bc", "def"], &["", "abc", "", "def"], &["abc", "def", ""]] {
            assert_eq!(of_request(body(pieces), 6).await.unwrap(), "abcdef", "{pieces:?}");
            assert_eq!(of_request(body(pieces), 5).await.unwrap_err().status, 413, "{pieces:?}");
            assert_eq!(of_answer(body(pieces), 5).await.unwrap_err().status, 502, "{pieces:?}");
        }
        assert_eq!(of_request(Body::Empty, 0).await.unwrap(), "");
    }

    #[tokio::test]
    async fn a_body_begins_with_as_much_as_has_to_be_seen_and_loses_nothing() {
        let says = |text: &[u8]| (text.len() > 3).then(|| text[3] == b'd');
        for (pieces, said) in [
            (&["abcdef"][..], Some(true)),
            (&["a", "bc", "d", "ef"], Some(true)),
            (&["abc", "", "xyz"], Some(false)),
            (&["ab", "c"], None),
            (&[], None),
        ] {
            let (begun, says) = begun(body(pieces), says).await.unwrap();
            assert_eq!(
                (of_answer(begun, 6).await.unwrap(), says),
                (pieces.concat().into(), said),
                "{pieces:?}"
            );
        }
    }
}
