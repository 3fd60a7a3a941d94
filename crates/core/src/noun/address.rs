//! An address of a person.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::AddressId;

/// A postal address (OIDC Core §5.1.1), as part of the profile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The inner id.
    pub id: AddressId,
    /// What the person calls it.
    pub label: Option<String>,
    /// Street, house and flat; may have several lines.
    pub street_address: Option<String>,
    /// The city.
    pub locality: Option<String>,
    /// The state, province or region.
    pub region: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// Whether it is the one to take where one is wanted. Of a person's addresses exactly one is.
    #[serde(rename = "default")]
    pub is_default: bool,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

impl Address {
    /// An address that says nothing yet.
    pub fn blank(id: AddressId) -> Self {
        Self {
            id,
            label: None,
            street_address: None,
            locality: None,
            region: None,
            postal_code: None,
            country: None,
            is_default: false,
        }
    }

    /// The whole address as lines for display or a letter (OIDC Core §5.1.1, `formatted`).
    pub fn formatted(&self) -> String {
        let city = [&self.postal_code, &self.locality].into_iter().flatten().map(String::as_str);
        let city = city.collect::<Vec<_>>().join(" ");
        let lines =
            [self.street_address.as_deref(), Some(&*city), self.region.as_deref(), self.country.as_deref()];
        lines.into_iter().flatten().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}
