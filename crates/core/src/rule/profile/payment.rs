//! Payment methods: adding, changing and removing one.

use serde_json::Value;

use super::entry::{self, Entry};
use crate::denied::{Code, Denied};
use crate::id::PaymentMethodId;
use crate::noun::payment::PaymentMethod;
use crate::noun::person::Profile;
use crate::rule::register::Object;

/// The most payment methods of one person.
pub const MOST: usize = 20;

const KNOWN: [&str; 6] = ["kind", "brand", "last4", "expires", "reference", "default"];
const LONGEST_BRAND: usize = 40;
const LONGEST_REFERENCE: usize = 200;

impl Entry for PaymentMethod {
    fn is_default(&self) -> bool {
        self.is_default
    }

    fn set_default(&mut self, is_default: bool) {
        self.is_default = is_default;
    }
}

/// The profile with one payment method more; the first one is the default.
///
/// Refusals: `invalid_request` where a member is unknown or is not what it must be, or where the
/// kind is missing; `conflict` where there are [`MOST`] already.
pub fn add(before: &Profile, id: PaymentMethodId, json: &Value) -> Result<Profile, Denied> {
    if before.payment_methods.len() >= MOST {
        let text = format!("there are {MOST} payment methods; remove one first");
        return Err(Denied::new(Code::Conflict, text));
    }
    let mut after = before.clone();
    after.payment_methods.push(blank(id));
    write(&mut after, before.payment_methods.len(), json)?;
    Ok(after)
}

/// The profile with this payment method replaced; it stays the default if it was. The reference
/// stays where none is sent, since it is shown to nobody who could send it back.
///
/// Refusals: as for [`add`], and `not_found`.
pub fn replace(before: &Profile, id: PaymentMethodId, json: &Value) -> Result<Profile, Denied> {
    let (mut after, index) = (before.clone(), find(before, id)?);
    let method = &mut after.payment_methods[index];
    *method =
        PaymentMethod { is_default: method.is_default, reference: method.reference.take(), ..blank(id) };
    write(&mut after, index, json)?;
    Ok(after)
}

/// The profile with the members that were sent changed in this payment method; `null` removes one.
///
/// Refusals: as for [`add`], and `not_found`.
pub fn change(before: &Profile, id: PaymentMethodId, json: &Value) -> Result<Profile, Denied> {
    let (mut after, index) = (before.clone(), find(before, id)?);
    write(&mut after, index, json)?;
    Ok(after)
}

/// The profile without this payment method; if it was the default, the first one left is.
///
/// Refusal: `not_found`.
pub fn remove(before: &Profile, id: PaymentMethodId) -> Result<Profile, Denied> {
    let (mut after, index) = (before.clone(), find(before, id)?);
    after.payment_methods.remove(index);
    entry::settle(&mut after.payment_methods);
    Ok(after)
}

fn blank(id: PaymentMethodId) -> PaymentMethod {
    PaymentMethod {
        id,
        kind: String::new(),
        brand: None,
        last4: None,
        expires: None,
        reference: None,
        is_default: false,
    }
}

fn find(profile: &Profile, id: PaymentMethodId) -> Result<usize, Denied> {
    let index = profile.payment_methods.iter().position(|method| method.id == id);
    index.ok_or_else(|| Denied::not_found("you have no payment method of this id"))
}

fn write(profile: &mut Profile, index: usize, json: &Value) -> Result<(), Denied> {
    let top = Object::whole(json)?;
    top.only(&KNOWN)?;
    let method = &mut profile.payment_methods[index];
    if top.has("kind") {
        method.kind = top.checked("kind", kind)?.unwrap_or_default();
    }
    if method.kind.is_empty() {
        return Err(top.wrong("kind", "is missing"));
    }
    if top.has("brand") {
        method.brand = top.text("brand", LONGEST_BRAND)?;
    }
    if top.has("last4") {
        method.last4 = top.checked("last4", last4)?;
    }
    if top.has("expires") {
        method.expires = top.checked("expires", month)?;
    }
    if top.has("reference") {
        method.reference = top.text("reference", LONGEST_REFERENCE)?;
        if method.reference.as_ref().is_some_and(|reference| reference.contains('…')) {
            return Err(top.wrong("reference", "is a masked one; leave it out to keep what there is"));
        }
    }
    super::set_default(&top, &mut profile.payment_methods, index)
}

fn kind(text: &str) -> Result<String, &'static str> {
    let fits = (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
    if fits { Ok(text.to_owned()) } else { Err("must be a word such as card or bank_account") }
}

