//! `/settings/profile`: what is known of the person.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header;
use maud::Markup;
use portico_core::denied::{Code, Denied};
use portico_core::id::{AddressId, PaymentMethodId};
use portico_core::noun::address::Address;
use portico_core::noun::payment::PaymentMethod;
use portico_core::rule::profile::{self as rule, Edit, address, payment};
use portico_seal::ClientKeys;
use serde_json::{Map, Value, json};

use super::{Halt, Visit, keys};
use crate::form::Fields;
use crate::page::settings::profile::{Entry, Profile, profile as page};
use crate::page::settings::{Done, Section};
use crate::page::words::Words;
use crate::reply::{self, Reply};
use crate::route::me::{account, avatar as picture};
use crate::route::rewrite::rewrite;
use crate::{House, avatar, body, claim};

/// The largest form with a picture in it.
const LARGEST: usize = avatar::LARGEST + 64 * 1024;

/// `GET /settings/profile`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Profile, request);
    visit.shown(&house, shown(&house, &visit).await)
}

async fn shown(house: &House, visit: &Visit) -> Result<Markup, Halt> {
    let (browser, fields) = visit.read(house).await?;
    let (person, keys) = (account(house, browser.who().user).await?, keys(house)?);
    let (known, words) = (&person.profile, visit.frame.words());
    let view = Profile {
        sheet: visit.sheet(house, &browser, &fields),
        name: known.name.clone().unwrap_or_default(),
        picture: known.avatar.map(|avatar| keys.opaque("avatar", avatar.version.as_bytes())),
        addresses: known.addresses.iter().map(|one| place(one, &keys, words)).collect(),
        payments: known.payment_methods.iter().map(|one| way(one, &keys, words)).collect(),
        kyc: (known.kyc.level.as_str(), known.kyc.status.as_str()),
    };
    Ok(page(&view))
}

fn place(address: &Address, keys: &ClientKeys, words: &Words) -> Entry {
    let lines: Vec<_> = address.formatted().lines().map(str::to_owned).collect();
    Entry {
        id: claim::address_id(address.id, keys),
        name: address.label.clone().unwrap_or_else(|| words.say("profile-address-name")),
        lines,
        is_default: address.is_default,
    }
}

fn way(method: &PaymentMethod, keys: &ClientKeys, words: &Words) -> Entry {
    let last4 = method.last4.as_ref().map(|last4| format!("•••• {last4}"));
    Entry {
        id: claim::payment_method_id(method.id, keys),
        name: method.brand.clone().unwrap_or_else(|| words.say("profile-payment-name")),
        lines: last4.into_iter().chain(method.expires.clone()).collect(),
        is_default: method.is_default,
    }
}

/// `POST /settings/profile`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Profile, request);
    visit.taken(&house, acted(&house, &visit, body).await)
}

async fn acted(house: &House, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    let (who, keys) = (browser.who(), keys(house)?);
    let chosen = json!({ "default": true });
    let (place, way) = (|| place_id(&fields, &keys), || way_id(&fields, &keys));
    match fields.need("action")? {
        "name" => {
            let edit = Edit { name: Some(fields.get("name").map(str::to_owned)), picture: None };
            rewrite(house, who, |before| rule::profile(before, edit.clone())).await?;
        }
        "add_address" => {
            let id = AddressId::from_bytes(house.live.vault().fresh());
            let sent = sent_address(&fields);
            rewrite(house, who, |before| address::add(before, id, &sent)).await?;
        }
        "default_address" => {
            rewrite(house, who, |before| address::change(before, place()(before)?, &chosen)).await?;
        }
        "default_payment" => {
            rewrite(house, who, |before| payment::change(before, way()(before)?, &chosen)).await?;
        }
        "remove_address" => {
            rewrite(house, who, |before| address::remove(before, place()(before)?)).await?;
            return Ok(visit.done(Done::Removed));
        }
        "remove_payment" => {
            rewrite(house, who, |before| payment::remove(before, way()(before)?)).await?;
            return Ok(visit.done(Done::Removed));
        }
        "remove_picture" => {
            picture::clear(house, who).await?;
            return Ok(visit.done(Done::Removed));
        }
        _ => return Err(Denied::request("this action is not known").into()),
    }
    Ok(visit.done(Done::Saved))
}

