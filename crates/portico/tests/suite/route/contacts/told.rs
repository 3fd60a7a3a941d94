//! Old sessions change nothing here, and whoever was reached before hears of what is changed.

use super::*;

/// Who was told of what since the last look, by the first words of the subject.
fn told(world: &World) -> Vec<(String, String)> {
    let letters = world.letters().into_iter();
    letters.map(|letter| (address(&letter.to), letter.subject)).collect()
}

fn said(to: &str, subject: &str) -> (String, String) {
    (to.to_owned(), subject.to_owned())
}

#[tokio::test]
async fn an_old_session_reads_the_addresses_and_changes_none() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let list_ = prove(&world, &ana, EMAILS, "b@people.example").await;
    let id = list_[1]["id"].as_str().unwrap().to_owned();
    let (asked, code) = ask(&world, &ana, EMAILS, "c@people.example").await;
    world.pass(Span::seconds(301));
    let again = json!({ "verification": asked["verification"] });
    let given = json!({ "verification": asked["verification"], "code": code });
    let refused = (403, "reauthentication_required".to_owned());
    for (path, body) in [
        (EMAILS.to_owned(), json!({ "value": "d@people.example" })),
        (PHONES.to_owned(), json!({ "value": "+4930123456" })),
        (format!("{EMAILS}/resend"), again),
        (format!("{EMAILS}/verify"), given.clone()),
        (format!("{EMAILS}/{}/verify", asked["id"].as_str().unwrap()), given.clone()),
        (format!("{EMAILS}/{id}/main"), json!({})),
    ] {
        assert_eq!(post(&world, &ana, &path, body).await.refusal(), refused, "{path}");
    }
    let bearer = format!("Bearer {}", ana.access);
    let path = format!("{EMAILS}/{id}");
    let gone = world.call(Method::DELETE, &path, &[("authorization", &bearer)], "").await;
    assert_eq!(gone.refusal(), refused);
    assert_eq!(values(&list(&world, &ana, EMAILS).await), ["ana@people.example", "b@people.example"]);
    assert!(world.letters().is_empty());
    // A fresh assertion counts.
    let ana = world.sign_in("ana").await;
    verify(&world, &ana, EMAILS, &asked, &code).await.ok();
}

#[tokio::test]
async fn whoever_had_the_account_hears_of_every_address_that_comes_and_goes() {
    const OLD: &str = "ana@people.example";
    const NEW: &str = "new@people.example";
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let (asked, code) = ask(&world, &ana, EMAILS, NEW).await;
    assert!(world.letters().is_empty(), "nothing has come yet");
    verify(&world, &ana, EMAILS, &asked, &code).await.ok();
    assert_eq!(told(&world), [said(OLD, "An address was added to your account")]);
    let id = |place: usize| {
        let (world, ana) = (&world, &ana);
        async move { list(world, ana, EMAILS).await[place]["id"].as_str().unwrap().to_owned() }
    };
    post(&world, &ana, &format!("{EMAILS}/{}/main", id(1).await), json!({})).await.ok();
    assert_eq!(told(&world), [said(OLD, "This is no longer your main address")]);
    let bearer = format!("Bearer {}", ana.access);
    let path = format!("{EMAILS}/{}", id(1).await);
    world.call(Method::DELETE, &path, &[("authorization", &bearer)], "").await;
    let removed = "An address was removed from your account";
    assert_eq!(told(&world), [said(OLD, removed), said(NEW, removed)]);
}

#[tokio::test]
async fn an_address_that_was_the_main_one_is_told_of_a_new_password_for_seven_days() {
    const OLD: &str = "ana@people.example";
    const NEW: &str = "new@people.example";
    for (days, has_it, expected) in [(6, false, vec![NEW, OLD]), (7, false, vec![NEW]), (6, true, vec![NEW])]
    {
        let world = World::new().await;
        let ana = world.sign_in("ana").await;
        prove(&world, &ana, EMAILS, NEW).await;
        let id = list(&world, &ana, EMAILS).await[0]["id"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {}", ana.access);
        let path = format!("{EMAILS}/{id}");
        let gone = world.call(Method::DELETE, &path, &[("authorization", &bearer)], "").await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        if has_it {
            let bob = world.sign_in("bob").await;
            prove(&world, &bob, EMAILS, OLD).await;
        }
        world.pass(Span::days(days));
        let ana = world.sign_in("ana").await;
        world.letters();
        let body = json!({ "password": "vR7-kept-well" });
        assert_eq!(post(&world, &ana, "/v1/me/password", body).await.status, StatusCode::NO_CONTENT);
        let told: Vec<_> = told(&world).into_iter().map(|(to, _)| to).collect();
        assert_eq!(told, expected, "{days} {has_it}");
    }
}
