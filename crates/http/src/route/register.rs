//! `/register`: making an account, by a code that proves an address.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::guard::Way as FactorWay;
use portico_core::noun::person::{Contact, HandleKind, Profile};
use portico_core::rule::contact;
use portico_core::rule::password::acceptable;
use portico_core::rule::profile::{Edit, profile};
use portico_live::LivePerson;
use portico_reach::Address;
use portico_seal::{normalise_email, normalise_phone};
use serde::{Deserialize, Serialize};

use super::code::{Visit, Way, can_send, guessing, method, not_counted, post};
use super::contact::{moved, tell_moved};
use super::sign_in::enter;
use crate::challenge::{Answered, pose, take};
use crate::form::Fields;
use crate::house::unavailable;
use crate::letter::{self, About, letter};
use crate::page::code::CodeTrouble;
use crate::page::register::{AlreadyThere, Register, RegisterProblem, already_there, register as page};
use crate::reply::Reply;
use crate::{House, known};

const FORM: &str = "register";
const CODE: &str = "/register/code";

/// What an account is to be made of, kept sealed with the challenge.
#[derive(Serialize, Deserialize)]
struct Wish {
    name: String,
    kind: Kind,
    /// The address as it is compared.
    address: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Email,
    Phone,
}

impl Kind {
    fn handle(self) -> HandleKind {
        match self {
            Self::Email => HandleKind::Email,
            Self::Phone => HandleKind::Phone,
        }
    }
}

impl Wish {
    /// The address in a sealed wish.
    fn named(about: &str) -> String {
        serde_json::from_str::<Self>(about).map(|wish| wish.address).unwrap_or_default()
    }

    /// Reads the form: a name as a profile takes it, and an address to which a code can be sent.
    fn read(house: &House, fields: &Fields<'_>) -> Result<Self, RegisterProblem> {
        let name = Edit { name: Some(fields.get("name").map(str::to_owned)), ..Edit::default() };
        let named = profile(&Profile::default(), name).ok().and_then(|profile| profile.name);
        let name = named.ok_or(RegisterProblem::Name)?;
        let typed = fields.get("contact").unwrap_or_default();
        let email = contact::email(typed, house.on_loopback()).ok();
        let email = email.and_then(|email| normalise_email(&email)).map(|address| (Kind::Email, address));
        let found = email.or_else(|| normalise_phone(typed).map(|address| (Kind::Phone, address)));
        let (kind, address) = found.ok_or(RegisterProblem::Address)?;
        match house.courier.reaches(kind.handle()) {
            true => Ok(Self { name, kind, address }),
            false => Err(RegisterProblem::Unreachable),
        }
    }

    fn to(&self) -> Address {
        match self.kind {
            Kind::Email => Address::Email(self.address.clone()),
            Kind::Phone => Address::Phone(self.address.clone()),
        }
    }

    fn profile(&self, now: Moment) -> Profile {
        let proven = vec![Contact { value: self.address.clone(), verified_at: Some(now) }];
        let profile = Profile { name: Some(self.name.clone()), ..Profile::default() };
        match self.kind {
            Kind::Email => Profile { emails: proven, ..profile },
            Kind::Phone => Profile { phones: proven, ..profile },
        }
    }
}

/// `GET /register?continue=…`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    match Visit::read(&house, request).await {
        Ok((visit, _)) if house.registers() => form(&house, &visit, &Fields::default(), None),
        Ok((visit, _)) => visit.nothing_here(&house),
        Err(halted) => *halted,
    }
}

