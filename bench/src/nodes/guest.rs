//! People who signed in at one node, launched at another, and are in the memory of all.

use super::cluster::{Cluster, NODES};
use crate::failure::{Failure, Outcome};
use crate::setup::sign_in::{self, Tokens};
use crate::setup::{World, launch};
use crate::wire::Connection;
use bytes::Bytes;
use std::net::SocketAddr;
use tokio::task::JoinHandle;

/// Somebody who has launched an app.
pub(crate) struct Guest {
    /// What the host holds.
    pub(crate) tokens: Tokens,
    /// Index of the app.
    app: usize,
    /// The launch token that the app holds.
    token: String,
}

/// What a node answered to the question whether a launch token is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    Active,
    Inactive,
    /// 503: it cannot be sure now.
    Unsure,
}

/// Signs so many people in, from this number on, has each launch at the next node, and asks every
/// node once.
pub(crate) async fn invite(
    cluster: &Cluster,
    world: &World,
    first: usize,
    count: usize,
    connections: usize,
) -> Outcome<Vec<Guest>> {
    let signed_in = cluster
        .spread(connections, count, 0, async |connection, index| {
            sign_in::sign_in(connection, &world.signer, first + index).await
        })
        .await?;
    let signed_in = &signed_in;
    let app = |index: usize| index % world.apps.len();
    let tokens = cluster
        .spread(connections, count, 1, async |connection, index| {
            launch::launch(connection, &world.apps[app(index)], &signed_in[index].access, "openid").await
        })
        .await?;
    let launched = signed_in.iter().zip(tokens).enumerate();
    let guests: Vec<_> = launched
        .map(|(index, (tokens, token))| Guest { tokens: tokens.clone(), app: app(index), token })
        .collect();
    for turn in 0..NODES {
        cluster
            .spread(connections, count, turn, async |connection, index| {
                match guests[index].ask(connection, world).await? {
                    Said::Active => Ok(()),
                    said => Err(Failure(format!("a fresh launch token is {said:?}"))),
                }
            })
            .await?;
    }
    Ok(guests)
}

impl Guest {
    /// Asks the node at the other end whether the launch token is good.
    pub(crate) async fn ask(&self, connection: &mut Connection, world: &World) -> Outcome<Said> {
        ask(connection, &self.question(connection.address(), world)).await
    }

    /// Asks the node at this address, on a connection of its own; the answer may come at any time.
    pub(crate) fn ask_later(&self, address: SocketAddr, world: &World) -> JoinHandle<Outcome<Said>> {
        let question = self.question(address, world);
        tokio::spawn(async move { ask(&mut Connection::open(address).await?, &question).await })
    }

    /// The question whether the launch token is good.
    pub(crate) fn question(&self, address: SocketAddr, world: &World) -> Bytes {
        launch::introspection(address, &world.apps[self.app], &self.token)
    }
}

/// Asks a question about a launch token.
pub(crate) async fn ask(connection: &mut Connection, question: &Bytes) -> Outcome<Said> {
    let answer = connection.ask(question).await?;
    if answer.status == 503 {
        return Ok(Said::Unsure);
    }
    match answer.json(200..=200, "validating")?["active"].as_bool() {
        Some(true) => Ok(Said::Active),
        Some(false) => Ok(Said::Inactive),
        None => Err(Failure("validating: no answer whether it is active".into())),
    }
}
