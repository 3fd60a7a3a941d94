//! What a run took, by what was wrong at the time.

use crate::history::{Answer, Closing, History, Question};
use crate::inflict::Inflicted;
use crate::time::Time;
use portico_bench::histogram::Histogram;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long after a fault is mended what happens is still counted as its aftermath.
const AFTERMATH: Duration = Duration::from_secs(3);

/// What was wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Situation {
    /// Nothing, and nothing a moment before.
    Healthy,
    /// One fault, of another node than the one that answered, or of a service.
    Elsewhere(&'static str),
    /// One fault, of the very node that answered.
    Here(&'static str),
    /// Two faults at once.
    Two,
    /// Nothing any more, but a moment before.
    Aftermath,
}

impl Situation {
    /// In words.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Healthy => "healthy".to_owned(),
            Self::Elsewhere(kind) => (*kind).to_owned(),
            Self::Here(kind) => format!("{kind}: asked of that node"),
            Self::Two => "two faults at once".to_owned(),
            Self::Aftermath => "within 3 s after a fault".to_owned(),
        }
    }
}

/// What was wrong between these two moments, for somebody who spoke with this node.
pub(crate) fn situation(faults: &[Inflicted], node: usize, from: Time, until: Time) -> Situation {
    let ends = |fault: &Inflicted| fault.until.unwrap_or(Time(u64::MAX));
    let mut there = faults.iter().filter(|fault| fault.from <= until && from <= ends(fault));
    match (there.next(), there.next()) {
        (Some(fault), None) if fault.trouble.node() == Some(node) => Situation::Here(fault.trouble.kind()),
        (Some(fault), None) => Situation::Elsewhere(fault.trouble.kind()),
        (Some(_), Some(_)) => Situation::Two,
        (None, _) => {
            let recent = |fault: &Inflicted| fault.from <= until && from <= ends(fault).after(AFTERMATH);
            if faults.iter().any(recent) { Situation::Aftermath } else { Situation::Healthy }
        }
    }
}

/// Durations, as they are told.
#[derive(Clone)]
pub(crate) struct Spread(Histogram, Duration);

impl Default for Spread {
    fn default() -> Self {
        Self(Histogram::new(), Duration::ZERO)
    }
}

impl Spread {
    /// Counts one.
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
        self.1 = self.1.max(duration);
    }

    /// How many were counted.
    pub(crate) fn count(&self) -> u64 {
        self.0.count()
    }

    /// What this part of all is at most, in milliseconds.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        (self.0.quantile(part) as f64 / 1e6).min(self.longest())
    }

    /// The longest, in milliseconds.
    pub(crate) fn longest(&self) -> f64 {
        self.1.as_secs_f64() * 1e3
    }
}

/// Closings and questions in one situation.
#[derive(Clone, Default)]
pub(crate) struct Row {
    /// From the sending of the call that was answered to its answer.
    pub(crate) closings: Spread,
    /// From the first sending to the answer, repetitions included.
    pub(crate) whole: Spread,
    /// How many were sent more than once.
    pub(crate) repeated: u64,
    /// Questions that were answered, whatever the answer.
    pub(crate) questions: Spread,
    /// Questions that were answered with 503 or another 5xx.
    pub(crate) unavailable: u64,
    /// Questions that nobody answered.
    pub(crate) lost: u64,
}

impl Row {
    fn add_closing(&mut self, closing: &Closing) {
        self.closings.add(closing.at.since(closing.sent));
        self.whole.add(closing.at.since(closing.first));
        self.repeated += u64::from(closing.first < closing.sent);
    }

    fn add_question(&mut self, question: &Question) {
        match question.answer {
            Answer::Lost => self.lost += 1,
            Answer::Unavailable => self.unavailable += 1,
            Answer::Active(_) | Answer::Inactive => self.questions.add(question.at.since(question.sent)),
        }
    }

