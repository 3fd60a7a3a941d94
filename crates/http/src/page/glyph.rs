//! The few drawings, inline so that they take the colour of the text around them. All are decoration.

use maud::{Markup, html};

fn drawing(path: &'static str) -> Markup {
    html! {
        svg.glyph viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            path d=(path) {}
        }
    }
}

/// Portico's mark: a doorway under a pediment.
pub(crate) fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            path d="M12 2 2.5 7.6V10h19V7.6zM4.5 12v8H8v-8zM16 12v8h3.5v-8zM10 20v-5a2 2 0 0 1 4 0v5z" {}
        }
    }
}

/// What a permission is about, told by the standard scope's name; others get a key.
pub(super) fn of_scope(scope: &str) -> Markup {
    let path = match scope {
        "profile" | "profile.basic" => {
            "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.9-3.6 3.9-5.5 7.5-5.5s6.6 1.9 7.5 5.5"
        }
        "email" | "email.verified" => "M3.5 6h17v12.500h-17zM4 6.500l8 6.5 8-6.5",
        "phone" | "phone.verified" => "M7 2.500h10v19H7zM10.5 18.500h3",
        "address" | "address.list" => {
            "M12 21.500c4.7-4.7 7-8.4 7-11.300a7 7 0 1 0-14 0c0 2.9 2.3 6.6 7 11.300zM12 12.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
        }
        "payment.methods" => "M2.5 5.500h19v13h-19zM2.5 10h19M6 15h4",
        "kyc.status" => {
            "M3 5h18v14H3zM8.5 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM5.5 16c.4-1.6 1.5-2.4 3-2.400s2.6.8 3 2.400M14.5 9.500h4M14.5 13.500h4"
        }
        "orders.history" => "M6 7.500h12l1 13.500H5zM9 10V6.500a3 3 0 0 1 6 0V10",
        "union_id" => {
            "M9.5 14.500l5-5M8 11l-2.5 2.500a3.5 3.5 0 0 0 5 5L13 16M16 13l2.5-2.500a3.5 3.5 0 0 0-5-5L11 8"
        }
        _ => "M8 19.500a4.5 4.5 0 1 1 3.9-6.700L20.5 4M16 8.500l3 3M11.5 13l1.5-1.5",
    };
    drawing(path)
}

pub(super) fn lock() -> Markup {
    drawing("M5.5 10.500h13v10h-13zM8 10.500V7.500a4 4 0 0 1 8 0v3")
}

pub(super) fn shield() -> Markup {
    drawing("M12 2.500l7.5 3v6c0 4.7-3 8.2-7.5 10-4.5-1.8-7.5-5.3-7.5-10v-6zM8.5 12l2.5 2.5 4.5-4.5")
}

/// A shield of which nothing is left to rely on.
pub(super) fn undone() -> Markup {
    drawing("M12 2.500l7.5 3v6c0 4.7-3 8.2-7.5 10-4.5-1.8-7.5-5.3-7.5-10v-6zM9.5 9.500l5 5M14.5 9.500l-5 5")
}

pub(super) fn device() -> Markup {
    drawing("M4 5h16v11H4zM2 19.500h20")
}

pub(crate) fn check() -> Markup {
    drawing("M5 12.500l5 5 9-11")
}

pub(super) fn chevron() -> Markup {
    drawing("M6 9.500l6 6 6-6")
}

pub(crate) fn warning() -> Markup {
    drawing("M12 3.500l9.5 17h-19zM12 10v5M12 17.500v.5")
}

pub(super) fn info() -> Markup {
    drawing("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.500v.5")
}
