//! The closing rule, held against a history.

use crate::history::{Answer, Closing, History, Question, Record, Scopes, Token, What};
use crate::time::Time;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::time::Duration;

/// How much of the history around a violation is shown, on either side.
const AROUND: Duration = Duration::from_secs(3);
/// At most so many lines of it.
const LINES: usize = 60;

/// An answer that the closing rule forbids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Violation {
    /// The question and its answer.
    pub(crate) question: Question,
    /// What was closed when it was asked.
    pub(crate) what: What,
    /// The call that had closed it.
    pub(crate) closing: Closing,
}

/// Every answer of active, or with a scope that was withdrawn, to a question that was sent after the
/// closing call had answered and answered before anything opened it again.
///
/// Sending is noted before it happens and an answer after it has come, so whatever is found here was so;
/// what lies within those margins is let pass.
pub(crate) fn violations(history: &History) -> Vec<Violation> {
    let mut closed: HashMap<What, Closing> = HashMap::new();
    let mut doubtful: HashSet<What> = HashSet::new();
    let mut found = Vec::new();
    for record in &history.records {
        match *record {
            Record::Closed(what, closing) => {
                if !doubtful.contains(&what) {
                    closed.entry(what).or_insert(closing);
                }
            }
            Record::Opening(what, _) => {
                closed.remove(&what);
            }
            Record::Doubtful(what) => {
                closed.remove(&what);
                doubtful.insert(what);
            }
            Record::Certain(what) => {
                doubtful.remove(&what);
            }
            Record::Asked(question) => {
                let Answer::Active(scopes) = question.answer else { continue };
                let Some(token) = history.tokens.get(question.token as usize) else { continue };
                let said = claimed(question.token, *token, scopes);
                let broken = said.into_iter().find_map(|what| {
                    let closing = closed.get(&what).filter(|closing| closing.at <= question.sent)?;
                    Some(Violation { question, what, closing: *closing })
                });
                found.extend(broken);
            }
        }
    }
    found
}

/// What must be open for a token to be active with these scopes.
fn claimed(number: u32, token: Token, scopes: Scopes) -> Vec<What> {
    let mut claimed = vec![What::Session(token.session), What::Token(number), What::App(token.app)];
    let (person, app) = (token.person, token.app);
    claimed.extend(scopes.each().map(|scope| What::Grant { person, app, scope }));
    claimed
}

/// A violation in words, with the history around it.
pub(crate) fn told(violation: &Violation, history: &History) -> String {
    let Violation { question, what, closing } = violation;
    let late = question.sent.since(closing.at).as_secs_f64() * 1e3;
    let mut text = format!(
        "{what:?} was closed ({:?}) by node {} at {}; node {}, asked {late:.3} ms later at {}, answered {:?} to \
         a token that was {:?} at {}\n",
        closing.how,
        closing.node,
        closing.at,
        question.node,
        question.sent,
        question.answer,
        question.manner,
        question.at
    );
    let token = history.tokens[question.token as usize];
    let (from, until) = (Time(closing.first.0.saturating_sub(millis(AROUND))), question.at.after(AROUND));
    let concerned = history.records.iter().filter(|record| concerns(record, question.token, token));
    let near = concerned.filter(|record| (from..=until).contains(&moment(record)));
    for record in near.take(LINES) {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "    {record:?}");
    }
    text
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn concerns(record: &Record, number: u32, token: Token) -> bool {
    match record {
        Record::Asked(question) => question.token == number,
        Record::Closed(what, _)
        | Record::Opening(what, _)
        | Record::Doubtful(what)
        | Record::Certain(what) => claimed(number, token, Scopes(u8::MAX)).contains(what),
    }
}

