//! `/recover`: a new password where the old one is lost, by a code that proves an address.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use portico_core::denied::Denied;
use portico_core::noun::guard::Way as FactorWay;
use portico_core::noun::person::Profile;
use portico_core::noun::session::EndReason;
use portico_core::rule::guard;
use portico_core::rule::password::acceptable;

use super::code::{Proven, Visit, Way, can_send, guessing, method, not_counted, proven, send};
use super::password::{replaced, tell};
use super::sign_in::{LONGEST_NAME, enter_untold};
use super::sign_out;
use crate::challenge::{Answered, take_ahead};
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::code::CodeTrouble;
use crate::page::recover::{Recover, RecoverProblem, recover as page};
use crate::reply::Reply;
use crate::{House, factor};

const FORM: &str = "recover";
const CODE: &str = "/recover/code";

/// `GET /recover?continue=…`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    match Visit::read(&house, request).await {
        Ok((visit, _)) if can_send(&house) => form(&house, &visit, "", None),
        Ok((visit, _)) => visit.nothing_here(&house),
        Err(halted) => *halted,
    }
}

/// `POST /recover?continue=…`: sends the code.
pub async fn submit(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = match Visit::read(&house, request).await {
        Ok((visit, _)) if !can_send(&house) => return visit.nothing_here(&house),
        Ok(read) => read,
        Err(halted) => return *halted,
    };
    match visit.form(&house, body).await {
        Ok(fields) => {
            let result = asked(&house, &visit, &fields).await;
            result.unwrap_or_else(|denied| *visit.refused(&house, &denied))
        }
        Err(halted) => *halted,
    }
}

fn form(house: &House, visit: &Visit, typed: &str, problem: Option<RecoverProblem>) -> Reply {
    let (csrf, fresh) = visit.bind(house, FORM);
    let view = Recover {
        frame: visit.to.frame.clone(),
        csrf,
        username: typed.to_owned(),
        problem,
        sign_in: visit.to.at("/sign-in"),
    };
    let (status, wait) = match problem {
        None => (StatusCode::OK, None),
        Some(RecoverProblem::TooMany { seconds }) => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
        Some(_) => (StatusCode::BAD_REQUEST, None),
    };
    visit.page(house, status, page(&view), fresh.as_deref(), wait)
}

async fn asked(house: &Arc<House>, visit: &Visit, fields: &Fields<'_>) -> Result<Reply, Denied> {
    let typed = fields.get("username").unwrap_or_default();
    if !visit.is_bound(house, FORM, fields) {
        return Ok(form(house, visit, typed, Some(RecoverProblem::FormExpired)));
    }
    if typed.is_empty() || typed.chars().count() > LONGEST_NAME {
        return Ok(form(house, visit, typed, Some(RecoverProblem::Nobody)));
    }
    match send(house, visit, Way::Recover, CODE, typed).await? {
        Ok(reply) => Ok(reply),
        Err(seconds) => Ok(form(house, visit, typed, Some(RecoverProblem::TooMany { seconds }))),
    }
}

/// `GET /recover/code?continue=…`: where the code and the new password are typed in.
pub async fn show_code(State(house): State<Arc<House>>, request: Request) -> Reply {
    match Visit::read(&house, request).await {
        Ok((visit, _)) => visit.typing(&house, Way::Recover, None),
        Err(halted) => *halted,
    }
}

/// `POST /recover/code?continue=…`: sets the password, and signs the person in here and out everywhere else.
pub async fn submit_code(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = match Visit::read(&house, request).await {
        Ok(read) => read,
        Err(halted) => return *halted,
    };
    match visit.form(&house, body).await {
        Ok(fields) => {
            let result = checked(&house, &visit, &fields).await;
            result.unwrap_or_else(|denied| *visit.refused(&house, &denied))
        }
        Err(halted) => *halted,
    }
}

async fn checked(house: &Arc<House>, visit: &Visit, fields: &Fields<'_>) -> Result<Reply, Denied> {
    let Some(reference) = visit.answered(house, Way::Recover, fields) else {
        return Ok(visit.typing(house, Way::Recover, Some(CodeTrouble::FormExpired)));
    };
    let password = fields.get("password").unwrap_or_default();
    if let Err(weak) = acceptable(password, &Profile::default()) {
        return Ok(visit.typing(house, Way::Recover, Some(CodeTrouble::Weak(weak))));
    }
    let weak = std::sync::OnceLock::new();
    let then = |answered: Answered| {
        let (weak, reference) = (&weak, &reference);
        async move {
            let Some(Proven { person, to, way }) = proven(house, reference, &answered).await? else {
                return Ok((vec![], None));
            };
            if let Err(found) = acceptable(password, &person.profile) {
                // Refusing here leaves the code good for another password.
                return Err(Denied::request(weak.get_or_init(|| found).reason()));
            }
            let hash = house.hash_password(password.to_owned()).await?;
            let by = factor::by(house, &person, method(&to)).await?;
            let after = guard::enrolled(person.profile.clone(), FactorWay::Password, by);
            let changes = replaced(house, &person, after, hash, None).await?;
            Ok((changes, Some((person.person.id, to, way))))
        }
    };
    let sent_for = match guessing(house, visit, Way::Recover, &reference, str::to_owned).await? {
        Ok(sent_for) => sent_for,
        Err(seconds) => return Ok(visit.typing(house, Way::Recover, Some(CodeTrouble::Wait { seconds }))),
    };
    let code = fields.get("code").unwrap_or_default();
    let taken = take_ahead(house, Way::Recover.purpose(), &reference, code, then).await;
    if let Some(weak) = weak.get() {
        return Ok(visit.typing(house, Way::Recover, Some(CodeTrouble::Weak(*weak))));
    }
    let (user, to, way) = match taken? {
        Ok(Some(proven)) => proven,
        Ok(None) => return Ok(visit.typing(house, Way::Recover, Some(CodeTrouble::Gone))),
        Err(problem) => return Ok(not_counted(house, visit, Way::Recover, sent_for, problem)),
    };
    // Those that one list does not end, and one that began while the password was being set.
    sign_out::end_others(house, user, None, EndReason::PasswordChanged).await?;
    let person = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
    let person = person.ok_or_else(|| Denied::unavailable("an account is not there"))?;
    tell(house, &person, visit.to.frame.words()).await;
    // That letter tells of this sign-in too.
    let entered = enter_untold(house, &visit.headers, &person, &visit.to.client, (method(&to), way)).await?;
    Ok(visit.over(house, Way::Recover, entered.onward(house, &visit.to)))
}
