//! JSON: found by spans, replaced, and found again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico_core::rule::swap::{JsonMap, Pointer, Role, Value, in_json, splice};

fuzz_target!(|text: &[u8]| {
    let places: Vec<Pointer> = ["/items/*/openid", "/a/0/x", "/*/*/b", "/*/b", "/b"]
        .map(|text| text.parse().expect("a pointer"))
        .into();
    let map = JsonMap::new(places.iter().map(|pointer| (pointer, Role::Any))).expect("a map");
    let Ok(spots) = map.find(text) else { return };
    assert!(serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok());
    assert!(spots.is_sorted_by(|one, next| one.span.end <= next.span.start));
    let texts: Vec<_> = spots.iter().filter(|spot| matches!(spot.value, Value::Text(_))).collect();
    let new = in_json("n\"ew\\");
    let after = splice(text, texts.iter().map(|spot| (spot.span.clone(), new.as_bytes())));
    let again = map.find(&after).expect("what was JSON is JSON");
    assert_eq!(again.len(), spots.len());
    let swapped = again.iter().filter(|spot| spot.value == Value::Text("n\"ew\\".into())).count();
    assert_eq!(swapped, texts.len());
    let same = splice(text, spots.iter().map(|spot| (spot.span.clone(), &text[spot.span.clone()])));
    assert_eq!(same, text);
});
