//! The places of a route, made ready for many messages.

use portico_core::rule::swap::{
    Fields, Headers, JsonMap, NoMap, Places, Pointer, RequestPlaces, Role, Template, fold_header,
};

use crate::route::{Encrypted, Injected, Pair};

/// Where something is looked for, in the messages of one route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maps {
    pub(super) request: RequestMaps,
    pub(super) answer: AnswerMaps,
    /// The names of the identity headers, folded.
    pub(super) identity: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RequestMaps {
    pub path: Vec<(Template, Role)>,
    pub query: Fields,
    pub form: Fields,
    pub cookie: Fields,
    pub header: Headers,
    pub json: JsonMap,
}

impl RequestMaps {
    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        let fields = [&self.query, &self.form, &self.cookie].into_iter().all(Fields::is_empty);
        fields && self.path.is_empty() && self.header.is_empty() && self.json.is_empty()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AnswerMaps {
    pub header: Headers,
    pub set_cookie: Fields,
    pub json: JsonMap,
}

impl Maps {
    /// The maps of these places. Fails where one JSON place lies within another, or there are too many ways to them. Where the caller alone may be
    /// named and where anybody may be are one place, the caller alone may be.
    pub fn new(
        places: &Places,
        encrypted: &Encrypted,
        inject: &[(http::HeaderName, Injected)],
    ) -> Result<Self, NoMap> {
        let both = [(&places.own, Role::Own), (&places.any, Role::Any)];
        let answer = &places.answer;
        Ok(Self {
            request: RequestMaps {
                path: both
                    .iter()
                    .flat_map(|(places, role)| places.path.iter().map(|template| (template.clone(), *role)))
                    .collect(),
                query: fields(both, |places| &places.query, &encrypted.query),
                form: fields(both, |places| &places.form, &encrypted.form),
                cookie: Fields::cookies(names(both, |places| &places.cookie)),
                header: Headers::new(names(both, |places| &places.header)),
                json: JsonMap::new(pointers(both, &encrypted.json))?,
            },
            answer: AnswerMaps {
                header: Headers::new(any(&answer.header)),
                set_cookie: Fields::cookies(any(&answer.set_cookie)),
                json: JsonMap::new(answer.json.iter().map(|pointer| (pointer, Role::Any)))?,
            },
            identity: inject.iter().map(|(name, _)| fold_header(name.as_str())).collect(),
        })
    }
}

fn any(names: &[String]) -> impl Iterator<Item = (&str, Role)> {
    names.iter().map(|name| (name.as_str(), Role::Any))
}

type Both<'a> = [(&'a RequestPlaces, Role); 2];

fn names<'a>(
    both: Both<'a>,
    list: impl Fn(&'a RequestPlaces) -> &'a Vec<String>,
) -> impl Iterator<Item = (&'a str, Role)> {
    both.into_iter()
        .flat_map(move |(places, role)| list(places).iter().map(move |name| (name.as_str(), role)))
}

/// The two of a pair, under its number.
fn pair<T>(number: usize, pair: &Pair<T>) -> [(&T, Role); 2] {
    [(&pair.data, Role::Data(number)), (&pair.iv, Role::Iv(number))]
}

fn fields<'a>(
    both: Both<'a>,
    list: impl Fn(&'a RequestPlaces) -> &'a Vec<String>,
    pairs: &'a [Pair<String>],
) -> Fields {
    let pairs = pairs.iter().enumerate().flat_map(|(number, two)| pair(number, two));
    Fields::new(names(both, list).chain(pairs.map(|(name, role)| (name.as_str(), role))))
}

fn pointers<'a>(both: Both<'a>, pairs: &'a [Pair<Pointer>]) -> impl Iterator<Item = (&'a Pointer, Role)> {
    let ids = both.into_iter().flat_map(|(places, role)| places.json.iter().map(move |one| (one, role)));
    ids.chain(pairs.iter().enumerate().flat_map(|(number, two)| pair(number, two)))
}
