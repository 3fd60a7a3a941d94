//! Tables, for a terminal and for a README.

use super::{Figure, Report, Row};

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Columns lined up with spaces.
    Plain,
    /// A Markdown table.
    Markdown,
}

const REQUESTS: [&str; 10] =
    ["request", "ratio", "at most", "CPU µs", "least", "bare µs", "requests/s", "bare/s", "p50 µs", "p99 µs"];

/// The whole report as text.
pub(crate) fn text(report: &Report, format: Format) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "{}, Linux {}; {} connections, median of {} rounds; server and bare server on one core\n",
        machine.processor, machine.kernel, report.connections, report.rounds
    );
    for run in &report.runs {
        text += &format!("\n{}\n\n", run.name);
        text += &table(&REQUESTS, &run.rows.iter().map(request).collect::<Vec<_>>(), format);
        text.push('\n');
        text += &table(
            &["figure", "value", "at most", ""],
            &run.figures.iter().map(figure).collect::<Vec<_>>(),
            format,
        );
    }
    if !report.changes.is_empty() {
        text += "\nfrom the first store to the last\n\n";
        let changes: Vec<_> = report.changes.iter().map(figure).collect();
        text += &table(&["figure", "change", "at most", ""], &changes, format);
    }
    let idle = report.runs.iter().flat_map(|run| &run.rows);
    let idle: Vec<_> = idle.filter(|row| row.bare.core_busy < 0.9).map(|row| row.name.as_str()).collect();
    if !idle.is_empty() {
        text += &format!("\nThe load did not keep the bare server's core busy at: {}.\n", idle.join("; "));
    }
    match report.over().as_slice() {
        [] => text += "\nNothing is over its limit.\n",
        over => text += &format!("\nOver the limit: {}.\n", over.join("; ")),
    }
    text
}

fn request(row: &Row) -> Vec<String> {
    let (server, bare) = (&row.server, &row.bare);
    vec![
        row.name.clone(),
        marked(row.ratio, row.limit, 2),
        limit(row.limit),
        format!("{:.1}", server.cpu_us),
        format!("{:.1}", server.cpu_us_least),
        format!("{:.1}", bare.cpu_us),
        format!("{:.0}", server.per_second),
        format!("{:.0}", bare.per_second),
        format!("{:.0}", server.p50_us),
        format!("{:.0}", server.p99_us),
    ]
}

fn figure(figure: &Figure) -> Vec<String> {
    vec![figure.name.clone(), marked(figure.value, figure.limit, 1), limit(figure.limit), figure.unit.into()]
}

fn marked(value: f64, limit: Option<f64>, digits: usize) -> String {
    let over = limit.is_some_and(|limit| value > limit);
    format!("{value:.digits$}{}", if over { " (over)" } else { "" })
}

fn limit(limit: Option<f64>) -> String {
    limit.map_or("–".into(), |limit| limit.to_string())
}

fn table(head: &[&str], rows: &[Vec<String>], format: Format) -> String {
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let mut text = String::new();
    match format {
        Format::Markdown => {
            let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
            text += &line(&head);
            text += &format!("|---|{}\n", "---:|".repeat(head.len() - 1));
            rows.iter().for_each(|row| text += &line(row));
        }
        Format::Plain => {
            let width = |column: usize| {
                [&head].into_iter().chain(rows).map(|row| row[column].chars().count()).max().unwrap_or(0)
            };
            let widths: Vec<usize> = (0..head.len()).map(width).collect();
            for row in [&head].into_iter().chain(rows) {
                text += line(row, &widths).trim_end();
                text.push('\n');
            }
        }
    }
    text
}

/// The first column to the left, numbers to the right, and units to the left again.
fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, &width))| {
        if column == 0 || (column == 3 && row.len() == 4) {
            format!("{cell:<width$}")
        } else {
            format!("{cell:>width$}")
        }
    });
    cells.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_table_lines_up_and_marks_what_is_over() {
        let rows = [Figure::new("start", 120.0, "ms").at_most(100.0), Figure::new("a", 3.0, "MiB")]
            .map(|row| figure(&row));
        let text = table(&["figure", "value", "at most", ""], &rows, Format::Plain);
        assert_eq!(
            text,
            "figure         value  at most\nstart   120.0 (over)      100  ms\na                3.0        –  MiB\n"
        );
    }

    #[test]
    fn a_markdown_table_has_as_many_cells_in_every_line() {
        let rows = [figure(&Figure::new("start", 1.0, "ms"))];
        let text = table(&["figure", "value", "at most", ""], &rows, Format::Markdown);
        assert!(text.lines().all(|line| line.matches('|').count() == 5), "{text}");
    }
}
