//! Coming back from another provider.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::{ConnectionId, SessionId, UserId};
use portico_core::noun::connection::Connection;
use portico_core::noun::guard::Way;
use portico_core::noun::link::{Link, LinkProof};
use portico_core::noun::person::Profile;
use portico_core::rule::assert::{Assertion, fill};
use portico_core::rule::guard;
use portico_core::rule::link::{Proved, link};
use portico_core::rule::upstream::{Returned, asserted};
use portico_live::LivePerson;
use portico_reach::{Attempt, Identity};
use portico_store::{CommitError, Taken};

use super::via::{Purpose, Stuck, connection, cookie_of, held};
use super::{Onward, enter};
use crate::caller::browser_session;
use crate::connection::{Errand, Provider};
use crate::form::Fields;
use crate::house::{refused, unavailable};
use crate::page::error::Problem;
use crate::reply::{self, Reply};
use crate::route::assert::{complete, free};
use crate::route::me::account;
use crate::route::rewrite;
use crate::{House, cookie, factor, page_reply};

/// The most attempts where two sign-ins of one new person race.
const ATTEMPTS: usize = 3;
/// Where a person goes on to who has tied an identity to themselves.
const LINKED: &str = "/settings/links?done=linked";

/// `GET /sign-in/return/{connection}`.
pub async fn back(State(house): State<Arc<House>>, Path(id): Path<String>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let frame = page_reply::frame(&Fields::default(), &parts.headers);
    let expired = || page_reply::problem_page(&house, frame.clone(), Problem::LinkExpired, None);
    let fields = match Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        Ok(fields) => fields,
        Err(denied) => return page_reply::refusal(&house, frame, &denied),
    };
    let returned = Returned {
        state: fields.get("state"),
        code: fields.get("code"),
        error: fields.get("error"),
        issuer: fields.get("iss"),
    };
    let Ok(id) = id.parse::<ConnectionId>() else {
        return page_reply::problem_page(&house, frame, Problem::NotFound, None);
    };
    // An answer to somebody else's attempt leaves this browser's own as it is.
    let Some(attempt) = held(&house, &parts.headers, &id).filter(|attempt| returned.answers(&attempt.state))
    else {
        return expired();
    };
    let Ok(purpose) = serde_json::from_str::<Purpose>(&attempt.about) else { return expired() };
    let came = came(&house, &parts.headers, &id, &attempt, &returned, &purpose).await;
    let mut reply = came.unwrap_or_else(|halt| halt.page(&house, &parts.headers, &purpose));
    // Whatever came of it, the attempt is over.
    let cleared = cookie::clear(&house, &cookie_of(&id));
    reply.headers_mut().append(header::SET_COOKIE, cleared);
    reply
}

/// Why nobody was signed in.
enum Halt {
    Stuck(Stuck),
    Problem(Problem),
}

impl From<Stuck> for Halt {
    fn from(stuck: Stuck) -> Self {
        Self::Stuck(stuck)
    }
}

impl From<Denied> for Halt {
    fn from(denied: Denied) -> Self {
        match denied.code {
            Code::AccessDenied => Self::Problem(Problem::Suspended),
            Code::Conflict => Self::Problem(Problem::IdentityTaken),
            _ => Self::Stuck(denied.into()),
        }
    }
}

impl Halt {
    fn page(&self, house: &House, headers: &HeaderMap, purpose: &Purpose) -> Reply {
        let fields = Fields::parse(purpose.query.as_bytes()).unwrap_or_default();
        let frame = page_reply::frame(&fields, headers);
        match self {
            Self::Stuck(stuck) => stuck.page(house, frame),
            Self::Problem(problem) => page_reply::problem_page(house, frame, *problem, None),
        }
    }
}

