use std::io::Cursor;

use axum::http::Method;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::json;

use crate::fixture::{Reply, Tokens, World};

const TAXI: &str = "org.example.taxi";
const SHOP: &str = "org.example.shop";
const PATH: &str = "/v1/me/avatar";

fn picture(format: ImageFormat, shade: u8) -> Vec<u8> {
    let mut bytes = vec![];
    let picture = RgbImage::from_pixel(64, 64, Rgb([shade, 20, 30]));
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

async fn put(world: &World, tokens: &Tokens, media_type: &str, body: Vec<u8>) -> Reply {
    world.put_bytes(PATH, &tokens.access, media_type, body).await
}

async fn has(world: &World, tokens: &Tokens, shade: u8) {
    put(world, tokens, "image/png", picture(ImageFormat::Png, shade)).await.ok();
}

/// The path of the picture's link that an app is given now.
async fn link(world: &World, token: &str) -> String {
    let info = world.userinfo(token).await.ok().json();
    info["picture"].as_str().unwrap().strip_prefix("http://localhost:8080").unwrap().to_owned()
}

async fn status(world: &World, path: &str) -> u16 {
    world.get(path, None).await.status.as_u16()
}

#[tokio::test]
async fn a_picture_is_kept_shown_and_removed() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    assert_eq!(world.get(PATH, Some(&ana.access)).await.refusal(), (404, "not_found".into()));
    for (media_type, format) in [
        ("image/png", ImageFormat::Png),
        ("image/jpeg", ImageFormat::Jpeg),
        ("image/webp", ImageFormat::WebP),
    ] {
        let kept = put(&world, &ana, media_type, picture(format, 200)).await.ok().json();
        assert!(kept["picture"].as_str().unwrap().contains("/avatars/"));
        let shown = world.get(PATH, Some(&ana.access)).await.ok();
        assert_eq!(
            (shown.header("content-type"), shown.header("x-content-type-options")),
            ("image/jpeg", "nosniff")
        );
    }
    let profile = world.get("/v1/me/profile", Some(&ana.access)).await.ok().json();
    assert!(profile["picture"].as_str().unwrap().contains("/avatars/"));
    for _ in 0..2 {
        let gone = world.json(Method::DELETE, PATH, Some(&ana.access), &json!({})).await;
        assert_eq!(gone.status, 204);
    }
    let profile = world.get("/v1/me/profile", Some(&ana.access)).await.ok().json();
    assert_eq!(profile["picture"], "https://pictures.example/ana", "the one elsewhere counts again");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_the_one_there_stays() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    has(&world, &ana, 200).await;
    let before = world.get("/v1/me/profile", Some(&ana.access)).await.ok().json();
    let (png, jpeg) = (picture(ImageFormat::Png, 9), picture(ImageFormat::Jpeg, 9));
    let mut bomb = png.clone();
    bomb[16..20].copy_from_slice(&50_000u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&50_000u32.to_be_bytes());
    let crc = png_crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    for (media_type, body, expected) in [
        ("image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), 415),
        ("image/png", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), 415),
        ("text/html", b"<!doctype html><p>x".to_vec(), 415),
        ("image/png", b"<!doctype html><p>x".to_vec(), 415),
        ("image/gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), 415),
        ("image/png", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), 415),
        ("image/jpeg", png.clone(), 415),
        ("image/png", jpeg, 415),
        ("application/json", b"{}".to_vec(), 415),
        ("", png.clone(), 415),
        ("image/png", png[..png.len() / 2].to_vec(), 400),
        ("image/png", vec![], 415),
        ("image/png", bomb, 413),
        ("image/png", [png.clone(), vec![0; 5 * 1024 * 1024]].concat(), 413),
    ] {
        let refused = put(&world, &ana, media_type, body).await;
        assert_eq!(refused.status, expected, "{media_type} {}", refused.body);
    }
    assert_eq!(world.get("/v1/me/profile", Some(&ana.access)).await.ok().json(), before);
    assert_eq!(world.put_bytes(PATH, "nonsense", "image/png", png).await.status, 401);
}

fn png_crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[tokio::test]
async fn an_apps_link_shows_the_picture_to_anybody_and_nothing_else() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    has(&world, &ana, 200).await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let path = link(&world, &token).await;
    assert_eq!(path, link(&world, &token).await, "it stays the same");
    let shown = world.get(&path, None).await.ok();
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(shown.header(name), value, "{name}");
    }
    let held = [("if-none-match", shown.header("etag"))];
    assert_eq!(world.call(Method::GET, &path, &held, "").await.status, 304);
    for bad in ["/avatars/x", "/avatars/%ff", &path[..path.len() - 1], &format!("{path}A")] {
        assert_eq!(world.get(bad, None).await.refusal(), (404, "not_found".into()), "{bad}");
    }
}

#[tokio::test]
async fn a_link_is_dead_once_the_app_may_not_see_the_picture_any_more() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    has(&world, &ana, 200).await;
    let (taxi, shop) =
        (world.launch_granting(&ana, TAXI, None).await, world.launch_granting(&ana, SHOP, None).await);
    let (first, other) = (link(&world, &taxi).await, link(&world, &shop).await);
    has(&world, &ana, 100).await;
    assert_eq!((status(&world, &first).await, status(&world, &other).await), (404, 404), "a new picture");
    let (first, other) = (link(&world, &taxi).await, link(&world, &shop).await);
    world.json(Method::DELETE, &format!("/v1/me/apps/{TAXI}"), Some(&ana.access), &json!({})).await.ok();
    assert_eq!((status(&world, &first).await, status(&world, &other).await), (404, 200), "withdrawn");
    world.admin_post(&format!("/admin/v1/apps/{SHOP}/suspend"), json!({})).await.ok();
    assert_eq!(status(&world, &other).await, 404, "suspended");
    world.admin_post(&format!("/admin/v1/apps/{SHOP}/resume"), json!({})).await.ok();
    assert_eq!(status(&world, &other).await, 200);
    world.json(Method::DELETE, PATH, Some(&ana.access), &json!({})).await.ok();
    assert_eq!(status(&world, &other).await, 404, "removed");
    has(&world, &ana, 50).await;
    let last = link(&world, &shop).await;
    world.json(Method::DELETE, "/v1/me", Some(&ana.access), &json!({})).await.ok();
    assert_eq!(status(&world, &last).await, 404, "erased");
}

#[tokio::test]
async fn the_host_hears_of_a_new_picture_and_the_export_holds_it() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let none = world.get("/v1/me/export", Some(&ana.access)).await.ok().json();
    assert_eq!(none["avatar"], json!(null));
    has(&world, &ana, 200).await;
    let export = world.get("/v1/me/export", Some(&ana.access)).await.ok().json();
    assert_eq!(export["avatar"]["content_type"], "image/jpeg");
    assert!(export["avatar"]["data"].as_str().unwrap().starts_with("/9j/"));
    assert_eq!(export["links"][0]["issuer"], "https://super.example");
    let people = world.admin_get("/admin/v1/users").await.ok().json();
    let user = people["items"][0]["user_id"].as_str().unwrap();
    let theirs = world.admin_get(&format!("/admin/v1/users/{user}/export")).await.ok().json();
    assert_eq!((&theirs["avatar"], &theirs["links"]), (&export["avatar"], &export["links"]));
    assert_eq!(theirs["kyc"]["level"], "none");
}
