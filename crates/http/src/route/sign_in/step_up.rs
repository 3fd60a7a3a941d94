//! `/sign-in/step-up`: one factor more in a session that is too weak for what was asked.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::noun::acr::Acr;
use portico_core::noun::challenge::ChallengePurpose;
use portico_core::noun::session::Session;
use portico_core::rule::acr::Means;
use portico_live::LivePerson;
use portico_seal::Verdict;

use super::{Onward, PASSWORD, form_binding, raise};
use crate::caller::browser_session;
use crate::challenge::{CodeProblem, pose, take};
use crate::form::Fields;
use crate::house::{refused, unavailable};
use crate::letter::{self, About, letter};
use crate::page::step_up::{Sent, StepUp, StepUpProblem, step_up as page};
use crate::reply::{self, Reply};
use crate::route::code::method;
use crate::{House, body, caller, page_reply};

/// What a person could prove at this house.
pub async fn means(house: &House, person: &LivePerson) -> Result<Means, Denied> {
    let user = person.person.id;
    let passkeys = house.live.store().passkeys_of(user).await.map_err(|cause| unavailable(&cause))?;
    Ok(Means {
        password: person.person.password.is_some(),
        code: letter::main(&house.courier, &person.profile).is_some(),
        passkey: house.passkeys.is_some() && !passkeys.is_empty(),
    })
}

/// Where a browser proves what is missing to this level, and then goes on with this authorization request.
pub fn address(query: &str, level: Acr) -> String {
    let back = format!("/oauth/authorize?{query}");
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("continue", &back).append_pair("acr", level.as_str()).finish();
    format!("/sign-in/step-up?{query}")
}

/// A person in a session that is too weak, and what would help.
struct Weak {
    session: Session,
    person: Arc<LivePerson>,
    means: Means,
}

impl Weak {
    /// The person of this browser, if they are signed in too weakly and something would help.
    async fn of(house: &House, headers: &HeaderMap, to: &Onward) -> Result<Option<Self>, Denied> {
        let (Some(session), Some(level)) = (browser_session(house, headers).await?, to.acr) else {
            return Ok(None);
        };
        let person = house.live.person(session.user).await.map_err(|cause| unavailable(&cause))?;
        let Some(person) = person else { return Ok(None) };
        let means = means(house, &person).await?.towards(level, &session.method);
        Ok(means.any().then_some(Self { session, person, means }))
    }
}

/// `GET /sign-in/step-up?continue=…&acr=…`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let to = match Onward::read(&house, &parts.headers, query).await {
        Ok(to) => to,
        Err(denied) => return page_reply::refusal(&house, Default::default(), &denied),
    };
    match Weak::of(&house, &parts.headers, &to).await {
        Ok(Some(weak)) => shown(&house, &parts.headers, &to, &weak, None, StatusCode::OK, None),
        Ok(None) => reply::see_other(&to.sign_in()),
        Err(denied) => page_reply::refusal(&house, to.frame, &denied),
    }
}

/// `POST /sign-in/step-up?continue=…&acr=…`: `action` is `send`, `code` or `password`.
pub async fn submit(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let to = match Onward::read(&house, &parts.headers, &query).await {
        Ok(to) => to,
        Err(denied) => return page_reply::refusal(&house, Default::default(), &denied),
    };
    let bytes = match body::form(&parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(denied) => return page_reply::refusal(&house, to.frame, &denied),
    };
    match acted(&house, &parts.headers, &bytes, &to, caller::address(&parts.extensions)).await {
        Ok(reply) => reply,
        Err(denied) => page_reply::refusal(&house, to.frame, &denied),
    }
}

