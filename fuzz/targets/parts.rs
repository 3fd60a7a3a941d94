//! Forms of parts: found by spans, replaced, and found again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico_core::rule::swap::{Fields, Role, Value, find_in_parts, splice};

fuzz_target!(|body: &[u8]| {
    let fields = Fields::new([("openid", Role::Own)]);
    let Ok(spots) = find_in_parts(body, "b", &fields) else { return };
    assert!(spots.is_sorted_by(|one, next| one.span.end <= next.span.start));
    let after = splice(body, spots.iter().map(|spot| (spot.span.clone(), &b"new"[..])));
    let again = find_in_parts(&after, "b", &fields).expect("a form is a form after a swap");
    assert_eq!(again.len(), spots.len());
    assert!(again.iter().all(|spot| spot.value == Value::Text("new".into())));
});
