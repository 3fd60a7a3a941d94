//! Token exchange by a host: a launch token, a login code, or the question that must come first.

use std::sync::Arc;

use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::{ClientId, UserId};
use portico_core::moment::{Moment, Span};
use portico_core::noun::acr::Acr;
use portico_core::noun::client::Client;
use portico_core::noun::code::{self, CodeKind};
use portico_core::noun::consent::ConsentRequest;
use portico_core::noun::host::Scheme;
use portico_core::noun::session::Session;
use portico_core::noun::token::{Purpose, Token};
use portico_core::rule::acr::{self, Insufficient};
use portico_core::rule::agree::QUESTION_LIFE;
use portico_core::rule::launch::{self as rule, Ask, Launch, Prompt, SignIn};
use portico_core::rule::redeem::LOGIN_CODE_LIFE;
use portico_core::rule::wechat::scope::PHONE;
use portico_core::scope::ScopeSet;
use portico_live::{LiveClient, LiveSession, Verified};
use portico_seal::secret;

use super::issue::{Asking, Granted, Issue, access_token};
use crate::house::{refused, unavailable};
use crate::{House, page_reply};

/// The token type of an access token (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const LOGIN_CODE: &str = "urn:portico:token-type:login-code";
const PHONE_CODE: &str = "urn:portico:token-type:phone-code";

/// What a launch is answered with.
pub enum Answer {
    /// A token or a login code.
    Granted(Granted),
    /// The person must be asked first.
    Ask {
        /// About what.
        scope: ScopeSet,
        /// The secret in the address of the page.
        secret: String,
    },
    /// The person must sign in like this first (RFC 9470).
    SignIn(Insufficient),
}

/// The token that is exchanged, before it is known to be good.
///
/// Anything but a good token of the right kind is `invalid_request` (RFC 8693 §2.2.2); a token
/// whose session is over is `invalid_grant`, so that the host knows to sign in again.
pub async fn subject(
    house: &House,
    asking: &Asking<'_>,
    purpose: Purpose,
) -> Result<(Arc<Verified>, Arc<LiveSession>), Denied> {
    let unacceptable =
        || Denied::request("subject_token is not an access token that this client may exchange");
    if asking.fields.need("subject_token_type")? != ACCESS_TOKEN {
        return Err(Denied::request(format!("subject_token_type must be {ACCESS_TOKEN}")));
    }
    if asking.fields.get("actor_token").is_some() {
        return Err(Denied::request("actor_token is not supported"));
    }
    let text = asking.fields.need("subject_token")?;
    let token =
        house.live.token(text).await.map_err(|cause| unavailable(&cause))?.ok_or_else(unacceptable)?;
    if token.purpose != purpose || token.client != asking.client.client.id {
        return Err(unacceptable());
    }
    let over = || Denied::grant("the session is over; the person must sign in again");
    let session =
        house.live.session(token.session).await.map_err(|cause| unavailable(&cause))?.ok_or_else(over)?;
    if !session.is_live(&house.live.settings().sessions, house.now()) {
        return Err(over());
    }
    if house.now() >= token.expires_at || house.live.is_revoked(token.id) {
        return Err(Denied::request("subject_token has expired or was revoked; refresh it"));
    }
    Ok((token, session))
}

/// Launches an app for a host, or says what the person must be asked first.
pub async fn launch(house: &House, asking: &Asking<'_>) -> Result<Answer, Denied> {
    let (host, live) = subject(house, asking, Purpose::Host).await?;
    if !host.scope.has("host") {
        return Err(Denied::request("subject_token was not issued for the scope host"));
    }
    let wants_code = requested_code(asking)?;
    let ask = read_ask(asking)?;
    let look = Look::read(asking)?;
    let target = target(house, asking.fields.need("audience")?).await?;
    let none = Default::default();
    let consents = match &target {
        Some(target) => {
            house.live.consents(host.user, &target.client.id).await.map_err(|cause| unavailable(&cause))?
        }
        None => none,
    };
    let session = live.now(&house.live.settings().sessions);
    let wanted = Wanted::read(asking)?;
    if let Err(missing) = acr::enough(&session, wanted.acr, wanted.max_age, house.now()) {
        return Ok(Answer::SignIn(missing));
    }
    let catalogue = house.live.catalogue();
    let sign_in = SignIn { level: acr::level(&session.method), catalogue: &catalogue };
    let decided = rule::launch(&ask, target.as_ref().map(|target| &target.client), &consents, sign_in)?;
    let Some(target) = target else { return Err(Denied::unavailable("a launch without a target")) };
    house.live.touch(&live);
    match decided {
        Launch::ConsentNeeded(scope) => question(house, &host, &session, &target.client, scope, look).await,
        Launch::StepUpNeeded(demanded) => {
            Ok(Answer::SignIn(Insufficient { acr: Some(demanded), max_age: wanted.max_age }))
        }
        Launch::Granted { scope, ttl } => {
            if let Some(kind) = wants_code {
                let code = one_time_code(house, &host, &target.client, kind, scope, &wanted).await?;
                return Ok(Answer::Granted(code));
            }
            entered(house, &session, &target).await?;
            house.live.app_used(host.user, &target.client.id);
            house.figures.launched();
            let issue = Issue {
                client: &target,
                user: host.user,
                session: host.session,
                scope,
                ttl,
                actor: Some(host.client.clone()),
                auth_time: wanted.is_told().then_some(session.authenticated_at),
                acr: wanted.is_told().then_some(sign_in.level),
            };
            let token = issue.token(house);
            Ok(Answer::Granted(granted(access_token(house, &target, &token).await?, &token)))
        }
    }
}

