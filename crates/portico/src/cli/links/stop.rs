//! Being told to stop: an import says where it is before it goes.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::super::lines::Lines;

/// The signals that ask for an end.
pub(super) struct Stop {
    signals: Option<(Signal, Signal)>,
}

impl Stop {
    /// Listens for them while these lines are read. What is read from somebody who may keep it waiting is not
    /// listened at: there they end the process as they always do.
    pub(super) fn while_reading(lines: &Lines<'_>) -> Self {
        let both =
            || Ok::<_, std::io::Error>((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?));
        Self { signals: lines.size.and_then(|_| both().ok()) }
    }

    /// Comes back when one of them came.
    pub(super) async fn told(&mut self) {
        match &mut self.signals {
            Some((terminate, interrupt)) => tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            },
            None => std::future::pending().await,
        }
    }
}