async fn acted(
    house: &Arc<House>,
    headers: &HeaderMap,
    bytes: &[u8],
    to: &Onward,
    address: std::net::IpAddr,
) -> Result<Reply, Denied> {
    let fields = Fields::parse(bytes)?;
    let Some(weak) = Weak::of(house, headers, to).await? else { return Ok(reply::see_other(&to.sign_in())) };
    let again = |sent, problem: StepUpProblem| {
        shown(house, headers, to, &weak, sent, problem.status(), Some(problem))
    };
    let csrf = fields.get("csrf").unwrap_or_default();
    let binding = form_binding(house, headers);
    if binding.is_empty() || !house.live.vault().csrf().check(&binding, csrf) {
        return Ok(again(None, StepUpProblem::FormExpired));
    }
    let account = house.live.vault().handles().index("step up", &weak.session.user.to_string());
    let throttles = &house.throttles;
    // Who is signed in here is not held up by what others at this address do wrong.
    let may_try = || throttles.accounts.may_try(&account);
    if let Err(seconds) = may_try() {
        return Ok(again(None, StepUpProblem::TooMany { seconds }));
    }
    match fields.need("action")? {
        "send" if weak.means.code => match send(house, to, &weak, address).await? {
            Ok(sent) => Ok(shown(house, headers, to, &weak, Some(sent), StatusCode::OK, None)),
            Err(seconds) => Ok(again(None, StepUpProblem::TooMany { seconds })),
        },
        "code" if weak.means.code => {
            let reference = fields.need("reference")?;
            let code = fields.get("code").unwrap_or_default();
            match taken(house, &weak, reference, code).await? {
                Ok(method) => {
                    Ok(raise(house, headers, &weak.session, &method, None).await?.onward(house, to))
                }
                Err(problem) => {
                    throttles.accounts.failed(&account);
                    let sent =
                        (problem == CodeProblem::Wrong).then(|| Sent { reference: reference.to_owned() });
                    Ok(again(sent, StepUpProblem::Code(problem)))
                }
            }
        }
        "password" if weak.means.password => {
            let password = fields.get("password").unwrap_or_default();
            let hash = weak.person.person.password.clone();
            let failed = || throttles.accounts.failed(&account);
            match house.guess(hash, password.to_owned(), may_try, failed).await? {
                Ok(Verdict::Right { .. }) => {
                    let guard = Change::PasswordHeld {
                        user: weak.session.user,
                        hash: weak.person.person.password.clone(),
                    };
                    let raised = raise(house, headers, &weak.session, PASSWORD, Some(guard)).await?;
                    Ok(raised.onward(house, to))
                }
                Ok(Verdict::Wrong) => Ok(again(None, StepUpProblem::Password)),
                Err(seconds) => Ok(again(None, StepUpProblem::TooMany { seconds })),
            }
        }
        _ => Err(Denied::request("this action is not known here")),
    }
}

/// Sends a code to where the person is reached; says how long to wait where too many were sent.
async fn send(
    house: &House,
    to: &Onward,
    weak: &Weak,
    from: std::net::IpAddr,
) -> Result<Result<Sent, u64>, Denied> {
    let address = letter::main(&house.courier, &weak.person.profile);
    let address = address.ok_or_else(|| Denied::unavailable("no way to a person"))?;
    let user = weak.session.user;
    let destination = house.live.vault().handles().index("step up", &user.to_string());
    if let Err(seconds) = house.throttles.may_send_for(user, destination, from) {
        return Ok(Err(seconds));
    }
    let posed = pose(house, ChallengePurpose::StepUp, Some(user), method(&address));
    house.commit(vec![posed.change]).await.map_err(|error| refused(&error))?;
    let about = About::StepUp(&posed.code);
    if !house.courier.post(letter(house.live.issuer(), to.frame.words(), address, about)) {
        tracing::warn!("a code was not taken to be sent");
    }
    Ok(Ok(Sent { reference: posed.reference }))
}

/// The method that a code proves, if it is the one that this person was sent.
async fn taken(
    house: &House,
    weak: &Weak,
    reference: &str,
    code: &str,
) -> Result<Result<String, CodeProblem>, Denied> {
    let user = weak.session.user;
    let taken = take(house, ChallengePurpose::StepUp, reference, code, |answered| async move {
        Ok((vec![], (answered.user == Some(user)).then_some(answered.about)))
    });
    Ok(taken.await?.and_then(|method| method.ok_or(CodeProblem::Gone)))
}

fn shown(
    house: &House,
    headers: &HeaderMap,
    to: &Onward,
    weak: &Weak,
    sent: Option<Sent>,
    status: StatusCode,
    problem: Option<StepUpProblem>,
) -> Reply {
    let mut reply = super::bound(house, headers, |csrf| {
        let view =
            StepUp { frame: to.frame.clone(), csrf, to: to.party.clone(), means: weak.means, sent, problem };
        let leading = to.target();
        page_reply::with_script(page_reply::page_leading_to(house, status, page(&view), leading.as_deref()))
    });
    if let Some(StepUpProblem::TooMany { seconds }) = problem {
        reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    reply
}
