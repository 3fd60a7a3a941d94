//! `/sign-in/code`: signing in by a code that is sent.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::denied::Denied;

use super::{SignInProblem, enter};
use crate::House;
use crate::challenge::take;
use crate::form::Fields;
use crate::page::code::CodeTrouble;
use crate::reply::Reply;
use crate::route::code::{Proven, Visit, Way, can_send, guessing, method, not_counted, proven, send};

const PATH: &str = "/sign-in/code";

/// `GET /sign-in/code?continue=…`: where the code is typed in.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    match Visit::read(&house, request).await {
        Ok((visit, _)) => visit.typing(&house, Way::SignIn, None),
        Err(halted) => *halted,
    }
}

/// `POST /sign-in/code?continue=…`: `username` from the sign-in page asks for a code, `code` is one.
pub async fn submit(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = match Visit::read(&house, request).await {
        Ok(read) => read,
        Err(halted) => return *halted,
    };
    if !can_send(&house) {
        return visit.nothing_here(&house);
    }
    let fields = match visit.form(&house, body).await {
        Ok(fields) => fields,
        Err(halted) => return *halted,
    };
    let result = match fields.get("step") {
        Some("check") => checked(&house, &visit, &fields).await,
        _ => asked(&house, &visit, &fields).await,
    };
    result.unwrap_or_else(|denied| *visit.refused(&house, &denied))
}

async fn asked(house: &Arc<House>, visit: &Visit, fields: &Fields<'_>) -> Result<Reply, Denied> {
    let typed = fields.get("username").unwrap_or_default();
    let problem = async |problem| super::again(house, visit, typed, problem).await;
    if !visit.is_bound(house, super::FORM, fields) {
        return Ok(problem(SignInProblem::FormExpired).await);
    }
    if typed.is_empty() || typed.chars().count() > super::LONGEST_NAME {
        return Ok(problem(SignInProblem::Nobody).await);
    }
    match send(house, visit, Way::SignIn, PATH, typed).await? {
        Ok(reply) => Ok(reply),
        Err(seconds) => Ok(problem(SignInProblem::TooMany { seconds }).await),
    }
}

async fn checked(house: &Arc<House>, visit: &Visit, fields: &Fields<'_>) -> Result<Reply, Denied> {
    let Some(reference) = visit.answered(house, Way::SignIn, fields) else {
        return Ok(visit.typing(house, Way::SignIn, Some(CodeTrouble::FormExpired)));
    };
    let sent_for = match guessing(house, visit, Way::SignIn, &reference, str::to_owned).await? {
        Ok(sent_for) => sent_for,
        Err(seconds) => return Ok(visit.typing(house, Way::SignIn, Some(CodeTrouble::Wait { seconds }))),
    };
    let code = fields.get("code").unwrap_or_default();
    let sent = &reference;
    let then = |answered| async move { Ok((vec![], proven(house, sent, &answered).await?)) };
    let Proven { person, to, way } = match take(house, Way::SignIn.purpose(), &reference, code, then).await? {
        Ok(Some(proven)) => proven,
        Ok(None) => return Ok(visit.typing(house, Way::SignIn, Some(CodeTrouble::Gone))),
        Err(problem) => return Ok(not_counted(house, visit, Way::SignIn, sent_for, problem)),
    };
    let entered = enter(house, &visit.headers, &person, &visit.to.client, (method(&to), way)).await?;
    Ok(visit.over(house, Way::SignIn, entered.onward(house, &visit.to)))
}
