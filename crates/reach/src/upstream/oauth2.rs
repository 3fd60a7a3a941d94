//! Signing in at a merchant's own authorised login: an authorization code with PKCE, and the answer of an
//! address that says who holds the access token (RFC 6749 §4.1, RFC 7636).

use portico_core::noun::connection::{Oauth2, TokenAuthentication};
use portico_core::rule::upstream::{LONGEST_SUBJECT, NotAccepted, Returned, error_code};
use portico_seal::{Secret, pkce_s256};
use serde_json::Value;
use url::Url;

use super::{Attempt, Identity, UpstreamError, Upstreams, credentials, not_ours};
use crate::outbound::Unreachable;

/// What a merchant's login knows us by.
#[derive(Debug, Clone)]
pub struct Oauth2Registration {
    /// Its addresses, and our client id there.
    pub at: Oauth2,
    /// Our secret there; none for a public client.
    pub client_secret: Option<Secret>,
    /// Where it sends the browser back to: an address of this provider's alone, so that the answer of
    /// another one is never taken for its own (RFC 9700 §4.4.2.2).
    pub redirect_uri: String,
}

impl Upstreams {
    /// The address to send the browser to: authorization code, PKCE with S256, and state.
    pub fn leave_by_oauth2(
        &self,
        to: &Oauth2Registration,
        attempt: &Attempt,
    ) -> Result<String, UpstreamError> {
        let mut url: Url = self.outbound.policy().url(&to.at.authorize_url).map_err(Unreachable::from)?;
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &to.at.client_id),
            ("redirect_uri", &to.redirect_uri),
            ("state", &attempt.state),
            ("code_challenge", &pkce_s256(&attempt.verifier)),
            ("code_challenge_method", "S256"),
        ]);
        if !to.at.scope.is_empty() {
            url.query_pairs_mut().append_pair("scope", &to.at.scope);
        }
        Ok(url.into())
    }

    /// Who came back with these parameters: they must answer this attempt, the code is redeemed, and the
    /// access token is shown to the merchant itself.
    pub async fn identify_by_oauth2(
        &self,
        from: &Oauth2Registration,
        attempt: &Attempt,
        returned: &Returned<'_>,
    ) -> Result<Identity, UpstreamError> {
        let code = returned.code_from(&attempt.state, from.at.issuer.as_deref()).map_err(not_ours)?;
        let token = self.redeem_by_oauth2(from, code, &attempt.verifier).await?;
        let answer = self.outbound.get_json_here(&from.at.identity_url, Some(token.expose())).await?;
        let subject = subject(&answer.document, &from.at.subject)?;
        // What else the merchant says of the person is in words of its own.
        Ok(Identity { subject, union_id: None, claims: Value::Null })
    }

    async fn redeem_by_oauth2(
        &self,
        at: &Oauth2Registration,
        code: &str,
        verifier: &str,
    ) -> Result<Secret, UpstreamError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &*at.redirect_uri),
            ("code_verifier", verifier),
        ];
        let secret = at.client_secret.as_ref().map(Secret::expose);
        let mut basic = None;
        match (at.at.authentication, secret) {
            (TokenAuthentication::Basic, Some(secret)) => {
                basic = Some(credentials(&at.at.client_id, secret));
            }
            (TokenAuthentication::Post, Some(secret)) => {
                fields.extend([("client_id", &*at.at.client_id), ("client_secret", secret)]);
            }
            _ => fields.push(("client_id", &at.at.client_id)),
        }
        let basic = basic.as_ref().map(Secret::expose);
        let (status, answer) = self.outbound.post_form_for_json(&at.at.token_url, basic, &fields).await?;
        if let Some(error) = answer["error"].as_str() {
            return Err(UpstreamError::Refused(error_code(error)));
        }
        if status != 200 {
            return Err(Unreachable::Status(status).into());
        }
        let token = answer["access_token"].as_str().filter(|token| (1..=8192).contains(&token.len()));
        let token = token.ok_or(UpstreamError::Malformed("the token answer holds no access token"))?;
        Ok(Secret::from(token.to_owned()))
    }
}

/// The id at this place of an answer: a text, or a whole number as its digits.
fn subject(answer: &Value, pointer: &str) -> Result<String, UpstreamError> {
    if let Some(error) = answer["error"].as_str() {
        return Err(UpstreamError::Refused(error_code(error)));
    }
    let found = match answer.pointer(pointer) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) if number.is_u64() => Some(number.to_string()),
        _ => None,
    };
    let usable = |id: &String| (1..=LONGEST_SUBJECT).contains(&id.len()) && !id.chars().any(char::is_control);
    found.filter(usable).ok_or(NotAccepted::Malformed("the answer names nobody").into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_id_is_a_text_or_a_whole_number_where_the_operator_said() {
        let at = |answer: Value| subject(&answer, "/data/id").ok();
        assert_eq!(at(json!({"data": {"id": "42"}})).as_deref(), Some("42"));
        assert_eq!(at(json!({"data": {"id": 42}})).as_deref(), Some("42"));
        for bad in [
            json!({"id": "42"}),
            json!({"data": {"id": ""}}),
            json!({"data": {"id": "a\nb"}}),
            json!({"data": {"id": 4.2}}),
            json!({"data": {"id": -1}}),
            json!({"data": {"id": true}}),
            json!({"data": {"id": null}}),
            json!({"data": {"id": ["42"]}}),
            json!({"data": {"id": "x".repeat(513)}}),
            json!({"error": "invalid_token", "data": {"id": "42"}}),
            json!([]),
        ] {
            assert_eq!(at(bad.clone()), None, "{bad}");
        }
    }
}
