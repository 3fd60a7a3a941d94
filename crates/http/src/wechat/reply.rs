//! Answers in WeChat's form: the exact content types, and refusals as HTTP 200.

use axum::http::{HeaderValue, StatusCode, header};
use portico_core::rule::wechat::errcode::Errcode;
use serde_json::{Value, json};

use crate::House;
use crate::reply::{self, Reply};

/// What `sns/*` answers: exactly this, without a charset. Client libraries decide by it whether they parse
/// the body, and how they read what is not ASCII in it.
const SNS: &str = "text/plain";
/// What everything else answers.
const API: &str = "application/json; encoding=utf-8";

/// An answer, or a refusal.
pub type Answer = Result<Value, Errcode>;

/// An answer of `sns/*`.
pub fn sns(house: &House, answer: Answer) -> Reply {
    written(house, SNS, answer)
}

/// An answer of `cgi-bin/*` and `wxa/*`.
pub fn api(house: &House, answer: Answer) -> Reply {
    written(house, API, answer)
}

/// The members of an answer that says that it is none of the refusals, where WeChat's does.
pub fn fine(mut members: Value) -> Value {
    members["errcode"] = json!(0);
    members["errmsg"] = json!("ok");
    members
}

fn written(house: &House, content_type: &'static str, answer: Answer) -> Reply {
    let body = answer.unwrap_or_else(|refusal| refused(house, refusal));
    let mut reply = reply::typed(StatusCode::OK, content_type, body.to_string());
    reply.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

/// A refusal, with an id of the request at its end as WeChat has one.
fn refused(house: &House, refusal: Errcode) -> Value {
    let (number, words) = refusal.parts();
    let word = |four: &[u8]| four.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let fresh = house.live.vault().fresh();
    let seconds = house.now().seconds();
    let rid = format!("{:08x}-{}-{}", seconds & 0xffff_ffff, word(&fresh[..4]), word(&fresh[4..8]));
    json!({ "errcode": number, "errmsg": format!("{words}, rid: {rid}") })
}
