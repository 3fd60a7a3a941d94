//! Queries and urlencoded forms: found by spans, replaced, and found again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico_core::rule::swap::{Fields, Role, Value, find_in_form, in_form, splice};

fuzz_target!(|text: &[u8]| {
    let fields = Fields::new([("openid", Role::Own), ("a[b]", Role::Any)]);
    let spots = find_in_form(text, &fields);
    assert!(spots.is_sorted_by(|one, next| one.span.end <= next.span.start));
    let new = in_form("n w&=é");
    let written: Vec<_> = spots.iter().filter(|spot| !spot.span.is_empty()).collect();
    let after = splice(text, written.iter().map(|spot| (spot.span.clone(), new.as_bytes())));
    let again = find_in_form(&after, &fields);
    assert_eq!(again.len(), spots.len());
    let swapped = again.iter().filter(|spot| spot.value == Value::Text("n w&=é".into())).count();
    assert!(swapped >= written.len());
});
