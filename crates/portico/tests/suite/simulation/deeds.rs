//! Calls as clients make them, through the real routes.

use axum::body::Body;
use axum::http::Request;
use portico_core::noun::key::SigningKeyRecord;
use portico_core::rule::rotate;
use portico_store::CommitError;
use serde_json::{Value, json};

use super::cast::{APPS, cast, subject};
use super::history::{App, Deed, Entry, Person, Said, Session, Token};
use super::node::Node;
use super::town::Town;
use crate::fixture::{ADMIN, HOST, Tokens};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn form(path: &str, authorization: Option<&str>, fields: &[(&str, &str)]) -> Request<Body> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    request.body(body.into()).unwrap()
}

fn json(method: &str, path: &str, token: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("authorization", format!("Bearer {token}"));
    request.header("content-type", "application/json").body(body.to_string().into()).unwrap()
}

fn done(status: u16, _: &Value) -> Said {
    if status < 300 { Said::Done } else { Said::Refused(status) }
}

impl Town {
    fn host(&self, session: Session) -> Tokens {
        self.sessions.lock()[session].1.clone()
    }

    fn token(&self, token: Token) -> (App, String) {
        let tokens = self.tokens.lock();
        (tokens[token].1, tokens[token].2.clone())
    }

    /// Asks the node at a place whether a token is good, as its app's back end.
    pub async fn introspect(&self, place: usize, token: Token) -> Said {
        let (app, text) = self.token(token);
        let credentials = cast().world.credentials(APPS[app]);
        let request = form("/oauth/introspect", Some(&credentials), &[("token", &text)]);
        let said = |status: u16, body: &Value| match (status, body["active"].as_bool()) {
            (200, Some(true)) => Said::Active(body["scope"].as_str().unwrap().to_owned()),
            (200, Some(false)) => Said::Inactive,
            _ => Said::Refused(status),
        };
        self.call(place, Deed::Introspect(token), request, said).await.0
    }

    /// Asks the node at a place for the person of a token.
    pub async fn reveal(&self, place: usize, token: Token) -> Said {
        let request = json("GET", "/oauth/userinfo", &self.token(token).1, &Value::Null);
        let said = |status: u16, body: &Value| {
            let told = |claim: &str, scope: &'static str| body.get(claim).map(|_| scope);
            let scopes = [
                told("name", "profile.basic"),
                told("phone_number", "phone.verified"),
                told("email", "email.verified"),
            ];
            match status {
                200 => Said::Active(scopes.into_iter().flatten().collect::<Vec<_>>().join(" ")),
                401 => Said::Inactive,
                _ => Said::Refused(status),
            }
        };
        self.call(place, Deed::Reveal(token), request, said).await.0
    }

    /// Asks the node at a place where the person is signed in, with the host's token.
    pub async fn look(&self, place: usize, session: Session) -> Said {
        let request = json("GET", "/v1/me/sessions", &self.host(session).access, &Value::Null);
        let said = |status: u16, _: &Value| match status {
            200 => Said::Active(String::new()),
            401 => Said::Inactive,
            _ => Said::Refused(status),
        };
        self.call(place, Deed::Look(session), request, said).await.0
    }

    /// Launches an app; the secret of the question where one must be put.
    pub async fn launch(&self, place: usize, session: Session, app: App) -> Option<String> {
        let host = self.host(session);
        let fields = [
            ("grant_type", EXCHANGE),
            ("subject_token", &host.access),
            ("subject_token_type", ACCESS_TOKEN),
            ("audience", APPS[app]),
            ("client_id", HOST),
        ];
        let said = |status: u16, body: &Value| match (status, body["error"].as_str()) {
            (200, _) => Said::Active(body["scope"].as_str().unwrap().to_owned()),
            (_, Some("invalid_grant" | "invalid_target")) => Said::Inactive,
            _ => Said::Refused(status),
        };
        let request = form("/oauth/token", None, &fields);
        let (said, body) = self.call(place, Deed::Launch(session, app), request, said).await;
        if let Said::Active(_) = said {
            let text = body["access_token"].as_str().unwrap().to_owned();
            let token = {
                let mut tokens = self.tokens.lock();
                tokens.push((session, app, text));
                tokens.len() - 1
            };
            self.history.note(Entry::Issued(token, session, app));
        }
        body["consent_request"].as_str().map(str::to_owned)
    }

