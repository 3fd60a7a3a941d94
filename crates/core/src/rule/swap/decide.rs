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

/// The texts of a value about which more must be known than who the caller is; none where the caller decides. Only what
/// may go on as it is has to be known in every reading.
pub fn to_be_known<'v>(
    role: Role,
    value: &'v Value,
    own: Option<&str>,
    unknown: Unknown,
) -> impl Iterator<Item = &'v str> {
    let is_asked = |text: &&str| role == Role::Any && !text.is_empty() && own != Some(*text);
    let whole = value.text().filter(is_asked);
    let passes = whole.filter(|_| unknown == Unknown::Pass);
    whole.into_iter().chain(passes.into_iter().flat_map(|_| value.other_readings()))
}

/// What becomes of a value in a request. `known` is what was found out about the texts of [`to_be_known`].
///
/// Where the caller must be named, anything else is refused, whatever the policy for unknown ids. Where anybody
/// may be, an empty text names nobody and stays; a text that is an OpenID at the upstream, or may be read as one, never
/// goes on, for it would name somebody there whom the token's app does not know.
pub fn in_request<'a>(
    role: Role,
    value: &Value,
    caller: Option<Caller<'a>>,
    known: impl Fn(&str) -> Option<&'a Counterpart>,
    unknown: Unknown,
) -> Result<Fate<'a>, Wrong> {
    let own = caller.filter(|caller| value.text() == Some(caller.here));
    match (role, value.text(), own) {
        (Role::Own | Role::Any, _, Some(own)) => Ok(Fate::Become(own.there)),
        (Role::Own, _, None) => Err(Wrong::NotTheCaller),
        (Role::Any, Some(""), None) => Ok(Fate::Stay),
        (Role::Any, Some(text), None) => {
            let is_callers = |text: &str| caller.is_some_and(|caller| caller.there == text);
            let known = |text| known(text).filter(|_| !is_callers(text)).unwrap_or(&ANYTHING);
            let is_there = |text| known(text).is_known_there;
            match (known(text).swapped(text), unknown) {
                (Some(open_id), _) => Ok(Fate::Become(open_id)),
                (None, Unknown::Empty) => Ok(Fate::Become("")),
                (None, Unknown::Pass) if !is_there(text) && !value.other_readings().any(is_there) => {
                    Ok(Fate::Stay)
                }
                (None, Unknown::Pass | Unknown::Refuse) => Err(Wrong::Unknown),
            }
        }
        (Role::Any | Role::Data(_) | Role::Iv(_), ..) => Err(Wrong::NotAnId),
    }
}

