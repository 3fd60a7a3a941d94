//! The front ends, held in the binary, and the headers they are served with.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

include!(concat!(env!("OUT_DIR"), "/front_ends.rs"));

/// The file of that name, such as `taxi/taxi.css` or `sdk/host/index.js`; 404 where there is none.
pub(super) fn file(name: &str) -> Response {
    let Ok(at) = FILES.binary_search_by(|(known, _)| (*known).cmp(name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(header::CONTENT_TYPE, content_type(name)), (header::CACHE_CONTROL, "no-cache")];
    (headers, FILES[at].1).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// Everything comes from the page's own origin, nothing is inline; `frames` says who may be framed here, or who
/// may frame this, and `called` which other origins the page calls.
pub(super) fn security_headers(frames: &str, called: &str) -> [(HeaderName, String); 3] {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {called}; \
         base-uri 'none'; form-action 'none'; {frames}"
    );
    [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]
    use super::*;

    #[test]
    fn every_front_end_and_both_halves_of_the_web_package_are_in_the_binary() {
        let needed =
            ["shell/index.html", "taxi/index.html", "shop/index.html", "gov/index.html", "shared/icons.svg"];
        for name in needed.into_iter().chain(["sdk/host/index.js", "sdk/mini-program/index.js"]) {
            assert_eq!(file(name).status(), StatusCode::OK, "{name}");
        }
        assert_eq!(file("shell/../Cargo.toml").status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn pages_hold_no_inline_script_or_style_and_nothing_from_elsewhere() {
        for (name, content) in FILES.iter().filter(|(name, _)| !name.starts_with("sdk/")) {
            let text = String::from_utf8_lossy(content).replace("http://www.w3.org/", "");
            for foreign in ["http://", "https://", "//cdn", "@import"] {
                assert!(!text.contains(foreign), "{name} refers to {foreign}");
            }
            if name.ends_with(".html") {
                assert!(
                    !text.contains("<style") && !text.contains("style=\"") && !text.contains("onclick="),
                    "{name}"
                );
                assert_eq!(
                    text.matches("<script").count(),
                    text.matches("src=\"/").count() - images(&text),
                    "{name}"
                );
            }
        }
    }

    fn images(text: &str) -> usize {
        text.split("<img")
            .skip(1)
            .filter(|rest| rest.split('>').next().is_some_and(|tag| tag.contains("src=\"/")))
            .count()
    }
}
