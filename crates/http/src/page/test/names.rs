//! What becomes of the texts of others.

use super::super::layout::Party;
use super::super::name;

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
