//! A payment method of a person: a provider's reference, never a number.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::PaymentMethodId;

/// The shortest reference of which the end is shown.
const SHOWN_FROM: usize = 12;
/// How many characters of a reference are shown.
const SHOWN: usize = 4;

/// A way to pay that a payment provider keeps, as part of the profile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// The inner id.
    pub id: PaymentMethodId,
    /// What kind of thing it is, such as `card` or `bank_account`.
    pub kind: String,
    /// Whose brand it bears, such as `visa`.
    pub brand: Option<String>,
    /// The last four digits, by which the person knows it.
    pub last4: Option<String>,
    /// The month in which it expires, such as `2027-04`.
    pub expires: Option<String>,
    /// What the provider knows it by. It is shown to nobody, and to the person only its end.
    pub reference: Option<String>,
    /// Whether it is the one to take where one is wanted. Of a person's payment methods exactly one is.
    #[serde(rename = "default")]
    pub is_default: bool,
}

impl fmt::Debug for PaymentMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaymentMethod(..)")
    }
}

impl PaymentMethod {
    /// The reference with all but its end hidden; a short one is hidden whole.
    pub fn masked_reference(&self) -> Option<String> {
        let reference = self.reference.as_ref()?;
        let length = reference.chars().count();
        let shown = if length < SHOWN_FROM { length } else { length - SHOWN };
        Some(format!("…{}", reference.chars().skip(shown).collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_reference_shows_its_end_and_a_short_one_nothing() {
        let masked = |reference: &str| {
            let method = PaymentMethod {
                id: PaymentMethodId::from_bytes([1; 16]),
                kind: "card".into(),
                brand: None,
                last4: None,
                expires: None,
                reference: Some(reference.into()),
                is_default: true,
            };
            method.masked_reference().unwrap()
        };
        assert_eq!(masked("pm_1NXWPnOoE5DtLMgq"), "…LMgq");
        assert_eq!(masked("pm_12345678"), "…");
        assert_eq!(masked("ключ-к-карте"), "…арте");
    }
}