fn last4(text: &str) -> Result<String, &'static str> {
    let fits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(text.to_owned()) } else { Err("must be four digits") }
}

fn month(text: &str) -> Result<String, &'static str> {
    let wrong = "must be a month such as 2027-04";
    let (year, month) = text.split_once('-').ok_or(wrong)?;
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(year, 4)
        && digits(month, 2)
        && ("2000"..="2099").contains(&year)
        && ("01"..="12").contains(&month);
    if fits { Ok(text.to_owned()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn id(byte: u8) -> PaymentMethodId {
        PaymentMethodId::from_bytes([byte; 16])
    }

    fn card() -> Value {
        json!({
            "kind": "card", "brand": "visa", "last4": "1111", "expires": "2027-04",
            "reference": "pm_1NXWPnOoE5DtLMgq",
        })
    }

    #[test]
    fn a_payment_method_reads_back_as_it_was_sent() {
        let profile = add(&Profile::default(), id(1), &card()).unwrap();
        let method = &profile.payment_methods[0];
        assert_eq!((method.kind.as_str(), method.brand.as_deref()), ("card", Some("visa")));
        assert_eq!((method.last4.as_deref(), method.expires.as_deref()), (Some("1111"), Some("2027-04")));
        assert_eq!(method.reference.as_deref(), Some("pm_1NXWPnOoE5DtLMgq"));
        assert!(method.is_default);
    }

    #[test]
    fn a_replacement_without_a_reference_keeps_it_and_null_removes_it() {
        let before = add(&Profile::default(), id(1), &card()).unwrap();
        let replaced = replace(&before, id(1), &json!({ "kind": "wallet" })).unwrap();
        assert_eq!(replaced.payment_methods[0].reference.as_deref(), Some("pm_1NXWPnOoE5DtLMgq"));
        assert_eq!(
            (&replaced.payment_methods[0].brand, replaced.payment_methods[0].is_default),
            (&None, true)
        );
        let removed = change(&before, id(1), &json!({ "reference": null })).unwrap();
        assert_eq!(removed.payment_methods[0].reference, None);
        assert!(change(&before, id(1), &json!({ "reference": "…LMgq" })).is_err());
    }

    #[test]
    fn of_several_exactly_one_is_the_default() {
        let two = add(&add(&Profile::default(), id(1), &card()).unwrap(), id(2), &card()).unwrap();
        let second = change(&two, id(2), &json!({ "default": true })).unwrap();
        let defaults = |profile: &Profile| -> Vec<_> {
            profile.payment_methods.iter().map(|method| method.is_default).collect()
        };
        assert_eq!((defaults(&two), defaults(&second)), (vec![true, false], vec![false, true]));
        assert_eq!(defaults(&remove(&second, id(2)).unwrap()), [true]);
    }

    #[test]
    fn bad_input_is_refused() {
        for bad in [
            json!({}),
            json!({ "kind": null }),
            json!({ "kind": "" }),
            json!({ "kind": "Credit Card" }),
            json!({ "kind": "a".repeat(33) }),
            json!({ "kind": "card", "brand": "a".repeat(41) }),
            json!({ "kind": "card", "brand": "a\tb" }),
            json!({ "kind": "card", "last4": 1111 }),
            json!({ "kind": "card", "last4": "111" }),
            json!({ "kind": "card", "last4": "11a1" }),
            json!({ "kind": "card", "last4": "١٢٣٤" }),
            json!({ "kind": "card", "expires": "04/27" }),
            json!({ "kind": "card", "expires": "2027-13" }),
            json!({ "kind": "card", "expires": "2027-00" }),
            json!({ "kind": "card", "expires": "1999-12" }),
            json!({ "kind": "card", "expires": "9999-12" }),
            json!({ "kind": "card", "expires": "2027-4" }),
            json!({ "kind": "card", "reference": "a".repeat(201) }),
            json!({ "kind": "card", "number": "x" }),
            json!({ "kind": "card", "cvc": "123" }),
        ] {
            assert!(add(&Profile::default(), id(1), &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn there_are_twenty_at_most_and_one_that_is_not_there_is_not_found() {
        let twenty = (1..=20).fold(Profile::default(), |profile, n| add(&profile, id(n), &card()).unwrap());
        assert_eq!(add(&twenty, id(21), &card()).map_err(|denied| denied.code), Err(Code::Conflict));
        assert_eq!(remove(&twenty, id(21)).map_err(|denied| denied.code), Err(Code::NotFound));
        assert_eq!(replace(&twenty, id(21), &card()).map_err(|denied| denied.code), Err(Code::NotFound));
    }
}
