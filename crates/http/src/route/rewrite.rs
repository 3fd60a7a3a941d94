//! Rewriting a profile: what every way of changing one goes through.

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::noun::event::Happening;
use portico_core::noun::person::Profile;
use portico_core::rule::profile::changed;
use portico_live::{Live, LivePerson};

use super::me::{Who, account, still_here};
use crate::House;

/// Rewrites the profile of the person who speaks, as the rule says, under the guards that their session
/// and account are held. Answers the profile as it is then.
pub async fn rewrite(
    house: &House,
    who: Who,
    rule: impl Fn(&Profile) -> Result<Profile, Denied>,
) -> Result<Profile, Denied> {
    house.decide(|| attempt(house, who, &rule)).await
}

/// The same as one of several steps of a call, which waits for other nodes at its end.
pub async fn rewrite_ahead(
    house: &House,
    who: Who,
    rule: impl Fn(&Profile) -> Result<Profile, Denied>,
) -> Result<Profile, Denied> {
    house.decide_ahead(|| attempt(house, who, &rule)).await
}

async fn attempt(
    house: &House,
    who: Who,
    rule: &impl Fn(&Profile) -> Result<Profile, Denied>,
) -> Result<(Vec<Change>, Profile), Denied> {
    still_here(house, who).await?;
    let person = account(house, who.user).await?;
    let after = rule(&person.profile)?;
    Ok((by(house, who, &person, &after)?, after))
}

/// The changes by which the person who speaks rewrites their profile; none if it is as it was.
pub fn by(house: &House, who: Who, person: &LivePerson, after: &Profile) -> Result<Vec<Change>, Denied> {
    let mut changes = changes(&house.live, person, after)?;
    if !changes.is_empty() {
        changes.insert(0, Change::SessionHeld { session: who.session, now: house.now() });
    }
    Ok(changes)
}

/// The changes that rewrite a profile and tell of it; none if it is as it was.
pub fn changes(live: &Live, person: &LivePerson, after: &Profile) -> Result<Vec<Change>, Denied> {
    if *after == person.profile {
        return Ok(vec![]);
    }
    let rewritten = person.rewrite(after, live.vault());
    let rewritten = rewritten.ok_or_else(|| Denied::unavailable("a person without a key"))?;
    let user = person.person.id;
    let mut changes = vec![Change::PersonHeld { user }, rewritten];
    let claims = changed(&person.profile, after);
    if !claims.is_empty() {
        let what = Happening::ProfileChanged { user, claims };
        changes.push(Change::Happened { at: live.now(), what });
    }
    Ok(changes)
}
