//! A browser at Portico's own pages: keeps cookies, fills in forms.

use super::HOST;
use super::sign_in::{Tokens, tokens};
use crate::failure::{Failure, Outcome};
use crate::wire::{Answer, Connection, Request};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::net::SocketAddr;

const REDIRECT: &str = "https://super.example/callback";
const VERIFIER: &str = "a-verifier-of-the-bench-that-is-long-enough-for-pkce";

/// A browser.
#[derive(Default)]
pub(crate) struct Visitor {
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// The request for a page, with this browser's cookies.
    pub(crate) fn page(&self, address: SocketAddr, path: &str) -> Bytes {
        Request::new("GET", path, address).header("cookie", &self.cookie()).bytes()
    }

    /// The request that signs in at the sign-in page, whose form is fetched first.
    pub(crate) async fn sign_in_request(
        &mut self,
        connection: &mut Connection,
        path: &str,
        username: &str,
        password: &str,
    ) -> Outcome<Bytes> {
        let address = connection.address();
        let page = connection.ask(&self.page(address, path)).await?;
        self.keep(&page);
        let text = String::from_utf8_lossy(page.body);
        let csrf = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let csrf = csrf.ok_or_else(|| Failure("the sign-in page has no csrf field".into()))?;
        let fields = [("username", username), ("password", password), ("csrf", csrf)];
        Ok(Request::new("POST", path, address).header("cookie", &self.cookie()).form(&fields).bytes())
    }

    /// Signs in for the host, and trades the code for the host's tokens.
    pub(crate) async fn sign_in(
        &mut self,
        connection: &mut Connection,
        username: &str,
        password: &str,
    ) -> Outcome<Tokens> {
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()).as_ref());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", HOST),
                ("redirect_uri", REDIRECT),
                ("scope", "openid host"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let mut at = self.follow(connection, &format!("/oauth/authorize?{query}")).await?;
        let request = self.sign_in_request(connection, &at, username, password).await?;
        let answer = connection.ask(&request).await?;
        self.keep(&answer);
        at = location(&answer).ok_or_else(|| answer.refused("signing in at the page"))?;
        while at.starts_with('/') {
            at = self.follow(connection, &at).await?;
        }
        let (_, query) = at.split_once('?').unwrap_or_default();
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
        let (_, code) = code.ok_or_else(|| Failure("signing in at the page gave no code".into()))?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", HOST),
        ];
        let request = Request::new("POST", "/oauth/token", connection.address()).form(&fields).bytes();
        tokens(&connection.ask(&request).await?.json(200..=200, "redeeming the code")?)
    }

    /// Opens a page and keeps its cookies.
    pub(crate) async fn open(&mut self, connection: &mut Connection, path: &str) -> Outcome<()> {
        let request = self.page(connection.address(), path);
        let answer = connection.ask(&request).await?;
        self.keep(&answer);
        if answer.status == 200 { Ok(()) } else { Err(answer.refused("a page")) }
    }

    /// Opens an address and keeps its cookies; answers where it leads.
    async fn follow(&mut self, connection: &mut Connection, path: &str) -> Outcome<String> {
        let request = self.page(connection.address(), path);
        let answer = connection.ask(&request).await?;
        self.keep(&answer);
        location(&answer).ok_or_else(|| answer.refused("a page that leads on"))
    }

    fn keep(&mut self, answer: &Answer<'_>) {
        for (name, value) in answer.headers() {
            if !name.eq_ignore_ascii_case("set-cookie") {
                continue;
            }
            if let Some((name, value)) = value.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn cookie(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }
}

fn location(answer: &Answer<'_>) -> Option<String> {
    let mut headers = answer.headers().into_iter();
    headers.find(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, to)| to)
}
