//! `/v1/me/links`: identities elsewhere that are tied to the person.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::{ClientId, LinkId, UserId};
use portico_core::noun::connection::Connection;
use portico_core::noun::link::{Link, LinkProof, PastLink, app_of};
use portico_core::rule::guard;
use portico_core::rule::link::unlink;
use portico_core::rule::way_in::WaysIn;
use serde_json::{Value, json};

use super::{Who, account, answer, caller, spoken_in, still_here};
use crate::connection::all;
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::route::rewrite;
use crate::when::rfc3339;
use crate::{House, factor};

/// The most undone links that are listed.
const MOST_PAST: usize = 100;

/// A person's links, with what they are to them.
pub struct Tied {
    /// The links, oldest first.
    pub links: Vec<Link>,
    /// The providers with which people may sign in.
    pub connections: Vec<Connection>,
    /// The other providers.
    others: Vec<Connection>,
    /// What the apps are called whose OpenIDs are among the links.
    apps: BTreeMap<ClientId, String>,
    /// The ways in that the person has, links included.
    pub ways: WaysIn,
    /// Whether the person can sign in without any link.
    pub other_way: bool,
    user: UserId,
    passkeys: usize,
}

impl Tied {
    /// The links of this person.
    pub async fn of(house: &House, user: UserId) -> Result<Self, Denied> {
        let links = house.live.store().links_of(user).await.map_err(|cause| unavailable(&cause))?;
        let person = account(house, user).await?;
        let passkeys = house.live.store().passkeys_of(user).await.map_err(|cause| unavailable(&cause))?.len();
        let ways = WaysIn {
            password: person.person.password.is_some(),
            passkeys: if house.passkeys.is_some() { passkeys } else { 0 },
            ..WaysIn::default()
        };
        let ways = ways.reaching(|kind| house.courier.reaches(kind));
        let other_way = ways.open(&person.profile);
        let (connections, others) = all(house).await?.into_iter().partition(|one| one.sign_in);
        let apps = apps(house, &links).await?;
        let mut tied = Self { links, connections, others, apps, ways, other_way, user, passkeys };
        tied.ways.links = tied.links.iter().filter(|link| tied.opens(link)).count();
        Ok(tied)
    }

    /// The guards that no way in which was counted has gone since.
    pub fn guards(&self) -> [Change; 2] {
        let user = self.user;
        let links = Change::LinksCounted { user, count: self.links.len() };
        [links, Change::PasskeysCounted { user, count: self.passkeys }]
    }

    /// The connection through which a link was made, or could be; none for what was imported, which went through
    /// none whichever lead to the same app.
    pub fn connection(&self, link: &Link) -> Option<&Connection> {
        if matches!(link.proof, LinkProof::Import | LinkProof::Support) {
            return None;
        }
        let all = self.connections.iter().chain(&self.others);
        all.into_iter().find(|connection| connection.link_issuer() == link.issuer)
    }

    /// What a person calls where they are known by this link.
    pub fn name(&self, link: &Link) -> String {
        let connection = || self.connection(link).map(|connection| connection.name.clone());
        self.app(link).or_else(connection).unwrap_or_else(|| link.issuer.clone())
    }

    fn app(&self, link: &Link) -> Option<String> {
        let app = app_of(&link.issuer)?;
        Some(self.apps.get(&app).cloned().unwrap_or_else(|| app.to_string()))
    }

    /// Whether the person can sign in with this link: through a connection, or through a super app
    /// that vouches for them.
    pub fn opens(&self, link: &Link) -> bool {
        let signs_in = |connection: &Connection| connection.link_issuer() == link.issuer;
        link.proof == LinkProof::Assertion || self.connections.iter().any(signs_in)
    }

    /// The person's links that were undone, the latest first.
    pub async fn past(&mut self, house: &House) -> Result<Vec<PastLink>, Denied> {
        let past = house.live.store().past_links_of(self.user, MOST_PAST).await;
        let past = past.map_err(|cause| unavailable(&cause))?;
        let links: Vec<Link> = past.iter().map(|past| past.link.clone()).collect();
        self.apps.extend(apps(house, &links).await?);
        Ok(past)
    }