async fn came(
    house: &Arc<House>,
    headers: &HeaderMap,
    id: &ConnectionId,
    attempt: &Attempt,
    returned: &Returned<'_>,
    purpose: &Purpose,
) -> Result<Reply, Halt> {
    let connection = connection(house, id.as_str()).await?.ok_or(Stuck::NoSuchConnection)?;
    let at = Provider::of(house, &connection, Errand::SignIn)?;
    let identity = at.identify(house, attempt, returned).await.map_err(Stuck::Provider)?;
    if let Some(session) = purpose.links {
        return tie(house, headers, &connection, &identity, session).await;
    }
    let to = Onward::read(house, headers, &purpose.query).await?;
    let person = person(house, &connection, &identity).await?;
    if !person.person.is_live() {
        return Err(Halt::Problem(Problem::Suspended));
    }
    let way = Way::Link(proved(house, &connection, &identity).subject_index);
    Ok(enter(house, headers, &person, &to.client, ("fed", way)).await?.onward(house, &to))
}

/// The identity as the store knows it.
fn proved(house: &House, connection: &Connection, identity: &Identity) -> Proved {
    let issuer = connection.issuer().into_owned();
    Proved { subject_index: house.live.vault().link_index(&issuer, &identity.subject), issuer }
}

async fn holder(house: &House, proved: &Proved) -> Result<Option<UserId>, Denied> {
    let holder = house.live.store().person_by_link(&proved.issuer, &proved.subject_index).await;
    holder.map_err(|cause| unavailable(&cause))
}

/// Ties the identity to the person who began this in this browser, in the session of then.
async fn tie(
    house: &House,
    headers: &HeaderMap,
    connection: &Connection,
    identity: &Identity,
    session: SessionId,
) -> Result<Reply, Halt> {
    let proved = proved(house, connection, identity);
    let here = browser_session(house, headers).await?.filter(|here| here.id == session);
    let here = here.ok_or(Halt::Problem(Problem::SomebodyElse))?;
    house
        .decide(|| async {
            let holder = holder(house, &proved).await?;
            let now = house.now();
            let mut changes = link(here.user, holder, proved.clone(), LinkProof::Login, now)?;
            if !changes.is_empty() {
                changes.insert(0, Change::SessionHeld { session, now });
                let person = account(house, here.user).await?;
                let by = factor::by(house, &person, &here.method).await?;
                let way = Way::Link(proved.subject_index);
                let after = guard::enrolled(person.profile.clone(), way, by);
                changes.extend(rewrite::changes(&house.live, &person, &after)?);
            }
            Ok((changes, ()))
        })
        .await?;
    Ok(reply::see_other(LINKED))
}

/// Whom the identity belongs to; somebody new, where it belongs to nobody.
async fn person(
    house: &House,
    connection: &Connection,
    identity: &Identity,
) -> Result<Arc<LivePerson>, Halt> {
    let (proved, assertion) = (proved(house, connection, identity), asserted(&identity.claims));
    for _ in 0..ATTEMPTS {
        let (user, changes) = known_or_new(house, &proved, &assertion).await?;
        let committed = match changes.is_empty() {
            true => Ok(()),
            false => house.commit(changes).await,
        };
        match committed {
            Ok(()) => {
                let person = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
                return Ok(person.ok_or_else(|| Denied::unavailable("a person is not there"))?);
            }
            Err(CommitError::Conflict | CommitError::Taken(Taken::Link | Taken::Email | Taken::Phone)) => {}
            Err(error) => return Err(refused(&error).into()),
        }
    }
    Err(Denied::unavailable("the person kept changing").into())
}

async fn known_or_new(
    house: &House,
    proved: &Proved,
    assertion: &Assertion,
) -> Result<(UserId, Vec<Change>), Halt> {
    if let Some(user) = holder(house, proved).await? {
        return Ok((user, complete(house, user, assertion).await?));
    }
    if house.settings.closed_to_newcomers {
        return Err(Halt::Problem(Problem::ClosedToNewcomers));
    }
    let (now, mut profile) = (house.now(), Profile::default());
    let free = free(house, assertion, None).await?;
    fill(&mut profile, assertion, free, now);
    let (user, created) = house.live.vault().new_person(&profile, None, now);
    let Proved { issuer, subject_index } = proved.clone();
    let link = Link { issuer, subject_index, user, proof: LinkProof::Login, linked_at: now, open_id: None };
    Ok((user, vec![created, Change::Linked(link)]))
}
