//! How many commits one sync of the disk serves.

use crate::failure::Outcome;
use crate::options::Amount;
use crate::report::Figure;
use crate::server::Serving;
use crate::setup::{World, crowd, sign_in};
use crate::wire::{Connection, Request};
use std::time::Instant;

/// People who refresh at the same time.
const CONCURRENT: usize = 64;

/// Refreshes by 64 people at once, each with the token that the last refresh gave.
pub(crate) async fn measure(serving: &Serving, world: &World, amount: Amount) -> Outcome<Vec<Figure>> {
    let each = amount.refreshes / CONCURRENT;
    let begin = Instant::now();
    let before = counters(serving).await?;
    crowd::each(serving.public, CONCURRENT, CONCURRENT, async |connection, person| {
        let mut tokens = sign_in::sign_in(connection, &world.signer, person).await?;
        for _ in 0..each {
            let request = sign_in::refresh_request(serving.public, &tokens.refresh);
            tokens = sign_in::tokens(&connection.ask(&request).await?.json(200..=200, "refreshing")?)?;
        }
        Ok(())
    })
    .await?;
    let seconds = begin.elapsed().as_secs_f64();
    let after = counters(serving).await?;
    let mut figures = vec![Figure::new("refreshes, 64 at once", (each * CONCURRENT) as f64 / seconds, "/s")];
    if let Some(after) = after {
        // A server that has not written yet tells of no counter.
        let before = before.unwrap_or_default();
        let per_sync = (after.commits - before.commits) / (after.syncs - before.syncs).max(1.0);
        figures.push(Figure::new("commits per sync, 64 refreshes at once", per_sync, ""));
    }
    Ok(figures)
}

#[derive(Default)]
struct Counters {
    commits: f64,
    syncs: f64,
}

/// Commits and syncs so far, from the metrics on the admin listener; none where they are not told.
async fn counters(serving: &Serving) -> Outcome<Option<Counters>> {
    let mut connection = Connection::open(serving.admin).await?;
    let request = Request::new("GET", "/metrics", serving.admin);
    let request = request.header("authorization", &format!("Bearer {}", serving.admin_token)).bytes();
    let answer = connection.ask(&request).await?;
    let text = String::from_utf8_lossy(answer.body);
    let counter = |word: &str| counter(&text, word);
    Ok(counter("commits").zip(counter("syncs")).map(|(commits, syncs)| Counters { commits, syncs }))
}

/// The value of the first counter whose name has this word between underscores.
fn counter(text: &str, word: &str) -> Option<f64> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.filter_map(|line| line.rsplit_once(' ')).find_map(|(name, value)| {
        let name = name.split('{').next().unwrap_or_default();
        if name.split('_').any(|part| part == word) { value.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_by_a_word_of_their_name() {
        let text = "# TYPE portico_commits_total counter\nportico_commits_total 7\nportico_syncs_total{a=\"b c\"} 2\n";
        assert_eq!(
            (counter(text, "commits"), counter(text, "syncs"), counter(text, "sync")),
            (Some(7.0), Some(2.0), None)
        );
    }
}
