//! What is asked, with all requests made ahead.

use crate::failure::Outcome;
use crate::load::Expected;
use crate::options::Amount;
use crate::server::Serving;
use crate::setup::launch::{self, Pair};
use crate::setup::{SCOPE, World, crowd};
use bytes::Bytes;
use std::sync::Arc;

/// An answer shorter than this holds neither claims nor a token.
const MEANINGFUL: usize = 60;

/// A kind of request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Validate,
    Userinfo,
    Launch,
}

/// One row of the table.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The ratio to the bare server that the row must not exceed.
    pub(crate) limit: Option<f64>,
    /// Sent once before the rounds, so that what they need is in memory.
    pub(crate) before: Arc<[Bytes]>,
    /// Sent in the rounds, in turn.
    pub(crate) requests: Arc<[Bytes]>,
    /// Requests of one round.
    pub(crate) count: usize,
    pub(crate) expected: Expected,
}

/// All questions of one run.
pub(crate) struct Questions {
    validate: Question,
    first_sight: Question,
    userinfo: Question,
    launch: Question,
}

impl Questions {
    /// Signs in, consents, launches, and makes every request of the run.
    pub(crate) async fn prepare(serving: &Serving, world: &World, amount: Amount) -> Outcome<Self> {
        let pairs = world.pairs(serving, amount).await?;
        let known = launch_all(serving, world, &pairs, amount.connections, pairs.len()).await?;
        let new =
            launch_all(serving, world, &pairs, amount.connections, amount.rounds * amount.heavy + 1).await?;
        let app = |index: usize| &world.apps[pairs[index % pairs.len()].app];
        let introspection =
            |(index, token): (usize, &String)| launch::introspection(serving.public, app(index), token);
        let warm: Arc<[Bytes]> = known.iter().enumerate().map(introspection).collect();
        let userinfo: Arc<[Bytes]> =
            known.iter().map(|token| launch::userinfo(serving.public, token)).collect();
        let launches: Arc<[Bytes]> = pairs
            .iter()
            .map(|pair| launch::request(serving.public, &world.apps[pair.app], &pair.tokens.access, SCOPE))
            .collect();
        let question = |name, kind, limit, before: &Arc<[Bytes]>, requests: &Arc<[Bytes]>, count| Question {
            name,
            kind,
            limit: Some(limit),
            before: before.clone(),
            requests: requests.clone(),
            count,
            expected: Expected { status: 200, body_at_least: MEANINGFUL, begins: "" },
        };
        let first: Arc<[Bytes]> = new.iter().enumerate().map(introspection).collect();
        Ok(Self {
            validate: question("validate, warm", Kind::Validate, 2.2, &warm, &warm, amount.light),
            first_sight: question("validate, first sight", Kind::Validate, 9.0, &warm, &first, amount.heavy),
            userinfo: question("userinfo", Kind::Userinfo, 2.2, &userinfo, &userinfo, amount.light),
            launch: question("launch", Kind::Launch, 5.0, &launches, &launches, amount.heavy),
        })
    }

    /// The rows that have a limit, in the order of the table.
    pub(crate) fn warm(&self) -> [&Question; 4] {
        [&self.validate, &self.first_sight, &self.userinfo, &self.launch]
    }

    /// The same requests to a process that has just started: nothing is in memory. No request repeats.
    pub(crate) fn cold(&self) -> [Question; 3] {
        let cold = |name, question: &Question| Question {
            name,
            limit: None,
            before: Arc::new([]),
            requests: question.requests.clone(),
            count: question.requests.len(),
            ..*question
        };
        [
            cold("validate, cold", &self.validate),
            cold("userinfo, cold", &self.userinfo),
            cold("launch, cold", &self.launch),
        ]
    }
}

/// Launch tokens of the pairs, beginning again at the first pair until there are enough.
async fn launch_all(
    serving: &Serving,
    world: &World,
    pairs: &[Pair],
    connections: usize,
    count: usize,
) -> Outcome<Vec<String>> {
    crowd::each(serving.public, connections, count, async |connection, index| {
        let pair = &pairs[index % pairs.len()];
        launch::launch(connection, &world.apps[pair.app], &pair.tokens.access, SCOPE).await
    })
    .await
}
