//! The sections of the settings in which a person sees, changes, takes along and deletes what is known of them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use portico_core::moment::Span;
use serde_json::Value;

use crate::fixture::{Browser, Reply, World};

const PROFILE: &str = "/settings/profile";
const PICTURE: &str = "/settings/profile/picture";
const DATA: &str = "/settings/data";

async fn vera(world: &World) -> Browser {
    world.create_person("vera", "a long enough password").await;
    let mut browser = Browser::default();
    let page =
        browser.sign_in(world, "/sign-in?continue=%2Fsettings%2Fprofile", "vera", "a long enough password");
    assert!(page.await.body.contains("name=\"street_address\""));
    browser
}

async fn send(world: &World, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Reply {
    let csrf = Browser::field(&browser.get(world, path).await.ok(), "csrf");
    let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
    browser.post(world, path, &fields).await
}

fn picture() -> Vec<u8> {
    let mut bytes = vec![];
    let picture = RgbImage::from_pixel(16, 16, Rgb([1, 2, 3]));
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

#[tokio::test]
async fn a_person_changes_their_profile_without_a_script() {
    let world = World::new().await;
    let mut browser = vera(&world).await;
    let saved = send(&world, &mut browser, PROFILE, &[("action", "name"), ("name", "Vera Lind")]).await;
    assert_eq!(saved.header("location"), "/settings/profile?done=saved");
    for (label, city) in [("Home", "Bath"), ("Work", "Leeds")] {
        let fields = [("action", "add_address"), ("label", label), ("locality", city), ("country", "gb")];
        assert_eq!(send(&world, &mut browser, PROFILE, &fields).await.status, 303);
    }
    let page = browser.get(&world, PROFILE).await.ok();
    assert!(
        ["Vera Lind", "Bath", "Leeds", "GB"].iter().all(|text| page.body.contains(text)),
        "{}",
        page.body
    );
    let id = Browser::field(&page, "id");
    let removed = send(&world, &mut browser, PROFILE, &[("action", "remove_address"), ("id", &id)]).await;
    assert_eq!(removed.header("location"), "/settings/profile?done=removed");
    assert!(!browser.get(&world, PROFILE).await.ok().body.contains("Bath"));
    for (bad, status) in [
        (&[("action", "remove_address"), ("id", "x")][..], 404),
        (&[("action", "default_payment"), ("id", "x")], 404),
        (&[("action", "add_address"), ("locality", "Bath"), ("country", "ZZ")], 400),
        (&[("action", "name"), ("name", "4111 1111 1111 1111")], 400),
        (&[("action", "dance")], 400),
    ] {
        assert_eq!(send(&world, &mut browser, PROFILE, bad).await.status, status, "{bad:?}");
    }
    let forged = browser.post(&world, PROFILE, &[("action", "name"), ("name", "X"), ("csrf", "x")]).await;
    assert_eq!(forged.status, 400);
    let page = browser.get(&world, PROFILE).await.ok();
    assert!(page.body.contains("Vera Lind") && page.body.contains("Leeds"));
}

#[tokio::test]
async fn a_picture_is_sent_as_a_file_and_shown_to_its_person_alone() {
    let world = World::new().await;
    let mut browser = vera(&world).await;
    let csrf = Browser::field(&browser.get(&world, PROFILE).await.ok(), "csrf");
    assert_eq!(browser.get(&world, PICTURE).await.status, 404);
    for (media_type, file, status) in [
        ("image/png", &b"<svg/>"[..], 415),
        ("image/svg+xml", b"<svg/>", 415),
        ("text/html", b"x", 415),
        ("image/png", b"", 415),
    ] {
        let refused = browser.post_file(&world, PICTURE, &csrf, media_type, file).await;
        assert!(refused.status.is_client_error(), "{status} {media_type} {}", refused.status);
    }
    let forged = browser.post_file(&world, PICTURE, "x", "image/png", &picture()).await;
    assert_eq!(forged.status, 400);
    assert_eq!(browser.get(&world, PICTURE).await.status, 404, "nothing was kept");
    let taken = browser.post_file(&world, PICTURE, &csrf, "image/png", &picture()).await;
    assert_eq!(taken.header("location"), "/settings/profile?done=saved");
    assert_eq!(browser.get(&world, PICTURE).await.ok().header("content-type"), "image/jpeg");
    assert_eq!(Browser::default().get(&world, PICTURE).await.status, 303);
    send(&world, &mut browser, PROFILE, &[("action", "remove_picture")]).await;
    assert_eq!(browser.get(&world, PICTURE).await.status, 404);
}

#[tokio::test]
async fn data_is_taken_along_and_deleted_only_after_a_fresh_sign_in() {
    let world = World::new().await;
    let mut browser = vera(&world).await;
    let export = send(&world, &mut browser, DATA, &[("action", "export")]).await.ok();
    assert!(export.header("content-disposition").starts_with("attachment"));
    assert_eq!(export.json()["profile"]["username"], "vera");
    assert_eq!(export.json()["avatar"], Value::Null);
    world.pass(Span::minutes(6));
    for action in ["export", "delete"] {
        let late = send(&world, &mut browser, DATA, &[("action", action)]).await;
        assert_eq!(late.header("location"), "/sign-in?continue=%2Fsettings%2Fdata");
    }
    let page =
        browser.sign_in(&world, "/sign-in?continue=%2Fsettings%2Fdata", "vera", "a long enough password");
    assert!(page.await.body.contains("value=\"delete\""));
    let gone = send(&world, &mut browser, DATA, &[("action", "delete")]).await.ok();
    assert!(gone.header("set-cookie").contains("Max-Age=0"), "{}", gone.header("set-cookie"));
    assert_eq!(browser.get(&world, DATA).await.status, 303);
    let people = world.admin_get("/admin/v1/users").await.ok().json();
    assert!(people["items"][0]["erased_at"].is_string());
}
