//! Where OpenIDs stand in a merchant's messages.

use std::fmt;
use std::str::FromStr;

use super::path::Template;

/// What happens to an OpenID that nobody has, where one may stand that is not the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// The message is refused.
    #[default]
    Refuse,
    /// It goes on as it is, unless the other app knows somebody by it.
    Pass,
    /// An empty text stands in its place.
    Empty,
}

/// Where OpenIDs stand in the messages of one route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Where the caller alone may be named (`self`).
    pub own: RequestPlaces,
    /// Where anybody may be named.
    pub any: RequestPlaces,
    /// Where answers name people.
    pub answer: AnswerPlaces,
}

/// Places in a request. Names are compared decoded and without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestPlaces {
    /// Templates such as `/users/{openid}`.
    pub path: Vec<Template>,
    /// Fields of the query.
    pub query: Vec<String>,
    /// Fields of a form, urlencoded or multipart.
    pub form: Vec<String>,
    /// Cookies.
    pub cookie: Vec<String>,
    /// Headers.
    pub header: Vec<String>,
    /// Members of a JSON body.
    pub json: Vec<Pointer>,
}

/// Places in an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerPlaces {
    /// Headers.
    pub header: Vec<String>,
    /// Members of a JSON body.
    pub json: Vec<Pointer>,
    /// Cookies that are set.
    pub set_cookie: Vec<String>,
}

/// A JSON Pointer (RFC 6901) in which `*` stands for every element of an array and every member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer(pub Vec<Step>);

/// One step of a [`Pointer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A member of this name, or the element with this number.
    Named(String),
    /// Every one.
    Every,
}

/// The text is no pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a JSON Pointer such as /user/openid or /items/*/openid")]
pub struct NotAPointer(String);

/// The most steps that a pointer takes.
const MOST_STEPS: usize = 32;

impl FromStr for Pointer {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let wrong = || NotAPointer(text.to_owned());
        if text.is_empty() {
            return Ok(Self(vec![]));
        }
        let step = |step: &str| match step {
            "*" => Ok(Step::Every),
            _ if step.replace("~0", "").replace("~1", "").contains('~') => Err(wrong()),
            _ => Ok(Step::Named(step.replace("~1", "/").replace("~0", "~"))),
        };
        let steps = text.strip_prefix('/').ok_or_else(wrong)?.split('/').map(step);
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        if steps.len() <= MOST_STEPS { Ok(Self(steps)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| match step {
            Step::Named(name) => write!(f, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Every => f.write_str("/*"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_reads_back_from_its_print() {
        for text in ["", "/", "/openid", "/items/*/openid", "/a~1b/~0/~01", "//x"] {
            assert_eq!(text.parse::<Pointer>().unwrap().to_string(), text);
        }
        let named = |name: &str| Step::Named(name.into());
        assert_eq!("/a~1b/*/~01".parse(), Ok(Pointer(vec![named("a/b"), Step::Every, named("~1")])));
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for bad in ["openid", "$.openid", "/a~", "/a~2", "/~x", "#/a"] {
            assert!(bad.parse::<Pointer>().is_err(), "{bad}");
        }
        assert!("/x".repeat(32).parse::<Pointer>().is_ok());
        assert!("/x".repeat(33).parse::<Pointer>().is_err());
    }
}