/// The answer that carries a launch token.
pub fn granted(access_token: String, token: &Token) -> Granted {
    Granted {
        access_token,
        issued_token_type: Some(ACCESS_TOKEN),
        token_type: "Bearer",
        expires_in: (token.expires_at - token.issued_at).as_seconds(),
        scope: Some(token.scope.to_string()),
        refresh_token: None,
        id_token: None,
    }
}

/// The client of this audience, if the text can be one at all.
pub async fn target(house: &House, audience: &str) -> Result<Option<Arc<LiveClient>>, Denied> {
    match audience.parse::<ClientId>() {
        Ok(id) => house.live.client(&id).await.map_err(|cause| unavailable(&cause)),
        Err(_) => Ok(None),
    }
}

/// Records that an app was entered in a session, before its first token leaves, so that it can be told when
/// the session ends, and so that no OpenID from elsewhere takes the place of one that was told. Afterwards
/// this costs a look into memory.
pub async fn entered(house: &House, session: &Session, app: &LiveClient) -> Result<(), Denied> {
    let client = &app.client.id;
    if house.live.has_entered(session.id, client).await.map_err(|cause| unavailable(&cause))? {
        return Ok(());
    }
    house
        .decide(|| async {
            let now = house.now();
            let live = house.live.session(session.id).await.map_err(|cause| unavailable(&cause))?;
            if !live.is_some_and(|live| live.is_live(&house.live.settings().sessions, now)) {
                return Err(Denied::grant("the session is over; the person must sign in again"));
            }
            let mut changes = vec![
                Change::SessionHeld { session: session.id, now },
                Change::ClientEntered { session: session.id, client: client.clone(), at: now },
            ];
            changes.extend(told(house, app, session.user, now).await?);
            Ok((changes, ()))
        })
        .await
}

/// That an app is told a person's OpenID, as it is now.
pub async fn told(house: &House, app: &LiveClient, user: UserId, now: Moment) -> Result<[Change; 2], Denied> {
    // The flag of an app that was loaded a while ago may be of then.
    let app = house.live.client(&app.client.id).await.map_err(|cause| unavailable(&cause))?;
    let app = app.ok_or_else(|| Denied::new(Code::InvalidTarget, "there is no such app"))?;
    let imported = house.live.imported_open_id(&app, user).await.map_err(|cause| unavailable(&cause))?;
    let id = &app.client.id;
    Ok([
        Change::AppUsed { user, app: id.clone(), at: now },
        Change::OpenIdHeld { user, app: id.clone(), imported: imported.is_some() },
    ])
}

/// The kind of code that is wanted in the place of a token.
fn requested_code(asking: &Asking<'_>) -> Result<Option<CodeKind>, Denied> {
    match asking.fields.get("requested_token_type") {
        None | Some(ACCESS_TOKEN) => Ok(None),
        Some(LOGIN_CODE) => Ok(Some(CodeKind::Login)),
        Some(PHONE_CODE) => Ok(Some(CodeKind::Phone)),
        Some(_) => Err(Denied::request("this requested_token_type is not supported")),
    }
}

