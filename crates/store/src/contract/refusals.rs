//! Every guard and every change that can be refused, with a state in which it is.

use portico_core::Change;
use portico_core::noun::client::Client;
use portico_core::noun::code::CodeUse;
use portico_core::noun::delivery::DeliveryState;
use portico_core::noun::family::Family;
use portico_core::noun::person::{Handle, HandleKind};
use portico_core::noun::session::{EndReason, Session};
use portico_core::noun::ticket::LinkCode;
use portico_core::noun::wechat::AppTokenKind;

use super::house::House;
use super::value::{
    app, app_token, at, challenge, client_id, code, delivery, delivery_id, digest, family, family_id, gave,
    handle, host, link, open_id, passkey, person, request, session, session_id, session_key, signing_key,
    ticket, user_id,
};
use crate::CommitError::{self, Conflict};
use crate::Taken;

const BLOCKED: u32 = 31;
const ERASED: u32 = 32;
const ENDED: u32 = 41;
const EXPIRED: u32 = 42;

/// Puts everything there that the refusals run into.
pub(super) async fn prepare(house: &House) {
    let (user, app_id) = (house.user, &house.app);
    let live = app("north.suspended", "north");
    let suspended = Client { suspended_at: Some(at(1)), ..live };
    let begun = session(ENDED, user, &house.host);
    let short = Session { expires_at: at(3), ..session(EXPIRED, user, &house.host) };
    let ask = |number| Change::ConsentAsked(request(number, user, house.session, app_id));
    let phone = handle(HandleKind::Phone, 33, false);
    house
        .done(vec![
            Change::ClientRegistered(Box::new(suspended)),
            Change::PersonCreated { person: person(BLOCKED), handles: vec![phone] },
            Change::PersonCreated { person: person(ERASED), handles: vec![] },
            Change::PersonBlocked { user: user_id(BLOCKED), at: Some(at(1)) },
            Change::PersonErased { user: user_id(ERASED), at: at(1) },
            Change::AssertionUsed { digest: digest(1), until: at(9) },
            Change::SessionStarted(begun),
            Change::SessionStarted(short),
            house.end(session_id(ENDED), 2),
            ask(51),
            Change::ConsentOpened { digest: digest(51), cookie_digest: digest(1) },
            ask(52),
            Change::ConsentClosed { digest: digest(52), at: at(2) },
            Change::CodeIssued(code(61, user, house.session, app_id)),
            Change::CodeUsed { digest: digest(61), gave: gave(61) },
            Change::FamilyStarted(Family { revoked_at: Some(at(1)), ..family(71, house.session, app_id) }),
            Change::DeliveryQueued(delivery(81, app_id, user, house.session)),
            Change::ChallengeSent(challenge(91, None)),
            Change::ChallengeSent(challenge(92, None)),
            Change::ChallengeAnswered { digest: digest(91), tries: 0, at: at(1) },
            Change::PasskeyAdded(passkey(95, user)),
            Change::Linked(open_id(201, user, app_id)),
            Change::LinkTicketIssued(ticket(211, user, house.session, &house.host)),
            Change::LinkTicketOpened { digest: digest(211), cookie_digest: digest(1) },
            Change::LinkTicketProved { digest: digest(211), step: 0, sealed: vec![1], code: None },
            Change::LinkTicketIssued(ticket(212, user, house.session, &house.host)),
            Change::LinkTicketUsed { digest: digest(212), at: at(2) },
            Change::KeyMade(signing_key("made", 1)),
            Change::SecretStored { name: "stored".to_owned(), wrapped: vec![1] },
        ])
        .await;
}

/// What is refused after [`prepare`], and how.
pub(super) fn all(house: &House) -> Vec<(Change, CommitError)> {
    let mut all = guards(house);
    all.extend(of_clients());
    all.extend(of_people(house));
    all.extend(of_sessions(house));
    all.extend(of_consent_and_grants(house));
    all.extend(of_linking(house));
    all.extend(of_the_rest(house));
    all
}

fn guards(house: &House) -> Vec<(Change, CommitError)> {
    let held = |session, now| Change::SessionHeld { session, now: at(now) };
    let person = |number| Change::PersonHeld { user: user_id(number) };
    let client = |id| Change::ClientHeld { client: client_id(id) };
    let guards = vec![
        held(session_id(ENDED), 1),
        held(session_id(EXPIRED), 3),
        held(session_id(999), 1),
        Change::ClientsCounted { session: session_id(EXPIRED), count: 1 },
        Change::ClientsCounted { session: house.other_session, count: 0 },
        person(BLOCKED),
        person(ERASED),
        person(999),
        client("north.suspended"),
        client("nobody"),
    ];
    guards.into_iter().map(|guard| (guard, Conflict)).collect()
}

