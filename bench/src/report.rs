//! The figures of a run, and how they are written down.

pub(crate) mod machine;
pub(crate) mod table;

use serde::Serialize;

/// Everything that one call of the bench found.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) machine: machine::Machine,
    /// How the processes share the machine.
    pub(crate) arrangement: &'static str,
    pub(crate) connections: usize,
    pub(crate) rounds: usize,
    pub(crate) runs: Vec<Run>,
    /// How the figures change from the first run's store to the last one's.
    pub(crate) changes: Vec<Figure>,
}

/// What was measured of one store.
#[derive(Serialize)]
pub(crate) struct Run {
    pub(crate) name: String,
    /// What the rows' requests are compared with.
    pub(crate) beside: &'static str,
    pub(crate) rows: Vec<Row>,
    pub(crate) figures: Vec<Figure>,
}

/// What one kind of request costs a server, as medians over the rounds.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Cost {
    /// CPU time of the server's process per request, in microseconds.
    pub(crate) cpu_us: f64,
    /// The same in the cheapest round.
    pub(crate) cpu_us_least: f64,
    /// The part of the core that the server used (1: the load kept it busy throughout).
    pub(crate) core_busy: f64,
    pub(crate) per_second: f64,
    /// Median latency as the sender saw it, in microseconds.
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// One kind of request, beside the same at another server: the bare one, mostly.
#[derive(Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ratio: f64,
    /// The ratio must not exceed this.
    pub(crate) limit: Option<f64>,
    pub(crate) server: Cost,
    pub(crate) beside: Cost,
}

/// One number that is not a request's cost.
#[derive(Clone, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// The value must not exceed this.
    pub(crate) limit: Option<f64>,
}

impl Row {
    /// A row with the ratio of the medians.
    pub(crate) fn new(name: &str, limit: Option<f64>, server: Cost, beside: Cost) -> Self {
        Self { name: name.into(), ratio: server.cpu_us / beside.cpu_us, limit, server, beside }
    }
}

impl Figure {
    /// A figure without a limit.
    pub(crate) fn new(name: &str, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, limit: None }
    }

    /// The same with a limit.
    pub(crate) fn at_most(self, limit: f64) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

impl Report {
    /// Names of what is over its limit.
    pub(crate) fn over(&self) -> Vec<&str> {
        let rows = self.runs.iter().flat_map(|run| &run.rows);
        let rows = rows.map(|row| (&row.name, row.ratio, row.limit));
        let figures = self.runs.iter().flat_map(|run| &run.figures).chain(&self.changes);
        let figures = figures.map(|figure| (&figure.name, figure.value, figure.limit));
        let over = rows.chain(figures).filter(|(_, value, limit)| limit.is_some_and(|limit| *value > limit));
        over.map(|(name, ..)| name.as_str()).collect()
    }
}

/// The change in percent of everything that has a limit, from one run to another; growing by more than a
/// tenth is over the limit.
pub(crate) fn changes(small: &Run, large: &Run) -> Vec<Figure> {
    let rows =
        |run: &Run| run.rows.iter().map(|row| (row.name.clone(), row.ratio, row.limit)).collect::<Vec<_>>();
    let figures = |run: &Run| {
        run.figures.iter().map(|figure| (figure.name.clone(), figure.value, figure.limit)).collect::<Vec<_>>()
    };
    let all = |run: &Run| [rows(run), figures(run)].concat();
    let large = all(large);
    let pairs =
        all(small).into_iter().filter(|(.., limit)| limit.is_some()).filter_map(|(name, before, _)| {
            let (_, after, _) = large.iter().find(|(other, ..)| *other == name)?;
            Some(Figure::new(&name, (after / before - 1.0) * 100.0, "%").at_most(10.0))
        });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(ratio: f64, start: f64) -> Run {
        let cost = |cpu_us| Cost {
            cpu_us,
            cpu_us_least: cpu_us,
            core_busy: 1.0,
            per_second: 1.0,
            p50_us: 1.0,
            p99_us: 1.0,
        };
        let rows = vec![
            Row::new("launch", Some(5.0), cost(ratio * 7.0), cost(7.0)),
            Row::new("cold", None, cost(9.0), cost(7.0)),
        ];
        let figures = vec![Figure::new("start", start, "ms").at_most(100.0), Figure::new("speed", 1.0, "/s")];
        Run { name: "a".into(), beside: "bare", rows, figures }
    }

    fn report(runs: Vec<Run>) -> Report {
        let changes = changes(&runs[0], &runs[runs.len() - 1]);
        let machine = machine::Machine::default();
        Report { machine, arrangement: "", connections: 1, rounds: 1, runs, changes }
    }

    #[test]
    fn what_is_over_its_limit_is_named() {
        assert_eq!(report(vec![run(4.9, 100.0)]).over(), Vec::<&str>::new());
        assert_eq!(report(vec![run(5.1, 100.0)]).over(), ["launch"]);
        assert_eq!(report(vec![run(4.0, 100.5)]).over(), ["start"]);
    }

    #[test]
    fn only_growth_by_more_than_a_tenth_is_too_much() {
        let report = report(vec![run(4.0, 50.0), run(4.3, 56.0)]);
        assert_eq!(report.changes.len(), 2);
        assert_eq!(report.over(), ["start"]);
    }
}
