//! `/oauth/end-session` (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use portico_core::denied::Denied;
use portico_core::id::{ClientId, SessionId};
use portico_core::noun::session::EndReason;
use portico_live::LiveClient;
use portico_seal::{Alg, Expect};
use serde::Deserialize;
use url::Url;

use super::sign_out;
use crate::caller::browser_session;
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::Frame;
use crate::page::error::Problem;
use crate::page::signed_out::{ConfirmSignOut, SignedOut, confirm_sign_out, signed_out};
use crate::page_reply::Wish;
use crate::reply::{self, Reply};
use crate::{House, body, cookie, page_reply};

/// What an ID token of ours says, whether or not it has expired.
#[derive(Deserialize)]
pub struct Hinted {
    /// The client it was issued to.
    pub aud: String,
    /// The person, as that client knows them.
    pub sub: String,
    /// The session, as that client knows it.
    pub sid: String,
}

/// Reads an `id_token_hint`. An expired one is still a hint (RP-Initiated Logout §2).
pub fn hinted(house: &House, hint: &str) -> Option<Hinted> {
    let expect = Expect { typ: Some(&["JWT"]), algs: &[Alg::Rs256, Alg::Es256, Alg::EdDsa] };
    let claims = house.live.ring().verifying().verify(hint, &expect).ok()?;
    if claims["iss"].as_str() != Some(house.live.issuer()) {
        return None;
    }
    serde_json::from_value(claims).ok()
}

/// The route, by GET or POST.
pub async fn end_session(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let is_post = parts.method == Method::POST;
    let query = match is_post {
        true => match body::form(&parts.headers, body).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(denied) => {
                return page_reply::refusal(
                    &house,
                    page_reply::frame(&Fields::default(), &parts.headers),
                    &denied,
                );
            }
        },
        false => parts.uri.query().unwrap_or_default().to_owned(),
    };
    let fields = match Fields::parse(query.as_bytes()) {
        Ok(fields) => fields,
        Err(denied) => {
            return page_reply::refusal(
                &house,
                page_reply::frame(&Fields::default(), &parts.headers),
                &denied,
            );
        }
    };
    let frame = page_reply::frame(&fields, &parts.headers);
    match answer(&house, &parts.headers, &fields, &frame, is_post).await {
        Ok(reply) => reply,
        Err(denied) => page_reply::refusal(&house, frame, &denied),
    }
}

async fn answer(
    house: &House,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    frame: &Frame,
    is_post: bool,
) -> Result<Reply, Denied> {
    let hint = match fields.get("id_token_hint") {
        Some(text) => Some(
            hinted(house, text)
                .ok_or_else(|| Denied::request("id_token_hint is not an ID token of this server"))?,
        ),
        None => None,
    };
    let client = client(house, fields, hint.as_ref()).await?;
    let frame = &match &client {
        Some(client) => Wish::read(fields).frame_for(&client.client, headers),
        None => frame.clone(),
    };
    let back = match fields.get("post_logout_redirect_uri") {
        Some(uri) => match client
            .as_ref()
            .filter(|c| c.client.post_logout_redirect_uris.iter().any(|one| one == uri))
        {
            Some(_) => Some(uri),
            None => {
                return Ok(page_reply::problem_page(house, frame.clone(), Problem::UnregisteredReturn, None));
            }
        },
        None => None,
    };
    let session = browser_session(house, headers).await?;
    let named = hint.as_ref().zip(client.as_ref()).and_then(|(hint, client)| client.keys.session(&hint.sid));
    let ends: Vec<SessionId> = match (named, &session) {
        // A hint for another session than the browser's ends that one; the browser's stays.
        (Some(named), _) => vec![named],
        (None, None) => vec![],
        (None, Some(session)) => {
            let cookie = cookie::get(house, headers, cookie::SESSION).unwrap_or_default();
            let binding = format!("end session {cookie}");
            let csrf = house.live.vault().csrf();
            let sent = fields.get("csrf").filter(|_| is_post);
            match sent.is_some_and(|sent| csrf.check(&binding, sent)) {
                true if fields.get("decision") == Some("sign_out") => vec![session.id],
                true => return Ok(left_alone(house, frame, back, fields)),
                false => {
                    return Ok(confirm(house, frame, client.as_deref(), fields, csrf.token(&binding), back));
                }
            }
        }
    };
    for session in &ends {
        sign_out::end(house, *session, EndReason::SignedOut).await?;
    }
    let mut reply = done(house, frame, back, fields);
    if session.is_none_or(|session| ends.contains(&session.id)) {
        reply.headers_mut().append(header::SET_COOKIE, cookie::clear(house, cookie::SESSION));
    }
    Ok(reply)
}

async fn client(
    house: &House,
    fields: &Fields<'_>,
    hint: Option<&Hinted>,
) -> Result<Option<Arc<LiveClient>>, Denied> {
    let named = fields.get("client_id");
    let id = match (named, hint) {
        (Some(named), Some(hint)) if named != hint.aud => {
            return Err(Denied::request("client_id is not the client of id_token_hint"));
        }
        (Some(id), _) => id,
        (None, Some(hint)) => &hint.aud,
        (None, None) => return Ok(None),
    };
    match id.parse::<ClientId>() {
        Ok(id) => house.live.client(&id).await.map_err(|cause| unavailable(&cause)),
        Err(_) => Ok(None),
    }
}

fn confirm(
    house: &House,
    frame: &Frame,
    client: Option<&LiveClient>,
    fields: &Fields<'_>,
    csrf: String,
    back: Option<&str>,
) -> Reply {
    let kept = fields.iter().filter(|(name, _)| !matches!(*name, "csrf" | "decision"));
    let view = ConfirmSignOut {
        frame: frame.clone(),
        csrf,
        asked_by: client.map(|client| page_reply::party(&client.client, None)),
        fields: kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    };
    page_reply::page_leading_to(house, StatusCode::OK, confirm_sign_out(&view), back)
}

fn left_alone(house: &House, frame: &Frame, back: Option<&str>, fields: &Fields<'_>) -> Reply {
    match back {
        Some(_) => done(house, frame, back, fields),
        None => reply::see_other("/settings"),
    }
}

fn done(house: &House, frame: &Frame, back: Option<&str>, fields: &Fields<'_>) -> Reply {
    if let Some(mut url) = back.and_then(|back| Url::parse(back).ok()) {
        if let Some(state) = fields.get("state") {
            url.query_pairs_mut().append_pair("state", state);
        }
        return reply::see_other(url.as_str());
    }
    page_reply::page(house, StatusCode::OK, signed_out(&SignedOut { frame: frame.clone(), back: None }))
}
