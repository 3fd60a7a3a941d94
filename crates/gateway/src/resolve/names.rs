//! By what the other app knows the people whom a message names.

use portico_core::rule::resolve::MOST;
use portico_live::{Live, LiveClient};

use super::unavailable;
use crate::Refused;
use crate::route::{Counterpart, Counterparts};

/// What is known of each of these names of `from`, as `to` has them: for a thousand at a time one question to the
/// store, and one more for each of the two apps that has OpenIDs from elsewhere.
///
/// The operator's configuration stands for an agreement between the two (contract, section 8); a person is found
/// who has opened or linked both, which whoever has come through the gateway has.
pub async fn counterparts(
    live: &Live,
    from: &LiveClient,
    to: &LiveClient,
    names: &[&str],
) -> Result<Counterparts, Refused> {
    let mut found = Counterparts::with_capacity(names.len());
    for some in names.chunks(MOST) {
        let some: Vec<String> = some.iter().map(|name| (*name).to_owned()).collect();
        let resolved = live.resolve_open_ids(from, to, &some).await.map_err(unavailable)?;
        let known_here = live.are_open_ids(from, &some).await.map_err(unavailable)?;
        let known_there = live.are_open_ids(to, &some).await.map_err(unavailable)?;
        let known = resolved.open_ids.into_iter().zip(known_here.into_iter().zip(known_there));
        found.extend(some.into_iter().zip(known).map(
            |(name, (open_id, (is_known_here, is_known_there)))| {
                (name, Counterpart { open_id, is_known_there, is_known_here })
            },
        ));
    }
    Ok(found)
}
