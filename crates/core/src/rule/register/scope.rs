//! An entry of the catalogue of scopes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{LONGEST_NAME, Object};
use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::ClientId;
use crate::noun::acr::Acr;
use crate::noun::app::AppKind;
use crate::noun::catalogue::{CatalogueEntry, Sensitivity, built_in, canonical};
use crate::noun::client::Client;
use crate::scope::Scope;

const LONGEST_DESCRIPTION: usize = 300;
const MOST_LANGUAGES: usize = 100;

/// An entry of the catalogue, well-formed in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeSheet {
    entry: CatalogueEntry,
}

impl ScopeSheet {
    /// Reads an entry. Title and description are a text, taken as English, or texts by language,
    /// English among them; where there is no description, the title stands for it. Of a built-in scope
    /// only `acr` can be set.
    pub fn read(json: &Value) -> Result<Self, Denied> {
        let top = Object::whole(json)?;
        top.only(&["name", "title", "description", "sensitivity", "served_by", "acr"])?;
        let name = top.need_text("name", 64)?;
        let scope: Scope = name
            .parse()
            .map_err(|_| top.wrong("name", "must be 1 to 64 letters, digits, '.', '_', ':' and '-'"))?;
        let reserved = ["host", "offline_access"].contains(&&*name) || canonical(&name) != name;
        if reserved {
            return Err(Denied::new(Code::Conflict, format!("the scope '{scope}' is Portico's own")));
        }
        let acr = top.text("acr", 64)?.map(|acr| acr.parse::<Acr>()).transpose();
        let acr =
            acr.map_err(|_| top.wrong("acr", "must be 'urn:portico:acr:1', 'urn:portico:acr:2' or 'phr'"))?;
        if let Some(own) = built_in().into_iter().find(|entry| entry.scope == scope) {
            return Self::of_our_own(&top, own, acr);
        }
        let title = words(&top, "title", LONGEST_NAME)?.ok_or_else(|| top.wrong("title", "is missing"))?;
        let description = words(&top, "description", LONGEST_DESCRIPTION)?.unwrap_or_else(|| title.clone());
        let sensitivity = [("normal", Sensitivity::Normal), ("sensitive", Sensitivity::Sensitive)];
        let sensitivity = top.choice("sensitivity", Sensitivity::Normal, &sensitivity)?;
        let served_by = top.text("served_by", 100)?;
        let served_by =
            served_by.map(|id| id.parse().map_err(|_| top.wrong("served_by", "is not an app id")));
        let served_by = served_by.transpose()?;
        Ok(Self { entry: CatalogueEntry { scope, title, description, sensitivity, served_by, acr } })
    }

    /// A built-in scope keeps its words; what the operator may set is the level that it demands.
    fn of_our_own(top: &Object<'_>, own: CatalogueEntry, acr: Option<Acr>) -> Result<Self, Denied> {
        if ["title", "description", "sensitivity", "served_by"].iter().any(|key| top.get(key).is_some()) {
            let text = format!("the scope '{}' is Portico's own; only its 'acr' can be set", own.scope);
            return Err(Denied::new(Code::Conflict, text));
        }
        Ok(Self { entry: CatalogueEntry { acr, ..own } })
    }

    /// The service that it names.
    pub fn served_by(&self) -> Option<&ClientId> {
        self.entry.served_by.as_ref()
    }

    /// Puts the entry into the catalogue, or changes its words. `service` is the client of the id
    /// that [`Self::served_by`] names.
    ///
    /// Refuses with `invalid_request` where that is no registered app of kind `service`.
    pub fn register(self, service: Option<&Client>) -> Result<(CatalogueEntry, Vec<Change>), Denied> {
        let is_service = || service.and_then(Client::app).is_some_and(|app| app.kind == AppKind::Service);
        if let Some(id) = &self.entry.served_by
            && !is_service()
        {
            return Err(Denied::request(format!("'{id}' is not a registered app of kind 'service'")));
        }
        Ok((self.entry.clone(), vec![Change::ScopeRegistered(self.entry)]))
    }
}

fn words(top: &Object<'_>, key: &str, most: usize) -> Result<Option<BTreeMap<String, String>>, Denied> {
    match top.get(key) {
        None => Ok(None),
        Some(Value::Object(languages)) => {
            let by_language = top.need_object(key)?;
            let tag = |tag: &str| {
                (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            };
            if languages.len() > MOST_LANGUAGES || !languages.keys().all(|language| tag(language)) {
                return Err(top.wrong(key, "must have language tags as keys, such as 'en' or 'zh-CN'"));
            }
            let text = |language: &String| Ok((language.clone(), by_language.need_text(language, most)?));
            let words: BTreeMap<_, _> = languages.keys().map(text).collect::<Result<_, Denied>>()?;
            if words.contains_key("en") { Ok(Some(words)) } else { Err(top.wrong(key, "must have an 'en'")) }
        }
        Some(_) => Ok(top.text(key, most)?.map(|text| BTreeMap::from([("en".to_owned(), text)]))),
    }
}
