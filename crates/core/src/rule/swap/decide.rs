//! What becomes of a value that names somebody.

use super::place::Unknown;
use super::spot::{Role, Value};

/// The caller's OpenIDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller<'a> {
    /// The one at the app whose token was brought.
    pub here: &'a str,
    /// The one that the upstream knows.
    pub there: &'a str,
}

/// What is known about a text, on the side that the message comes from and on the one that it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// The OpenID at the other app, if there is one that may be told.
    pub open_id: Option<String>,
    /// Whether the text is already an OpenID at the other app: it must not be taken for one of this.
    pub is_known_there: bool,
    /// Whether the text is an OpenID at this app at all.
    pub is_known_here: bool,
}

/// What was not looked up may be anything, and goes nowhere.
const ANYTHING: Counterpart = Counterpart { open_id: None, is_known_there: true, is_known_here: true };

impl Counterpart {
    /// What the text becomes, if it is somebody's whom the other side knows.
    fn swapped(&self, text: &str) -> Option<&str> {
        self.open_id.as_deref().filter(|open_id| !self.is_known_there || *open_id == text)
    }
}

/// What becomes of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate<'a> {
    /// It stays as it is written.
    Stay,
    /// This stands in its place.
    Become(&'a str),
}

/// Why a message goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Somebody else, or nobody, is named where the caller must be.
    #[error("another OpenID than the caller's stands where the caller must be named")]
    NotTheCaller,
    /// Something other than a text stands where an OpenID belongs.
    #[error("something other than an OpenID stands where one belongs")]
    NotAnId,
    /// The other side knows nobody by it.
    #[error("an OpenID has no counterpart")]
    Unknown,
}

/// The text of a value about which more must be known than who the caller is; none where the caller decides.
pub fn to_be_known<'v>(role: Role, value: &'v Value, own: Option<&str>) -> Option<&'v str> {
    match (role, value) {
        (Role::Any, Value::Text(text)) if !text.is_empty() && own != Some(text) => Some(text),
        _ => None,
    }
}

/// What becomes of a value in a request. `known` is what was found out about the text of [`to_be_known`].
///
/// Where the caller must be named, anything else is refused, whatever the policy for unknown ids. Where anybody
/// may be, an empty text names nobody and stays; a text that is an OpenID at the upstream never goes on, for it
/// would name somebody there whom the token's app does not know.
pub fn in_request<'a>(
    role: Role,
    value: &Value,
    caller: Option<Caller<'a>>,
    known: Option<&'a Counterpart>,
    unknown: Unknown,
) -> Result<Fate<'a>, Wrong> {
    let own = caller.filter(|caller| matches!(value, Value::Text(text) if text == caller.here));
    match (role, value, own) {
        (Role::Own | Role::Any, _, Some(own)) => Ok(Fate::Become(own.there)),
        (Role::Own, _, None) => Err(Wrong::NotTheCaller),
        (Role::Any, Value::Text(text), None) if text.is_empty() => Ok(Fate::Stay),
        (Role::Any, Value::Text(text), None) => {
            let is_callers = caller.is_some_and(|caller| caller.there == text);
            let known = if is_callers { &ANYTHING } else { known.unwrap_or(&ANYTHING) };
            match (known.swapped(text), unknown) {
                (Some(open_id), _) => Ok(Fate::Become(open_id)),
                (None, Unknown::Empty) => Ok(Fate::Become("")),
                (None, Unknown::Pass) if !known.is_known_there => Ok(Fate::Stay),
                (None, Unknown::Pass | Unknown::Refuse) => Err(Wrong::Unknown),
            }
        }
        (Role::Any | Role::Data(_) | Role::Iv(_), ..) => Err(Wrong::NotAnId),
    }
}

