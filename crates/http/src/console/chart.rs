//! Small charts of the last hour, drawn on the server. Without a size of their own: the style sheet says it.

use maud::{Markup, html};
use portico_core::moment::{Moment, Span};

/// How much time a chart can show, and how many samples it then joins to one point.
const WINDOWS: [(Span, usize, &str); 3] = [
    (Span::minutes(5), 1, "5 minutes ago"),
    (Span::minutes(15), 2, "15 minutes ago"),
    (Span::hours(1), 6, "an hour ago"),
];
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 100.0;

/// The time that a chart shows: as much as there is something to show of.
#[derive(Clone, Copy)]
pub(super) struct Window {
    until: Moment,
    shown: Span,
    /// How many samples make one point.
    pub(super) together: usize,
    /// What stands at its left edge.
    words: &'static str,
}

impl Window {
    /// The smallest window up to this moment that holds everything since `from`.
    pub(super) fn since(from: Moment, until: Moment) -> Self {
        let holds = |(shown, ..): &&(Span, usize, &str)| until - from <= *shown;
        let (shown, together, words) = *WINDOWS.iter().find(holds).unwrap_or(&WINDOWS[2]);
        Self { until, shown, together, words }
    }
}

/// One chart.
pub(super) struct Chart<'a> {
    /// What it shows.
    pub(super) title: &'a str,
    /// The latest value, as it is read.
    pub(super) now: String,
    /// The values in the order of their time.
    pub(super) points: Vec<(Moment, f64)>,
    /// From when to when.
    pub(super) window: Window,
}

/// Draws a chart.
pub(super) fn chart(chart: &Chart<'_>) -> Markup {
    let highest = chart.points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let top = ceiling(highest);
    let line = path(&chart.points, chart.window, top);
    html! {
        figure.chart {
            figcaption {
                span.title { (chart.title) }
                span.now { (chart.now) }
            }
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                aria-label={ (chart.title) ": now " (chart.now) ", at most " (shown(highest)) " since " (chart.window.words) } {
                path.grid d={ "M0 0.5H" (WIDTH) "M0 50H" (WIDTH) "M0 99.5H" (WIDTH) } {}
                @if let Some((line, area)) = line {
                    path.area d=(area) {}
                    path.line d=(line) {}
                }
            }
            div.scale aria-hidden="true" {
                span { (chart.window.words) }
                span { "0 to " (shown(top)) }
                span { "now" }
            }
        }
    }
}

/// The line, and the surface below it.
fn path(points: &[(Moment, f64)], window: Window, top: f64) -> Option<(String, String)> {
    let from = window.until - window.shown;
    let place = |(at, value): &(Moment, f64)| {
        let x = (*at - from).as_millis() as f64 / window.shown.as_millis() as f64 * WIDTH;
        let y = HEIGHT - value / top * (HEIGHT - 4.0) - 1.0;
        (x.clamp(0.0, WIDTH), y.clamp(0.0, HEIGHT))
    };
    let places: Vec<_> = points.iter().map(place).collect();
    let (first, last) = (places.first()?, places.last()?);
    let steps: Vec<_> = places.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    let line = format!("M{}", steps.join("L"));
    let area = format!("{line}L{:.1} {HEIGHT}L{:.1} {HEIGHT}Z", last.0, first.0);
    Some((line, area))
}

/// The least of 1, 2, 5, 10, 20 … that is not below the value.
fn ceiling(value: f64) -> f64 {
    let steps = (0..).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(power)));
    steps.take(60).find(|step| *step >= value).unwrap_or(value)
}

/// A figure as it is read: whole, or with one decimal where it is small.
pub(super) fn shown(value: f64) -> String {
    if value >= 10.0 || value.fract() == 0.0 { grouped(value.round() as u64) } else { format!("{value:.1}") }
}

/// A whole number in groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn figures_are_read_at_a_glance() {
        let read = [0.0, 0.24, 3.0, 9.96, 12.4, 1000.0, 1_234_567.0].map(shown);
        assert_eq!(read, ["0", "0.2", "3", "10.0", "12", "1,000", "1,234,567"]);
        assert_eq!([0.0, 1.1, 3.0, 50.0, 51.0].map(ceiling), [1.0, 2.0, 5.0, 50.0, 100.0]);
    }

    #[test]
    fn a_window_is_as_wide_as_there_is_something_to_show() {
        let until = Moment::from_seconds(10_000);
        let shown = |minutes| Window::since(until - Span::minutes(minutes), until).shown;
        let wide = [0, 5, 6, 15, 16, 90].map(shown);
        assert_eq!(wide, [5, 5, 15, 15, 60, 60].map(Span::minutes));
    }

    #[test]
    fn the_latest_value_is_at_the_right_edge_and_the_highest_within() {
        let until = Moment::from_seconds(10_000);
        let (from, hour) = (until - Span::hours(1), Window::since(until - Span::hours(1), until));
        let (line, area) = path(&[(from, 0.0), (until, 5.0)], hour, 5.0).unwrap();
        assert_eq!(line, "M0.0 99.0L600.0 3.0");
        assert!(area.starts_with(&line) && area.ends_with('Z'));
        assert_eq!(path(&[], hour, 1.0), None);
    }
}
