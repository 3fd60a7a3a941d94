//! The closing table: each stage, its time, its tests.

use std::fmt::Write;
use std::time::Duration;

use crate::tally::Tally;

/// One stage that ran.
pub(crate) struct Row {
    pub(crate) stage: &'static str,
    pub(crate) time: Duration,
    pub(crate) tally: Tally,
}

/// The table and, as its last line, `N passed, N failed`.
pub(crate) fn summary(rows: &[Row], notes: &[String]) -> String {
    let mut text = format!("\n{:<10} {:>8} {:>7} {:>7}\n", "stage", "time", "passed", "failed");
    let (mut time, mut total) = (Duration::ZERO, Tally::default());
    for row in rows {
        let remark = row.tally.notes.join("; ");
        let line = format!(
            "{:<10} {:>8} {:>7} {:>7}  {remark}",
            row.stage,
            shown(row.time),
            row.tally.passed,
            row.tally.failed
        );
        text.push_str(line.trim_end());
        text.push('\n');
        time += row.time;
        total += row.tally.clone();
    }
    let _ = writeln!(text, "{:<10} {:>8} {:>7} {:>7}", "all", shown(time), total.passed, total.failed);
    for note in notes {
        let _ = writeln!(text, "note: {note}");
    }
    let _ = writeln!(text, "{} passed, {} failed", total.passed, total.failed);
    text
}

/// Minutes and seconds, or seconds with a tenth below one minute.
pub(crate) fn shown(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{}:{:02} min", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_last_line_is_the_sum_of_all_stages() {
        let rows = [
            Row { stage: "fmt", time: Duration::from_millis(1250), tally: Tally::passed() },
            Row {
                stage: "test",
                time: Duration::from_secs(125),
                tally: Tally { passed: 40, failed: 2, notes: vec!["1 ignored".into()] },
            },
        ];
        let text = summary(&rows, &["cargo-deny is not installed".into()]);
        assert_eq!(text.lines().last().unwrap(), "41 passed, 2 failed");
        assert!(text.contains("fmt           1.2 s       1       0\n"), "{text}");
        assert!(text.contains("test       2:05 min      40       2  1 ignored\n"), "{text}");
        assert!(text.contains("note: cargo-deny is not installed\n"), "{text}");
    }
}