    /// Grants everything that is asked.
    pub async fn grant(&self, place: usize, session: Session, app: App, question: &str) -> Said {
        let scopes = ["profile.basic", "phone.verified", "email.verified"];
        let granted = &scopes[..if app == 0 { 3 } else { 1 }];
        let path = format!("/v1/consents/{question}");
        let request =
            json("POST", &path, &self.host(session).access, &json!({ "granted": granted, "refused": [] }));
        self.call(place, Deed::Grant(session, app), request, done).await.0
    }

    /// Signs a person in; the new session.
    pub async fn sign_in(&self, place: usize, person: Person) -> Option<Session> {
        let now = self.now(place).seconds();
        let jti = format!("run-{}", self.dice.below(u64::MAX));
        let change = json!({ "jti": jti, "iat": now, "exp": now + 120 });
        let assertion = cast().world.assertion(&subject(person), change);
        let fields = [
            ("grant_type", JWT_BEARER),
            ("assertion", &assertion),
            ("client_id", HOST),
            ("scope", "openid host"),
        ];
        let request = form("/oauth/token", None, &fields);
        let (said, body) = self.call(place, Deed::SignIn(person), request, done).await;
        if said != Said::Done {
            return None;
        }
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let host =
            Tokens { access: text("access_token"), refresh: text("refresh_token"), id: text("id_token") };
        let session = {
            let mut sessions = self.sessions.lock();
            sessions.push((person, host));
            sessions.len() - 1
        };
        self.history.note(Entry::Began(session, person));
        Some(session)
    }

    /// Lets a suspended app work again.
    pub async fn resume_app(&self, place: usize, app: App) -> Said {
        let path = format!("/admin/v1/apps/{}/resume", APPS[app]);
        self.call(place, Deed::ResumeApp(app), json("POST", &path, ADMIN, &json!({})), done).await.0
    }

    /// Has the next of the keys that lie ready published, as the operator's route does with one that it
    /// makes.
    pub async fn rotate_keys(&self, place: usize) {
        let number = {
            let mut keys = self.keys.lock();
            *keys += 1;
            *keys - 1
        };
        let Some(ready) = cast().keys.get(number) else { return };
        let work = |node: &Node| {
            let live = node.live.clone();
            async move {
                let (ring, now) = (live.ring(), live.now());
                let signs_from = rotate::signs_from(ring.records(), ready.alg, now);
                let made = SigningKeyRecord { created_at: now, signs_from, ..ready.clone() };
                live.commit(rotate::rotate(ring.records(), made, now)).await
            }
        };
        let said = |done: &Result<(), CommitError>| match done {
            Ok(()) => Said::Done,
            Err(CommitError::Unavailable(_)) => Said::Refused(503),
            Err(_) => Said::Refused(409),
        };
        self.attempt(place, Deed::RotateKeys, work, said).await;
    }

    /// Makes a closing call.
    pub async fn close(&self, place: usize, deed: &Deed) -> Said {
        self.call(place, deed.clone(), self.closing(deed), done).await.0
    }

    fn closing(&self, deed: &Deed) -> Request<Body> {
        let bearer = |session: &Session| self.host(*session).access;
        let admin = |path: String| json("POST", &path, ADMIN, &json!({}));
        let person =
            |person: &Person, verb: &str| admin(format!("/admin/v1/users/{}/{verb}", cast().people[*person]));
        match deed {
            Deed::SignOut(session) => {
                json("DELETE", "/v1/me/sessions/current", &bearer(session), &Value::Null)
            }
            Deed::EndOthers(session) => json("DELETE", "/v1/me/sessions", &bearer(session), &Value::Null),
            Deed::Go(session) => json("DELETE", "/v1/me", &bearer(session), &Value::Null),
            Deed::Revoke(session) => {
                form("/oauth/revoke", None, &[("token", &self.host(*session).refresh), ("client_id", HOST)])
            }
            Deed::RevokeToken(token) => {
                let (app, text) = self.token(*token);
                form("/oauth/revoke", Some(&cast().world.credentials(APPS[app])), &[("token", &text)])
            }
            Deed::Keep(session, app, kept) => {
                let path = format!("/v1/me/apps/{}", APPS[*app]);
                match kept.is_empty() {
                    true => json("DELETE", &path, &bearer(session), &Value::Null),
                    false => json("PATCH", &path, &bearer(session), &json!({ "scope": kept.join(" ") })),
                }
            }
            Deed::SuspendApp(app) => admin(format!("/admin/v1/apps/{}/suspend", APPS[*app])),
            Deed::EndAll(whose) => person(whose, "end-sessions"),
            Deed::Suspend(whose) => person(whose, "suspend"),
            Deed::Erase(whose) => person(whose, "erase"),
            other => panic!("{other:?} closes nothing"),
        }
    }
}
