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

/// The head of the table of requests beside what they are compared with.
fn requests(beside: &str) -> Vec<String> {
    let (cost, rate) = (format!("{beside} µs"), format!("{beside}/s"));
    let head =
        ["request", "ratio", "at most", "CPU µs", "least", &cost, "requests/s", &rate, "p50 µs", "p99 µs"];
    head.map(str::to_owned).into()
}

/// The whole report as text.
pub(crate) fn text(report: &Report, format: Format) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "{}, Linux {}; {} connections, median of {} rounds; {}\n",
        machine.processor, machine.kernel, report.connections, report.rounds, report.arrangement
    );
    for run in &report.runs {
        text += &format!("\n{}\n\n", run.name);
        if !run.rows.is_empty() {
            let rows: Vec<_> = run.rows.iter().map(request).collect();
            text += &table(&requests(run.beside), &rows, format);
            text.push('\n');
        }
        if !run.figures.is_empty() {
            let figures: Vec<_> = run.figures.iter().map(figure).collect();
            text += &table(&figures_head("value"), &figures, format);
        }
    }
    if !report.changes.is_empty() {
        text += "\nfrom the first store to the last\n\n";
        let changes: Vec<_> = report.changes.iter().map(figure).collect();
        text += &table(&figures_head("change"), &changes, format);
    }
    for run in &report.runs {
        let idle = run.rows.iter().filter(|row| row.beside.core_busy < 0.9);
        let idle: Vec<_> = idle.map(|row| row.name.as_str()).collect();
        if !idle.is_empty() {
            text += &format!("\nThe load did not keep the servers' core busy at: {}.\n", idle.join("; "));
        }
    }
    match report.over().as_slice() {
        [] => text += "\nNothing is over its limit.\n",
        over => text += &format!("\nOver the limit: {}.\n", over.join("; ")),
    }
    text
}

fn request(row: &Row) -> Vec<String> {
    let (server, beside) = (&row.server, &row.beside);
    vec![
        row.name.clone(),
        marked(row.ratio, row.limit, 2),
        limit(row.limit),
        format!("{:.1}", server.cpu_us),
        format!("{:.1}", server.cpu_us_least),
        format!("{:.1}", beside.cpu_us),
        format!("{:.0}", server.per_second),
        format!("{:.0}", beside.per_second),
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

fn figures_head(value: &str) -> Vec<String> {
    ["figure", value, "at most", ""].map(str::to_owned).into()
}

fn table(head: &[String], rows: &[Vec<String>], format: Format) -> String {
    let mut text = String::new();
    match format {
        Format::Markdown => {
            let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
            text += &line(head);
            text += &format!("|---|{}\n", "---:|".repeat(head.len() - 1));
            rows.iter().for_each(|row| text += &line(row));
        }
        Format::Plain => {
            let lines = || std::iter::once(head).chain(rows.iter().map(Vec::as_slice));
            let width =
                |column: usize| lines().map(|row| row[column].chars().count()).max().unwrap_or_default();
            let widths: Vec<usize> = (0..head.len()).map(width).collect();
            for row in lines() {
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
        let text = table(&figures_head("value"), &rows, Format::Plain);
        assert_eq!(
            text,
            "figure         value  at most\nstart   120.0 (over)      100  ms\na                3.0        –  MiB\n"
        );
    }

    #[test]
    fn a_markdown_table_has_as_many_cells_in_every_line() {
        let rows = [figure(&Figure::new("start", 1.0, "ms"))];
        let text = table(&figures_head("value"), &rows, Format::Markdown);
        assert!(text.lines().all(|line| line.matches('|').count() == 5), "{text}");
    }
}
