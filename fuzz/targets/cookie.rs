//! Cookies: found by spans, replaced, and found again; taken out and gone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico_core::rule::swap::{Fields, Role, Value, find_in_cookies, find_in_set_cookie, splice, without};

fuzz_target!(|header: &[u8]| {
    let fields = Fields::new([("openid", Role::Own)]);
    let spots = find_in_cookies(header, &fields);
    assert!(spots.is_sorted_by(|one, next| one.span.end <= next.span.start));
    let written: Vec<_> = spots.iter().filter(|spot| !spot.span.is_empty()).collect();
    let after = splice(header, written.iter().map(|spot| (spot.span.clone(), &b"new"[..])));
    let again = find_in_cookies(&after, &fields);
    assert_eq!(again.len(), spots.len());
    let swapped = again.iter().filter(|spot| spot.value == Value::Text("new".into())).count();
    assert!(swapped >= written.len());
    let rest = without(header, "openid").unwrap_or_default();
    assert!(find_in_cookies(&rest, &fields).is_empty());
    if let Some(spot) = find_in_set_cookie(header, &fields) {
        assert!(spot.span.end <= header.len());
    }
});
