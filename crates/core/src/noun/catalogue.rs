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

/// The words in the first of the languages that there is something for: in that very form of it, else in one
/// that its readers read too, else in any form of it.
fn pick<'a>(words: &'a BTreeMap<String, String>, languages: &[&str]) -> Option<&'a str> {
    let find = |wanted: &str| {
        let nearness = |tag: &&String| match tag {
            tag if tag.eq_ignore_ascii_case(wanted) => 0,
            tag if is_traditional(tag) == is_traditional(wanted) => 1,
            _ => 2,
        };
        words.keys().filter(|tag| is_same_language(tag, wanted)).min_by_key(nearness)
    };
    let tag = languages.iter().copied().chain(["en"]).find_map(find)?;
    words.get(tag).map(String::as_str)
}

/// Whether two language tags (BCP 47) name the same language: `zh`, `zh-Hans` and `zh-CN` do.
fn is_same_language(one: &str, other: &str) -> bool {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    language(one) == language(other)
}

/// Whether a tag says or implies traditional Chinese characters.
fn is_traditional(tag: &str) -> bool {
    let mut parts = tag.split(['-', '_']).skip(1);
    parts.any(|part| ["Hant", "TW", "HK", "MO"].iter().any(|one| part.eq_ignore_ascii_case(one)))
}

/// The scopes that Portico itself serves; they are there without being registered.
pub fn built_in() -> Vec<CatalogueEntry> {
    use Sensitivity::{Normal, Sensitive};
    let entry = |name: &str, sensitivity, [title, description]: [[&str; 3]; 2]| {
        let by_language = |texts: [&str; 3]| {
            let texts = texts.map(str::to_owned);
            ["en", "zh-CN", "ru"].map(str::to_owned).into_iter().zip(texts).collect::<BTreeMap<_, _>>()
        };
        let (title, description) = (by_language(title), by_language(description));
        let scope = name.parse().ok()?;
        Some(CatalogueEntry { scope, title, description, sensitivity, served_by: None, acr: None })
    };
    [
        entry(
            "openid",
            Normal,
            [
                ["Recognise you", "识别您的身份", "Узнавать вас"],
                [
                    "An id for you that only this app knows",
                    "仅此应用知道的、代表您的标识",
                    "Ваш идентификатор, известный только этому приложению",
                ],
            ],
        ),
        entry(
            "profile.basic",
            Normal,
            [
                ["Name and picture", "昵称和头像", "Имя и фото"],
                ["Your name and your profile picture", "您的昵称和头像", "Ваше имя и фото профиля"],
            ],
        ),
        entry(
            "email.verified",
            Normal,
            [
                ["E-mail address", "邮箱地址", "Адрес электронной почты"],
                [
                    "Your verified e-mail address",
                    "您已验证的邮箱地址",
                    "Ваш подтверждённый адрес электронной почты",
                ],
            ],
        ),
        entry(
            "phone.verified",
            Normal,
            [
                ["Phone number", "手机号", "Номер телефона"],
                ["Your verified phone number", "您已验证的手机号", "Ваш подтверждённый номер телефона"],
            ],
        ),
        entry(
            "address.list",
            Sensitive,
            [
                ["Addresses", "收货地址", "Адреса"],
                ["The addresses you have saved", "您保存的地址", "Сохранённые вами адреса"],
            ],
        ),
        entry(
            "payment.methods",
            Sensitive,
            [
                ["Payment methods", "支付方式", "Способы оплаты"],
                [
                    "Your saved payment methods, never a card number",
                    "您保存的支付方式，绝不包含卡号",
                    "Сохранённые вами способы оплаты, но никогда номер карты",
                ],
            ],
        ),
        entry(
            "kyc.status",
            Sensitive,
            [
                ["Identity check", "实名认证", "Проверка личности"],
                [
                    "Whether and how your identity was checked, never a document",
                    "您是否通过实名认证以及认证方式，绝不包含证件",
                    "Проверена ли ваша личность и как, но никогда сами документы",
                ],
            ],
        ),
        entry(
            "union_id",
            Normal,
            [
                [
                    "Recognise you across one developer's apps",
                    "在同一开发者的应用间识别您",
                    "Узнавать вас в приложениях одного разработчика",
                ],
                [
                    "An id for you that all apps of this developer share",
                    "该开发者的所有应用共用的、代表您的标识",
                    "Ваш идентификатор, общий для всех приложений этого разработчика",
                ],
            ],
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
    fn every_built_in_scope_has_words_in_every_language() {
        let all = built_in();
        assert_eq!(all.len(), 8);
        for entry in all {
            for texts in [entry.title, entry.description] {
                let tags: Vec<_> = texts.keys().map(String::as_str).collect();
                assert_eq!(tags, ["en", "ru", "zh-CN"]);
                assert!(texts.values().all(|text| !text.is_empty()));
            }
        }
    }

    #[test]
    fn a_language_is_found_in_any_of_its_forms_and_a_missing_one_is_english() {
        let name = &built_in()[1];
        for tag in ["zh", "zh-Hans", "zh-CN", "zh-SG", "ZH_cn", "zh-Hans-CN"] {
            assert_eq!(name.title_in(&[tag]), "昵称和头像", "{tag}");
        }
        assert_eq!(name.title_in(&["fr", "ru-RU", "en"]), "Имя и фото");
        assert_eq!(name.title_in(&["fr", "-", ""]), "Name and picture");
    }

    #[test]
    fn the_nearest_form_of_a_language_wins() {
        let texts = |tags: &[&str]| tags.iter().map(|tag| ((*tag).to_owned(), (*tag).to_owned())).collect();
        let both: BTreeMap<_, _> = texts(&["en", "zh-CN", "zh-TW"]);
        assert_eq!(pick(&both, &["zh-Hant"]), Some("zh-TW"));
        assert_eq!(pick(&both, &["zh"]), Some("zh-CN"));
        assert_eq!(pick(&texts(&["en", "zh-CN"]), &["zh-HK"]), Some("zh-CN"));
        assert_eq!(pick(&texts(&["en", "en-GB"]), &["en-GB"]), Some("en-GB"));
    }
}