/// What becomes of a value in an answer. `known` is what was found out about the texts of [`to_be_known`].
///
/// Numbers, true and false are no OpenIDs and stay. A text that is an OpenID at the upstream, or may be read as one,
/// never goes out.
pub fn in_answer<'a>(
    value: &Value,
    caller: Option<Caller<'a>>,
    known: impl Fn(&str) -> Option<&'a Counterpart>,
    unknown: Unknown,
) -> Result<Fate<'a>, Wrong> {
    let text = match value {
        Value::Text(text) | Value::Line(text) if text.is_empty() => return Ok(Fate::Stay),
        Value::Text(text) | Value::Line(text) => text,
        Value::Scalar => return Ok(Fate::Stay),
        Value::Nested => return Err(Wrong::NotAnId),
    };
    let is_callers = |text: &str| caller.is_some_and(|caller| caller.there == text);
    if let Some(own) = caller.filter(|_| is_callers(text)) {
        return Ok(Fate::Become(own.here));
    }
    let known = |text: &str| known(text).unwrap_or(&ANYTHING);
    let is_theirs = |text: &str| is_callers(text) || known(text).is_known_here;
    match (known(text).swapped(text), unknown) {
        (Some(open_id), _) => Ok(Fate::Become(open_id)),
        (None, Unknown::Refuse) => Err(Wrong::Unknown),
        (None, Unknown::Pass) if !is_theirs(text) && !value.other_readings().any(is_theirs) => Ok(Fate::Stay),
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

    fn line(text: &str) -> Value {
        Value::Line(text.into())
    }

    fn known(open_id: Option<&str>, is_known_here: bool, is_known_there: bool) -> Counterpart {
        Counterpart { open_id: open_id.map(Into::into), is_known_there, is_known_here }
    }

    fn own(value: &Value, unknown: Unknown) -> Result<Fate<'static>, Wrong> {
        in_request(Role::Own, value, Some(CALLER), |_| None, unknown)
    }

    fn any<'a>(value: &str, known: Option<&'a Counterpart>, unknown: Unknown) -> Result<Fate<'a>, Wrong> {
        in_request(Role::Any, &text(value), Some(CALLER), |_| known, unknown)
    }

    fn out<'a>(value: &str, known: Option<&'a Counterpart>, unknown: Unknown) -> Result<Fate<'a>, Wrong> {
        in_answer(&text(value), Some(CALLER), |_| known, unknown)
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
            let nobody = in_request(Role::Own, &text("me-here"), None, |_| None, policy);
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
                let fate = in_request(Role::Any, &odd, Some(CALLER), |_| None, policy);
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
            assert_eq!(in_answer(&Value::Scalar, Some(CALLER), |_| None, policy), Ok(Fate::Stay));
            assert_eq!(in_answer(&Value::Nested, Some(CALLER), |_| None, policy), Err(Wrong::NotAnId));
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
        let asked = |role, value: &Value| {
            let own = Some("me");
            POLICIES.map(|policy| to_be_known(role, value, own, policy).collect::<Vec<_>>().join("|"))
        };
        assert_eq!(asked(Role::Any, &text("x")), ["x"; 3]);
        for nothing in [&text("me"), &text(""), &Value::Scalar, &Value::Nested, &line("me")] {
            assert_eq!(asked(Role::Any, nothing), [""; 3]);
        }
        for role in [Role::Own, Role::Data(0), Role::Iv(0)] {
            assert_eq!(asked(role, &text(" x")), [""; 3]);
        }
    }

    #[test]
    fn other_readings_have_to_be_looked_up_where_a_text_may_go_on_as_it_is() {
        let asked = |value: &Value, policy| {
            to_be_known(Role::Any, value, Some("me"), policy).collect::<Vec<_>>().join("|")
        };
        for policy in [Unknown::Refuse, Unknown::Empty] {
            assert_eq!(asked(&line("x, y"), policy), "x, y");
            assert_eq!(asked(&text(" x"), policy), " x");
        }
        assert_eq!(asked(&line("x, me"), Unknown::Pass), "x, me|x|me");
        assert_eq!(asked(&line("x"), Unknown::Pass), "x");
        assert_eq!(asked(&text(" x"), Unknown::Pass), " x|x");
        assert_eq!(asked(&text("x, y"), Unknown::Pass), "x, y");
    }

    #[test]
    fn what_may_be_read_as_an_id_of_the_upstream_does_not_pass() {
        let (nobody, theirs, ours) =
            (known(None, false, false), known(None, false, true), known(Some("you-there"), true, false));
        let inward = |value: &Value| {
            let all = |text: &str| match text {
                "them" => Some(&theirs),
                "you" => Some(&ours),
                // It was not looked up.
                "lost" => None,
                _ => Some(&nobody),
            };
            in_request(Role::Any, value, Some(CALLER), all, Unknown::Pass)
        };
        for bad in ["x, them", "them,them", "you, them", "x,\tme-there", "x, lost", " them"] {
            assert_eq!(inward(&line(bad)), Err(Wrong::Unknown), "{bad}");
        }
        for bad in [" them", "them\n", "me-there "] {
            assert_eq!(inward(&text(bad)), Err(Wrong::Unknown), "{bad:?}");
        }
        for good in ["x, y", "you, x", "me-here, x", ","] {
            assert_eq!(inward(&line(good)), Ok(Fate::Stay), "{good}");
        }
        assert_eq!(inward(&line("you")), Ok(Fate::Become("you-there")));
        assert_eq!(inward(&text(" you ")), Ok(Fate::Stay));

        let their_own = known(None, true, false);
        let outward = |value: &Value| {
            let all = |text: &str| Some(if text == "them" { &their_own } else { &nobody });
            in_answer(value, Some(CALLER), all, Unknown::Pass)
        };
        for bad in ["them, them", "x, me-there", " them"] {
            assert_eq!(outward(&line(bad)), Ok(Fate::Become("")), "{bad}");
        }
        assert_eq!(outward(&text("them ")), Ok(Fate::Become("")));
        assert_eq!(outward(&line("x, me-here")), Ok(Fate::Stay));
        assert_eq!(outward(&line("me-there")), Ok(Fate::Become("me-here")));
    }
}
