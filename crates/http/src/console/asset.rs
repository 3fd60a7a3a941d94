//! The console's own files, held in the binary.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use portico_core::denied::Denied;

use super::frame;
use crate::page::asset::{STYLESHEET_HASH, asset as public_asset};
use crate::reply::{self, Reply};

const SCRIPT: &str = include_str!("../../assets/console.js");
const OWN_STYLE: &str = include_str!("../../assets/console.css");

/// What pages add to the addresses of assets, which are kept for five minutes only.
pub(super) const VERSION: &str = STYLESHEET_HASH;

/// The colours of the public pages, and below them the console's own rules.
static STYLESHEET: LazyLock<String> = LazyLock::new(|| format!("{}\n{OWN_STYLE}", tokens()));

/// What stands above the first rule of the public style sheet: its custom properties, in both themes.
fn tokens() -> &'static str {
    let public = public_asset("portico.css").map_or("", |asset| asset.body);
    public.split_once("\n*,").map_or("", |(tokens, _)| tokens)
}

/// `GET /console/assets/{file}`.
pub(super) async fn asset(file: Option<Path<String>>) -> Reply {
    let file = file.map(|Path(file)| file).unwrap_or_default();
    let (content_type, body) = match file.as_str() {
        "console.css" => ("text/css; charset=utf-8", STYLESHEET.as_str()),
        "console.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "mark.svg" => ("image/svg+xml", public_asset("mark.svg").map_or("", |asset| asset.body)),
        _ => return frame::refusal(&Denied::not_found("there is nothing here")),
    };
    let mut reply = reply::typed(StatusCode::OK, content_type, body);
    let headers = reply.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_has_the_colours_of_the_public_pages_and_none_of_their_rules() {
        for token in ["--ground:", "--accent:", "data-theme=\"dark\""] {
            assert!(tokens().contains(token), "{token}");
        }
        assert!(!tokens().contains("body"), "the tokens no longer end at the first rule");
        let used = OWN_STYLE.split("var(").skip(1).filter_map(|rest| rest.split(')').next());
        for name in used {
            assert!(STYLESHEET.contains(&format!("{name}:")), "{name} is nowhere defined");
        }
    }
}
