//! A family of refresh tokens: one row, whatever the number of rotations.

use crate::id::{ClientId, FamilyId, SessionId};
use crate::moment::Moment;
use crate::scope::ScopeSet;

/// All the refresh tokens that descend from one sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The id that every token of the family carries.
    pub id: FamilyId,
    /// The session that it extends.
    pub session: SessionId,
    /// Whose tokens they are.
    pub client: ClientId,
    /// What they are good for.
    pub scope: ScopeSet,
    /// The generation that is current.
    pub generation: u32,
    /// When the current generation replaced the one before.
    pub rotated_at: Moment,
    /// Since when no token of the family is good, if so.
    pub revoked_at: Option<Moment>,
}
