//! Events about a person's data, pushed to back ends that ask for them.

use portico_core::Change;
use portico_core::id::{ClientId, DeliveryId, UserId};
use portico_core::noun::app::App;
use portico_core::noun::delivery::{DataEvent, Delivery};
use portico_core::noun::event::Happening;
use portico_core::rule::cover;
use portico_core::rule::deliver::queue_event;
use portico_core::rule::wechat::event::{self as rule, News};
use portico_core::rule::wechat::scope::UNION_ID;
use portico_live::{Live, LiveClient};
use portico_reach::Composed;
use portico_seal::PushSecrets;
use portico_store::Unavailable;

const WRAPPED_FOR: &str = "wechat push";

/// What a back end shares with the house, as the store keeps it: for this app alone.
pub fn wrap(live: &Live, app: &ClientId, secrets: &PushSecrets) -> Vec<u8> {
    let plain = serde_json::to_vec(secrets).expect("texts are plain data");
    live.vault().master().wrap(&format!("{WRAPPED_FOR} {app}"), &plain, live.vault().chance())
}

fn unwrap(live: &Live, app: &ClientId, wrapped: &[u8]) -> Option<PushSecrets> {
    let plain = live.vault().master().unwrap(&format!("{WRAPPED_FOR} {app}"), wrapped).ok()?;
    serde_json::from_slice(&plain).ok()
}

/// The messages that go with these changes, to be committed along with them: so every way of withdrawing,
/// changing or erasing is told of.
pub async fn told(live: &Live, changes: &[Change]) -> Result<Vec<Change>, Unavailable> {
    let mut messages = vec![];
    for change in changes {
        match change {
            Change::Happened { what: Happening::ConsentChanged { user, app, removed, scope }, .. } => {
                let Some(app) = live.client(app).await? else { continue };
                messages.extend(to(live, &app, *user, rule::withdrawn(removed, scope)).await?);
            }
            Change::Happened { what: Happening::ProfileChanged { user, claims }, .. } => {
                for app in listening(live, *user).await? {
                    let consents = live.consents(*user, &app.client.id).await?;
                    let news = app.client.app().map(|own| rule::modified(own, &consents, claims));
                    messages.extend(to(live, &app, *user, news.unwrap_or_default()).await?);
                }
            }
            Change::PersonErased { user, .. } => {
                for app in listening(live, *user).await? {
                    messages.extend(to(live, &app, *user, rule::gone()).await?);
                }
            }
            _ => {}
        }
    }
    Ok(messages)
}

/// The apps that a person has used and whose back ends ask for events.
async fn listening(live: &Live, user: UserId) -> Result<Vec<std::sync::Arc<LiveClient>>, Unavailable> {
    let mut listening = vec![];
    for (id, _) in live.store().apps_of(user).await? {
        let app = live.client(&id).await?;
        listening.extend(app.filter(|app| app.client.app().is_some_and(|app| app.push.is_some())));
    }
    Ok(listening)
}

async fn to(
    live: &Live,
    app: &LiveClient,
    user: UserId,
    news: Vec<News>,
) -> Result<Vec<Change>, Unavailable> {
    let Some(own) = app.client.app().filter(|own| own.push.is_some() && !news.is_empty()) else {
        return Ok(vec![]);
    };
    let id = &app.client.id;
    let open_id = live.vault().seal_open_id(id, &live.open_id(app, user).await?);
    let union_id = sees_union_id(live, own, id, user).await?;
    let message = |(kind, info): News| {
        let event = DataEvent { kind, info, open_id: open_id.clone(), union_id };
        let delivery = DeliveryId::from_bytes(live.vault().fresh());
        Change::DeliveryQueued(queue_event(delivery, id.clone(), user, event, live.now()))
    };
    Ok(news.into_iter().map(message).collect())
}

async fn sees_union_id(live: &Live, own: &App, app: &ClientId, user: UserId) -> Result<bool, Unavailable> {
    Ok(cover::standing(own, &*live.consents(user, app).await?).has(UNION_ID))
}

/// The request of one attempt, as WeChat makes it: signed anew each time, encrypted where the back end
/// registered a key.
pub fn composed(live: &Live, client: &LiveClient, delivery: &Delivery, event: &DataEvent) -> Composed {
    let drop = |reason: &str| Composed::Drop { reason: reason.to_owned() };
    let Some((own, push)) = client.client.app().and_then(|own| Some((own, own.push.as_ref()?))) else {
        return drop("the app has no event_url any more");
    };
    let id = &client.client.id;
    let (Some(secrets), Some(open_id)) =
        (unwrap(live, id, &push.secrets), live.vault().unseal_open_id(id, &event.open_id))
    else {
        return drop("the secrets of the event_url cannot be opened");
    };
    let union_id = event.union_id.then(|| live.vault().union_id(&own.developer, delivery.user));
    let message = xml(own, delivery, event, &open_id, union_id.as_deref());
    let (timestamp, nonce) = (live.now().seconds().to_string(), fresh_nonce(live));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("signature", &secrets.signature(&timestamp, &nonce, None))
        .append_pair("timestamp", &timestamp)
        .append_pair("nonce", &nonce)
        .append_pair("openid", &open_id);
    let body = match &secrets.encoding_aes_key {
        None => message,
        Some(_) => {
            let Some(encrypted) = secrets.encrypt(&message, &own.wx_app_id, live.vault().chance()) else {
                return drop("the encoding_aes_key is not one");
            };
            let signature = secrets.signature(&timestamp, &nonce, Some(&encrypted));
            query.append_pair("encrypt_type", "aes").append_pair("msg_signature", &signature);
            format!("<xml>{}{}</xml>", text("ToUserName", &own.wx_app_id), text("Encrypt", &encrypted))
        }
    };
    let mark = if push.event_url.contains('?') { '&' } else { '?' };
    Composed::SendXml { uri: format!("{}{mark}{}", push.event_url, query.finish()), xml: body }
}

fn fresh_nonce(live: &Live) -> String {
    let word = live.vault().fresh();
    word[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn xml(own: &App, delivery: &Delivery, event: &DataEvent, open_id: &str, union_id: Option<&str>) -> String {
    let created = delivery.queued_at.seconds();
    let union_id = union_id.map(|union_id| text("UnionID", union_id)).unwrap_or_default();
    format!(
        "<xml>{}{}<CreateTime>{created}</CreateTime>{}{}{}{}{union_id}{}</xml>",
        text("ToUserName", &own.wx_app_id),
        text("FromUserName", open_id),
        text("MsgType", "event"),
        text("Event", event.kind.as_str()),
        text("OpenID", open_id),
        text("AppID", &own.wx_app_id),
        text("RevokeInfo", &event.info.to_string()),
    )
}

/// An element of text. What came from elsewhere may hold the end of a section, which is split there.
fn text(name: &str, value: &str) -> String {
    format!("<{name}><![CDATA[{}]]></{name}>", value.replace("]]>", "]]]]><![CDATA[>"))
}
