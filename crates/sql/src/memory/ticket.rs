//! Link tickets.

use portico_core::moment::Moment;
use portico_core::noun::ticket::{LinkCode, LinkTicket};
use portico_store::Taken;

use super::{Applied, State, free, hold, rewrite};

impl State {
    pub(super) fn ticket_by_code(&self, digest: &[u8; 32]) -> Option<LinkTicket> {
        self.tickets.values().find(|ticket| ticket.code.is_some_and(|code| code.digest == *digest)).cloned()
    }

    pub(super) fn issue_ticket(&mut self, ticket: LinkTicket) -> Applied {
        free(!self.tickets.has(&ticket.digest), Taken::Id)?;
        self.tickets.put(ticket.digest, ticket);
        Ok(())
    }

    pub(super) fn open_ticket(&mut self, digest: [u8; 32], cookie_digest: [u8; 32]) -> Applied {
        rewrite(&mut self.tickets, digest, |ticket| {
            hold(ticket.opened.is_none() && ticket.used_at.is_none())?;
            ticket.opened = Some(cookie_digest);
            Ok(())
        })
    }

    pub(super) fn reopen_ticket(&mut self, digest: [u8; 32]) -> Applied {
        rewrite(&mut self.tickets, digest, |ticket| {
            hold(ticket.opened.is_some() && ticket.code.is_none() && ticket.used_at.is_none())?;
            ticket.step = 0;
            ticket.sealed = vec![];
            Ok(())
        })
    }

    pub(super) fn prove_ticket(
        &mut self,
        digest: [u8; 32],
        step: u32,
        sealed: Vec<u8>,
        code: Option<LinkCode>,
    ) -> Applied {
        rewrite(&mut self.tickets, digest, |ticket| {
            hold(ticket.step == step && ticket.code.is_none() && ticket.used_at.is_none())?;
            ticket.step += 1;
            ticket.sealed = sealed;
            ticket.code = code;
            Ok(())
        })
    }

    pub(super) fn complete_ticket(&mut self, digest: [u8; 32], at: Moment) -> Applied {
        rewrite(&mut self.tickets, digest, |ticket| {
            hold(ticket.used_at.is_none())?;
            ticket.used_at = Some(at);
            Ok(())
        })
    }
}
