//! What holds for every page and every form on it.

use crate::fixture::{Browser, Launched, Reply, World};

const TAXI: &str = "org.example.taxi";

/// A form of a page: where it posts, and all that it could post.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

/// The forms of a page that post, with one for each of their submit buttons.
fn forms(page: &Reply, path: &str) -> Vec<Form> {
    let mut forms = vec![];
    for form in page.body.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap()) {
        let head = form.split('>').next().unwrap();
        assert!(head.contains("method=\"post\""), "{head}");
        let action = attribute(head, "action").unwrap_or_else(|| path.to_owned());
        let fields = |tag: &str| -> Vec<_> {
            let tags = form.split(tag).skip(1).map(|rest| rest.split('>').next().unwrap());
            tags.filter_map(|tag| {
                Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
            })
            .collect()
        };
        let inputs = fields("<input");
        assert!(inputs.iter().any(|(name, value)| name == "csrf" && !value.is_empty()), "{form}");
        let mut buttons: Vec<_> = fields("<button").into_iter().map(Some).collect();
        buttons.extend(buttons.is_empty().then_some(None));
        for button in buttons {
            let fields = inputs.iter().cloned().chain(button).collect();
            forms.push(Form { action: action.clone(), fields });
        }
    }
    forms
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&quot;", "\""))
}

/// A person in a browser with an app that knows them, and the pages that this browser can open.
struct Visit {
    world: World,
    browser: Browser,
    token: String,
    pages: Vec<(String, Reply)>,
}

async fn visit() -> Visit {
    let world = World::new().await;
    world.create_person("ana", "a long enough password").await;
    let mut browser = Browser::default();
    browser.sign_in(&world, "/settings", "ana", "a long enough password").await.ok();
    let mut elsewhere = Browser::default();
    elsewhere.sign_in(&world, "/settings", "ana", "a long enough password").await.ok();
    let tokens = browser_tokens(&world, &mut browser).await;
    let token = world.launch_granting(&tokens, TAXI, None).await;
    let asked = world.launch_with(&tokens, TAXI, &[("prompt", "consent")]).await;
    let Launched::Ask { request, .. } = asked else { panic!("not asked: {asked:?}") };
    let mut paths =
        vec!["/sign-in".to_owned(), "/oauth/end-session".to_owned(), format!("/consent/{request}")];
    let settings = browser.get(&world, "/settings").await.ok();
    paths.extend(
        settings
            .body
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|to| to.starts_with("/settings"))
            .map(str::to_owned),
    );
    let mut pages = vec![];
    for path in paths {
        let page = browser.get(&world, &path).await.ok();
        pages.push((path, page));
    }
    Visit { world, browser, token, pages }
}

/// The host's tokens in the browser's own session.
async fn browser_tokens(world: &World, browser: &mut Browser) -> crate::fixture::Tokens {
    const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-0";
    let challenge = portico_seal::pkce_s256(VERIFIER);
    let path = format!(
        "/oauth/authorize?response_type=code&client_id=super.app\
         &redirect_uri=https%3A%2F%2Fsuper.app%2Fcallback&scope=openid%20host\
         &code_challenge={challenge}&code_challenge_method=S256"
    );
    let back = browser.follow(world, &path).await;
    let to = url::Url::parse(back.header("location")).unwrap();
    let code = to.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://super.app/callback"),
        ("client_id", "super.app"),
        ("code_verifier", VERIFIER),
    ];
    crate::fixture::Tokens::of(&world.form("/oauth/token", None, &fields).await.ok())
}

#[tokio::test]
async fn no_form_of_any_page_is_taken_without_its_token_or_with_another() {
    let Visit { world, mut browser, token, pages } = visit().await;
    let full = world.introspect(TAXI, &token).await;
    assert_eq!(full["active"], true);
    let mut seen = 0;
    for (path, page) in &pages {
        for form in forms(page, path) {
            for csrf in [None, Some(""), Some("wrong"), Some("00000000000000000000000000000000")] {
                let kept = form.fields.iter().filter(|(name, _)| name != "csrf");
                let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
                let fields: Vec<_> = kept.chain(csrf.map(|csrf| ("csrf", csrf))).collect();
                let reply = browser.post(&world, &form.action, &fields).await;
                // A site may post its request to sign out, so there the question is put again.
                let asks_again = path == "/oauth/end-session" && reply.body.contains("name=\"decision\"");
                assert!(reply.status.is_client_error() || asks_again, "{path} {fields:?}: {}", reply.status);
                assert_eq!(world.introspect(TAXI, &token).await, full, "{path} {fields:?}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 4 * 10, "the forms were not found: {seen}");
    for (path, _) in &pages {
        browser.get(&world, path).await.ok();
    }
}

#[tokio::test]
async fn no_page_may_be_framed_kept_or_told_to_others() {
    let Visit { world, mut browser, mut pages, .. } = visit().await;
    for path in ["/nothing-here", "/consent/unknown", "/oauth/authorize", "/sign-in?continue=a&continue=b"] {
        pages.push((path.to_owned(), browser.get(&world, path).await));
    }
    for (path, page) in pages {
        for (name, part) in [
            ("content-security-policy", "default-src 'none'; style-src 'self';"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("content-security-policy", "base-uri 'none'"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert!(page.header(name).contains(part), "{path}: {name}: {}", page.header(name));
        }
        assert!(!page.header("content-security-policy").contains("unsafe"), "{path}");
    }
}