    /// How many of all questions were not answered for what they asked.
    pub(crate) fn unavailable_share(&self) -> f64 {
        let all = self.questions.count() + self.unavailable + self.lost;
        if all == 0 { 0.0 } else { (self.unavailable + self.lost) as f64 / all as f64 }
    }
}

/// Everything by situation.
pub(crate) fn rows(history: &History, faults: &[Inflicted]) -> BTreeMap<Situation, Row> {
    let mut rows: BTreeMap<Situation, Row> = BTreeMap::new();
    for closing in history.closings() {
        let situation = situation(faults, closing.node, closing.first, closing.at);
        rows.entry(situation).or_default().add_closing(closing);
    }
    for question in history.questions() {
        let situation = situation(faults, question.node, question.sent, question.at);
        rows.entry(situation).or_default().add_question(question);
    }
    rows
}

/// For each kind of fault, how long after it was mended the nodes that it hit answered again for what they
/// were asked. Faults that another one overlapped or followed closely are left out.
pub(crate) fn recoveries(
    history: &History,
    faults: &[Inflicted],
    nodes: usize,
) -> BTreeMap<&'static str, Spread> {
    let mut first: Vec<(usize, usize, Time)> = Vec::new();
    for (index, fault) in faults.iter().enumerate() {
        let Some(mended) = fault.until else { continue };
        let alone = faults.iter().enumerate().all(|(other, fault)| {
            let (from, until) = (faults[index].from, mended.after(AFTERMATH));
            other == index || fault.from > until || fault.until.is_some_and(|until| until < from)
        });
        if alone {
            let hit = (0..nodes).filter(|node| fault.trouble.node().is_none_or(|hit| hit == *node));
            first.extend(hit.map(|node| (index, node, mended)));
        }
    }
    let mut recoveries: BTreeMap<&'static str, Spread> = BTreeMap::new();
    for (index, node, mended) in first {
        let definite = |question: &&Question| {
            matches!(question.answer, Answer::Active(_) | Answer::Inactive)
                && question.node == node
                && question.sent >= mended
        };
        let answered = history.questions().filter(definite).map(|question| question.at).min();
        if let Some(at) = answered {
            recoveries.entry(faults[index].trouble.kind()).or_default().add(at.since(mended));
        }
    }
    recoveries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Trouble;

    fn fault(trouble: Trouble, from: u64, until: u64) -> Inflicted {
        Inflicted { trouble, from: Time(from), until: Some(Time(until)) }
    }

    #[test]
    fn a_situation_is_what_was_wrong_at_the_time() {
        let second = 1_000_000;
        let faults = [
            fault(Trouble::Paused(1), 10 * second, 12 * second),
            fault(Trouble::BusDown, 11 * second, 13 * second),
        ];
        let at =
            |node, from: u64, until: u64| situation(&faults, node, Time(from * second), Time(until * second));
        assert_eq!(at(1, 1, 2), Situation::Healthy);
        assert_eq!(at(0, 9, 10), Situation::Elsewhere("paused"));
        assert_eq!(at(1, 9, 10), Situation::Here("paused"));
        assert_eq!(at(0, 10, 12), Situation::Two);
        assert_eq!(at(0, 14, 14), Situation::Aftermath);
        assert_eq!(at(0, 17, 18), Situation::Healthy);
    }

    #[test]
    fn a_recovery_is_the_first_answer_after_the_mending() {
        let question = |sent, answer| Question {
            token: 0,
            manner: crate::history::Manner::Introspected,
            node: 1,
            sent: Time(sent),
            at: Time(sent + 5),
            answer,
        };
        let asked = [
            question(90, Answer::Inactive),
            question(110, Answer::Unavailable),
            question(150, Answer::Inactive),
            question(200, Answer::Inactive),
        ];
        let records = asked.map(crate::history::Record::Asked).to_vec();
        let history = History { tokens: Vec::new(), records };
        let found = recoveries(&history, &[fault(Trouble::Paused(1), 50, 100)], 3);
        assert_eq!(found["paused"].count(), 1);
        assert!((found["paused"].longest() - 0.055).abs() < 1e-9);
    }
}
