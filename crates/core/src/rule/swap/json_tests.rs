#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde::de::Visitor;

use super::super::spot::splice;
use super::*;

fn pointers(texts: &[&str]) -> Vec<Pointer> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn map(texts: &[&str]) -> JsonMap {
    JsonMap::new(pointers(texts).iter().map(|pointer| (pointer, Role::Any))).unwrap()
}

/// The bytes of what stands at these places.
fn found<'t>(places: &[&str], text: &'t str) -> Result<Vec<&'t str>, NotJson> {
    Ok(map(places).find(text.as_bytes())?.into_iter().map(|spot| &text[spot.span]).collect())
}

#[test]
fn values_are_found_with_the_bytes_in_which_they_are_written() {
    let text = r#" { "a" : "x" , "b":[ {"c":"\u0079"}, {"c": "z"} ,1,[ ] ], "d":{"e":{"f":"w"}} } "#;
    assert_eq!(
        found(&["/a", "/b/*/c", "/d/*/f"], text),
        Ok(vec![r#""x""#, r#""\u0079""#, r#""z""#, r#""w""#])
    );
    assert_eq!(found(&["/b/1/c"], text), Ok(vec![r#""z""#]));
    assert_eq!(found(&["/b/01/c", "/b/-/c", "/b/+1/c", "/x", "/a/x"], text), Ok(vec![]));
    assert_eq!(found(&[""], r#" "x" "#), Ok(vec![r#""x""#]));
}

#[test]
fn a_value_is_decoded() {
    let spots = map(&["/a"]).find(br#"{"a":"\u006f\n\ud83d\ude00"}"#).unwrap();
    assert_eq!(spots[0].value, Value::Text("o\n\u{1f600}".into()));
}

#[test]
fn names_are_compared_decoded_without_regard_to_case_and_every_time() {
    let text = r#"{"openid":"1","OpenID":"2","\u006fPEN\u0069D":"3","openid ":"4","open_id":"5"}"#;
    assert_eq!(found(&["/openid"], text), Ok(vec!["\"1\"", "\"2\"", "\"3\""]));
    assert_eq!(
        found(&["/user\u{212a}ey"], r#"{"USERKEY":"1","u\u017ferkey":"2"}"#),
        Ok(vec!["\"1\"", "\"2\""])
    );
    assert_eq!(found(&["/a~1b/~0"], r#"{"a/b":{"~":"1"}}"#), Ok(vec!["\"1\""]));
}

#[test]
fn null_is_nothing_and_what_is_no_text_is_told_apart() {
    let spots = map(&["/*"]).find(br#"[null,1,true,1e400,"x",[],{},"\ud800"]"#).unwrap();
    let values: Vec<_> = spots.into_iter().map(|spot| spot.value).collect();
    let (scalar, nested) = (Value::Scalar, Value::Nested);
    assert_eq!(
        values,
        [
            scalar.clone(),
            scalar.clone(),
            scalar,
            Value::Text("x".into()),
            nested.clone(),
            nested.clone(),
            nested
        ]
    );
}

#[test]
fn numbers_and_texts_that_rust_cannot_hold_do_not_stand_in_the_way() {
    for odd in ["1e400", "-1E+999", "9007199254740993", "123456789012345678901234567890.5", r#""\ud800""#] {
        let text = format!(r#"{{"a":{odd},"b":[{odd},{{"a":{odd},"c":"x"}}],"c":{{"d":{odd}}}}}"#);
        assert_eq!(found(&["/a/b", "/b/*/c", "/c/d/e"], &text), Ok(vec!["\"x\""]), "{odd}");
    }
}

#[test]
fn what_is_not_json_is_refused_wherever_it_stands() {
    for bad in [
        "",
        " ",
        "{",
        "{\"a\":\"x\"",
        "{\"a\":\"x\"}}",
        "{\"a\":\"x\"} {}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":NaN}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "{\"x\":\"\n\"}",
        "{\"x\":\"\\q\"}",
        "{\"x\":\"\\u12\"}",
        "{\"x\":tru}",
        "{\"x\":[}]}",
        "{1:2}",
        "// {}",
        "\u{feff}{}",
    ] {
        assert_eq!(found(&["/a"], bad), Err(NotJson), "{bad}");
        assert_eq!(JsonMap::default().find(bad.as_bytes()), Err(NotJson), "{bad}");
    }
    assert_eq!(map(&["/a"]).find(b"{\"x\":\"\xff\"}"), Err(NotJson));
}

#[test]
fn a_place_within_another_is_refused() {
    let both = pointers(&["/user", "/user/openid"]);
    let made = JsonMap::new(both.iter().map(|pointer| (pointer, Role::Any)));
    assert_eq!(made, Err(NoMap::Within(both[1].clone())));
    for within in [["/*", "/a/b"], ["/*/b", "/A/B/c"], ["/a/*", "/a/*/c"], ["", "/*"], ["/x/B", "/X/b/0"]] {
        let both = pointers(&within);
        for places in [[&both[0], &both[1]], [&both[1], &both[0]]] {
            let made = JsonMap::new(places.map(|pointer| (pointer, Role::Any)));
            assert_eq!(made, Err(NoMap::Within(both[1].clone())), "{within:?}");
        }
    }
    assert!(map(&[]).is_empty() && !map(&["/a"]).is_empty());
}

#[test]
fn where_a_place_lies_on_the_way_to_another_it_stands_alone() {
    let seen = |places: &[&str], text: &'static str| found(places, text).unwrap();
    for one_or_many in [["/a", "/*/a"], ["/*/a", "/a"]] {
        assert_eq!(seen(&one_or_many, r#"{"a":"1","b":{"a":"2","b":"3"}}"#), ["\"1\"", "\"2\""]);
        assert_eq!(seen(&one_or_many, r#"[{"a":"1"},{"A":"2"}]"#), ["\"1\"", "\"2\""]);
        // What is no text is found whole, each time.
        assert_eq!(
            seen(&one_or_many, r#"{"a":{"a":"1"},"A":["2"],"a":"3"}"#),
            [r#"{"a":"1"}"#, r#"["2"]"#, "\"3\""]
        );
    }
    assert_eq!(seen(&["/a/*", "/*/b"], r#"{"a":{"b":"1"},"b":{"b":"2","c":"3"}}"#), ["\"1\"", "\"2\""]);
    for staggered in [["/a/*", "/*/b/c"], ["/*/b/c", "/a/*"]] {
        assert_eq!(
            seen(&staggered, r#"{"a":{"b":{"c":"1"}},"x":{"b":{"c":"2"}}}"#),
            [r#"{"c":"1"}"#, "\"2\""]
        );
    }
    assert_eq!(seen(&["/*/b", "/a/*/c"], r#"{"a":{"b":[],"x":{"c":"1"}}}"#), ["[]", "\"1\""]);
    assert_eq!(seen(&["/0", "/*/a"], r#"[{"a":"1"},{"a":"2"}]"#), [r#"{"a":"1"}"#, "\"2\""]);
    assert_eq!(seen(&["/0", "/*/a"], r#"{"0":"1","00":{"a":"2"}}"#), ["\"1\"", "\"2\""]);
    let kept = seen(&["/a", "/*/*/c", "/*/b"], r#"{"a":{"x":{"c":"1"}},"x":{"b":{"c":"2"},"d":{"c":"3"}}}"#);
    assert_eq!(kept, [r#"{"x":{"c":"1"}}"#, r#"{"c":"2"}"#, "\"3\""]);
}

#[test]
fn where_two_places_meet_the_first_stands() {
    let (first, second) = ("/a/0".parse().unwrap(), "/*/*".parse().unwrap());
    let map = JsonMap::new([(&first, Role::Own), (&second, Role::Any)]).unwrap();
    let roles = |text: &str| -> Vec<_> {
        map.find(text.as_bytes()).unwrap().into_iter().map(|spot| spot.role).collect()
    };
    assert_eq!(roles(r#"{"A":["x","y"],"b":["z"]}"#), [Role::Own, Role::Any, Role::Any]);
    assert_eq!(roles(r#"{"a":{"0":"x"}}"#), [Role::Own]);
}

#[test]
fn places_to_which_there_are_too_many_ways_are_refused() {
    let staggered = |length: usize| {
        let place = |at: usize| format!("{}/a{}", "/*".repeat(at), "/*".repeat(length - at));
        let all: Vec<Pointer> = (0..length).map(|at| place(at).parse().unwrap()).collect();
        JsonMap::new(all.iter().map(|pointer| (pointer, Role::Any))).map(|map| map.crossings.len())
    };
    assert!(staggered(8).unwrap() < 1000);
    assert_eq!(staggered(24), Err(NoMap::TooMany));
}

#[test]
fn a_hundred_levels_are_walked_and_ten_thousand_skipped() {
    let place = "/a".repeat(30) + "/openid";
    let deep = r#"{"a":"#.repeat(30) + r#"{"openid":"x"}"# + &"}".repeat(30);
    assert_eq!(found(&[&place], &deep), Ok(vec!["\"x\""]));
    let aside = format!(r#"{{"x":{}{},"openid":"x"}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(found(&["/openid"], &aside), Ok(vec!["\"x\""]));
    let aside = format!(r#"{{"x":{}{},"openid":"x"}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(found(&["/openid"], &aside), Ok(vec!["\"x\""]));
}

#[test]
fn a_hundred_thousand_ids_are_found_in_one_pass() {
    let items: Vec<_> = (0..100_000).map(|number| format!(r#"{{"openid":"o{number:027}"}}"#)).collect();
    let text = format!("[{}]", items.join(","));
    let spots = map(&["/*/openid"]).find(text.as_bytes()).unwrap();
    assert_eq!(spots.len(), 100_000);
    assert_eq!(spots[99_999].value, Value::Text(format!("o{:027}", 99_999)));
}

/// A text as the reference sees it: parsed whole, with every member in its order, and numbers as they are written.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Other(String),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut all = vec![];
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Members(all))
            }
        }
        input.deserialize_map(All)
    }
}

impl Tree {
    fn parse(text: &str) -> Self {
        let text = text.trim_matches([' ', '\n', '\r', '\t']);
        match text.as_bytes()[0] {
            b'"' => Self::Text(serde_json::from_str(text).unwrap()),
            b'[' => {
                let all: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap();
                Self::List(all.iter().map(|raw| Self::parse(raw.get())).collect())
            }
            b'{' => {
                let Members(all) = serde_json::from_str(text).unwrap();
                Self::Object(all.into_iter().map(|(name, raw)| (name, Self::parse(raw.get()))).collect())
            }
            _ => Self::Other(text.to_owned()),
        }
    }

    /// The tree with every text at a place turned round, by the definition of a place.
    fn swapped(self, places: &[&[Step]]) -> Self {
        let below = |name: &str, number: Option<usize>| -> Vec<&[Step]> {
            let leads = |step: &Step| match step {
                Step::Every => true,
                Step::Named(own) => match number {
                    Some(number) => *own == number.to_string(),
                    None => fold(own) == fold(name),
                },
            };
            let way = |place: &&[Step]| place.split_first().is_some_and(|(step, _)| leads(step));
            places.iter().copied().filter(way).map(|place| &place[1..]).collect()
        };
        let is_place = places.iter().any(|place| place.is_empty());
        match self {
            Self::Text(text) if is_place => Self::Text(turned(&text)),
            // It is no OpenID, and what lies within it is none.
            nested @ (Self::List(_) | Self::Object(_)) if is_place => nested,
            Self::List(all) => {
                let one = |(number, tree): (usize, Self)| tree.swapped(&below("", Some(number)));
                Self::List(all.into_iter().enumerate().map(one).collect())
            }
            Self::Object(all) => {
                let one = |(name, tree): (String, Self)| {
                    let places = below(&name, None);
                    (name, tree.swapped(&places))
                };
                Self::Object(all.into_iter().map(one).collect())
            }
            other => other,
        }
    }
}

fn turned(text: &str) -> String {
    format!("<{}\"\\>", text.chars().rev().collect::<String>())
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n\t", " \r\n "])
}

fn name() -> impl Strategy<Value = &'static str> {
    let names =
        ["a", "A", "b", "\\u0061", "openid", "OpenId", "\\u006fpenid", "0", "1", "x\\/y", "", "é", "\\n"];
    prop::sample::select(names.to_vec())
}

fn scalar() -> impl Strategy<Value = String> {
    let odd = [
        "null",
        "true",
        "false",
        "0",
        "-0.0",
        "1e400",
        "9007199254740993",
        "1E-7",
        "\"\"",
        "\"\\ud83d\\ude00\"",
    ];
    let text = "[ -~é]{0,6}".prop_map(|text| serde_json::Value::from(text).to_string());
    let escaped = "[a-z]{1,4}".prop_map(|text| {
        format!("\"{}\"", text.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<String>())
    });
    prop_oneof![prop::sample::select(odd.to_vec()).prop_map(str::to_owned), text, escaped]
}

/// Any JSON text, in any formatting, with doubled and escaped names.
fn json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(5, 60, 6, |inner| {
        let element = (space(), inner.clone(), space());
        let list = prop::collection::vec(element, 0..6).prop_map(|all| {
            let all: Vec<_> =
                all.into_iter().map(|(before, value, after)| format!("{before}{value}{after}")).collect();
            format!("[{}]", all.join(","))
        });
        let member = (space(), name(), space(), inner, space());
        let object = prop::collection::vec(member, 0..6).prop_map(|all| {
            let one = |(s, name, t, value, u)| format!("{s}\"{name}\"{t}:{u}{value}{t}");
            let all: Vec<_> = all.into_iter().map(one).collect();
            format!("{{{}}}", all.join(","))
        });
        prop_oneof![list, object]
    })
}

/// Places of which none lies within another.
fn places() -> impl Strategy<Value = Vec<Pointer>> {
    let step = prop_oneof![
        Just(Step::Every),
        prop::sample::select(vec!["a", "OPENID", "0", "1", "x/y", "É", "\n"])
            .prop_map(|name| Step::Named(name.into()))
    ];
    let all = prop::collection::vec(prop::collection::vec(step, 0..4).prop_map(Pointer), 1..6);
    all.prop_map(|all| {
        let stands = |place: &&Pointer| !all.iter().any(|outer| lies_within(place, outer));
        all.iter().filter(stands).cloned().collect()
    })
}

proptest! {
    #[test]
    fn the_swap_says_what_a_reference_says_that_parses_and_writes_anew(text in json(), places in places()) {
        let map = JsonMap::new(places.iter().map(|pointer| (pointer, Role::Any))).unwrap();
        let spots = map.find(text.as_bytes()).unwrap();
        let new: Vec<_> = spots.iter().filter_map(|spot| match &spot.value {
            Value::Text(value) => Some((spot.span.clone(), in_json(&turned(value)))),
            Value::Line(_) | Value::Scalar | Value::Nested => None,
        }).collect();
        let edits = new.iter().map(|(span, value)| (span.clone(), value.as_bytes()));
        let after = String::from_utf8(splice(text.as_bytes(), edits)).unwrap();
        let ways: Vec<_> = places.iter().map(|pointer| &pointer.0[..]).collect();
        prop_assert_eq!(Tree::parse(&after), Tree::parse(&text).swapped(&ways));

        // Every byte outside the spans is where it was, moved by what grew before it.
        let (mut at, mut done) = (0, 0);
        for (span, value) in &new {
            let kept = span.start - done;
            prop_assert_eq!(&after[at..at + kept], &text[done..span.start]);
            (at, done) = (at + kept + value.len(), span.end);
        }
        prop_assert_eq!(&after[at..], &text[done..]);
    }

    #[test]
    fn what_becomes_itself_leaves_every_byte(text in json(), places in places()) {
        let map = JsonMap::new(places.iter().map(|pointer| (pointer, Role::Any))).unwrap();
        let spots = map.find(text.as_bytes()).unwrap();
        let edits = spots.iter().map(|spot| (spot.span.clone(), &text.as_bytes()[spot.span.clone()]));
        prop_assert_eq!(splice(text.as_bytes(), edits), text.as_bytes());
    }

    #[test]
    fn whatever_the_bytes_are_serde_json_is_of_one_mind_with_itself(text in "[\\[\\]{}:,\"\\\\a0-9.eE+ntrufals -]{0,24}") {
        let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        prop_assert_eq!(map(&["/a/*", "/*/a"]).find(text.as_bytes()).is_ok(), is_json);
    }
}
