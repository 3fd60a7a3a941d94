//! The one thread that writes: everything that waits when a sync starts shares the next one.

use std::sync::Arc;

use portico_core::Change;
use portico_core::change::Sweep;
use portico_store::{CommitError, Committed, Unavailable};
use rusqlite::{Connection, Error, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::apply::apply;
use super::open_error::describe;
use super::statement::{Failure, Read, run};
use super::sweep;

/// The most lists that share one transaction, so that nobody waits long for the first of them.
const BATCH: usize = 512;

/// The frames in the write-ahead log that are worth carrying over into the database: 4 MiB.
const CHECKPOINT: i64 = 1024;

/// What is to be committed, and who waits for the answer.
pub(super) struct Job {
    work: Work,
    answer: oneshot::Sender<Answer>,
}

/// What a list of changes is answered with.
pub(super) type Answer = Result<Committed, CommitError>;

enum Work {
    List(Vec<Change>),
    /// A list that only sweeps; it may take several transactions, with others' lists in between.
    Sweep(Sweep),
}

/// What became of a job, told to nobody until its sync is done.
enum Outcome {
    Answer(Answer),
    More,
}

impl Job {
    /// A job for this list, and where its answer will be.
    pub(super) fn new(changes: Vec<Change>) -> (Self, oneshot::Receiver<Answer>) {
        let work = match changes[..] {
            [Change::Swept(times)] => Work::Sweep(times),
            _ => Work::List(changes),
        };
        let (answer, answered) = oneshot::channel();
        (Self { work, answer }, answered)
    }

    fn tell(self, answer: Answer) {
        // Whoever asked may have gone; the list is committed all the same.
        let _ = self.answer.send(answer);
    }
}

/// Called before each sync.
pub(super) type BeforeSync = Option<Arc<dyn Fn() + Send + Sync>>;

/// The writing end of the store.
pub(super) struct Writer {
    pub(super) db: Connection,
    pub(super) queue: mpsc::Receiver<Job>,
    pub(super) before_sync: BeforeSync,
}

impl Writer {
    /// Commits until nobody can ask any more.
    pub(super) fn run(mut self) {
        let mut unfinished = Vec::new();
        while let Some(first) = unfinished.pop().or_else(|| self.queue.blocking_recv()) {
            let committed = self.batch(first, &mut unfinished);
            // On a full disk the log is emptied at once: that may be all the room there is.
            if let Err(error) = self.checkpoint(if committed { CHECKPOINT } else { 1 }) {
                tracing::warn!(cause = describe(&error), "the write-ahead log was not carried over");
            }
        }
    }

    /// Commits the job and those that wait, answers, and says whether they were committed.
    fn batch(&mut self, first: Job, unfinished: &mut Vec<Job>) -> bool {
        let mut jobs = vec![first];
        let mut outcomes = Vec::new();
        if let Err(error) = self.transaction(&mut jobs, &mut outcomes) {
            let cause = describe(&error);
            tracing::error!(cause, lists = jobs.len(), "a commit failed");
            self.roll_back();
            // A refusal counts for nothing either: it may rest on a list that is now undone.
            jobs.into_iter().for_each(|job| job.tell(Err(Unavailable(cause.clone()).into())));
            return false;
        }
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Answer(answer) => job.tell(answer),
                Outcome::More => unfinished.push(job),
            }
        }
        true
    }

    /// One transaction: the first job and all that wait by now, then one sync.
    fn transaction(&mut self, jobs: &mut Vec<Job>, outcomes: &mut Vec<Outcome>) -> Read<()> {
        run(&self.db, "begin immediate", [])?;
        while let Some(job) = jobs.get_mut(outcomes.len()) {
            let outcome = match &mut job.work {
                Work::List(changes) => Outcome::Answer(self.list(std::mem::take(changes))?),
                Work::Sweep(times) if sweep::round(&self.db, times)? => Outcome::More,
                Work::Sweep(_) => Outcome::Answer(Ok(Committed::default())),
            };
            outcomes.push(outcome);
            if jobs.len() < BATCH {
                jobs.extend(self.queue.try_recv());
            }
        }
        if let Some(before_sync) = &self.before_sync {
            before_sync();
        }
        run(&self.db, "commit", [])?;
        let applied = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Answer(Ok(_)))).count();
        metrics::counter!("portico_store_commits_total").increment(applied as u64);
        metrics::counter!("portico_store_syncs_total").increment(1);
        Ok(())
    }

    /// One list under a savepoint: if it fails by itself, the others of the batch stay.
    fn list(&self, changes: Vec<Change>) -> Read<Answer> {
        run(&self.db, "savepoint list", [])?;
        let mut events = Vec::new();
        for change in changes {
            let refusal = match apply(&self.db, change, &mut events) {
                Ok(()) => continue,
                Err(Failure::Refused(refusal)) => refusal,
                Err(Failure::Engine(error)) if is_of_the_list(&error) => Unavailable(describe(&error)).into(),
                Err(Failure::Engine(error)) => return Err(error),
            };
            run(&self.db, "rollback to list", [])?;
            run(&self.db, "release list", [])?;
            return Ok(Err(refusal));
        }
        run(&self.db, "release list", [])?;
        Ok(Ok(Committed { events, closing: None }))
    }

    fn roll_back(&self) {
        // SQLite may have rolled back by itself.
        if !self.db.is_autocommit()
            && let Err(error) = run(&self.db, "rollback", [])
        {
            tracing::error!(cause = describe(&error), "a failed commit was not rolled back");
        }
    }

    /// Carries the write-ahead log over into the database if it has so many frames to carry,
    /// after the answers and not before them.
    fn checkpoint(&self, from: i64) -> Read<()> {
        let waiting = |row: &rusqlite::Row<'_>| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?);
        let frames = self.db.prepare_cached("pragma wal_checkpoint(noop)")?.query_row([], waiting)?;
        if frames >= from {
            self.db.prepare_cached("pragma wal_checkpoint(passive)")?.query_row([], waiting)?;
        }
        Ok(())
    }
}

/// Whether the error comes from what stands in the list, so that it says nothing about the others.
fn is_of_the_list(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(code, _) => {
            matches!(code.code, ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch)
        }
        _ => true,
    }
}
