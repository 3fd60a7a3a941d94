//! Addresses: adding, changing and removing one.

use serde_json::Value;

use super::country;
use super::entry::{self, Entry};
use crate::denied::{Code, Denied};
use crate::id::AddressId;
use crate::noun::address::Address;
use crate::noun::person::Profile;
use crate::rule::register::Object;

/// The most addresses of one person.
pub const MOST: usize = 20;

const KNOWN: [&str; 7] =
    ["label", "street_address", "locality", "region", "postal_code", "country", "default"];
const LONGEST_LABEL: usize = 50;
const LONGEST_STREET: usize = 500;
const LONGEST_NAME: usize = 100;
const LONGEST_CODE: usize = 20;

impl Entry for Address {
    fn is_default(&self) -> bool {
        self.is_default
    }

    fn set_default(&mut self, is_default: bool) {
        self.is_default = is_default;
    }
}

/// The profile with one address more; the first one is the default.
///
/// Refusals: `invalid_request` where a member is unknown, too long or holds control characters,
/// where the country is none, or where neither street nor city is named; `conflict` where there are
/// [`MOST`] already.
pub fn add(before: &Profile, id: AddressId, json: &Value) -> Result<Profile, Denied> {
    if before.addresses.len() >= MOST {
        return Err(Denied::new(Code::Conflict, format!("there are {MOST} addresses; remove one first")));
    }
    let mut after = before.clone();
    after.addresses.push(Address::blank(id));
    write(&mut after, before.addresses.len(), json)?;
    Ok(after)
}

/// The profile with this address replaced; it stays the default if it was.
///
/// Refusals: as for [`add`], and `not_found`.
pub fn replace(before: &Profile, id: AddressId, json: &Value) -> Result<Profile, Denied> {
    let (mut after, index) = (before.clone(), find(before, id)?);
    after.addresses[index] = Address { is_default: before.addresses[index].is_default, ..Address::blank(id) };
    write(&mut after, index, json)?;
    Ok(after)
}

/// The profile with the members that were sent changed in this address; `null` removes one.
///
/// Refusals: as for [`add`], and `not_found`.
pub fn change(before: &Profile, id: AddressId, json: &Value) -> Result<Profile, Denied> {
    let (mut after, index) = (before.clone(), find(before, id)?);
    write(&mut after, index, json)?;
    Ok(after)
}

/// The profile without this address; if it was the default, the first one left is.
///
/// Refusal: `not_found`.
pub fn remove(before: &Profile, id: AddressId) -> Result<Profile, Denied> {
    let (mut after, index) = (before.clone(), find(before, id)?);
    after.addresses.remove(index);
    entry::settle(&mut after.addresses);
    Ok(after)
}

fn find(profile: &Profile, id: AddressId) -> Result<usize, Denied> {
    let index = profile.addresses.iter().position(|address| address.id == id);
    index.ok_or_else(|| Denied::not_found("you have no address of this id"))
}

