//! What becomes of the texts of others.

use super::super::consent::{Consent, consent};
use super::super::layout::Party;
use super::super::settings::apps::apps;
use super::super::sign_in::{SignIn, sign_in};
use super::super::{name, sample};

#[test]
fn a_name_loses_what_the_eye_cannot_see() {
    assert_eq!(name::tidy("\u{202e}knab\u{202c}"), "knab");
    assert_eq!(name::tidy("Ta\u{200b}x\u{200d}i\u{feff}"), "Taxi");
    assert_eq!(name::tidy("  a \n\u{3000}\tb\u{0} "), "a b");
    assert_eq!(name::tidy("Z\u{301}\u{301}\u{301}\u{301}"), "Z\u{301}\u{301}");
}

#[test]
fn a_name_keeps_what_its_script_needs() {
    for name in ["می\u{200c}خواهم", "👩\u{200d}🚀", "Việt", "Vie\u{323}\u{302}t", "打车", "O’Neill & Söhne"]
    {
        assert_eq!(name::tidy(name), name);
    }
}

#[test]
fn a_name_of_five_hundred_characters_is_cut_and_an_invisible_one_gives_way_to_the_id() {
    assert_eq!(name::tidy(&"長".repeat(500)).chars().count(), 49);
    let party =
        Party { id: "org.example.x".into(), name: "\u{200b}\u{202e} \u{2800}".into(), ..Party::default() };
    assert_eq!(name::shown(&party), "org.example.x");
}

#[test]
fn a_name_whose_letters_imitate_others_is_doubtful_and_an_honest_one_is_not() {
    let party = |name: &str| Party { name: name.into(), ..Party::default() };
    for name in [
        "P\u{430}ypal",
        "Taxi \u{422}axi",
        "\u{420}\u{430}\u{443}",
        "Ap\u{3c1}le",
        "\u{405}\u{441}\u{43e}\u{440}\u{435}",
    ] {
        assert!(name::is_doubtful(&party(name)), "{name}");
    }
    for name in
        ["Taxi", "Такси", "Яндекс Go", "Καφές", "打车 Taxi", "Việt", "Ta\u{200b}xi", "1С", "Œuvre", ""]
    {
        assert!(!name::is_doubtful(&party(name)), "{name}");
    }
}

#[test]
fn the_id_of_a_doubtful_name_is_shown_beside_it_on_every_page_that_trusts_it() {
    let party = Party { id: "org.evil.pay".into(), name: "P\u{430}ypal".into(), ..Party::default() };
    let consent = consent(&Consent { app: party.clone(), ..sample::consent() }).into_string();
    let sign_in = sign_in(&SignIn { to: Some(party.clone()), ..sample::sign_in() }).into_string();
    let mut view = sample::apps();
    view.apps[0].app = party;
    let settings = apps(&view).into_string();
    for page in [consent, sign_in, settings] {
        assert!(page.contains("class=\"caution\"") && page.contains("<bdi>org.evil.pay</bdi>"), "{page}");
    }
    assert!(!super::consent(&sample::consent()).into_string().contains("caution"));
}
