//! Link tickets.

use portico_core::Change;
use portico_core::change::Sweep;
use portico_core::noun::ticket::{LinkCode, LinkTicket};

use super::house::House;
use super::value::{at, digest, ticket};
use crate::{CommitError, Taken};

fn issued(house: &House, number: u32) -> LinkTicket {
    ticket(number, house.user, house.session, &house.host)
}

fn proved(number: u32, step: u32, what: &str, code: Option<LinkCode>) -> Change {
    Change::LinkTicketProved { digest: digest(number), step, sealed: what.as_bytes().to_vec(), code }
}

fn code(number: u32, expires: i64) -> LinkCode {
    LinkCode { digest: digest(number), expires_at: at(expires) }
}

pub(super) async fn a_link_ticket_reads_back_as_it_was_issued(house: House) {
    let bare = issued(&house, 5);
    let full = LinkTicket {
        silent: true,
        opened: Some(digest(60)),
        step: 2,
        sealed: b"proved".to_vec(),
        code: Some(code(61, 30)),
        used_at: Some(at(20)),
        ..issued(&house, 6)
    };
    let none = LinkTicket { connections: vec![], ..issued(&house, 7) };
    for ticket in [&bare, &full, &none] {
        house.done(vec![Change::LinkTicketIssued(ticket.clone())]).await;
        assert_eq!(house.store.link_ticket(&ticket.digest).await.as_ref(), Ok(&Some(ticket.clone())));
    }
    assert_eq!(house.store.link_ticket_by_code(&digest(61)).await, Ok(Some(full)));
    assert_eq!(house.store.link_ticket(&digest(8)).await, Ok(None));
    assert_eq!(house.store.link_ticket_by_code(&digest(6)).await, Ok(None));
    let again = house.refused(vec![Change::LinkTicketIssued(bare)]).await;
    assert_eq!(again, CommitError::Taken(Taken::Id));
}

pub(super) async fn of_sixteen_browsers_that_open_a_link_ticket_one_gets_it(house: House) {
    house.done(vec![Change::LinkTicketIssued(issued(&house, 5))]).await;
    let open = |number: u32| {
        vec![Change::LinkTicketOpened { digest: digest(5), cookie_digest: digest(100 + number) }]
    };
    let winner = house.one_of_sixteen(open, CommitError::Conflict).await;
    let opened = house.store.link_ticket(&digest(5)).await.unwrap().unwrap().opened;
    assert_eq!(opened, Some(digest(100 + winner)));
}

pub(super) async fn identities_are_proved_one_after_the_other_up_to_the_code(house: House) {
    let first = issued(&house, 5);
    house.done(vec![Change::LinkTicketIssued(first.clone())]).await;
    let prove = |number: u32| vec![proved(5, 0, &format!("by {number}"), None)];
    let winner = house.one_of_sixteen(prove, CommitError::Conflict).await;
    let once = LinkTicket { step: 1, sealed: format!("by {winner}").into_bytes(), ..first };
    assert_eq!(house.store.link_ticket(&digest(5)).await, Ok(Some(once.clone())));
    assert_eq!(house.refused(vec![proved(5, 2, "skipped", None)]).await, CommitError::Conflict);
    house.done(vec![proved(5, 1, "both", Some(code(9, 100)))]).await;
    let twice = LinkTicket { step: 2, sealed: b"both".to_vec(), code: Some(code(9, 100)), ..once };
    assert_eq!(house.store.link_ticket_by_code(&digest(9)).await, Ok(Some(twice)));
    assert_eq!(house.refused(vec![proved(5, 2, "a third", None)]).await, CommitError::Conflict);
}

pub(super) async fn a_link_ticket_that_is_opened_again_forgets_what_was_proved(house: House) {
    let first = issued(&house, 5);
    let opened = Change::LinkTicketOpened { digest: digest(5), cookie_digest: digest(60) };
    let reopened = || vec![Change::LinkTicketReopened { digest: digest(5) }];
    house.done(vec![Change::LinkTicketIssued(first.clone())]).await;
    assert_eq!(house.refused(reopened()).await, CommitError::Conflict, "nobody had opened it");
    house.done(vec![opened, proved(5, 0, "one", None)]).await;
    house.done(reopened()).await;
    let again = LinkTicket { opened: Some(digest(60)), ..first };
    assert_eq!(house.store.link_ticket(&digest(5)).await, Ok(Some(again)));
    assert_eq!(house.refused(vec![proved(5, 1, "two", None)]).await, CommitError::Conflict);
    house.done(vec![proved(5, 0, "all", Some(code(9, 100)))]).await;
    assert_eq!(house.refused(reopened()).await, CommitError::Conflict, "a code was given");
}

pub(super) async fn a_link_ticket_is_used_once_and_nothing_is_done_with_it_after(house: House) {
    house.done(vec![Change::LinkTicketIssued(issued(&house, 5))]).await;
    let used = |number: u32| vec![Change::LinkTicketUsed { digest: digest(5), at: at(i64::from(number)) }];
    let winner = house.one_of_sixteen(used, CommitError::Conflict).await;
    let ticket = house.store.link_ticket(&digest(5)).await.unwrap().unwrap();
    assert_eq!(ticket.used_at, Some(at(i64::from(winner))));
    let open = Change::LinkTicketOpened { digest: digest(5), cookie_digest: digest(1) };
    for late in [open, proved(5, 0, "late", None)] {
        assert_eq!(house.refused(vec![late]).await, CommitError::Conflict);
    }
}

pub(super) async fn the_link_tickets_of_an_erased_person_are_gone(house: House) {
    let theirs = ticket(6, house.other_user, house.other_session, &house.host);
    house
        .done(vec![
            Change::LinkTicketIssued(issued(&house, 5)),
            Change::LinkTicketIssued(theirs.clone()),
            Change::PersonErased { user: house.user, at: at(9) },
        ])
        .await;
    assert_eq!(house.store.link_ticket(&digest(5)).await, Ok(None));
    assert_eq!(house.store.link_ticket(&digest(6)).await, Ok(Some(theirs)));
}

pub(super) async fn a_link_ticket_is_swept_when_it_and_its_code_have_expired(house: House) {
    for (number, expires, code_expires) in
        [(5, 99, None), (6, 100, None), (7, 99, Some(100)), (8, 90, Some(99))]
    {
        let code = code_expires.map(|expires| code(number + 50, expires));
        let ticket = LinkTicket { expires_at: at(expires), code, ..issued(&house, number) };
        house.done(vec![Change::LinkTicketIssued(ticket)]).await;
    }
    let times =
        Sweep { spent_before: at(0), expired_before: at(100), events_before: at(0), ended_before: at(0) };
    house.done(vec![Change::Swept(times)]).await;
    for (number, there) in [(5, false), (6, true), (7, true), (8, false)] {
        assert_eq!(house.store.link_ticket(&digest(number)).await.unwrap().is_some(), there, "{number}");
    }
}
