//! Parts of a profile as one client gets them: under ids that only this client knows.

use portico_core::id::{AddressId, ClientId, PaymentMethodId, UserId};
use portico_core::noun::address::Address;
use portico_core::noun::avatar::Avatar;
use portico_core::noun::kyc::Kyc;
use portico_core::noun::payment::PaymentMethod;
use portico_core::rule::reveal::Picture;
use portico_seal::{AvatarLink, ClientKeys};
use serde_json::{Map, Value, json};

use crate::House;

/// A client's id for an address.
pub fn address_id(id: AddressId, keys: &ClientKeys) -> String {
    keys.opaque("address", id.as_bytes())
}

/// A client's id for a payment method.
pub fn payment_method_id(id: PaymentMethodId, keys: &ClientKeys) -> String {
    keys.opaque("payment method", id.as_bytes())
}

/// An address with its id at this client; what is not known is absent.
pub fn address(address: &Address, keys: &ClientKeys) -> Value {
    let mut view = postal(address);
    view.insert("id".into(), address_id(address.id, keys).into());
    view.extend(address.label.clone().map(|label| ("label".into(), label.into())));
    view.insert("default".into(), address.is_default.into());
    view.into()
}

/// An address as OIDC Core §5.1.1 writes one; what is not known is absent.
pub fn postal(address: &Address) -> Map<String, Value> {
    let members = [
        ("street_address", &address.street_address),
        ("locality", &address.locality),
        ("region", &address.region),
        ("postal_code", &address.postal_code),
        ("country", &address.country),
    ];
    let known = members.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())));
    known.chain([("formatted".to_owned(), address.formatted().into())]).collect()
}

/// A payment method with its id at this client and without its reference; what is not known is absent.
pub fn payment_method(method: &PaymentMethod, keys: &ClientKeys) -> Value {
    let mut view = Map::from_iter([
        ("id".to_owned(), payment_method_id(method.id, keys).into()),
        ("kind".to_owned(), method.kind.clone().into()),
        ("default".to_owned(), method.is_default.into()),
    ]);
    let members = [("brand", &method.brand), ("last4", &method.last4), ("expires", &method.expires)];
    view.extend(members.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into()))));
    view.into()
}

/// How far an identity was checked; the moment in seconds, or null.
pub fn kyc(kyc: &Kyc) -> Value {
    json!({
        "level": kyc.level.as_str(),
        "status": kyc.status.as_str(),
        "verified_at": kyc.verified_at.map(|at| at.seconds()),
    })
}

/// The address of a person's picture for this client.
pub fn picture(house: &House, picture: Picture<'_>, client: &ClientId, user: UserId) -> String {
    match picture {
        Picture::Avatar(avatar) => avatar_link(house, avatar, client, user),
        Picture::Elsewhere(url) => url.to_owned(),
    }
}

/// The link at which this client fetches a person's avatar.
pub fn avatar_link(house: &House, avatar: Avatar, client: &ClientId, user: UserId) -> String {
    let link = AvatarLink { client: client.clone(), user, version: avatar.version };
    format!("{}/avatars/{}", house.live.issuer(), house.live.vault().avatars().show(&link))
}