fn read_ask(asking: &Asking<'_>) -> Result<Ask, Denied> {
    let scope = asking.fields.get("scope").map(str::parse).transpose();
    let scope =
        scope.map_err(|_| Denied::new(Code::InvalidScope, "scope is malformed or names too many scopes"))?;
    let prompt = match asking.fields.get("prompt") {
        None => Prompt::WhereNeeded,
        Some("consent") => Prompt::Always,
        Some("none") => Prompt::Never,
        Some(_) => return Err(Denied::request("prompt must be 'consent' or 'none'")),
    };
    let seconds = asking.fields.get("requested_expires_in").map(str::parse::<u32>).transpose();
    let seconds = seconds.ok().filter(|seconds| *seconds != Some(0));
    let seconds =
        seconds.ok_or_else(|| Denied::request("requested_expires_in is not a positive number of seconds"))?;
    Ok(Ask { scope, prompt, expires_in: seconds.map(|seconds| Span::seconds(seconds.into())) })
}

/// How pages that follow from a launch are to look and speak.
struct Look {
    theme: Option<Scheme>,
    ui_locales: Option<String>,
}

impl Look {
    /// Reads `theme` (`light`, `dark` or `auto`) and `ui_locales`, of which no more is kept than a page reads.
    fn read(asking: &Asking<'_>) -> Result<Self, Denied> {
        let theme = asking.fields.get("theme").map(|theme| {
            Scheme::parse(theme).ok_or_else(|| Denied::request("theme must be 'light', 'dark' or 'auto'"))
        });
        let ui_locales = asking.fields.get("ui_locales").map(page_reply::kept_locales);
        Ok(Self { theme: theme.transpose()?, ui_locales })
    }
}

/// What the launch asks of the sign-in.
struct Wanted {
    max_age: Option<Span>,
    acr: Option<Acr>,
    acr_asked: bool,
}

impl Wanted {
    fn read(asking: &Asking<'_>) -> Result<Self, Denied> {
        let max_age = asking.fields.get("max_age").map(str::parse::<u32>).transpose();
        let max_age = max_age.map_err(|_| Denied::request("max_age is not a number of seconds"))?;
        let acr_values = asking.fields.get("acr_values");
        Ok(Self {
            max_age: max_age.map(|seconds| Span::seconds(seconds.into())),
            acr: acr::asked(acr_values),
            acr_asked: acr_values.is_some(),
        })
    }

    /// Whether the token tells when and how the person signed in. A time that several apps know would
    /// join people across them, so only who asks is told.
    fn is_told(&self) -> bool {
        self.max_age.is_some() || self.acr_asked
    }
}

/// Puts the question to the person; what the host gets is the only copy of its secret.
async fn question(
    house: &House,
    host: &Token,
    session: &Session,
    app: &Client,
    scope: ScopeSet,
    look: Look,
) -> Result<Answer, Denied> {
    let (now, secret) = (house.now(), secret(house.live.vault().chance()));
    let request = ConsentRequest {
        digest: secret.digest(),
        user: host.user,
        session: session.id,
        app: app.id.clone(),
        asker: host.client.clone(),
        scope: scope.clone(),
        resume: None,
        theme: look.theme,
        ui_locales: look.ui_locales,
        expires_at: now + QUESTION_LIFE,
        opened: None,
        closed_at: None,
    };
    let changes = vec![Change::SessionHeld { session: session.id, now }, Change::ConsentAsked(request)];
    house.commit(changes).await.map_err(|error| refused(&error))?;
    Ok(Answer::Ask { scope, secret: secret.expose().to_owned() })
}

async fn one_time_code(
    house: &House,
    host: &Token,
    app: &Client,
    kind: CodeKind,
    scope: ScopeSet,
    wanted: &Wanted,
) -> Result<Granted, Denied> {
    if kind == CodeKind::Phone && !scope.has(PHONE) {
        let text = "a phone code needs phone.verified, which this launch does not include";
        return Err(Denied::new(Code::AccessDenied, text));
    }
    let (now, secret) = (house.now(), secret(house.live.vault().chance()));
    let code = code::Code {
        digest: secret.digest(),
        kind,
        client: app.id.clone(),
        user: host.user,
        session: host.session,
        scope,
        redirect_uri: None,
        challenge: None,
        nonce: None,
        auth_time_asked: wanted.max_age.is_some(),
        acr_asked: wanted.acr_asked,
        actor: Some(host.client.clone()),
        expires_at: now + LOGIN_CODE_LIFE,
        used: None,
    };
    let changes = vec![Change::SessionHeld { session: host.session, now }, Change::CodeIssued(code)];
    house.commit(changes).await.map_err(|error| refused(&error))?;
    Ok(Granted {
        access_token: secret.expose().to_owned(),
        issued_token_type: Some(if kind == CodeKind::Phone { PHONE_CODE } else { LOGIN_CODE }),
        token_type: "N_A",
        expires_in: LOGIN_CODE_LIFE.as_seconds(),
        scope: None,
        refresh_token: None,
        id_token: None,
    })
}
