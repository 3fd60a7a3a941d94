//! Parameters of this face: from the query, from a form, or from JSON whatever the content type says.

use std::fmt;
use std::net::IpAddr;

use axum::extract::Request;
use axum::http::Method;
use portico_core::rule::wechat::errcode::Errcode;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::form::Fields;
use crate::{body, caller};

/// A request of this face. What nobody asks it for is ignored.
pub struct Asked {
    /// Where it came from.
    pub address: IpAddr,
    is_post: bool,
    members: Vec<(String, Value)>,
}

impl Asked {
    /// Reads these parameters from query and body. One that stands twice in one place, or with different values in
    /// both, is malformed; so is what is not UTF-8 or out of measure. Any other parameter is ignored, however often
    /// it stands there.
    pub async fn read(request: Request, names: &[&str]) -> Result<Self, Errcode> {
        Self::read_within(body::FORM, request, names).await
    }

    /// The same, of a body of this size at most.
    pub async fn read_within(most: usize, request: Request, names: &[&str]) -> Result<Self, Errcode> {
        let (parts, body) = request.into_parts();
        let is_post = parts.method == Method::POST;
        let mut members = form(parts.uri.query().unwrap_or_default().as_bytes(), names)?;
        if is_post {
            let bytes = body::whole(body, most).await.map_err(|_| Errcode::Malformed)?;
            let sent = if is_object(&bytes) { object(&bytes, names)? } else { form(&bytes, names)? };
            for (name, value) in sent {
                match members.iter().find(|(known, _)| *known == name) {
                    Some((_, known)) if *known != value => return Err(Errcode::Malformed),
                    Some(_) => {}
                    None => members.push((name, value)),
                }
            }
        }
        Ok(Self { address: caller::address(&parts.extensions), is_post, members })
    }

    /// A parameter's value as it was sent.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The text of a parameter; one sent empty counts as not sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The text of a parameter, or the refusal for its absence.
    pub fn need(&self, name: &str, missing: Errcode) -> Result<&str, Errcode> {
        self.get(name).ok_or(missing)
    }

    /// Whether a switch is on.
    pub fn flag(&self, name: &str) -> bool {
        match self.value(name) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }

    /// Refuses another `grant_type` than this.
    pub fn grant(&self, wanted: &str) -> Result<(), Errcode> {
        if self.get("grant_type") == Some(wanted) { Ok(()) } else { Err(Errcode::GrantType) }
    }

    /// Refuses what was not posted.
    pub fn posted(&self) -> Result<(), Errcode> {
        if self.is_post { Ok(()) } else { Err(Errcode::NeedsPost) }
    }
}

fn form(bytes: &[u8], names: &[&str]) -> Result<Vec<(String, Value)>, Errcode> {
    let fields = Fields::parse_only(bytes, |name| names.contains(&name)).map_err(|_| Errcode::Malformed)?;
    Ok(fields.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect())
}

fn is_object(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// The members of these names of a JSON object in their order, none of them twice.
fn object(bytes: &[u8], names: &[&str]) -> Result<Vec<(String, Value)>, Errcode> {
    struct Members<'a>(&'a [&'a str]);

    impl<'de> Visitor<'de> for Members<'_> {
        type Value = Vec<(String, Value)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members: Self::Value = vec![];
            while let Some((name, value)) = map.next_entry::<String, Value>()? {
                if !self.0.contains(&name.as_str()) {
                    continue;
                }
                if members.iter().any(|(known, _)| *known == name) {
                    return Err(serde::de::Error::custom("a member stands twice"));
                }
                members.push((name, value));
            }
            Ok(members)
        }
    }

    let mut input = serde_json::Deserializer::from_slice(bytes);
    let members = input.deserialize_map(Members(names)).map_err(|_| Errcode::Malformed)?;
    input.end().map_err(|_| Errcode::Malformed)?;
    Ok(members)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::body::Body;

    use super::*;

    async fn read(
        method: Method,
        query: &str,
        content_type: Option<&str>,
        body: &str,
    ) -> Result<Asked, Errcode> {
        let mut request = Request::builder().method(method).uri(format!("/x?{query}"));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let names = ["appid", "x", "grant_type", "force_refresh"];
        Asked::read(request.body(Body::from(body.to_owned())).unwrap(), &names).await
    }

    #[tokio::test]
    async fn query_form_and_json_say_the_same_whatever_the_content_type() {
        for (query, content_type, body) in [
            ("appid=wx1", None, ""),
            ("", Some("application/x-www-form-urlencoded"), "appid=wx1"),
            ("", None, "appid=wx1"),
            ("", Some("application/json"), r#"{"appid":"wx1"}"#),
            ("", Some("text/plain"), r#" {"appid":"wx1"}"#),
            ("", None, r#"{"appid":"wx1"}"#),
            ("appid=wx1", None, "appid=wx1"),
        ] {
            let asked = read(Method::POST, query, content_type, body).await.unwrap();
            assert_eq!(asked.get("appid"), Some("wx1"), "{query} {body}");
        }
        assert_eq!(read(Method::GET, "appid=wx1", None, "").await.unwrap().get("appid"), Some("wx1"));
    }

    #[tokio::test]
    async fn what_stands_twice_or_is_malformed_is_refused() {
        for (query, body) in [
            ("appid=wx1&appid=wx1", ""),
            ("appid=wx1", "appid=wx2"),
            ("appid=wx1", r#"{"appid":"wx2"}"#),
            ("appid=%ff", ""),
            ("", r#"{"appid":"wx1","appid":"wx1"}"#),
            ("", r#"{"appid":"wx1"} x"#),
            ("", r#"{"appid":"#),
            ("", &format!("appid={}", "x".repeat(body::FORM))),
            ("", &"{\"a\":".repeat(1000)),
        ] {
            assert_eq!(
                read(Method::POST, query, None, body).await.err(),
                Some(Errcode::Malformed),
                "{query}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_not_asked_for_is_ignored_however_often_it_comes() {
        for (query, body) in [
            ("appid=wx1&y=1&y=2", "y=3&y=4"),
            ("appid=wx1&y=1", r#"{"y":2,"y":3}"#),
            ("y=1", r#"{"appid":"wx1","y":2}"#),
        ] {
            let asked = read(Method::POST, query, None, body).await.unwrap();
            assert_eq!((asked.get("appid"), asked.value("y")), (Some("wx1"), None), "{query} {body}");
        }
    }

    #[tokio::test]
    async fn an_empty_parameter_counts_as_not_sent() {
        let asked = read(Method::GET, "appid=&x=1", None, "").await.unwrap();
        assert_eq!(asked.need("appid", Errcode::AppIdMissing), Err(Errcode::AppIdMissing));
        assert_eq!((asked.posted(), asked.grant("x")), (Err(Errcode::NeedsPost), Err(Errcode::GrantType)));
    }

    #[tokio::test]
    async fn a_switch_is_on_as_json_has_it_or_as_text() {
        for (body, on) in [
            (r#"{"force_refresh":true}"#, true),
            (r#"{"force_refresh":false}"#, false),
            (r#"{"force_refresh":"true"}"#, true),
            (r#"{"force_refresh":1}"#, false),
            ("{}", false),
        ] {
            assert_eq!(read(Method::POST, "", None, body).await.unwrap().flag("force_refresh"), on, "{body}");
        }
    }
}
