//! What each stage does.

pub(crate) mod browser;
pub(crate) mod clients;
pub(crate) mod deploy;
pub(crate) mod docs;
pub(crate) mod long;
pub(crate) mod rust;
pub(crate) mod sdk;
pub(crate) mod siege;
