//! How far an import is: a bar on a terminal, a line now and then for whoever reads a log.

use std::io::{IsTerminal, Write};

use super::super::lines::Lines;
use super::super::say;

/// How often somebody who reads no terminal is told how far it is, in lines.
const TOLD_EVERY: usize = 50_000;
/// How wide the bar is.
const BAR: u64 = 30;

/// Tells how far it is.
pub(super) struct Progress {
    terminal: Option<Box<dyn Write>>,
    told: usize,
}

impl Progress {
    /// For whoever is at standard error.
    pub(super) fn new() -> Self {
        let stderr = std::io::stderr();
        let terminal: Option<Box<dyn Write>> =
            if stderr.is_terminal() { Some(Box::new(stderr)) } else { None };
        Self { terminal, told: 0 }
    }

    /// For whoever is at this terminal.
    #[cfg(test)]
    pub(super) fn on(terminal: Box<dyn Write>) -> Self {
        Self { terminal: Some(terminal), told: 0 }
    }

    /// Tells that the lines up to this one are done.
    pub(super) fn show(&mut self, lines: &Lines<'_>, number: usize, words: &str) {
        if let Some(terminal) = &mut self.terminal {
            // Where nobody listens, nothing is lost.
            let _ = write!(terminal, "\r{}", bar(lines.taken, lines.size, words));
        } else if number >= self.told + TOLD_EVERY {
            self.told = number;
            say(&format!("line {number}: {words}"));
        }
    }

    /// Leaves the line of the bar: full, where all lines are done.
    pub(super) fn end(&mut self, lines: &Lines<'_>, words: &str) {
        if let Some(terminal) = &mut self.terminal {
            let _ = writeln!(terminal, "\r{}", bar(lines.taken, lines.size, words));
        }
    }
}

fn bar(taken: u64, size: Option<u64>, words: &str) -> String {
    let Some(size) = size.filter(|size| *size > 0) else { return words.to_owned() };
    let done = taken.min(size);
    let filled = usize::try_from(done * BAR / size).unwrap_or_default();
    let rest = usize::try_from(BAR).unwrap_or_default() - filled;
    format!("[{}{}] {:3} % {words}", "#".repeat(filled), " ".repeat(rest), done * 100 / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_how_far_it_is() {
        assert_eq!(bar(50, Some(100), "w"), format!("[{}{}]  50 % w", "#".repeat(15), " ".repeat(15)));
        assert_eq!(bar(100, Some(100), "w"), format!("[{}] 100 % w", "#".repeat(30)));
        assert_eq!((bar(5, None, "w"), bar(0, Some(0), "w")), ("w".to_owned(), "w".to_owned()));
    }
}
