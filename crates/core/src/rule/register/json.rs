//! Reading JSON that an operator wrote: every refusal names the member.

use serde_json::{Map, Value};

use crate::denied::Denied;
use crate::rule::readable::{is_blank, is_control};

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;

/// A JSON object and the path that led to it. A member that is `null` counts as absent.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    path: String,
    members: &'a Map<String, Value>,
}

/// The known name that is most like the one given.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = |known: &&&str| strsim::jaro_winkler(known, name);
    known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).copied()
}

impl<'a> Object<'a> {
    /// The document itself, which must be an object.
    pub fn whole(value: &'a Value) -> Result<Self, Denied> {
        match value.as_object() {
            Some(members) => Ok(Self { path: String::new(), members }),
            None => Err(Denied::request("the body must be a JSON object")),
        }
    }

    /// Refuses the first member that is not among these, with the nearest of them.
    pub fn only(&self, known: &[&str]) -> Result<(), Denied> {
        match self.members.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let hint = nearest(key, known).map(|name| format!("; did you mean '{name}'?"));
                let key: String = key.chars().filter(|c| !c.is_control()).take(64).collect();
                let hint = hint.unwrap_or_default();
                Err(Denied::request(format!("unknown member {}{hint}", self.name(&key))))
            }
        }
    }

    /// The path of a member, as refusals write it.
    pub fn name(&self, key: &str) -> String {
        if self.path.is_empty() { format!("'{key}'") } else { format!("'{}.{key}'", self.path) }
    }

    /// A refusal of this member.
    pub fn wrong(&self, key: &str, why: &str) -> Denied {
        Denied::request(format!("{} {why}", self.name(key)))
    }

    /// The member, if there is one.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// Whether the member was sent, `null` included.
    pub fn has(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    /// The object under this member, if there is one.
    pub fn object(&self, key: &str) -> Result<Option<Self>, Denied> {
        self.get(key).map(|value| self.within(key, value)).transpose()
    }

    /// The object under this member.
    pub fn need_object(&self, key: &str) -> Result<Self, Denied> {
        self.object(key)?.ok_or_else(|| self.wrong(key, "is missing"))
    }

    fn within(&self, key: &str, value: &'a Value) -> Result<Self, Denied> {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        match value.as_object() {
            Some(members) => Ok(Self { path, members }),
            None => Err(self.wrong(key, "must be an object")),
        }
    }

    /// The text under this member: trimmed, not empty, without control characters, and of this
    /// many characters at most.
    pub fn text(&self, key: &str, most: usize) -> Result<Option<String>, Denied> {
        self.bounded(key, most, is_control)
    }

    /// As [`Self::text`], but of several lines, each ended by a line feed.
    pub fn lines(&self, key: &str, most: usize) -> Result<Option<String>, Denied> {
        let lines = self.bounded(key, most, |c| is_control(c) && !matches!(c, '\n' | '\r'))?;
        match lines.map(|lines| lines.replace("\r\n", "\n")) {
            Some(lines) if lines.contains('\r') => Err(self.wrong(key, "must not hold control characters")),
            lines => Ok(lines),
        }
    }

    fn bounded(&self, key: &str, most: usize, bad: fn(char) -> bool) -> Result<Option<String>, Denied> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong(key, "must be a text"))?.trim();
        if is_blank(text) {
            return Err(self.wrong(key, "must not be empty"));
        }
        if text.chars().count() > most {
            return Err(self.wrong(key, &format!("is longer than {most} characters")));
        }
        if text.chars().any(bad) {
            return Err(self.wrong(key, "must not hold control characters"));
        }
        Ok(Some(text.to_owned()))
    }

    /// As [`Self::text`], but it must be there.
    pub fn need_text(&self, key: &str, most: usize) -> Result<String, Denied> {
        self.text(key, most)?.ok_or_else(|| self.wrong(key, "is missing"))
    }

    /// Whether the member is `true`; absent is `false`.
    pub fn flag(&self, key: &str) -> Result<bool, Denied> {
        match self.get(key) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| self.wrong(key, "must be true or false")),
        }
    }

    /// One of these values by its name; absent is the default.
    pub fn choice<T: Copy>(&self, key: &str, default: T, known: &[(&str, T)]) -> Result<T, Denied> {
        let Some(value) = self.get(key) else { return Ok(default) };
        let chosen = known.iter().find(|(name, _)| value.as_str() == Some(name));
        chosen.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            self.wrong(key, &format!("must be one of: {}", names.join(", ")))
        })
    }

    /// The list under this member, of this many entries at most; empty if absent.
    pub fn list(&self, key: &str, most: usize) -> Result<&'a [Value], Denied> {
        let Some(value) = self.get(key) else { return Ok(&[]) };
        let list = value.as_array().ok_or_else(|| self.wrong(key, "must be a list"))?;
        if list.len() > most {
            return Err(self.wrong(key, &format!("has more than {most} entries")));
        }
        Ok(list)
    }

    /// The objects in the list under this member.
    pub fn objects(&self, key: &str, most: usize) -> Result<Vec<Self>, Denied> {
        let list = self.list(key, most)?.iter().enumerate();
        list.map(|(i, value)| self.within(&format!("{key}[{i}]"), value)).collect()
    }

    /// The texts in the list under this member, each as the check makes it; a repeated one is refused.
    pub fn texts(
        &self,
        key: &str,
        most: usize,
        check: impl Fn(&str) -> Result<String, &'static str>,
    ) -> Result<Vec<String>, Denied> {
        let mut texts = Vec::new();
        for (i, value) in self.list(key, most)?.iter().enumerate() {
            let at = format!("{key}[{i}]");
            let text = value.as_str().ok_or_else(|| self.wrong(&at, "must be a text"))?;
            let text = check(text).map_err(|why| self.wrong(&at, why))?;
            if texts.contains(&text) {
                return Err(self.wrong(&at, "is there twice"));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    /// The text under this member as the check makes it.
    pub fn checked(
        &self,
        key: &str,
        check: impl Fn(&str) -> Result<String, &'static str>,
    ) -> Result<Option<String>, Denied> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong(key, "must be a text"))?;
        check(text).map(Some).map_err(|why| self.wrong(key, why))
    }
}