fn write(profile: &mut Profile, index: usize, json: &Value) -> Result<(), Denied> {
    let top = Object::whole(json)?;
    top.only(&KNOWN)?;
    let address = &mut profile.addresses[index];
    for (key, field, most) in [
        ("label", &mut address.label, LONGEST_LABEL),
        ("locality", &mut address.locality, LONGEST_NAME),
        ("region", &mut address.region, LONGEST_NAME),
        ("postal_code", &mut address.postal_code, LONGEST_CODE),
    ] {
        if top.has(key) {
            *field = top.text(key, most)?;
        }
    }
    if top.has("street_address") {
        address.street_address = top.lines("street_address", LONGEST_STREET)?;
    }
    if top.has("country") {
        address.country = top.checked("country", country::alpha2)?;
    }
    if address.street_address.is_none() && address.locality.is_none() {
        return Err(Denied::request("an address needs 'street_address' or 'locality'"));
    }
    super::set_default(&top, &mut profile.addresses, index)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn id(byte: u8) -> AddressId {
        AddressId::from_bytes([byte; 16])
    }

    fn with(count: u8) -> Profile {
        let street = |number: u8| json!({ "street_address": format!("{number} High Street") });
        (1..=count).fold(Profile::default(), |profile, n| add(&profile, id(n), &street(n)).unwrap())
    }

    fn defaults(profile: &Profile) -> Vec<bool> {
        profile.addresses.iter().map(|address| address.is_default).collect()
    }

    #[test]
    fn an_address_reads_back_as_it_was_sent() {
        let sent = json!({
            "label": " Home ", "street_address": "1 High Street\r\nFlat 2", "locality": "London",
            "region": null, "postal_code": "N1 1AA", "country": "gb",
        });
        let profile = add(&Profile::default(), id(1), &sent).unwrap();
        let home = &profile.addresses[0];
        assert_eq!((home.label.as_deref(), home.region.as_deref()), (Some("Home"), None));
        assert_eq!((home.country.as_deref(), home.is_default), (Some("GB"), true));
        assert_eq!(home.formatted(), "1 High Street\nFlat 2\nN1 1AA London\nGB");
    }

    #[test]
    fn of_several_exactly_one_is_the_default() {
        assert_eq!(defaults(&with(3)), [true, false, false]);
        let second = change(&with(3), id(2), &json!({ "default": true })).unwrap();
        assert_eq!(defaults(&second), [false, true, false]);
        let replaced = replace(&second, id(2), &json!({ "locality": "Bath" })).unwrap();
        assert_eq!(defaults(&replaced), [false, true, false]);
        assert_eq!(defaults(&remove(&second, id(2)).unwrap()), [true, false]);
        assert!(change(&second, id(2), &json!({ "default": false })).is_err());
        assert_eq!(change(&second, id(1), &json!({ "default": false })).unwrap(), second);
        let fourth = add(&second, id(4), &json!({ "locality": "Bath", "default": true })).unwrap();
        assert_eq!(defaults(&fourth), [false, false, false, true]);
        let none = remove(&with(1), id(1)).unwrap();
        assert!(none.addresses.is_empty());
        let only = add(&none, id(1), &json!({ "locality": "Bath", "default": false })).unwrap();
        assert_eq!(defaults(&only), [true]);
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_a_replacement_does_not() {
        let sent = json!({ "street_address": "1 High Street", "locality": "London", "label": "Home" });
        let before = add(&Profile::default(), id(1), &sent).unwrap();
        let changed = change(&before, id(1), &json!({ "locality": "Bath", "label": null })).unwrap();
        let address = &changed.addresses[0];
        assert_eq!(address.street_address.as_deref(), Some("1 High Street"));
        assert_eq!((address.locality.as_deref(), address.label.as_deref()), (Some("Bath"), None));
        let replaced = replace(&before, id(1), &json!({ "locality": "Bath" })).unwrap();
        assert_eq!((&replaced.addresses[0].street_address, &replaced.addresses[0].label), (&None, &None));
    }

    #[test]
    fn bad_input_is_refused() {
        for bad in [
            json!([]),
            json!({}),
            json!({ "label": "Home" }),
            json!({ "locality": "" }),
            json!({ "locality": 7 }),
            json!({ "locality": "a\u{0}b" }),
            json!({ "locality": "a\u{202e}b" }),
            json!({ "locality": "a\nb" }),
            json!({ "street_address": "a\rb" }),
            json!({ "locality": "a".repeat(101) }),
            json!({ "street_address": "a".repeat(501) }),
            json!({ "locality": "Bath", "label": "a".repeat(51) }),
            json!({ "locality": "Bath", "postal_code": "1".repeat(21) }),
            json!({ "locality": "Bath", "country": "UK" }),
            json!({ "locality": "Bath", "default": "yes" }),
            json!({ "locality": "Bath", "street": "1 High Street" }),
            json!({ "locality": "Bath", "id": "adr_1" }),
        ] {
            assert!(add(&Profile::default(), id(1), &bad).is_err(), "{bad}");
        }
        assert!(change(&with(1), id(1), &json!({ "street_address": null })).is_err());
    }

    #[test]
    fn there_are_twenty_at_most() {
        let denied = add(&with(20), id(21), &json!({ "locality": "Bath" })).map_err(|denied| denied.code);
        assert_eq!(denied, Err(Code::Conflict));
    }

    #[test]
    fn one_that_is_not_there_is_not_found() {
        let (profile, json) = (with(1), json!({ "locality": "Bath" }));
        for result in
            [replace(&profile, id(9), &json), change(&profile, id(9), &json), remove(&profile, id(9))]
        {
            assert_eq!(result.map_err(|denied| denied.code), Err(Code::NotFound));
        }
    }
}
