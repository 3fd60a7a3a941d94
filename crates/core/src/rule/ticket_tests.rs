#![allow(clippy::unwrap_used)]
use super::*;
use crate::moment::Span;
use crate::noun::connection::{ConnectionKind, Marker};
use crate::rule::sample::{NOW, host, session};

const BACK: &str = "https://super.app/callback";

fn account(id: &str, userinfo: bool) -> Connection {
    let url = "https://wechat.example".to_owned();
    Connection {
        id: id.parse().unwrap(),
        name: id.into(),
        icon: None,
        sign_in: false,
        kind: ConnectionKind::WechatOfficialAccount {
            app_id: id.into(),
            userinfo,
            open_url: url.clone(),
            api_url: url,
        },
        app: None,
        marker: Marker::Platform,
        wrapped_secret: None,
        registered_at: NOW,
    }
}

fn mini_program(id: &str) -> Connection {
    let api_url = "https://wechat.example".to_owned();
    Connection {
        kind: ConnectionKind::WechatMiniProgram { app_id: id.into(), api_url },
        ..account(id, false)
    }
}

fn asking(found: &[Option<Connection>], silent: bool, return_to: &str) -> Result<Vec<Change>, Denied> {
    let connections =
        found.iter().map(|one| one.as_ref().map_or("none".parse().unwrap(), |one| one.id.clone()));
    let ask = Ask { connections: connections.collect(), silent, return_to: return_to.into() };
    let mut host = host("super.app");
    host.redirect_uris = vec![BACK.into()];
    issue(ask, found, &host, &session(), [7; 32], NOW)
}

fn ticket() -> LinkTicket {
    let both = [Some(account("one", false)), Some(account("two", false))];
    let changes = asking(&both, true, BACK).unwrap();
    let Some(Change::LinkTicketIssued(ticket)) = changes.into_iter().nth(1) else { panic!("no ticket") };
    ticket
}

#[test]
fn a_ticket_is_issued_under_the_guard_of_its_session() {
    let changes = asking(&[Some(account("one", false))], false, BACK).unwrap();
    assert_eq!(changes[0], Change::SessionHeld { session: session().id, now: NOW });
    let ticket = ticket();
    assert_eq!((ticket.user, ticket.expires_at), (session().user, NOW + Span::minutes(5)));
}

#[test]
fn a_ticket_that_could_not_end_well_is_refused() {
    let one = || Some(account("one", false));
    assert!(asking(&[one()], false, "https://evil.example/callback").is_err());
    assert!(asking(&[one()], false, "https://super.app/callback?x").is_err());
    assert!(asking(&[], false, BACK).is_err());
    assert!(asking(&[None], false, BACK).is_err());
    assert!(asking(&[Some(mini_program("mini"))], false, BACK).is_err());
    assert!(asking(&[one(), one()], false, BACK).is_err());
    let many: Vec<_> = (0..11).map(|i| Some(account(&format!("account{i}"), false))).collect();
    assert!(asking(&many, false, BACK).is_err());
    assert!(asking(&many[..10], false, BACK).is_ok());
}

#[test]
fn only_accounts_that_ask_nothing_are_silent() {
    let (silent, asks) = (Some(account("one", false)), Some(account("two", true)));
    assert!(asking(std::slice::from_ref(&silent), true, BACK).is_ok());
    assert!(asking(&[silent.clone(), asks.clone()], true, BACK).is_err());
    assert!(asking(&[silent, asks], false, BACK).is_ok());
}

