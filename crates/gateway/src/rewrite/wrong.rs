//! The refusals of the swap.

use http::StatusCode;
use portico_core::rule::swap::Wrong;

use super::coding::Unreadable;
use crate::Refused;

/// 400.
pub(super) fn request(description: &'static str) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", description)
}

/// 415.
pub(super) fn kind(description: &'static str) -> Refused {
    Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", description)
}

/// 413.
pub(super) fn too_large() -> Refused {
    Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "content_too_large",
        "the body is larger than this route takes",
    )
}

/// 502.
pub(super) fn answer(cause: &'static str) -> Refused {
    let description = "the answer cannot be passed on";
    Refused::new(StatusCode::BAD_GATEWAY, "bad_gateway", description).because(cause)
}

/// A body of a request that cannot be looked into.
pub(super) fn unreadable_request(why: Unreadable) -> Refused {
    match why {
        Unreadable::TooLarge => too_large(),
        Unreadable::Broken => request("the body is not what its Content-Encoding says"),
    }
}

/// A body of an answer that cannot be looked into.
pub(super) fn unreadable_answer(why: Unreadable) -> Refused {
    match why {
        Unreadable::TooLarge => answer("the answer's body is larger than the route takes"),
        Unreadable::Broken => answer("the answer's body is not what its Content-Encoding says"),
    }
}

/// A value that may not go on, in this part of a request.
pub(super) fn value_of_request(wrong: Wrong, part: &str) -> Refused {
    let bad = |text: String| Refused::new(StatusCode::BAD_REQUEST, "invalid_request", text);
    match wrong {
        Wrong::NotTheCaller => Refused::new(
            StatusCode::FORBIDDEN,
            "access_denied",
            format!("{part} names somebody else where only the caller may be named"),
        ),
        Wrong::NotAnId => bad(format!("{part} has something other than an OpenID where one belongs")),
        Wrong::Unknown => bad(format!("{part} names an OpenID that is not known here")),
    }
}

/// A value that may not go out.
pub(super) fn value_of_answer(wrong: Wrong) -> Refused {
    answer(match wrong {
        Wrong::NotTheCaller => "the answer names somebody else where only the caller may be named",
        Wrong::NotAnId => "the answer has something other than an OpenID where one belongs",
        Wrong::Unknown => "the answer names an OpenID that has no counterpart",
    })
}
