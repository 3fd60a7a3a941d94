//! What the settings page shows, gathered.

use portico_core::denied::Denied;
use portico_core::noun::app::App;
use portico_core::noun::catalogue::{CatalogueEntry, Sensitivity};
use portico_core::noun::consent::{ConsentEntry, Decision as Said};
use portico_core::scope::Scope;
use portico_seal::ClientKeys;

use crate::House;
use crate::house::unavailable;
use crate::page::settings::{
    Access, AccessState, AppAccess, Decision, Device, Done, Outcome, Settings, Verdict,
};
use crate::page::{Frame, Party};
use crate::page_reply::party;
use crate::route::me::Who;
use crate::route::me::apps::{Known, known};
use crate::route::me::sessions::{self, devices};
use crate::when::stamp;

/// How many lines of history are shown at first.
const RECENT: usize = 50;
/// How many are shown at all.
const MOST: usize = 1000;
/// What a session of Portico's own pages is called where the device said nothing.
const OWN_NAME: &str = "Portico";

/// For whom, and how.
pub(super) struct Shown {
    pub(super) who: Who,
    pub(super) frame: Frame,
    pub(super) csrf: String,
    pub(super) done: Option<Done>,
    pub(super) open_app: Option<String>,
    pub(super) whole_history: bool,
    pub(super) languages: Vec<String>,
}

/// Everything that the page shows to this person.
pub(super) async fn view(house: &House, shown: Shown, keys: &ClientKeys) -> Result<Settings, Denied> {
    let who = shown.who;
    let known = known(house, who.user).await?;
    let catalogue = house.live.catalogue();
    let languages: Vec<_> = shown.languages.iter().map(String::as_str).collect();
    let apps = known.iter().filter_map(|known| Some(access(known, known.app()?, &catalogue, &languages)));
    let mut devices = devices(house, who.user).await?;
    devices.sort_by_key(|device| device.session.id != who.session);
    let limit = if shown.whole_history { MOST } else { RECENT + 1 };
    let history = house.live.store().consent_history(who.user, limit).await;
    let mut history = history.map_err(|cause| unavailable(&cause))?;
    let older = !shown.whole_history && history.len() > RECENT;
    if older {
        history.truncate(RECENT);
    }
    Ok(Settings {
        apps: apps.collect(),
        devices: devices.into_iter().map(|found| device(found, who, keys)).collect(),
        history: decisions(&history, &known, &catalogue, &languages),
        older: older.then(|| "/settings?history=all#history".to_owned()),
        frame: shown.frame,
        csrf: shown.csrf,
        done: shown.done,
        open_app: shown.open_app,
    })
}

fn device(found: sessions::Device, who: Who, keys: &ClientKeys) -> Device {
    Device {
        session: keys.session_sid(found.session.id),
        label: found.label.or(found.client).unwrap_or_else(|| OWN_NAME.to_owned()),
        signed_in: stamp(found.session.started_at),
        last_used: stamp(found.session.used_at),
        current: found.session.id == who.session,
    }
}

fn access(known: &Known, app: &App, catalogue: &[CatalogueEntry], languages: &[&str]) -> AppAccess {
    let permissions = app.permissions.iter().filter_map(|permission| {
        let entry = catalogue.iter().find(|entry| entry.scope == permission.scope);
        let state = match known.consents.of(&permission.scope) {
            Some(Said::Granted) => AccessState::Allowed,
            Some(Said::Refused) => AccessState::Refused,
            Some(Said::Withdrawn) => AccessState::Withdrawn,
            None if app.preauthorised.contains(&permission.scope) => AccessState::PreAuthorised,
            // Nobody has been asked yet.
            None => return None,
        };
        Some(Access {
            scope: permission.scope.to_string(),
            title: title(&permission.scope, catalogue, languages),
            opens: entry.map_or("", |entry| entry.description_in(languages)).to_owned(),
            state,
            required: permission.required,
            sensitive: entry.is_some_and(|entry| entry.sensitivity == Sensitivity::Sensitive),
        })
    });
    let mut permissions: Vec<_> = permissions.collect();
    permissions
        .sort_by_key(|access| !matches!(access.state, AccessState::Allowed | AccessState::PreAuthorised));
    AppAccess {
        app: party(&known.client.client, Some(&known.developer)),
        last_used: known.last_used.map(stamp),
        permissions,
    }
}

fn title(scope: &Scope, catalogue: &[CatalogueEntry], languages: &[&str]) -> String {
    let entry = catalogue.iter().find(|entry| entry.scope == *scope);
    entry.map_or(scope.as_str(), |entry| entry.title_in(languages)).to_owned()
}

/// The lines of history, those of one answer together.
fn decisions(
    history: &[ConsentEntry],
    known: &[Known],
    catalogue: &[CatalogueEntry],
    languages: &[&str],
) -> Vec<Decision> {
    let answers = history.chunk_by(|one, other| one.app == other.app && one.at == other.at);
    let decision = |lines: &[ConsentEntry]| {
        let line = lines.first()?;
        let app = known.iter().find(|known| known.client.client.id == line.app);
        let gone = || Party {
            id: line.app.to_string(),
            name: line.words.app_name.clone(),
            icon: None,
            developer: String::new(),
        };
        Some(Decision {
            at: stamp(line.at),
            app: app.map_or_else(gone, |known| party(&known.client.client, Some(&known.developer))),
            outcomes: lines.iter().map(|line| outcome(line, catalogue, languages)).collect(),
        })
    };
    answers.filter_map(decision).collect()
}

fn outcome(line: &ConsentEntry, catalogue: &[CatalogueEntry], languages: &[&str]) -> Outcome {
    let words = &line.words;
    let shown = [words.description.as_str(), words.reason.as_str()];
    let shown: Vec<_> = shown.into_iter().filter(|text| !text.is_empty()).collect();
    Outcome {
        title: match words.title.as_str() {
            "" => title(&line.scope, catalogue, languages),
            then => then.to_owned(),
        },
        verdict: match line.decision {
            Said::Granted => Verdict::Allowed,
            Said::Refused => Verdict::Refused,
            Said::Withdrawn => Verdict::Withdrawn,
        },
        words: shown.join(" · "),
    }
}