#[test]
fn a_ticket_goes_on_in_the_browser_that_opened_it_alone() {
    let here = session();
    let stands = |ticket: &LinkTicket, holds| standing(Some(ticket), holds, Some(&here), NOW);
    let unopened = ticket();
    assert_eq!(stands(&unopened, false), Standing::Unopened);
    let opened = LinkTicket { opened: Some([1; 32]), ..ticket() };
    assert_eq!((stands(&opened, true), stands(&opened, false)), (Standing::Mine, Standing::Gone));
    let code = LinkCode { digest: [2; 32], expires_at: NOW + Span::minutes(2) };
    let finished = LinkTicket { code: Some(code), ..opened.clone() };
    let used = LinkTicket { used_at: Some(NOW), ..opened.clone() };
    assert_eq!((stands(&finished, true), stands(&used, true)), (Standing::Gone, Standing::Gone));
    assert_eq!(standing(None, true, Some(&here), NOW), Standing::Gone);
    let late = NOW + Span::minutes(5);
    assert_eq!(standing(Some(&opened), true, Some(&here), late), Standing::Over);
    assert_eq!(standing(Some(&opened), false, Some(&here), late), Standing::Gone);
    assert_eq!(standing(Some(&opened), true, None, NOW), Standing::Over);
}

#[test]
fn only_the_connection_that_the_ticket_is_at_is_taken() {
    let opened = LinkTicket { opened: Some([1; 32]), ..ticket() };
    let (one, two) = ("one".parse().unwrap(), "two".parse().unwrap());
    assert!(is_at(&opened, &one) && !is_at(&opened, &two));
    let second = LinkTicket { step: 1, ..opened.clone() };
    assert!(is_at(&second, &two) && !is_at(&second, &one));
    let over = LinkTicket { step: 2, ..opened };
    assert!(!is_at(&over, &one) && !is_at(&over, &two));
    assert!(!is_at(&ticket(), &one), "nobody has opened it");
}

#[test]
fn a_ticket_that_is_opened_again_is_at_its_beginning_and_carries_nothing() {
    let opened = LinkTicket { opened: Some([1; 32]), ..ticket() };
    let half = LinkTicket { step: 1, sealed: vec![1], ..opened.clone() };
    assert_eq!(reopened(&half), (opened, Change::LinkTicketReopened { digest: [7; 32] }));
}

#[test]
fn the_last_step_alone_gives_the_code() {
    let (first, last) = proved(&ticket(), vec![1], [9; 32], NOW);
    assert!(!last && matches!(first, Change::LinkTicketProved { step: 0, code: None, .. }));
    let (second, last) = proved(&LinkTicket { step: 1, ..ticket() }, vec![1, 2], [9; 32], NOW);
    let code = Some(LinkCode { digest: [9; 32], expires_at: NOW + Span::minutes(2) });
    assert!(last);
    assert_eq!(second, Change::LinkTicketProved { digest: [7; 32], step: 1, sealed: vec![1, 2], code });
}

#[test]
fn a_code_is_good_once_for_two_minutes_in_the_session_that_asked() {
    let code = Some(LinkCode { digest: [9; 32], expires_at: NOW + Span::minutes(2) });
    let done = LinkTicket { code, ..ticket() };
    let (here, host, elsewhere) = (session().id, host("super.app").id, SessionId::from_bytes([0xee; 16]));
    let refused = |ticket: Option<&LinkTicket>, session, host: &ClientId, now| {
        complete(ticket, session, host, now).err().map(|denied| denied.code)
    };
    assert_eq!(refused(Some(&done), here, &host, NOW), None);
    assert_eq!(refused(Some(&done), elsewhere, &host, NOW), Some(Code::AccessDenied));
    assert_eq!(refused(Some(&done), here, &"other.app".parse().unwrap(), NOW), Some(Code::AccessDenied));
    let late = NOW + Span::minutes(2);
    assert_eq!(refused(Some(&done), here, &host, late), Some(Code::InvalidGrant));
    let used = LinkTicket { used_at: Some(NOW), ..done };
    assert_eq!(refused(Some(&used), here, &host, NOW), Some(Code::InvalidGrant));
    assert_eq!(refused(Some(&ticket()), here, &host, NOW), Some(Code::InvalidGrant));
    assert_eq!(refused(None, here, &host, NOW), Some(Code::InvalidGrant));
}