/// `POST /register?continue=…`: sends the code.
pub async fn submit(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = match Visit::read(&house, request).await {
        Ok((visit, _)) if !house.registers() => return visit.nothing_here(&house),
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

fn form(house: &House, visit: &Visit, fields: &Fields<'_>, problem: Option<RegisterProblem>) -> Reply {
    let (csrf, fresh) = visit.bind(house, FORM);
    let typed = |name| fields.get(name).unwrap_or_default().to_owned();
    let view = Register {
        frame: visit.to.frame.clone(),
        csrf,
        to: visit.to.party.clone(),
        name: typed("name"),
        contact: typed("contact"),
        problem,
        sign_in: visit.to.at("/sign-in"),
    };
    let (status, wait) = match problem {
        None => (StatusCode::OK, None),
        Some(RegisterProblem::TooMany { seconds }) => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
        Some(_) => (StatusCode::BAD_REQUEST, None),
    };
    visit.page(house, status, page(&view), fresh.as_deref(), wait)
}

/// Sends a code to the address, and answers alike whether somebody has it already. Only the message says
/// so, and it is written after the answer.
async fn asked(house: &Arc<House>, visit: &Visit, fields: &Fields<'_>) -> Result<Reply, Denied> {
    if !visit.is_bound(house, FORM, fields) {
        return Ok(form(house, visit, fields, Some(RegisterProblem::FormExpired)));
    }
    let wish = match Wish::read(house, fields) {
        Ok(wish) => wish,
        Err(problem) => return Ok(form(house, visit, fields, Some(problem))),
    };
    let user = house.live.user_named(&wish.address).await.map_err(|cause| unavailable(&cause))?;
    let counter = known::counter(house, &visit.headers, &wish.address, user, visit.address).await;
    if let Err(seconds) = house.throttles.may_send(counter.destination(), visit.address) {
        return Ok(form(house, visit, fields, Some(RegisterProblem::TooMany { seconds })));
    }
    let about = serde_json::to_string(&wish).map_err(|_| Denied::unavailable("a wish is plain data"))?;
    // Whose address it is, if anybody's, is decided when the code comes back.
    let mut posed = pose(house, Way::Register.purpose(), None, &about);
    let code = std::mem::take(&mut posed.code);
    let reply = visit.ask(house, Way::Register, CODE, posed).await?;
    let (house, words) = (Arc::clone(house), visit.to.frame.words());
    tokio::spawn(async move {
        let Ok(holder) = holder(&house, &wish).await else { return };
        let about = match &holder {
            Some(person) if person.person.is_live() => About::HasAccount(&code),
            // The code of a suspended person opens nothing, so none is sent.
            Some(_) => return,
            None => About::Register(&code),
        };
        post(&house, letter(house.live.issuer(), words, wish.to(), about));
    });
    Ok(reply)
}

/// Who has proved that the address is theirs.
async fn holder(house: &House, wish: &Wish) -> Result<Option<Arc<LivePerson>>, Denied> {
    let (vault, store) = (house.live.vault(), house.live.store());
    let kind = wish.kind.handle();
    let Some(handle) = vault.handle(kind, &wish.address, true) else { return Ok(None) };
    let verified =
        store.handle_is_verified(kind, &handle.index).await.map_err(|cause| unavailable(&cause))?;
    let user = store.person_by_handle(kind, &handle.index).await.map_err(|cause| unavailable(&cause))?;
    match user.filter(|_| verified) {
        Some(user) => house.live.person(user).await.map_err(|cause| unavailable(&cause)),
        None => Ok(None),
    }
}

/// `GET /register/code?continue=…`: where the code is typed in.
pub async fn show_code(State(house): State<Arc<House>>, request: Request) -> Reply {
    match Visit::read(&house, request).await {
        Ok((visit, _)) if house.registers() => visit.typing(&house, Way::Register, None),
        Ok((visit, _)) => visit.nothing_here(&house),
        Err(halted) => *halted,
    }
}

/// `POST /register/code?continue=…`: takes the code, and a password if one was typed.
pub async fn submit_code(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = match Visit::read(&house, request).await {
        Ok((visit, _)) if !can_send(&house) || !house.registers() => return visit.nothing_here(&house),
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

/// What the right code led to.
enum Proven {
    /// An account was made; whoever said that the address was theirs is told there.
    Made(UserId, Wish, Option<Address>),
    /// The address has one already.
    There(Arc<LivePerson>, Wish),
    /// The address has one that is suspended.
    Closed,
}

async fn checked(house: &Arc<House>, visit: &Visit, fields: &Fields<'_>) -> Result<Reply, Denied> {
    let Some(reference) = visit.answered(house, Way::Register, fields) else {
        return Ok(visit.typing(house, Way::Register, Some(CodeTrouble::FormExpired)));
    };
    let password = fields.get("password");
    if let Some(Err(weak)) = password.map(|password| acceptable(password, &Profile::default())) {
        return Ok(visit.typing(house, Way::Register, Some(CodeTrouble::Weak(weak))));
    }
    let weak = std::sync::OnceLock::new();
    let then = |answered: Answered| {
        let weak = &weak;
        async move {
            let wish: Wish = serde_json::from_str(&answered.about)
                .map_err(|_| Denied::unavailable("a wish does not read"))?;
            match holder(house, &wish).await? {
                Some(person) if person.person.is_live() => return Ok((vec![], Proven::There(person, wish))),
                Some(_) => return Ok((vec![], Proven::Closed)),
                None => {}
            }
            let profile = wish.profile(house.now());
            if let Some(Err(found)) = password.map(|password| acceptable(password, &profile)) {
                // Refusing here leaves the code good for another password.
                return Err(Denied::request(weak.get_or_init(|| found).reason()));
            }
            let hash = match password {
                Some(password) => Some(house.hash_password(password.to_owned()).await?),
                None => None,
            };
            let (mut changes, told) = moved(house, None, wish.kind.handle(), &wish.address).await?;
            let (user, created) = house.live.vault().new_person(&profile, hash, house.now());
            changes.push(created);
            Ok((changes, Proven::Made(user, wish, told)))
        }
    };
    let sent_for = match guessing(house, visit, Way::Register, &reference, Wish::named).await? {
        Ok(sent_for) => sent_for,
        Err(seconds) => return Ok(visit.typing(house, Way::Register, Some(CodeTrouble::Wait { seconds }))),
    };
    let code = fields.get("code").unwrap_or_default();
    let taken = take(house, Way::Register.purpose(), &reference, code, then).await;
    if let Some(weak) = weak.get() {
        return Ok(visit.typing(house, Way::Register, Some(CodeTrouble::Weak(*weak))));
    }
    let (person, wish, there) = match taken? {
        Ok(Proven::There(person, wish)) => (person, wish, true),
        Ok(Proven::Made(user, wish, told)) => {
            tell_moved(house, told);
            let made = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
            (made.ok_or_else(|| Denied::unavailable("a new account is not there"))?, wish, false)
        }
        Ok(Proven::Closed) => return Ok(visit.typing(house, Way::Register, Some(CodeTrouble::Gone))),
        Err(problem) => return Ok(not_counted(house, visit, Way::Register, sent_for, problem)),
    };
    let to = wish.to();
    let way = letter::index(house, &to).map(FactorWay::Contact);
    let way = way.ok_or_else(|| Denied::unavailable("an address without an index"))?;
    let entered = enter(house, &visit.headers, &person, &visit.to.client, (method(&to), way)).await?;
    let reply = match there && password.is_some() {
        // Only whoever has the mailbox gets here.
        true => {
            let onward = visit.to.after(house, &entered.session);
            let view = AlreadyThere { frame: visit.to.frame.clone(), to: visit.to.party.clone(), onward };
            entered.with(visit.page(house, StatusCode::OK, already_there(&view), None, None))
        }
        false => entered.onward(house, &visit.to),
    };
    Ok(visit.over(house, Way::Register, reply))
}
