//! `/console`: how it goes.

use maud::{Markup, html};
use portico_core::moment::Moment;
use portico_store::Page;

use super::audit as trail;
use super::chart::{Chart, Window, chart, shown};
use super::frame::{Answer, Part, page};
use super::visit::Visit;
use crate::figures::{EVERY, MOST_WAITING, Sample};
use crate::route::admin::audit::listed;

/// How many lines of the trail are shown.
const RECENT: usize = 8;

/// `GET /console`.
pub(super) async fn show(visit: Visit) -> Answer {
    let lines = listed(visit.house(), None, Page { after: None, limit: RECENT }).await?;
    let samples = visit.house().figures.samples();
    let body = html! {
        div.head {
            h1 { "Overview" }
            a.small href="/console" data-refresh="figures" { "Refresh" }
        }
        section #figures aria-label="Live figures" { (figures(&samples, visit.desk.now())) }
        section {
            div.head { h2 { "What operators did last" } a.small href="/console/audit" { "All of it" } }
            (trail::table(&lines))
        }
    };
    Ok(page(&visit, Part::Overview, "Overview", None, body))
}

fn figures(samples: &[Sample], until: Moment) -> Markup {
    let last = samples.last().copied();
    let window = Window::since(samples.first().map_or(until, |first| first.at), until);
    let level = |value: fn(&Sample) -> f64| {
        samples
            .chunks(window.together)
            .filter_map(|some| some.last().map(|last| (last.at, value(last))))
            .collect()
    };
    let rate = |count: fn(&Sample) -> u64| -> Vec<(Moment, f64)> {
        let point = |some: &[Sample]| {
            let seconds = some.len() as f64 * EVERY.as_seconds() as f64;
            Some((some.last()?.at, some.iter().map(count).sum::<u64>() as f64 / seconds))
        };
        samples.chunks(window.together).filter_map(point).collect()
    };
    let (launches, refusals) = (rate(|sample| sample.launches), rate(|sample| sample.refusals));
    let latest = |points: &[(Moment, f64)]| shown(points.last().map_or(0.0, |(_, value)| *value));
    let waiting = match last.map_or(0, |last| last.waiting) {
        most if most >= MOST_WAITING => format!("{} or more", shown(most as f64)),
        waiting => shown(waiting as f64),
    };
    let charts = [
        Chart {
            title: "Live sessions",
            now: shown(last.map_or(0.0, |last| last.sessions as f64)),
            points: level(|sample| sample.sessions as f64),
            window,
        },
        Chart { title: "Launches a second", now: latest(&launches), points: launches, window },
        Chart { title: "Refusals a second", now: latest(&refusals), points: refusals, window },
        Chart {
            title: "Logout messages waiting",
            now: waiting,
            points: level(|sample| sample.waiting as f64),
            window,
        },
    ];
    html! {
        div.charts { @for one in &charts { (chart(one)) } }
    }
}
