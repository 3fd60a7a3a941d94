//! Codes, refresh families, and what is remembered of single tokens.

use portico_core::id::{FamilyId, TokenId};
use portico_core::moment::Moment;
use portico_core::noun::code::{Code, CodeUse};
use portico_core::noun::family::Family;
use portico_store::Taken;

use super::{Applied, State, free, hold, rewrite};

impl State {
    pub(super) fn issue_code(&mut self, code: Code) -> Applied {
        free(!self.codes.has(&code.digest), Taken::Id)?;
        self.codes.put(code.digest, code);
        Ok(())
    }

    pub(super) fn redeem_code(&mut self, digest: [u8; 32], gave: CodeUse) -> Applied {
        rewrite(&mut self.codes, digest, |code| {
            hold(code.used.is_none())?;
            code.used = Some(gave);
            Ok(())
        })
    }

    pub(super) fn start_family(&mut self, family: Family) -> Applied {
        free(!self.families.has(&family.id), Taken::Id)?;
        self.families.put(family.id, family);
        Ok(())
    }

    pub(super) fn rotate_family(&mut self, id: FamilyId, generation: u32, at: Moment) -> Applied {
        rewrite(&mut self.families, id, |family| {
            hold(family.revoked_at.is_none() && family.generation.checked_add(1) == Some(generation))?;
            family.generation = generation;
            family.rotated_at = at;
            Ok(())
        })
    }

    pub(super) fn revoke_family(&mut self, id: FamilyId, at: Moment) {
        let Some(family) = self.families.get(&id).filter(|family| family.revoked_at.is_none()) else {
            return;
        };
        let family = Family { revoked_at: Some(at), ..family.clone() };
        self.families.put(id, family);
    }

    pub(super) fn revoke_token(&mut self, token: TokenId, until: Moment) {
        let latest = self.revoked_tokens.get(&token).map_or(until, |before| until.max(*before));
        self.revoked_tokens.put(token, latest);
    }

    pub(super) fn tokens_revoked(&self) -> Vec<(TokenId, Moment)> {
        let mut revoked: Vec<_> = self.revoked_tokens.rows().map(|(token, until)| (*token, *until)).collect();
        revoked.sort_by_key(|(token, until)| (*until, *token));
        revoked
    }

    pub(super) fn use_assertion(&mut self, digest: [u8; 32], until: Moment) -> Applied {
        free(!self.used_assertions.has(&digest), Taken::Assertion)?;
        self.used_assertions.put(digest, until);
        Ok(())
    }
}
