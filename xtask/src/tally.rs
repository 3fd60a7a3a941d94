//! Reads how many tests passed and failed from the closing lines of the runners.

use std::ops::AddAssign;

/// How many checks passed and failed, with remarks for the summary.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) notes: Vec<String>,
}

/// A test runner whose closing lines are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    Cargo,
    Node,
    Pytest,
    /// The command `check` of a package in `sdk`.
    Check,
}

impl Tally {
    pub(crate) fn passed() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    pub(crate) fn failed(note: impl Into<String>) -> Self {
        Self { failed: 1, notes: vec![note.into()], ..Self::default() }
    }

    /// One check, as its exit status says.
    pub(crate) fn of_check(success: bool, note: &str) -> Self {
        if success { Self::passed() } else { Self::failed(note) }
    }

    /// The tests that a runner reports. A runner that failed without a failing test (it did not
    /// compile, say) counts as one failure, and so does one that ran no test at all. What a runner of
    /// another language skipped counts as failed, because nothing here may be skipped.
    pub(crate) fn of_runner(runner: Runner, output: &str, success: bool) -> Self {
        let mut tally = Self::default();
        for line in output.lines() {
            match runner {
                Runner::Cargo => tally.read_cargo(line),
                Runner::Node => tally.read_node(line),
                Runner::Pytest => tally.read_pytest(line),
                Runner::Check => tally.read_check(line),
            }
        }
        if !success && tally.failed == 0 {
            tally += Self::failed("the runner failed outside a test");
        } else if tally.passed + tally.failed == 0 {
            tally += Self::failed("no test ran");
        }
        tally
    }

    // test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
    fn read_cargo(&mut self, line: &str) {
        let Some(rest) = line.trim().strip_prefix("test result: ") else { return };
        let counts = rest.split_once(". ").map_or(rest, |(_, counts)| counts);
        for (count, word) in counts.split(';').filter_map(count_and_word) {
            match word {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" if count > 0 => self.notes.push(format!("{count} ignored")),
                _ => {}
            }
        }
    }

    // "# pass 5" in the TAP report, "ℹ pass 5" in the spec report
    fn read_node(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) else { return };
        let Some((word, count)) = rest.split_once(' ') else { return };
        let Ok(count) = count.trim().parse::<u32>() else { return };
        match word {
            "pass" => self.passed += count,
            "fail" | "cancelled" => self.failed += count,
            "skipped" | "todo" => self.count_skipped(count),
            _ => {}
        }
    }

    // "==== 1 failed, 12 passed, 1 error in 3.21s ====", without the bars when quiet
    fn read_pytest(&mut self, line: &str) {
        let line = line.trim_matches(|c| c == '=' || c == ' ');
        let Some((counts, time)) = line.rsplit_once(" in ") else { return };
        if !time
            .split(' ')
            .next()
            .is_some_and(|t| t.ends_with('s') && t.starts_with(|c: char| c.is_ascii_digit()))
        {
            return;
        }
        let Some(counts) = counts.split(',').map(count_and_word).collect::<Option<Vec<_>>>() else { return };
        for (count, word) in counts {
            match word {
                "passed" | "xpassed" => self.passed += count,
                "failed" | "error" | "errors" => self.failed += count,
                "skipped" | "xfailed" => self.count_skipped(count),
                _ => {}
            }
        }
    }

    // "python: 261 passed, 0 failed"
    fn read_check(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once(": ") else { return };
        for (count, word) in counts.split(',').filter_map(count_and_word) {
            match word {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                _ => {}
            }
        }
    }

    fn count_skipped(&mut self, count: u32) {
        if count > 0 {
            self.failed += count;
            self.notes.push(format!("{count} skipped"));
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.notes.extend(other.notes);
    }
}

fn count_and_word(text: &str) -> Option<(u32, &str)> {
    let mut words = text.split_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(runner: Runner, output: &str, success: bool) -> (u32, u32) {
        let tally = Tally::of_runner(runner, output, success);
        (tally.passed, tally.failed)
    }

    #[test]
    fn the_last_line_of_a_package_is_its_total() {
        assert_eq!(counts(Runner::Check, "python: 261 passed, 2 failed", false), (261, 2));
        assert_eq!(counts(Runner::Check, "python: 261 passed, 0 failed", false), (261, 1));
        assert_eq!(counts(Runner::Check, "", true), (0, 1));
    }

    #[test]
    fn every_binary_of_a_cargo_run_is_summed() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        let tally = Tally::of_runner(Runner::Cargo, output, false);
        assert_eq!((tally.passed, tally.failed), (5, 1));
        assert_eq!(tally.notes, ["2 ignored"]);
    }

    #[test]
    fn a_run_that_does_not_compile_is_one_failure() {
        assert_eq!(counts(Runner::Cargo, "error[E0425]: cannot find value `x`\n", false), (0, 1));
    }

    #[test]
    fn a_run_without_any_test_is_a_failure() {
        for runner in [Runner::Cargo, Runner::Node, Runner::Pytest] {
            assert_eq!(counts(runner, "", true), (0, 1));
        }
    }

    #[test]
    fn a_runner_that_fails_after_its_tests_passed_is_a_failure() {
        assert_eq!(counts(Runner::Pytest, "3 passed in 0.10s\n", false), (3, 1));
    }

    #[test]
    fn both_reports_of_node_are_read() {
        let tap = "# tests 4\n# suites 0\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0\n";
        assert_eq!(counts(Runner::Node, tap, false), (3, 1));
        assert_eq!(counts(Runner::Node, &tap.replace("# ", "ℹ "), false), (3, 1));
    }

    #[test]
    fn a_cancelled_or_skipped_test_of_node_counts_as_failed() {
        assert_eq!(counts(Runner::Node, "# pass 1\n# fail 0\n# cancelled 1\n# skipped 2\n", true), (1, 3));
    }

    #[test]
    fn the_closing_line_of_pytest_is_read_with_and_without_bars() {
        let output = "tests/a.py ..F\n1 failed, 12 passed, 2 errors in 3.21s\n";
        assert_eq!(counts(Runner::Pytest, output, false), (12, 3));
        let barred = "====== 4 passed, 1 warning in 65.02s (0:01:05) ======\n";
        assert_eq!(counts(Runner::Pytest, barred, true), (4, 0));
        assert_eq!(counts(Runner::Pytest, "3 passed, 1 skipped in 0.5s\n", true), (3, 1));
    }

    #[test]
    fn other_lines_are_not_mistaken_for_a_closing_line() {
        let output = "2 users created in 3 ways\n# pass the salt\ntest result: \n5 passed in 1s\n";
        assert_eq!(counts(Runner::Pytest, output, true), (5, 0));
        assert_eq!(counts(Runner::Node, output, true), (0, 1));
        assert_eq!(counts(Runner::Cargo, output, true), (0, 1));
    }
}
