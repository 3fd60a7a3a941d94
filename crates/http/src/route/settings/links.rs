//! `/settings/links`: identities elsewhere with which the person signs in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use maud::Markup;
use portico_core::denied::Denied;
use portico_core::noun::link::{Link, PastLink};

use super::{Browser, Halt, Visit};
use crate::connection::targets;
use crate::form::Fields;
use crate::page::settings::links::{Links, Past, Tie, links as page};
use crate::page::settings::{Done, Section};
use crate::page::sign_in::Via;
use crate::reply::Reply;
use crate::route::me::links::{Tied, undo};
use crate::route::sign_in::{Purpose, Stuck, leave};
use crate::when::stamp;
use crate::{House, page_reply};

/// `GET /settings/links`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Links, request);
    let shown = shown(&house, &visit).await;
    let answer = shown.map(|(markup, targets)| {
        page_reply::page_leading_to_any(&house, StatusCode::OK, markup, targets.iter().map(String::as_str))
    });
    visit.taken(&house, answer)
}

async fn shown(house: &House, visit: &Visit) -> Result<(Markup, Vec<String>), Halt> {
    let (browser, fields) = visit.read(house).await?;
    let mut tied = Tied::of(house, browser.who().user).await?;
    let past = tied.past(house).await?;
    let tie = |link: &Link| Tie {
        id: link.id().to_string(),
        name: tied.name(link),
        proof: Some(link.proof),
        linked: stamp(link.linked_at, visit.frame.words()),
        fixed: !tied.may_be_undone(link, house.now()),
    };
    let undone = |past: &PastLink| Past {
        name: tied.name(&past.link),
        proof: Some(past.link.proof),
        linked: stamp(past.link.linked_at, visit.frame.words()),
        unlinked: stamp(past.unlinked_at, visit.frame.words()),
    };
    let view = Links {
        sheet: visit.sheet(house, &browser, &fields),
        links: tied.links.iter().map(tie).collect(),
        past: past.iter().map(undone).collect(),
        vias: tied.connections.iter().map(|found| Via::of(found, Section::Links.path().to_owned())).collect(),
    };
    Ok((page(&view), targets(house, &tied.connections)))
}

/// `POST /settings/links`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Links, request);
    visit.taken(&house, acted(&house, &visit, body).await)
}

async fn acted(house: &House, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    match fields.need("action")? {
        "disconnect" => {
            let id = fields.need("link")?.parse();
            let id = id.map_err(|_| Denied::not_found("there is no such link"))?;
            undo(house, browser.who(), id).await?;
            Ok(visit.done(Done::Unlinked))
        }
        "connect" => connect(house, visit, &browser, fields.need("connection")?).await,
        _ => Err(Denied::request("this action is not known").into()),
    }
}

/// Sends the person to a provider; who comes back is tied to them.
async fn connect(house: &House, visit: &Visit, browser: &Browser, id: &str) -> Result<Reply, Halt> {
    let purpose = Purpose { query: String::new(), links: Some(browser.session.id) };
    match leave(house, id, &purpose, &Fields::default()).await {
        Ok(reply) => Ok(reply),
        Err(Stuck::Refused(denied)) => Err(denied.into()),
        Err(stuck) => Ok(stuck.page(house, visit.frame.clone())),
    }
}
