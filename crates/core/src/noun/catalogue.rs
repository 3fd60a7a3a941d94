//! The catalogue of scopes: what each opens, in words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::ClientId;
use crate::noun::acr::Acr;
use crate::scope::Scope;

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueEntry {
    /// The scope.
    #[serde(rename = "name")]
    pub scope: Scope,
    /// A short title by language tag (BCP 47); `en` is always there.
    pub title: BTreeMap<String, String>,
    /// A sentence on what it opens by language tag; `en` is always there.
    pub description: BTreeMap<String, String>,
    /// How carefully the consent page presents it.
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// The app of kind `service` that serves it; none for what Portico itself serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<ClientId>,
    /// How strongly the person must have signed in for a token to include it; none demands nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<Acr>,
}

/// How much harm a leak of what a scope opens could do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Little.
    #[default]
    Normal,
    /// Much: the page says so.
    Sensitive,
}

impl CatalogueEntry {
    /// The title in the first of these languages that there is, else in English, else the scope.
    pub fn title_in(&self, languages: &[&str]) -> &str {
        pick(&self.title, languages).unwrap_or(self.scope.as_str())
    }

    /// The description in the first of these languages that there is, else in English.
    pub fn description_in(&self, languages: &[&str]) -> &str {
        pick(&self.description, languages).unwrap_or("")
    }
}

fn pick<'a>(words: &'a BTreeMap<String, String>, languages: &[&str]) -> Option<&'a str> {
    languages.iter().copied().chain(["en"]).find_map(|tag| words.get(tag)).map(String::as_str)
}

/// The scopes that Portico itself serves; they are there without being registered.
pub fn built_in() -> Vec<CatalogueEntry> {
    use Sensitivity::{Normal, Sensitive};
    let entry = |name: &str, title: &str, description: &str, sensitivity| {
        let scope = name.parse().ok()?;
        let english = |text: &str| BTreeMap::from([("en".to_owned(), text.to_owned())]);
        let (title, description) = (english(title), english(description));
        Some(CatalogueEntry { scope, title, description, sensitivity, served_by: None, acr: None })
    };
    [
        entry("openid", "Recognise you", "An id for you that only this app knows", Normal),
        entry("profile.basic", "Name and picture", "Your name and your profile picture", Normal),
        entry("email.verified", "E-mail address", "Your verified e-mail address", Normal),
        entry("phone.verified", "Phone number", "Your verified phone number", Normal),
        entry("address.list", "Addresses", "The addresses you have saved", Sensitive),
        entry(
            "payment.methods",
            "Payment methods",
            "Your saved payment methods, never a card number",
            Sensitive,
        ),
        entry(
            "kyc.status",
            "Identity check",
            "Whether and how your identity was checked, never a document",
            Sensitive,
        ),
        entry(
            "union_id",
            "Recognise you across one developer's apps",
            "An id for you that all apps of this developer share",
            Normal,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The scope of the catalogue that a standard OIDC scope name stands for (OIDC Core §5.4).
///
/// Any other name stands for itself.
pub fn canonical(name: &str) -> &str {
    match name {
        "profile" => "profile.basic",
        "email" => "email.verified",
        "phone" => "phone.verified",
        "address" => "address.list",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_scope_has_words() {
        let all = built_in();
        assert_eq!(all.len(), 8);
        assert!(
            all.iter().all(|entry| !entry.title_in(&[]).is_empty() && !entry.description_in(&[]).is_empty())
        );
    }

    #[test]
    fn a_missing_language_falls_back_to_english() {
        let all = built_in();
        assert_eq!(all[1].title_in(&["zh-CN", "zh"]), "Name and picture");
    }
}