    /// Whether this link may be undone: never the last way to sign in.
    pub fn may_be_undone(&self, link: &Link, now: portico_core::moment::Moment) -> bool {
        unlink(&self.links, link.id(), |link| self.opens(link), self.other_way, now).is_ok()
    }
}

/// `GET /v1/me/links`.
pub async fn list(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(listed(&house, &headers).await)
}

async fn listed(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    Ok(reply::ok(&document(house, who.user).await?))
}

/// A person's links, and those that were undone.
pub async fn document(house: &House, user: UserId) -> Result<Value, Denied> {
    let mut tied = Tied::of(house, user).await?;
    let past = tied.past(house).await?;
    let undone = |past: &PastLink| {
        let mut shown = view(&tied, &past.link);
        shown["unlinked_at"] = rfc3339(past.unlinked_at).into();
        shown
    };
    Ok(json!({
        "links": tied.links.iter().map(|link| view(&tied, link)).collect::<Vec<_>>(),
        "past": past.iter().map(undone).collect::<Vec<_>>(),
    }))
}

/// Every link that a person has or had, the latest made first.
pub async fn all_told(house: &House, user: UserId) -> Result<Vec<Value>, Denied> {
    let mut tied = Tied::of(house, user).await?;
    let mut all: Vec<_> =
        tied.past(house).await?.into_iter().map(|past| (past.link, Some(past.unlinked_at))).collect();
    all.extend(tied.links.iter().map(|link| (link.clone(), None)));
    all.sort_by_key(|(link, _)| std::cmp::Reverse(link.linked_at));
    let shown = all.iter().map(|(link, unlinked_at)| {
        let mut shown = view(&tied, link);
        shown["unlinked_at"] = unlinked_at.map(rfc3339).into();
        shown
    });
    Ok(shown.collect())
}

/// What the apps of these links are called, as far as they are there.
async fn apps(house: &House, links: &[Link]) -> Result<BTreeMap<ClientId, String>, Denied> {
    let mut names = BTreeMap::new();
    for app in links.iter().filter_map(|link| app_of(&link.issuer)) {
        let client = house.live.client(&app).await.map_err(|cause| unavailable(&cause))?;
        names.extend(client.map(|client| (app, client.client.name.clone())));
    }
    Ok(names)
}

/// A link as its person sees it.
pub fn view(tied: &Tied, link: &Link) -> Value {
    json!({
        "id": link.id(),
        "issuer": link.issuer,
        "connection_id": tied.connection(link).map(|connection| &connection.id),
        "app_id": app_of(&link.issuer),
        "name": tied.connection(link).map(|connection| &connection.name),
        "app_name": tied.app(link),
        "proof": link.proof.as_str(),
        "linked_at": rfc3339(link.linked_at),
    })
}

/// `DELETE /v1/me/links/{id}`.
pub async fn remove(
    State(house): State<Arc<House>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Reply {
    answer(removed(&house, id, &headers).await)
}

async fn removed(
    house: &House,
    id: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let id = id.ok().and_then(|Path(id)| id.parse().ok());
    undo(house, who, id.ok_or_else(|| Denied::not_found("there is no such link"))?).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Undoes one link of a person, unless it is their last way to sign in.
pub async fn undo(house: &House, who: Who, id: LinkId) -> Result<(), Denied> {
    house
        .decide(|| async {
            still_here(house, who).await?;
            let (tied, now) = (Tied::of(house, who.user).await?, house.now());
            let mut changes = unlink(&tied.links, id, |link| tied.opens(link), tied.other_way, now)?;
            changes.splice(0..0, tied.guards());
            changes.insert(0, Change::SessionHeld { session: who.session, now });
            let (person, session) = (account(house, who.user).await?, spoken_in(house, who).await?);
            let by = factor::by(house, &person, &session.method).await?;
            let after = guard::taken_away(person.profile.clone(), by);
            changes.extend(rewrite::changes(&house.live, &person, &after)?);
            Ok((changes, ()))
        })
        .await
}
