//! What a run found, in words and as JSON.

use crate::check;
use crate::figures::{self, Row, Situation, Spread};
use crate::history::Answer;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// At most so many violations, and lost events, are told in words.
const TOLD: usize = 10;

/// Everything found.
pub(crate) struct Report {
    seed: u64,
    seconds: f64,
    /// Violations of the closing rule, in words.
    violations: Vec<String>,
    /// What never came, in words.
    lost: Vec<String>,
    /// What else was wrong.
    complaints: Vec<String>,
    faults: Vec<String>,
    asked: BTreeMap<&'static str, u64>,
    closings: BTreeMap<String, u64>,
    rows: BTreeMap<Situation, Row>,
    recoveries: BTreeMap<&'static str, Spread>,
    owed: (usize, usize),
    /// From a closing's answer to the event, and to the logout message.
    waits: (Spread, Spread),
    healthy_waits: (Spread, Spread),
}

impl Report {
    /// Checks the history and counts.
    pub(crate) fn of(world: &World) -> Self {
        let (history, ledger) = (world.history.borrow(), world.ledger.borrow());
        let faults = world.faults.borrow();
        let violations = check::violations(&history);
        let told = violations.iter().map(|violation| check::told(violation, &history));
        let lost = ledger.lost().into_iter().map(|(word, at)| format!("{word:?}, closed at {at}"));
        let mut asked = BTreeMap::new();
        for question in history.questions() {
            *asked.entry(name(question.answer)).or_default() += 1;
        }
        let mut closings = BTreeMap::new();
        for closing in history.closings() {
            *closings.entry(format!("{:?}", closing.how)).or_default() += 1;
        }
        let spread = |deliveries, healthy: bool| {
            let mut spread = Spread::default();
            for (at, wait) in ledger.waits(deliveries) {
                let then = figures::situation(&faults, usize::MAX, at, at);
                if !healthy || then == Situation::Healthy {
                    spread.add(wait);
                }
            }
            spread
        };
        let mut complaints = world.complaints.borrow().clone();
        complaints.extend(crate::panics());
        Self {
            seed: world.seed,
            seconds: world.clock.now().0 as f64 / 1e6,
            violations: told.collect(),
            lost: lost.collect(),
            complaints,
            faults: faults
                .iter()
                .map(|fault| match fault.until {
                    Some(until) => format!("{} to {until}: {}", fault.from, fault.trouble),
                    None => format!("{}: {}", fault.from, fault.trouble),
                })
                .collect(),
            asked,
            closings,
            rows: figures::rows(&history, &faults),
            recoveries: figures::recoveries(&history, &faults, world.field.count()),
            owed: (ledger.owed(false), ledger.owed(true)),
            waits: (spread(false, false), spread(true, false)),
            healthy_waits: (spread(false, true), spread(true, true)),
        }
    }

    /// Whether nothing is wrong. A run in which nothing was asked or closed has shown nothing.
    pub(crate) fn is_clean(&self) -> bool {
        let shown = !self.closings.is_empty() && self.asked.contains_key("active");
        shown && self.violations.is_empty() && self.lost.is_empty() && self.complaints.is_empty()
    }

