//! Where OpenIDs stand in a merchant's messages.

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
    pub path: Vec<String>,
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
