//! What a person could prove, and whether a way in of theirs counts by now.

use portico_core::denied::Denied;
use portico_core::noun::connection::Connection;
use portico_core::noun::guard::Way;
use portico_core::noun::link::{Link, LinkProof};
use portico_core::rule::acr::{self, Means};
use portico_core::rule::guard::{self, By};
use portico_live::LivePerson;

use crate::House;
use crate::connection::for_sign_in;
use crate::house::unavailable;
use crate::letter;

/// Whether a way in counts by now as a factor.
pub fn counts(house: &House, person: &LivePerson, way: Way) -> bool {
    guard::counts(&person.profile, way, house.now())
}

/// What a person could prove at this house.
pub async fn means(house: &House, person: &LivePerson) -> Result<Means, Denied> {
    let user = person.person.id;
    let passkeys = house.live.store().passkeys_of(user).await.map_err(|cause| unavailable(&cause))?;
    let counting = passkeys.iter().any(|passkey| counts(house, person, Way::Passkey(passkey.digest)));
    Ok(Means {
        password: person.person.password.is_some() && counts(house, person, Way::Password),
        code: letter::second(house, person).is_some(),
        passkey: house.passkeys.is_some() && counting,
    })
}

/// A person who enrols a way in or takes one away, having proved themselves by these methods.
pub async fn by(house: &House, person: &LivePerson, methods: &str) -> Result<By, Denied> {
    let links = house.live.store().links_of(person.person.id).await.map_err(|cause| unavailable(&cause))?;
    let providers = for_sign_in(house).await?;
    let opens = |link: &Link| {
        let signs_in = |one: &Connection| one.issuer() == link.issuer;
        link.proof != LinkProof::Assertion && providers.iter().any(signs_in)
    };
    let linked = |link: &Link| opens(link) && counts(house, person, Way::Link(link.subject_index));
    let linked = links.iter().any(linked);
    let could = means(house, person).await?.reach_two(linked);
    Ok(By { could, level: acr::level(methods), now: house.now() })
}
