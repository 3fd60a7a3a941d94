//! Encrypted data of one app, as another app's back end may read it.
//!
//! The back end compares the `appid` of the watermark with its own, and the OpenID with the one that it knows.

use serde_json::Value;

/// How one app names itself and a person.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Its `appid`.
    pub app: &'a str,
    /// The person's OpenID there.
    pub open_id: &'a str,
    /// The person's UnionID there, where it may be told.
    pub union_id: Option<&'a str>,
}

/// Why data is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no data of the app: another key, another app's watermark, or no JSON at all.
    #[error("the encrypted data is not of this app and person")]
    Foreign,
    /// It names somebody else.
    #[error("the encrypted data names somebody else")]
    SomebodyElse,
}

/// The plain text with the names of the second app in the place of those of the first.
///
/// A UnionID goes only where the second app may be told of one.
pub fn translated(plain: &str, from: Names<'_>, to: Names<'_>) -> Result<String, Unfit> {
    let Ok(Value::Object(mut data)) = serde_json::from_str(plain) else { return Err(Unfit::Foreign) };
    let mark = data.get_mut("watermark").and_then(|mark| mark.get_mut("appid"));
    match mark {
        Some(app) if *app == from.app => *app = to.app.into(),
        _ => return Err(Unfit::Foreign),
    }
    if let Some(open_id) = data.get_mut("openId") {
        if *open_id != from.open_id {
            return Err(Unfit::SomebodyElse);
        }
        *open_id = to.open_id.into();
    }
    if data.contains_key("unionId") {
        match to.union_id {
            Some(union_id) => data.insert("unionId".to_owned(), union_id.into()),
            None => data.remove("unionId"),
        };
    }
    Ok(Value::Object(data).to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    const LIVE: Names<'_> = Names { app: "wx-live", open_id: "o-live", union_id: Some("u-live") };
    const SHOP: Names<'_> = Names { app: "wx-shop", open_id: "o-shop", union_id: Some("u-shop") };

    fn read(plain: &Value, to: Names<'_>) -> Result<Value, Unfit> {
        translated(&plain.to_string(), LIVE, to).map(|text| serde_json::from_str(&text).unwrap())
    }

    fn profile() -> Value {
        json!({
            "openId": "o-live", "unionId": "u-live", "nickName": "安娜",
            "watermark": { "timestamp": 1_477_314_187, "appid": "wx-live" },
        })
    }

    #[test]
    fn every_name_is_that_of_the_other_app() {
        let expected = json!({
            "openId": "o-shop", "unionId": "u-shop", "nickName": "安娜",
            "watermark": { "timestamp": 1_477_314_187, "appid": "wx-shop" },
        });
        assert_eq!(read(&profile(), SHOP), Ok(expected));
    }

    #[test]
    fn a_phone_number_has_nothing_but_its_watermark_to_change() {
        let phone = json!({ "phoneNumber": "13580006666", "watermark": { "appid": "wx-live" } });
        let expected = json!({ "phoneNumber": "13580006666", "watermark": { "appid": "wx-shop" } });
        assert_eq!(read(&phone, SHOP), Ok(expected));
    }

    #[test]
    fn no_union_id_goes_where_none_may_be_told() {
        let told = read(&profile(), Names { union_id: None, ..SHOP }).unwrap();
        assert_eq!(told.get("unionId"), None);
    }

    #[test]
    fn what_another_app_marked_or_names_somebody_else_goes_no_further() {
        let mut marked = profile();
        marked["watermark"]["appid"] = "wx-taxi".into();
        assert_eq!(read(&marked, SHOP), Err(Unfit::Foreign));
        let mut named = profile();
        named["openId"] = "o-bertas".into();
        assert_eq!(read(&named, SHOP), Err(Unfit::SomebodyElse));
        for none in [json!({}), json!({ "watermark": "wx-live" }), json!([]), json!("x")] {
            assert_eq!(read(&none, SHOP), Err(Unfit::Foreign), "{none}");
        }
        assert_eq!(translated("\u{1}", LIVE, SHOP), Err(Unfit::Foreign));
    }
}