fn of_clients() -> Vec<(Change, CommitError)> {
    let register = |client| Change::ClientRegistered(Box::new(client));
    let rewrite = |before: Client, after: Client| Change::ClientRewritten {
        before: Box::new(before),
        after: Box::new(after),
    };
    let taxi = || app("north.taxi", "north");
    let with_id = |client: Client, id: &str| Client { id: client_id(id), ..client };
    let stale = Client { name: "Another".to_owned(), ..taxi() };
    let unknown = host("nobody");
    vec![
        (register(taxi()), CommitError::Taken(Taken::Client)),
        (register(with_id(taxi(), "north.copy")), CommitError::Taken(Taken::Client)),
        (rewrite(stale.clone(), stale), Conflict),
        (rewrite(unknown.clone(), unknown), Conflict),
        (
            rewrite(taxi(), with_id(app("south.food", "north"), "north.taxi")),
            CommitError::Taken(Taken::Client),
        ),
        (Change::ClientRemoved { client: client_id("nobody") }, Conflict),
    ]
}

fn of_people(house: &House) -> Vec<(Change, CommitError)> {
    let create = |number, handles: Vec<Handle>| Change::PersonCreated { person: person(number), handles };
    let rewrite = |user, before: &[u8], handles: Vec<Handle>| Change::ProfileRewritten {
        user,
        before: before.to_vec(),
        after: b"sealed anew".to_vec(),
        handles,
    };
    let password = |number| Change::PasswordSet { user: user_id(number), hash: "$argon2id$new".to_owned() };
    let avatar = |number| Change::AvatarSet { user: user_id(number), sealed: vec![1] };
    let username = vec![handle(HandleKind::Username, 2, true)];
    let fresh = handle(HandleKind::Email, 300, true);
    vec![
        (create(1, vec![]), CommitError::Taken(Taken::Id)),
        (create(300, username.clone()), CommitError::Taken(Taken::Username)),
        (create(300, vec![fresh, handle(HandleKind::Email, 2, true)]), CommitError::Taken(Taken::Email)),
        (create(300, vec![fresh, handle(HandleKind::Phone, 33, false)]), CommitError::Taken(Taken::Phone)),
        (rewrite(house.user, b"stale", vec![]), Conflict),
        (rewrite(house.user, b"sealed 1", username), CommitError::Taken(Taken::Username)),
        (rewrite(user_id(ERASED), b"", vec![]), Conflict),
        (rewrite(user_id(999), b"", vec![]), Conflict),
        (avatar(ERASED), Conflict),
        (avatar(999), Conflict),
        (password(ERASED), Conflict),
        (password(999), Conflict),
        (Change::PersonBlocked { user: user_id(999), at: Some(at(1)) }, Conflict),
        (Change::PersonErased { user: user_id(999), at: at(1) }, Conflict),
        (Change::Linked(link(2, house.user)), CommitError::Taken(Taken::Link)),
        (Change::AssertionUsed { digest: digest(1), until: at(99) }, CommitError::Taken(Taken::Assertion)),
        (Change::ChallengeSent(challenge(91, None)), CommitError::Taken(Taken::Id)),
        (Change::ChallengeTried { digest: digest(91), tries: 1 }, Conflict),
        (Change::ChallengeAnswered { digest: digest(91), tries: 0, at: at(2) }, Conflict),
        (Change::ChallengeAnswered { digest: digest(92), tries: 1, at: at(2) }, Conflict),
        (Change::ChallengeAnswered { digest: digest(999), tries: 0, at: at(2) }, Conflict),
    ]
}

fn of_sessions(house: &House) -> Vec<(Change, CommitError)> {
    let same_cookie = Session { id: session_id(400), ..session(1, house.user, &house.host) };
    let same_id = Session { cookie_digest: None, ..session(1, house.user, &house.host) };
    let again = |session, when, cookie: Option<u32>| Change::SessionReauthenticated {
        session,
        at: at(when),
        method: "pwd".to_owned(),
        cookie_digest: cookie.map(digest),
        expires_at: at(20_000),
    };
    let end =
        |number| Change::SessionEnded { session: session_id(number), at: at(5), reason: EndReason::Revoked };
    vec![
        (Change::SessionStarted(same_id), CommitError::Taken(Taken::Id)),
        (Change::SessionStarted(same_cookie), CommitError::Taken(Taken::Id)),
        (again(session_id(ENDED), 3, None), Conflict),
        (again(session_id(EXPIRED), 3, None), Conflict),
        (again(session_id(999), 3, None), Conflict),
        (again(house.session, 3, Some(2)), CommitError::Taken(Taken::Id)),
        (end(ENDED), Conflict),
        (end(999), Conflict),
    ]
}

