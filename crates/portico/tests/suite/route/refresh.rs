use portico_core::moment::Span;

use crate::fixture::{Tokens, World};

#[tokio::test]
async fn a_repeat_inside_the_grace_gets_the_same_successor() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let first = Tokens::of(&world.refresh(&ana.refresh).await.ok());
    assert_ne!(first.refresh, ana.refresh);
    world.pass(Span::seconds(60));
    let again = Tokens::of(&world.refresh(&ana.refresh).await.ok());
    assert_eq!(again.refresh, first.refresh);
    world.refresh(&first.refresh).await.ok();
}

#[tokio::test]
async fn a_repeat_after_the_grace_ends_the_session() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let next = Tokens::of(&world.refresh(&ana.refresh).await.ok());
    world.pass(Span::seconds(61));
    assert_eq!(world.refresh(&ana.refresh).await.refusal(), (400, "invalid_grant".into()));
    assert_eq!(world.refresh(&next.refresh).await.refusal(), (400, "invalid_grant".into()));
    assert_eq!(world.get("/v1/me/profile", Some(&next.access)).await.status, 401);
}

#[tokio::test]
async fn sixteen_refreshes_at_once_all_get_the_same_successor() {
    let world = std::sync::Arc::new(World::new().await);
    let ana = world.sign_in("ana").await;
    let attempts: Vec<_> = (0..16)
        .map(|_| {
            let (world, refresh) = (world.clone(), ana.refresh.clone());
            tokio::spawn(async move { Tokens::of(&world.refresh(&refresh).await.ok()).refresh })
        })
        .collect();
    let mut successors = std::collections::BTreeSet::new();
    for attempt in attempts {
        successors.insert(attempt.await.unwrap());
    }
    assert_eq!(successors.len(), 1);
}

#[tokio::test]
async fn a_refresh_token_is_worth_nothing_to_another_client_or_changed_by_a_letter() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", ana.refresh.as_str()),
        ("client_id", "other.app"),
    ];
    assert_eq!(world.form("/oauth/token", None, &fields).await.refusal().1, "invalid_grant");
    let mut forged = ana.refresh.clone();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.push(last);
    assert_eq!(world.refresh(&forged).await.refusal().1, "invalid_grant");
    world.refresh(&ana.refresh).await.ok();
}

#[tokio::test]
async fn more_scope_than_was_granted_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", ana.refresh.as_str()),
        ("client_id", "super.app"),
        ("scope", "openid host profile.basic"),
    ];
    assert_eq!(world.form("/oauth/token", None, &fields).await.refusal().1, "invalid_scope");
    let next = Tokens::of(&world.refresh(&ana.refresh).await.ok());
    assert_ne!(next.refresh, ana.refresh);
}