type Known = portico_core::noun::person::Profile;

/// Finds the address that a form names.
fn place_id<'f>(
    fields: &'f Fields<'_>,
    keys: &'f ClientKeys,
) -> impl Fn(&Known) -> Result<AddressId, Denied> + 'f {
    |known| {
        let named = fields.need("id")?;
        let found = known.addresses.iter().find(|one| claim::address_id(one.id, keys) == named);
        found.map(|one| one.id).ok_or_else(|| Denied::not_found("you have no address of this id"))
    }
}

/// Finds the payment method that a form names.
fn way_id<'f>(
    fields: &'f Fields<'_>,
    keys: &'f ClientKeys,
) -> impl Fn(&Known) -> Result<PaymentMethodId, Denied> + 'f {
    |known| {
        let named = fields.need("id")?;
        let found = known.payment_methods.iter().find(|one| claim::payment_method_id(one.id, keys) == named);
        found.map(|one| one.id).ok_or_else(|| Denied::not_found("you have no payment method of this id"))
    }
}

/// The members of an address that were filled in.
fn sent_address(fields: &Fields<'_>) -> Value {
    let names = ["label", "street_address", "locality", "region", "postal_code", "country"];
    let filled = names.into_iter().filter_map(|name| Some((name.to_owned(), fields.get(name)?.into())));
    Value::Object(filled.collect::<Map<_, _>>())
}

/// `GET /settings/profile/picture`: the person's own picture, for this page.
pub async fn show_picture(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Profile, request);
    let result = picture_shown(&house, &visit).await;
    visit.taken(&house, result)
}

async fn picture_shown(house: &House, visit: &Visit) -> Result<Reply, Halt> {
    let (browser, _) = visit.read(house).await?;
    let person = account(house, browser.who().user).await?;
    let kept = picture::kept(&house.live, &person).await?;
    let (kept, bytes) = kept.ok_or_else(|| Denied::not_found("you have no picture"))?;
    let mut reply = reply::typed(axum::http::StatusCode::OK, kept.format.media_type(), bytes);
    let nosniff = header::HeaderValue::from_static("nosniff");
    reply.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    Ok(reply)
}

/// `POST /settings/profile/picture`: a picture from the form, as a file.
pub async fn put_picture(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Profile, request);
    let result = picture_put(&house, &visit, body).await;
    visit.taken(&house, result)
}

async fn picture_put(house: &House, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let bytes = body::whole(body, LARGEST).await?;
    let browser = super::Browser::of(house, &visit.headers).await?;
    let form = upload(visit, bytes).await?;
    if !house.live.vault().csrf().check(&browser.binding(), &form.csrf) {
        return Err(Halt::FormExpired);
    }
    let format = avatar::of_type(&form.media_type)?;
    picture::set(house, browser.who(), form.file, format).await?;
    Ok(visit.done(Done::Saved))
}

/// What the form of the picture holds.
#[derive(Default)]
struct Upload {
    csrf: String,
    media_type: String,
    file: Bytes,
}

/// Reads a form with a file (RFC 7578).
async fn upload(visit: &Visit, bytes: Bytes) -> Result<Upload, Denied> {
    let broken = |_| Denied::request("the form is malformed");
    let given = visit.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = multer::parse_boundary(given.unwrap_or_default())
        .map_err(|_| Denied::new(Code::UnsupportedMediaType, "the form must be multipart/form-data"))?;
    let mut parts = multer::Multipart::new(Body::from(bytes).into_data_stream(), boundary);
    let mut form = Upload::default();
    for _ in 0..8 {
        let Some(part) = parts.next_field().await.map_err(broken)? else { return Ok(form) };
        match part.name() {
            Some("csrf") => form.csrf = part.text().await.map_err(broken)?,
            Some("picture") => {
                form.media_type = part.content_type().map(ToString::to_string).unwrap_or_default();
                form.file = part.bytes().await.map_err(broken)?;
            }
            _ => return Err(Denied::request("the form has a field that is not known")),
        }
    }
    Err(Denied::request("the form has too many fields"))
}
