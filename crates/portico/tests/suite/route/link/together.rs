//! All identities that are tied together come from one browser, and so from one person at the provider.

use axum::http::{Method, StatusCode};

use super::{SILENT, Story, left};
use crate::fixture::Browser;

#[tokio::test]
async fn another_browser_cannot_go_on_with_a_ticket() {
    let story = Story::begin().await;
    let (mut ana, mut eve) = (Browser::default(), Browser::default());
    let ticket = story.ticket(&story.ana, &SILENT[..2], true).await;
    let first = left(&ana.get(&story.world, &ticket).await);
    assert_eq!(eve.get(&story.world, &ticket).await.status, StatusCode::GONE);
    let code = story.merchant.code("eve", None);
    assert_eq!(story.back(&mut eve, "wx-one", &first, &code).await.status, StatusCode::GONE);
    // Half of the cookies are not enough either.
    let tie = "portico_tie_wx-one";
    eve.hold(tie, ana.cookie(tie).unwrap());
    assert_eq!(story.back(&mut eve, "wx-one", &first, &code).await.status, StatusCode::GONE);
    assert!(story.merchant.asked().is_empty(), "nobody is asked about a code of a stranger");
    let code = story.merchant.code("ana", None);
    let second = left(&story.back(&mut ana, "wx-one", &first, &code).await);
    assert_eq!(second.field("appid"), "wxwx-two");
}

#[tokio::test]
async fn whoever_only_looks_at_an_address_opens_and_takes_nothing() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    let look = async |path: &str, cookie: &str| {
        let reply = story.world.call(Method::HEAD, path, &[("cookie", cookie)], "").await.ok();
        assert_eq!((reply.body.as_str(), reply.header("set-cookie")), ("", ""));
    };
    look(&ticket, "").await;
    let there = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code("ana", None);
    let path = format!("/link/return/wx-one?code={code}&state={}", there.field("state"));
    look(&path, &browser.cookies()).await;
    let end = left(&story.back(&mut browser, "wx-one", &there, &code).await);
    assert_eq!(end.outcome(), "ready");
}

#[tokio::test]
async fn a_stolen_ticket_ties_nobody_to_the_thief_and_the_thief_to_nobody() {
    let story = Story::begin().await;
    let eve = story.world.sign_in("eve").await;
    let (mut hers, mut his) = (Browser::default(), Browser::default());
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    let end = story.walk(&mut his, &ticket, &[("wx-one", "eve")]).await;
    assert_eq!(end.outcome(), "ready");
    assert_eq!(hers.get(&story.world, &ticket).await.status, StatusCode::GONE);
    let refused = story.complete(&eve, &end.field("link_code")).await;
    assert_eq!(refused.refusal(), (403, "access_denied".into()));
    // Whose browser it went through is in doubt now, so it is good for nobody.
    let refused = story.complete(&story.ana, &end.field("link_code")).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant".into()));
    assert_eq!((story.links(&story.ana).await, story.links(&eve).await), (vec![], vec![]));
}

#[tokio::test]
async fn another_session_of_the_same_person_does_not_complete_it() {
    let story = Story::begin().await;
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    let end = story.walk(&mut Browser::default(), &ticket, &[("wx-one", "ana")]).await;
    let elsewhere = story.world.sign_in("ana").await;
    let refused = story.complete(&elsewhere, &end.field("link_code")).await;
    assert_eq!(refused.refusal(), (403, "access_denied".into()));
    assert_eq!(story.links(&elsewhere).await, []);
}

#[tokio::test]
async fn a_code_is_presented_once() {
    let story = Story::begin().await;
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    let end = story.walk(&mut Browser::default(), &ticket, &[("wx-one", "ana")]).await;
    story.complete(&story.ana, &end.field("link_code")).await.ok();
    let again = story.complete(&story.ana, &end.field("link_code")).await;
    assert_eq!(again.refusal(), (400, "invalid_grant".into()));
    assert_eq!(story.links(&story.ana).await.len(), 1);
    let unknown = story.complete(&story.ana, &"x".repeat(43)).await;
    assert_eq!(unknown.refusal(), (400, "invalid_grant".into()));
}