/// What becomes of a value in an answer. `known` is what was found out about the text of [`to_be_known`].
///
/// Numbers, true and false are no OpenIDs and stay. A text that is an OpenID at the upstream never goes out.
pub fn in_answer<'a>(
    value: &Value,
    caller: Option<Caller<'a>>,
    known: Option<&'a Counterpart>,
    unknown: Unknown,
) -> Result<Fate<'a>, Wrong> {
    let text = match value {
        Value::Text(text) if text.is_empty() => return Ok(Fate::Stay),
        Value::Text(text) => text,
        Value::Scalar => return Ok(Fate::Stay),
        Value::Nested => return Err(Wrong::NotAnId),
    };
    if let Some(own) = caller.filter(|caller| text == caller.there) {
        return Ok(Fate::Become(own.here));
    }
    let known = known.unwrap_or(&ANYTHING);
    match (known.swapped(text), unknown) {
        (Some(open_id), _) => Ok(Fate::Become(open_id)),
        (None, Unknown::Refuse) => Err(Wrong::Unknown),
        (None, Unknown::Pass) if !known.is_known_here => Ok(Fate::Stay),
        (None, Unknown::Pass | Unknown::Empty) => Ok(Fate::Become("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: Caller<'static> = Caller { here: "me-here", there: "me-there" };
    const POLICIES: [Unknown; 3] = [Unknown::Refuse, Unknown::Pass, Unknown::Empty];

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn known(open_id: Option<&str>, is_known_here: bool, is_known_there: bool) -> Counterpart {
        Counterpart { open_id: open_id.map(Into::into), is_known_there, is_known_here }
    }

    fn own(value: &Value, unknown: Unknown) -> Result<Fate<'static>, Wrong> {
        in_request(Role::Own, value, Some(CALLER), None, unknown)
    }

    fn any<'a>(value: &str, known: Option<&'a Counterpart>, unknown: Unknown) -> Result<Fate<'a>, Wrong> {
        in_request(Role::Any, &text(value), Some(CALLER), known, unknown)
    }

    fn out<'a>(value: &str, known: Option<&'a Counterpart>, unknown: Unknown) -> Result<Fate<'a>, Wrong> {
        in_answer(&text(value), Some(CALLER), known, unknown)
    }

    #[test]
    fn where_the_caller_must_be_named_anything_else_is_refused_under_every_policy() {
        for policy in POLICIES {
            assert_eq!(own(&text("me-here"), policy), Ok(Fate::Become("me-there")));
            for other in ["you-here", "me-there", "", "ME-HERE", " me-here"] {
                assert_eq!(own(&text(other), policy), Err(Wrong::NotTheCaller), "{other}");
            }
            assert_eq!(own(&Value::Scalar, policy), Err(Wrong::NotTheCaller));
            assert_eq!(own(&Value::Nested, policy), Err(Wrong::NotTheCaller));
            let nobody = in_request(Role::Own, &text("me-here"), None, None, policy);
            assert_eq!(nobody, Err(Wrong::NotTheCaller));
        }
    }

    #[test]
    fn where_anybody_may_be_named_a_counterpart_stands_in_the_place() {
        let you = known(Some("you-there"), true, false);
        for policy in POLICIES {
            assert_eq!(any("me-here", None, policy), Ok(Fate::Become("me-there")));
            assert_eq!(any("you-here", Some(&you), policy), Ok(Fate::Become("you-there")));
            assert_eq!(any("", None, policy), Ok(Fate::Stay));
            for odd in [Value::Scalar, Value::Nested] {
                let fate = in_request(Role::Any, &odd, Some(CALLER), None, policy);
                assert_eq!(fate, Err(Wrong::NotAnId));
            }
        }
    }

    #[test]
    fn an_unknown_id_in_a_request_follows_the_policy() {
        let (nobody, stranger) = (known(None, false, false), known(None, true, false));
        for unknown in [&nobody, &stranger] {
            assert_eq!(any("x", Some(unknown), Unknown::Refuse), Err(Wrong::Unknown));
            assert_eq!(any("x", Some(unknown), Unknown::Pass), Ok(Fate::Stay));
            assert_eq!(any("x", Some(unknown), Unknown::Empty), Ok(Fate::Become("")));
        }
    }

    #[test]
    fn an_id_of_the_upstream_never_goes_on() {
        let theirs = known(None, false, true);
        let both = known(Some("x-there"), true, true);
        for (value, what) in [("x", Some(&theirs)), ("x", Some(&both)), ("x", None), ("me-there", None)] {
            assert_eq!(any(value, what, Unknown::Refuse), Err(Wrong::Unknown));
            assert_eq!(any(value, what, Unknown::Pass), Err(Wrong::Unknown));
            assert_eq!(any(value, what, Unknown::Empty), Ok(Fate::Become("")));
        }
        // Where app and upstream are one, an id is its own counterpart.
        let same = known(Some("x"), true, true);
        assert_eq!(any("x", Some(&same), Unknown::Refuse), Ok(Fate::Become("x")));
    }

    #[test]
    fn an_answer_names_people_by_the_apps_ids() {
        let you = known(Some("you-here"), true, false);
        for policy in POLICIES {
            assert_eq!(out("me-there", None, policy), Ok(Fate::Become("me-here")));
            assert_eq!(out("you-there", Some(&you), policy), Ok(Fate::Become("you-here")));
            assert_eq!(out("", None, policy), Ok(Fate::Stay));
            assert_eq!(in_answer(&Value::Scalar, Some(CALLER), None, policy), Ok(Fate::Stay));
            assert_eq!(in_answer(&Value::Nested, Some(CALLER), None, policy), Err(Wrong::NotAnId));
        }
    }

    #[test]
    fn an_unknown_id_in_an_answer_follows_the_policy_and_never_is_one_of_the_upstreams() {
        let (nobody, stranger) = (known(None, false, false), known(None, true, false));
        assert_eq!(out("x", Some(&nobody), Unknown::Refuse), Err(Wrong::Unknown));
        assert_eq!(out("x", Some(&nobody), Unknown::Pass), Ok(Fate::Stay));
        assert_eq!(out("x", Some(&nobody), Unknown::Empty), Ok(Fate::Become("")));
        for upstreams in [Some(&stranger), None] {
            assert_eq!(out("x", upstreams, Unknown::Refuse), Err(Wrong::Unknown));
            assert_eq!(out("x", upstreams, Unknown::Pass), Ok(Fate::Become("")));
            assert_eq!(out("x", upstreams, Unknown::Empty), Ok(Fate::Become("")));
        }
    }

    #[test]
    fn only_what_the_caller_does_not_decide_has_to_be_looked_up() {
        assert_eq!(to_be_known(Role::Any, &text("x"), Some("me")), Some("x"));
        assert_eq!(to_be_known(Role::Any, &text("me"), Some("me")), None);
        assert_eq!(to_be_known(Role::Any, &text(""), None), None);
        assert_eq!(to_be_known(Role::Any, &Value::Scalar, None), None);
        for role in [Role::Own, Role::Data(0), Role::Iv(0)] {
            assert_eq!(to_be_known(role, &text("x"), None), None);
        }
    }
}
