//! Asking WeChat, or whatever speaks like it, who somebody is: official accounts in a browser, and login
//! codes of mini-programs.
//!
//! There is neither PKCE nor a nonce there. What holds the answer to the attempt is its state and an address
//! of the connection's alone that the browser comes back to.

use portico_core::rule::upstream::Returned;
use portico_seal::Secret;
use serde_json::{Value, json};
use url::Url;

use super::{Attempt, Identity, UpstreamError, Upstreams, not_ours};
use crate::outbound::Unreachable;

/// The longest `openid` or `unionid`; WeChat's have 28 characters.
const LONGEST_ID: usize = 128;

/// An account of ours there.
#[derive(Debug, Clone)]
pub struct WechatAccount {
    /// Its `appid`.
    pub app_id: String,
    /// Its secret.
    pub secret: Secret,
    /// The base of `sns/…`, without a trailing slash.
    pub api_url: String,
}

/// An official account, at which a browser says who somebody is.
#[derive(Debug, Clone)]
pub struct OfficialAccount {
    /// The account.
    pub account: WechatAccount,
    /// The base of `connect/oauth2/authorize`, without a trailing slash.
    pub open_url: String,
    /// Whether the person is asked for name and picture.
    pub userinfo: bool,
    /// Where the browser is sent back to.
    pub redirect_uri: String,
}

impl OfficialAccount {
    fn scope(&self) -> &'static str {
        if self.userinfo { "snsapi_userinfo" } else { "snsapi_base" }
    }
}

impl Upstreams {
    /// The address to send the browser to.
    pub fn leave_to_wechat(&self, to: &OfficialAccount, attempt: &Attempt) -> Result<String, UpstreamError> {
        let mut url = self.at(&to.open_url, "connect/oauth2/authorize")?;
        // The order and the fragment are those that WeChat documents.
        url.query_pairs_mut().extend_pairs([
            ("appid", &*to.account.app_id),
            ("redirect_uri", &to.redirect_uri),
            ("response_type", "code"),
            ("scope", to.scope()),
            ("state", &attempt.state),
        ]);
        url.set_fragment(Some("wechat_redirect"));
        Ok(url.into())
    }

    /// Who came back with these parameters: they must answer this attempt, and the code is redeemed.
    pub async fn identify_at_wechat(
        &self,
        from: &OfficialAccount,
        attempt: &Attempt,
        returned: &Returned<'_>,
    ) -> Result<Identity, UpstreamError> {
        if returned.answers(&attempt.state) && returned.code.is_none() && returned.error.is_none() {
            // Whoever refuses there is sent back with the state alone.
            return Err(UpstreamError::Refused("access_denied".to_owned()));
        }
        let code = returned.code_from(&attempt.state, None).map_err(not_ours)?;
        let account = &from.account;
        let answer = self
            .ask(
                account,
                "sns/oauth2/access_token",
                &[
                    ("appid", &account.app_id),
                    ("secret", account.secret.expose()),
                    ("code", code),
                    ("grant_type", "authorization_code"),
                ],
            )
            .await?;
        let identity = identity(&answer)?;
        match (from.userinfo, answer["access_token"].as_str()) {
            (false, _) => Ok(identity),
            (true, Some(token)) => self.introduced(account, identity, token).await,
            (true, None) => Err(UpstreamError::Malformed("the token answer holds no access token")),
        }
    }

    /// Adds what `sns/userinfo` says, which must speak of the same person.
    async fn introduced(
        &self,
        account: &WechatAccount,
        known: Identity,
        token: &str,
    ) -> Result<Identity, UpstreamError> {
        let asked = [("access_token", token), ("openid", &*known.subject), ("lang", "en")];
        let answer = self.ask(account, "sns/userinfo", &asked).await?;
        let said = identity(&answer)?;
        let other =
            |known: &Option<String>| known.is_some() && said.union_id.is_some() && *known != said.union_id;
        if said.subject != known.subject || other(&known.union_id) {
            return Err(UpstreamError::Malformed("userinfo speaks of another person"));
        }
        let claims = json!({ "name": answer["nickname"], "picture": answer["headimgurl"] });
        Ok(Identity { union_id: known.union_id.or(said.union_id), claims, ..known })
    }

    /// Who got this login code in a mini-program of ours. The `session_key` that comes along is not kept.
    pub async fn redeem_login_code(
        &self,
        at: &WechatAccount,
        js_code: &str,
    ) -> Result<Identity, UpstreamError> {
        let asked = [
            ("appid", &*at.app_id),
            ("secret", at.secret.expose()),
            ("js_code", js_code),
            ("grant_type", "authorization_code"),
        ];
        identity(&self.ask(at, "sns/jscode2session", &asked).await?)
    }

    async fn ask(
        &self,
        account: &WechatAccount,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Value, UpstreamError> {
        let mut url = self.at(&account.api_url, path)?;
        url.query_pairs_mut().extend_pairs(fields);
        let answer = self.outbound.get_json_here(url.as_str(), None).await?.document;
        match answer["errcode"].as_i64() {
            None | Some(0) => Ok(answer),
            Some(code) => Err(UpstreamError::Refused(format!("errcode_{}", code.unsigned_abs()))),
        }
    }

    fn at(&self, base: &str, path: &str) -> Result<Url, UpstreamError> {
        Ok(self.outbound.policy().url(&format!("{base}/{path}")).map_err(Unreachable::from)?)
    }
}

/// Whom an answer names.
fn identity(answer: &Value) -> Result<Identity, UpstreamError> {
    let id = |name: &str| {
        let id = answer[name].as_str().filter(|id| (1..=LONGEST_ID).contains(&id.len()));
        id.filter(|id| id.bytes().all(|b| b.is_ascii_graphic())).map(str::to_owned)
    };
    let subject = id("openid").ok_or(UpstreamError::Malformed("the answer names nobody"))?;
    Ok(Identity { subject, union_id: id("unionid"), claims: Value::Null })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_somebody_or_nobody() {
        let named = |answer: Value| identity(&answer).ok().map(|who| (who.subject, who.union_id));
        let both = json!({"openid": "o6_bm", "unionid": "u1", "session_key": "x"});
        assert_eq!(named(both), Some(("o6_bm".into(), Some("u1".into()))));
        assert_eq!(named(json!({"openid": "o6_bm", "unionid": ""})), Some(("o6_bm".into(), None)));
        for bad in
            [json!({}), json!({"openid": ""}), json!({"openid": 7}), json!({"openid": "a b"}), json!([])]
        {
            assert_eq!(named(bad.clone()), None, "{bad}");
        }
        assert_eq!(named(json!({"openid": "o".repeat(129)})), None);
    }
}
