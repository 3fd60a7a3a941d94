//! Collections, by keyset pages.

use std::str::FromStr;

use axum::http::Uri;
use portico_core::denied::Denied;
use portico_core::rule::register::nearest;
use portico_store::Page;
use serde_json::{Value, json};

use crate::form::Fields;

const DEFAULT: usize = 50;
const MOST: usize = 1000;

/// The parameters of a collection.
pub(super) struct Paged<K> {
    after: Option<K>,
    limit: usize,
    further: Vec<(&'static str, String)>,
}

impl<K: FromStr> Paged<K> {
    /// Reads `after` and `limit`; anything else is refused by name.
    pub(super) fn read(uri: &Uri) -> Result<Self, Denied> {
        Self::read_with(uri, &[])
    }

    /// As [`Self::read`], with these beside them.
    pub(super) fn read_with(uri: &Uri, further: &[&'static str]) -> Result<Self, Denied> {
        let fields = Fields::parse(uri.query().unwrap_or("").as_bytes())?;
        let known = [&["after", "limit"], further].concat();
        if let Some((name, _)) = fields.iter().find(|(name, _)| !known.contains(name)) {
            let nearest = nearest(name, &known).unwrap_or_default();
            return Err(Denied::request(format!("unknown parameter; did you mean '{nearest}'?")));
        }
        let after =
            fields.get("after").map(|text| text.parse().map_err(|_| Denied::request("'after' is no id")));
        let limit = match fields.get("limit") {
            None => DEFAULT,
            Some(text) => {
                let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                limit.ok_or_else(|| Denied::request(format!("'limit' must be 1 to {MOST}")))?
            }
        };
        let further = further.iter().filter_map(|name| Some((*name, fields.get(name)?.to_owned())));
        Ok(Self { after: after.transpose()?, limit, further: further.collect() })
    }

    /// The value of a parameter that is not one of every collection.
    pub(super) fn further(&self, name: &str) -> Option<&str> {
        self.further.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The page to load: one more than is shown, which tells whether there is another page.
    pub(super) fn page(&self) -> Page<K>
    where
        K: Clone,
    {
        Page { after: self.after.clone(), limit: self.limit + 1 }
    }

    /// The answer: what was found, and the id after which the next page begins.
    pub(super) fn answer<T>(
        &self,
        mut found: Vec<T>,
        id: impl Fn(&T) -> String,
        view: impl Fn(&T) -> Value,
    ) -> Value {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let next = found.last().filter(|_| more).map(id);
        json!({ "items": found.iter().map(view).collect::<Vec<_>>(), "next": next })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(query: &str) -> Result<Paged<String>, Denied> {
        Paged::read(&format!("/x?{query}").parse().unwrap())
    }

    #[test]
    fn a_page_says_where_the_next_one_begins() {
        let paged = read("limit=2&after=a").unwrap();
        assert_eq!(paged.page(), Page { after: Some("a".into()), limit: 3 });
        let answer = |found: Vec<&str>| paged.answer(found, |id| id.to_string(), |id| json!(id));
        assert_eq!(answer(vec!["b", "c", "d"]), json!({ "items": ["b", "c"], "next": "c" }));
        assert_eq!(answer(vec!["b", "c"]), json!({ "items": ["b", "c"], "next": null }));
    }

    #[test]
    fn a_limit_out_of_measure_and_an_unknown_parameter_are_refused() {
        for bad in
            ["limit=0", "limit=1001", "limit=x", "limit=-1", "limt=5", "limit=1&limit=2", "state=failed"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(read("").unwrap().limit, 50);
    }
}
