//! Request bodies, read whole within limits.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use portico_core::denied::{Code, Denied};
use portico_core::rule::import;
use serde::de::DeserializeOwned;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest form.
pub const FORM: usize = 64 * 1024;
/// The largest JSON document that a person or app sends.
pub const JSON: usize = 256 * 1024;

/// What an OpenID from elsewhere takes in a JSON list at most: quotes, a comma and a space, and each byte escaped.
const LISTED_OPEN_ID: usize = 6 * import::LONGEST + 4;

/// The largest JSON document that names so many OpenIDs, and little else.
pub const fn naming(open_ids: usize) -> usize {
    FORM + open_ids * LISTED_OPEN_ID
}

/// Reads a form body.
pub async fn form(headers: &HeaderMap, body: Body) -> Result<Bytes, Denied> {
    if !is(headers, "application/x-www-form-urlencoded") {
        let text = "the body must be application/x-www-form-urlencoded";
        return Err(Denied::new(Code::UnsupportedMediaType, text));
    }
    whole(body, FORM).await
}

/// Reads a JSON body. Depth is limited by the parser; an unknown member is named.
pub async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body, most: usize) -> Result<T, Denied> {
    parse(&read(headers, body, most).await?)
}

async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Denied> {
    if !is(headers, "application/json") {
        return Err(Denied::new(Code::UnsupportedMediaType, "the body must be application/json"));
    }
    whole(body, most).await
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Denied> {
    serde_json::from_slice(bytes)
        .map_err(|error| Denied::request(format!("the body is not as expected: {}", place(&error))))
}

/// Reads a JSON object. A list would otherwise be taken for the members in their order.
pub async fn object<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Denied> {
    let bytes = read(headers, body, JSON).await?;
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Denied::request("the body must be a JSON object"));
    }
    parse(&bytes)
}

/// What is wrong with a document, without quoting values from it.
fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match error.classify() {
        serde_json::error::Category::Data
            if ["unknown field", "missing field", "duplicate field"]
                .iter()
                .any(|start| text.starts_with(start)) =>
        {
            text
        }
        serde_json::error::Category::Data => "a member has the wrong type".to_owned(),
        _ => format!("no JSON at line {} column {}", error.line(), error.column()),
    }
}

/// Reads a body of this size at most.
pub async fn whole(body: Body, most: usize) -> Result<Bytes, Denied> {
    let reading = tokio::time::timeout(PATIENCE, Limited::new(body, most).collect());
    let Ok(read) = reading.await else { return Err(Denied::request("the body took too long to come")) };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Denied::new(Code::TooLarge, format!("the body is larger than {most} bytes")))
        }
        Err(_) => Err(Denied::request("the body could not be read")),
    }
}

fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    given.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted))
}
