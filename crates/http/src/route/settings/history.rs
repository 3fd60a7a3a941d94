//! `/settings/history`: what the person decided, and in which words they were asked.

use std::sync::Arc;

use axum::extract::{Request, State};
use maud::Markup;
use portico_core::noun::catalogue::CatalogueEntry;
use portico_core::noun::consent::{ConsentEntry, Decision as Said};

use super::apps::title;
use super::{Halt, Visit};
use crate::House;
use crate::house::unavailable;
use crate::page::Party;
use crate::page::settings::Section;
use crate::page::settings::history::{Decision, History, Outcome, Verdict, history as page};
use crate::page::words::Words;
use crate::page_reply::party;
use crate::reply::Reply;
use crate::route::me::apps::{Known, known};
use crate::when::stamp;

/// How many lines of history are shown at first.
const RECENT: usize = 50;
/// How many are shown at all.
const MOST: usize = 1000;

/// `GET /settings/history`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::History, request);
    visit.shown(&house, shown(&house, &visit).await)
}

async fn shown(house: &House, visit: &Visit) -> Result<Markup, Halt> {
    let (browser, fields) = visit.read(house).await?;
    let user = browser.who().user;
    let is_whole = fields.get("show") == Some("all");
    let limit = if is_whole { MOST } else { RECENT + 1 };
    let history = house.live.store().consent_history(user, limit).await;
    let mut history = history.map_err(|cause| unavailable(&cause))?;
    let older = !is_whole && history.len() > RECENT;
    if older {
        history.truncate(RECENT);
    }
    let known = known(house, user).await?;
    let view = History {
        sheet: visit.sheet(house, &browser, &fields),
        history: decisions(&history, &known, &house.live.catalogue(), visit.frame.words()),
        older: older.then(|| format!("{}?show=all", Section::History.path())),
    };
    Ok(page(&view))
}

/// The lines of history, those of one answer together.
fn decisions(
    history: &[ConsentEntry],
    known: &[Known],
    catalogue: &[CatalogueEntry],
    words: &Words,
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
            at: stamp(line.at, words),
            app: app.map_or_else(gone, |known| party(&known.client.client, Some(&known.developer))),
            outcomes: lines.iter().map(|line| outcome(line, catalogue, words)).collect(),
        })
    };
    answers.filter_map(decision).collect()
}

fn outcome(line: &ConsentEntry, catalogue: &[CatalogueEntry], words: &Words) -> Outcome {
    let then = line.words.title.as_str();
    let listed = catalogue.iter().any(|entry| entry.scope == line.scope);
    // In the language of the page; what was shown stays in that of its day.
    let title =
        if listed || then.is_empty() { title(&line.scope, catalogue, words) } else { then.to_owned() };
    let before = if then == title { "" } else { then };
    let shown = [before, line.words.description.as_str(), line.words.reason.as_str()];
    let shown: Vec<_> = shown.into_iter().filter(|text| !text.is_empty()).collect();
    Outcome {
        title,
        verdict: match line.decision {
            Said::Granted => Verdict::Allowed,
            Said::Refused => Verdict::Refused,
            Said::Withdrawn => Verdict::Withdrawn,
        },
        words: shown.join(" · "),
    }
}
