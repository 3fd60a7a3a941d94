//! Revealing the profile: which claims the scopes open (OIDC Core §5.1).

use crate::noun::address::Address;
use crate::noun::avatar::Avatar;
use crate::noun::kyc::Kyc;
use crate::noun::payment::PaymentMethod;
use crate::noun::person::Profile;
use crate::scope::ScopeSet;

/// The claims that an app gets; absent where not opened or not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims<'a> {
    /// `name`.
    pub name: Option<&'a str>,
    /// `picture`.
    pub picture: Option<Picture<'a>>,
    /// `email`, with `email_verified` true.
    pub email: Option<&'a str>,
    /// `phone_number`, with `phone_number_verified` true.
    pub phone_number: Option<&'a str>,
    /// `addresses`, under ids of the app's own.
    pub addresses: Option<&'a [Address]>,
    /// `address`: the default one.
    pub address: Option<&'a Address>,
    /// `payment_methods`, under ids of the app's own and without their references.
    pub payment_methods: Option<&'a [PaymentMethod]>,
    /// `kyc`.
    pub kyc: Option<Kyc>,
    /// Whether `unionid` is to be given.
    pub union_id: bool,
}

/// What a person looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture<'a> {
    /// By the picture they keep here: a link of the app's own.
    Avatar(Avatar),
    /// By an address elsewhere.
    Elsewhere(&'a str),
}

/// The picture of a person: the one kept here, else the one elsewhere.
pub fn picture(profile: &Profile) -> Option<Picture<'_>> {
    profile.avatar.map(Picture::Avatar).or_else(|| profile.picture.as_deref().map(Picture::Elsewhere))
}

/// The claims that these scopes open.
///
/// The scopes are those that hold now. An e-mail address or phone number is given only once
/// verified.
pub fn reveal<'a>(profile: &'a Profile, scope: &ScopeSet) -> Claims<'a> {
    let basic = scope.has("profile.basic");
    Claims {
        name: profile.name.as_deref().filter(|_| basic),
        picture: picture(profile).filter(|_| basic),
        email: profile.verified_email().filter(|_| scope.has("email.verified")),
        phone_number: profile.verified_phone().filter(|_| scope.has("phone.verified")),
        addresses: scope.has("address.list").then_some(&profile.addresses),
        address: profile.default_address().filter(|_| scope.has("address")),
        payment_methods: scope.has("payment.methods").then_some(&profile.payment_methods),
        kyc: scope.has("kyc.status").then_some(profile.kyc),
        union_id: scope.has("union_id"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::id::{AddressId, AvatarId, PaymentMethodId};
    use crate::noun::avatar::PictureFormat;
    use crate::noun::kyc::{KycLevel, KycStatus};
    use crate::noun::person::Contact;
    use crate::rule::profile::{address, payment};
    use crate::rule::sample::{NOW, scopes};

    fn ana() -> Profile {
        let contact = |value: &str, verified: bool| Contact {
            value: value.into(),
            verified_at: verified.then_some(NOW),
        };
        let ana = Profile {
            name: Some("Ana".into()),
            picture: Some("https://p.example/ana".into()),
            username: Some("ana".into()),
            emails: vec![contact("ana@example.org", true)],
            phones: vec![contact("+79990000000", false)],
            kyc: Kyc {
                level: KycLevel::Full,
                status: KycStatus::Verified,
                verified_at: Some(NOW),
                ..Kyc::default()
            },
            ..Profile::default()
        };
        let ana = address::add(&ana, AddressId::from_bytes([1; 16]), &json!({ "locality": "Bath" })).unwrap();
        payment::add(&ana, PaymentMethodId::from_bytes([1; 16]), &json!({ "kind": "card" })).unwrap()
    }

    #[test]
    fn each_scope_alone_opens_exactly_its_own_claims() {
        let ana = ana();
        let none = Claims::default();
        for (scope, opened) in [
            ("openid", none.clone()),
            ("host", none.clone()),
            ("orders.history", none.clone()),
            (
                "profile.basic",
                Claims {
                    name: Some("Ana"),
                    picture: Some(Picture::Elsewhere("https://p.example/ana")),
                    ..none.clone()
                },
            ),
            ("email.verified", Claims { email: Some("ana@example.org"), ..none.clone() }),
            ("phone.verified", none.clone()),
            ("address.list", Claims { addresses: Some(&ana.addresses), ..none.clone() }),
            ("address", Claims { address: ana.addresses.first(), ..none.clone() }),
            ("payment.methods", Claims { payment_methods: Some(&ana.payment_methods), ..none.clone() }),
            ("kyc.status", Claims { kyc: Some(ana.kyc), ..none.clone() }),
            ("union_id", Claims { union_id: true, ..none.clone() }),
        ] {
            assert_eq!(reveal(&ana, &scopes(scope)), opened, "{scope}");
        }
    }

    #[test]
    fn a_picture_kept_here_goes_before_one_elsewhere() {
        let avatar = Avatar { version: AvatarId::from_bytes([1; 16]), format: PictureFormat::Jpeg };
        let ana = Profile { avatar: Some(avatar), ..ana() };
        let claims = reveal(&ana, &scopes("profile.basic"));
        assert_eq!(claims.picture, Some(Picture::Avatar(avatar)));
    }

    #[test]
    fn what_is_not_there_is_an_empty_list_or_absent() {
        let nobody = Profile::default();
        let claims =
            reveal(&nobody, &scopes("profile.basic address address.list payment.methods kyc.status"));
        assert_eq!((claims.name, claims.picture, claims.address), (None, None, None));
        assert_eq!((claims.addresses, claims.payment_methods), (Some(&[][..]), Some(&[][..])));
        assert_eq!(claims.kyc, Some(Kyc::default()));
    }
}