    /// In words.
    pub(crate) fn lines(&self) -> Vec<String> {
        let asked: Vec<_> = self.asked.iter().map(|(answer, count)| format!("{count} {answer}")).collect();
        let closings: Vec<_> = self.closings.iter().map(|(how, count)| format!("{count} {how}")).collect();
        let mut lines = vec![
            String::new(),
            format!("questions: {} ({})", self.asked.values().sum::<u64>(), asked.join(", ")),
            format!("closings: {} ({})", self.closings.values().sum::<u64>(), closings.join(", ")),
            String::new(),
            format!(
                "{:<44} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8}",
                "situation", "closings", "p50 ms", "p99 ms", "longest", "repeated", "questions", "503"
            ),
        ];
        lines.extend(self.rows.iter().map(|(situation, row)| line(situation, row)));
        lines.push(String::new());
        for (kind, spread) in &self.recoveries {
            lines.push(format!(
                "{kind}: answers again after {:.0} ms (p50), {:.0} ms (longest), {} times",
                spread.quantile(0.5),
                spread.longest(),
                spread.count()
            ));
        }
        let waits = [
            ("events", &self.waits.0, &self.healthy_waits.0, self.owed.0),
            ("logout messages", &self.waits.1, &self.healthy_waits.1, self.owed.1),
        ];
        for (what, all, healthy, owed) in waits {
            lines.push(format!(
                "{what}: {owed} owed; after the closing's answer, healthy p50 {:.0} ms, p99 {:.0} ms; longest of all {:.0} ms",
                healthy.quantile(0.5),
                healthy.quantile(0.99),
                all.longest()
            ));
        }
        lines.push(String::new());
        lines.extend(self.violations.iter().take(TOLD).cloned());
        lines.extend(self.lost.iter().take(TOLD).map(|lost| format!("never came: {lost}")));
        lines.extend(self.complaints.iter().take(TOLD).cloned());
        if self.violations.len() + self.lost.len() + self.complaints.len() > 0 {
            lines.push("faults:".to_owned());
            lines.extend(self.faults.iter().cloned());
        }
        lines.push(format!(
            "seed {}, {:.0} s: {} violations of the closing rule, {} events or logout messages lost, {} other complaints",
            self.seed,
            self.seconds,
            self.violations.len(),
            self.lost.len(),
            self.complaints.len()
        ));
        lines
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let rows = self.rows.iter().map(|(situation, row)| (situation.name(), row_json(row)));
        let recoveries =
            self.recoveries.iter().map(|(kind, spread)| ((*kind).to_owned(), spread_json(spread)));
        json!({
            "seed": self.seed,
            "seconds": self.seconds,
            "questions": self.asked,
            "closings": self.closings,
            "situations": rows.collect::<serde_json::Map<_, _>>(),
            "recoveries_ms": recoveries.collect::<serde_json::Map<_, _>>(),
            "events": { "owed": self.owed.0, "wait_ms": spread_json(&self.waits.0), "healthy_wait_ms": spread_json(&self.healthy_waits.0) },
            "logout_messages": { "owed": self.owed.1, "wait_ms": spread_json(&self.waits.1), "healthy_wait_ms": spread_json(&self.healthy_waits.1) },
            "faults": self.faults,
            "violations": self.violations,
            "lost": self.lost,
            "complaints": self.complaints,
        })
    }
}

fn name(answer: Answer) -> &'static str {
    match answer {
        Answer::Active(_) => "active",
        Answer::Inactive => "inactive",
        Answer::Unavailable => "unavailable",
        Answer::Lost => "unanswered",
    }
}

fn line(situation: &Situation, row: &Row) -> String {
    format!(
        "{:<44} {:>8} {:>9.1} {:>9.1} {:>9.1} {:>9} {:>9} {:>7.2}%",
        situation.name(),
        row.closings.count(),
        row.closings.quantile(0.5),
        row.closings.quantile(0.99),
        row.closings.longest(),
        row.repeated,
        row.questions.count(),
        row.unavailable_share() * 100.0
    )
}

fn row_json(row: &Row) -> Value {
    json!({
        "closing_ms": spread_json(&row.closings),
        "closing_with_repetitions_ms": spread_json(&row.whole),
        "repeated": row.repeated,
        "question_ms": spread_json(&row.questions),
        "unavailable": row.unavailable,
        "unanswered": row.lost,
        "unavailable_share": row.unavailable_share(),
    })
}

fn spread_json(spread: &Spread) -> Value {
    json!({
        "count": spread.count(),
        "p50": spread.quantile(0.5),
        "p99": spread.quantile(0.99),
        "longest": spread.longest(),
    })
}