#[tokio::test]
async fn two_tabs_do_not_mix_what_they_collect() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &SILENT[..2], true).await;
    let other = story.ticket(&story.ana, &["wx-one"], true).await;
    let tab = left(&browser.get(&story.world, &ticket).await);
    let second_tab = left(&browser.get(&story.world, &other).await);
    let code = story.merchant.code("ana", None);
    assert_eq!(story.back(&mut browser, "wx-one", &tab, &code).await.status, StatusCode::GONE);
    let end = left(&story.back(&mut browser, "wx-one", &second_tab, &code).await);
    assert_eq!(end.outcome(), "ready");
    // Opened again in its browser, the first one begins anew.
    let again = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code("ana", None);
    let next = left(&story.back(&mut browser, "wx-one", &again, &code).await);
    assert_eq!(next.field("appid"), "wxwx-two");
    // The same step cannot be taken twice, by whichever tab.
    let stale = story.merchant.code("eve", None);
    assert_eq!(story.back(&mut browser, "wx-one", &again, &stale).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_ticket_that_is_opened_again_later_forgets_whoever_was_there_before() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &SILENT[..2], true).await;
    let first = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code("one-of-a", None);
    assert_eq!(left(&story.back(&mut browser, "wx-one", &first, &code).await).field("appid"), "wxwx-two");
    let again = left(&browser.get(&story.world, &ticket).await);
    assert_eq!(again.field("appid"), "wxwx-one", "it begins at the beginning");
    let mut at = again;
    for id in &SILENT[..2] {
        let code = story.merchant.code(&format!("{id}-of-b"), None);
        at = left(&story.back(&mut browser, id, &at, &code).await);
    }
    story.complete(&story.ana, &at.field("link_code")).await.ok();
    assert_eq!(story.links(&story.ana).await.len(), 2);
    let other = story.world.sign_in("bob").await;
    let ticket = story.ticket(&other, &["wx-one"], true).await;
    let end = story.walk(&mut Browser::default(), &ticket, &[("wx-one", "one-of-a")]).await;
    assert_eq!(end.outcome(), "ready", "what came first is nobody's");
}

#[tokio::test]
async fn two_tabs_of_one_ticket_do_not_mix_whom_they_prove() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &SILENT[..2], true).await;
    let begun = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code("a-at-one", None);
    let old_tab = left(&story.back(&mut browser, "wx-one", &begun, &code).await);
    // As the old tab sees it whose answer was under way when the other one came to the same step.
    let tie = "portico_tie_wx-two";
    let held = browser.cookie(tie).unwrap().to_owned();
    let again = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code("b-at-one", None);
    let new_tab = left(&story.back(&mut browser, "wx-one", &again, &code).await);
    let newer = browser.cookie(tie).unwrap().to_owned();
    browser.hold(tie, &held);
    let code = story.merchant.code("a-at-two", None);
    assert_eq!(story.back(&mut browser, "wx-two", &old_tab, &code).await.status, StatusCode::GONE);
    browser.hold(tie, &newer);
    let code = story.merchant.code("b-at-two", None);
    assert_eq!(left(&story.back(&mut browser, "wx-two", &new_tab, &code).await).outcome(), "ready");
}

#[tokio::test]
async fn union_ids_that_differ_are_of_different_people() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &SILENT, true).await;
    let mut at = left(&browser.get(&story.world, &ticket).await);
    for (id, union) in [("wx-one", Some("ana")), ("wx-two", None), ("wx-three", Some("eve"))] {
        let code = story.merchant.code(&format!("somebody-at-{id}"), union);
        at = left(&story.back(&mut browser, id, &at, &code).await);
    }
    assert_eq!((at.outcome(), at.has("link_code")), ("failed".into(), false));
    assert_eq!(story.links(&story.ana).await, []);
}

#[tokio::test]
async fn a_failure_at_the_second_of_three_ties_nothing() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &SILENT, true).await;
    let first = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code("ana", None);
    let second = left(&story.back(&mut browser, "wx-one", &first, &code).await);
    let end = left(&story.back(&mut browser, "wx-two", &second, "a-code-that-it-never-gave").await);
    assert_eq!((end.outcome(), end.has("link_code")), ("failed".into(), false));
    assert_eq!(browser.get(&story.world, &ticket).await.status, StatusCode::GONE);
    assert_eq!(story.links(&story.ana).await, []);
}

#[tokio::test]
async fn an_identity_of_somebody_else_is_a_conflict_and_nobody_is_merged() {
    let story = Story::begin().await;
    let bob = story.world.sign_in("bob").await;
    let mut browser = Browser::default();
    let his = story.ticket(&bob, &["wx-two"], true).await;
    let his = story.walk(&mut browser, &his, &[("wx-two", "them")]).await;
    let hers = story.ticket(&story.ana, &SILENT[..2], true).await;
    let hers = story.walk(&mut Browser::default(), &hers, &[("wx-one", "ana"), ("wx-two", "them")]).await;
    story.complete(&bob, &his.field("link_code")).await.ok();
    let refused = story.complete(&story.ana, &hers.field("link_code")).await;
    assert_eq!(refused.refusal(), (409, "conflict".into()));
    let again = story.ticket(&story.ana, &["wx-two"], true).await;
    let end = story.walk(&mut Browser::default(), &again, &[("wx-two", "them")]).await;
    assert_eq!((end.outcome(), end.has("link_code")), ("conflict".into(), false));
    assert_eq!((story.links(&story.ana).await.len(), story.links(&bob).await.len()), (0, 1));
}

#[tokio::test]
async fn a_browser_in_which_somebody_else_is_signed_in_is_turned_away() {
    let story = Story::begin().await;
    let mut bobs = Browser::default();
    story.world.create_person("bob", "a long enough password").await;
    bobs.sign_in(&story.world, "/sign-in", "bob", "a long enough password").await;
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    assert_eq!(bobs.get(&story.world, &ticket).await.status, StatusCode::FORBIDDEN);
    let end = story.walk(&mut Browser::default(), &ticket, &[("wx-one", "ana")]).await;
    assert_eq!(end.outcome(), "ready", "it is still good where it belongs");
}
