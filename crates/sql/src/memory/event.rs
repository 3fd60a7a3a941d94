//! Events, and clearing away what has passed.

use portico_core::change::Sweep;
use portico_core::id::{EventSeq, SessionId};
use portico_core::moment::Moment;
use portico_core::noun::delivery::DeliveryState;
use portico_core::noun::event::{Event, Happening};

use super::State;

impl State {
    pub(super) fn happened(&mut self, at: Moment, what: Happening) -> Event {
        let seq = EventSeq(self.last_event.get(&()).map_or(0, |last| last.0) + 1);
        let event = Event { seq, at, what };
        self.last_event.put((), seq);
        self.events.put(seq, event.clone());
        event
    }

    pub(super) fn event_bounds(&self) -> (EventSeq, EventSeq) {
        let seqs = || self.events.rows().map(|(seq, _)| *seq);
        (seqs().next_back().unwrap_or_default(), seqs().next().unwrap_or_default())
    }

    pub(super) fn event_before(&self, at: Moment) -> EventSeq {
        let before = self.events.values().filter(|event| event.at < at);
        before.max_by_key(|event| (event.at, event.seq)).map_or(EventSeq(0), |event| event.seq)
    }

    pub(super) fn sweep(&mut self, times: &Sweep) {
        let (spent, expired, ended) = (times.spent_before, times.expired_before, times.ended_before);
        self.codes.clear_where(|_, code| {
            code.expires_at < spent && code.used.is_none_or(|used| used.token_expires_at < spent)
        });
        self.requests.clear_where(|_, request| request.expires_at < expired);
        self.challenges.clear_where(|_, challenge| challenge.expires_at < expired);
        self.tickets.clear_where(|_, ticket| {
            ticket.expires_at < expired && ticket.code.is_none_or(|code| code.expires_at < expired)
        });
        self.revoked_tokens.clear_where(|_, until| *until < spent);
        self.used_assertions.clear_where(|_, until| *until < spent);
        self.signing_keys.clear_where(|_, key| key.retires_at.is_some_and(|at| at < expired));
        self.events.clear_where(|_, event| event.at < times.events_before);
        self.closings.clear_where(|_, (at, _)| *at < times.events_before);
        self.deliveries.clear_where(|_, delivery| {
            delivery.state == DeliveryState::Delivered && delivery.queued_at < ended
        });
        let sessions = &self.sessions;
        let over = |id: &SessionId| {
            sessions.get(id).and_then(|session| session.ended).is_some_and(|end| end.at < ended)
        };
        self.families.clear_where(|_, family| over(&family.session));
        self.entered.clear_where(|session, _| over(session));
        self.sessions.clear_where(|_, session| session.ended.is_some_and(|end| end.at < ended));
    }
}