fn moment(record: &Record) -> Time {
    match record {
        Record::Asked(question) => question.at,
        Record::Closed(_, closing) => closing.at,
        Record::Opening(_, at) => *at,
        Record::Doubtful(_) | Record::Certain(_) => Time(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{How, Manner};

    const BOTH: Scopes = Scopes(3);
    const GRANT: What = What::Grant { person: 5, app: 1, scope: Scopes(1) };

    fn closed(what: What, at: u64) -> Record {
        let (first, sent, at) = (Time(at - 10), Time(at - 5), Time(at));
        Record::Closed(what, Closing { how: How::SignedOut, node: 0, first, sent, at })
    }

    fn asked(sent: u64, answer: Answer) -> Record {
        let (sent, at) = (Time(sent), Time(sent + 3));
        Record::Asked(Question { token: 0, manner: Manner::Introspected, node: 2, sent, at, answer })
    }

    fn found(records: Vec<Record>) -> Vec<Violation> {
        let tokens = vec![Token { session: 7, person: 5, app: 1 }];
        violations(&History { tokens, records })
    }

    #[test]
    fn a_planted_answer_of_active_after_each_kind_of_closing_is_found() {
        for what in [What::Session(7), What::Token(0), What::App(1), GRANT] {
            let violations = found(vec![closed(what, 100), asked(100, Answer::Active(BOTH))]);
            assert_eq!(violations.len(), 1, "{what:?}");
            assert_eq!(violations[0].what, what);
        }
    }

    #[test]
    fn a_question_sent_before_the_answer_of_the_closing_may_get_either() {
        assert!(found(vec![asked(50, Answer::Active(BOTH)), closed(What::Session(7), 100)]).is_empty());
        assert!(found(vec![closed(What::Session(7), 100), asked(99, Answer::Active(BOTH))]).is_empty());
    }

    #[test]
    fn answers_that_say_nothing_wrong_are_none() {
        let answers = [Answer::Inactive, Answer::Unavailable, Answer::Lost];
        for answer in answers {
            assert!(found(vec![closed(What::Session(7), 100), asked(200, answer)]).is_empty());
        }
        let narrower = asked(200, Answer::Active(Scopes(2)));
        assert!(found(vec![closed(GRANT, 100), narrower]).is_empty());
        let others = [What::Session(8), What::Token(1), What::App(0)];
        let others = others.map(|what| closed(what, 100));
        assert!(found([&others[..], &[asked(200, Answer::Active(BOTH))]].concat()).is_empty());
    }

    #[test]
    fn what_was_opened_again_may_be_active_until_it_is_closed_again() {
        let records = vec![
            closed(GRANT, 100),
            Record::Opening(GRANT, Time(150)),
            asked(140, Answer::Active(BOTH)),
            closed(GRANT, 200),
            asked(190, Answer::Active(BOTH)),
        ];
        assert!(found(records.clone()).is_empty());
        let last = asked(201, Answer::Active(BOTH));
        let violations = found([records, vec![last]].concat());
        assert_eq!(violations[0].closing.at, Time(200));
    }

    #[test]
    fn nothing_is_said_about_what_is_doubtful() {
        let mut records = vec![
            Record::Opening(GRANT, Time(100)),
            Record::Doubtful(GRANT),
            closed(GRANT, 200),
            asked(300, Answer::Active(BOTH)),
        ];
        assert!(found(records.clone()).is_empty());
        records.extend([Record::Certain(GRANT), closed(GRANT, 400), asked(401, Answer::Active(BOTH))]);
        assert_eq!(found(records).len(), 1);
    }

    #[test]
    fn a_repeated_closing_does_not_move_the_moment_of_the_first() {
        let records =
            vec![closed(What::App(1), 100), closed(What::App(1), 300), asked(150, Answer::Active(BOTH))];
        assert_eq!(found(records).len(), 1);
    }

    #[test]
    fn a_violation_is_told_with_the_history_of_its_token() {
        let tokens = vec![Token { session: 7, person: 5, app: 1 }, Token { session: 9, person: 9, app: 1 }];
        let mut records = vec![closed(What::Session(9), 90), closed(What::Session(7), 100)];
        records.push(asked(100, Answer::Active(BOTH)));
        let history = History { tokens, records };
        let text = told(&violations(&history)[0], &history);
        assert!(
            text.contains("Session(7)") && text.contains("node 2") && !text.contains("Session(9)"),
            "{text}"
        );
    }
}
