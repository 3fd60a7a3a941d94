//! The stories told in a real browser.

use crate::repository::Repository;
use crate::stage::clients;
use crate::tally::Tally;

/// The demo from sign-in to sign-out, and every page at two widths and in both themes.
pub(crate) fn check(repository: &Repository) -> Tally {
    clients::node(repository, "browser")
}