fn of_consent_and_grants(house: &House) -> Vec<(Change, CommitError)> {
    let (user, session, app) = (house.user, house.session, &house.app);
    let open = |number| Change::ConsentOpened { digest: digest(number), cookie_digest: digest(9) };
    let close = |number| Change::ConsentClosed { digest: digest(number), at: at(9) };
    let redeem =
        |number| Change::CodeUsed { digest: digest(number), gave: CodeUse { family: None, ..gave(9) } };
    let rotate =
        |number, generation| Change::FamilyRotated { family: family_id(number), generation, at: at(9) };
    vec![
        (Change::ConsentAsked(request(51, user, session, app)), CommitError::Taken(Taken::Id)),
        (open(51), Conflict),
        (open(52), Conflict),
        (open(999), Conflict),
        (close(52), Conflict),
        (close(999), Conflict),
        (Change::CodeIssued(code(61, user, session, app)), CommitError::Taken(Taken::Id)),
        (redeem(61), Conflict),
        (redeem(999), Conflict),
        (Change::FamilyStarted(family(1, session, app)), CommitError::Taken(Taken::Id)),
        (rotate(1, 1), Conflict),
        (rotate(1, 3), Conflict),
        (rotate(71, 2), Conflict),
        (rotate(999, 2), Conflict),
    ]
}

fn of_linking(house: &House) -> Vec<(Change, CommitError)> {
    let (user, session, app) = (house.user, house.session, &house.app);
    let held = |user, imported| Change::OpenIdHeld { user, app: app.clone(), imported };
    let open = |number| Change::LinkTicketOpened { digest: digest(number), cookie_digest: digest(9) };
    let proved = |number, step| {
        let code = Some(LinkCode { digest: digest(9), expires_at: at(9) });
        Change::LinkTicketProved { digest: digest(number), step, sealed: vec![], code }
    };
    let used = |number| Change::LinkTicketUsed { digest: digest(number), at: at(9) };
    let turned = |generation| Change::SessionKeyTurned(session_key(generation, user, app));
    let token = |generation| Change::AppTokenTurned(app_token(AppTokenKind::Fresh, generation, app));
    let given = |user, generation| Change::SessionKeyGiven { app: app.clone(), user, generation, session };
    let conflicts = vec![
        Change::OpenIdUnissued { user, app: app.clone() },
        held(user, false),
        held(house.other_user, true),
        Change::AgreementEnded { from: app.clone(), to: house.other_app.clone() },
        open(211),
        open(212),
        open(999),
        Change::LinkTicketReopened { digest: digest(212) },
        Change::LinkTicketReopened { digest: digest(999) },
        proved(211, 0),
        proved(211, 2),
        proved(212, 0),
        proved(999, 0),
        used(212),
        used(999),
        turned(1),
        turned(3),
        token(1),
        token(3),
        given(user, 2),
        given(house.other_user, 1),
    ];
    let again = Change::LinkTicketIssued(ticket(211, user, session, &house.host));
    let taken = [
        (again, Taken::Id),
        (Change::Linked(open_id(202, user, app)), Taken::Link),
        (Change::Linked(open_id(201, house.other_user, app)), Taken::Link),
    ];
    let conflicts = conflicts.into_iter().map(|change| (change, Conflict));
    conflicts.chain(taken.map(|(change, taken)| (change, CommitError::Taken(taken)))).collect()
}

fn of_the_rest(house: &House) -> Vec<(Change, CommitError)> {
    let tried = Change::DeliveryTried {
        delivery: delivery_id(999),
        attempts: 1,
        next_at: at(1),
        state: DeliveryState::Failed,
        error: None,
    };
    let use_of = |number, before: &str| Change::PasskeyUsed {
        digest: digest(number),
        before: before.as_bytes().to_vec(),
        after: vec![],
        at: at(9),
    };
    let queued = delivery(81, &house.app, house.user, house.session);
    let secret = Change::SecretStored { name: "stored".to_owned(), wrapped: vec![2] };
    vec![
        (Change::PasskeyAdded(passkey(95, house.other_user)), CommitError::Taken(Taken::Passkey)),
        (Change::PasskeysCounted { user: house.user, count: 0 }, Conflict),
        (use_of(95, "stale"), Conflict),
        (use_of(999, "credential 999"), Conflict),
        (Change::PasskeyRenamed { digest: digest(999), user: house.user, sealed_name: vec![] }, Conflict),
        (Change::PasskeyRemoved { digest: digest(95), user: house.other_user }, Conflict),
        (Change::DeliveryQueued(queued), CommitError::Taken(Taken::Id)),
        (tried, Conflict),
        (Change::KeyMade(signing_key("made", 2)), CommitError::Taken(Taken::Id)),
        (Change::KeyRetired { kid: "unknown".to_owned(), at: at(1) }, Conflict),
        (secret, CommitError::Taken(Taken::Secret)),
    ]
}
