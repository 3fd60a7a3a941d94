//! This process as one node among others.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use portico_core::id::NodeId;
use portico_core::rule::lease::Terms;
use portico_live::{Bus, Clock, Company, Live, Settings, Silence, SystemTicks, Vault};
use portico_reach::{BadBus, Duty, Nats, OnDuty};
use portico_store::{SharedStore, Unavailable};
use tokio::task::JoinSet;

use super::ServeError;
use super::store::Opened;
use crate::config::Config;

/// A node that does not renew for so long has no lease.
const LAPSED: Duration = Duration::from_micros(Terms::DEFAULT.lease + 2 * Terms::DEFAULT.margin);
/// How often it is looked whether nodes that cannot hear each other have come together.
const LOOK: Duration = Duration::from_secs(5);

/// The bus as the memory speaks to it.
struct Wire(Arc<Nats>);

#[async_trait]
impl Bus for Wire {
    async fn join(&self, me: NodeId) {
        self.0.join(me).await;
    }

    async fn to_all(&self, message: Vec<u8>) {
        self.0.to_all(message).await;
    }

    async fn to(&self, node: NodeId, message: Vec<u8>) {
        self.0.to(node, message).await;
    }

    async fn next(&self) -> Vec<u8> {
        self.0.next().await
    }
}

/// The bus that is configured, if one is.
pub(super) async fn bus(config: &Config) -> Result<Option<Arc<Nats>>, BadBus> {
    match config.bus.settings() {
        Some(settings) => Ok(Some(Arc::new(Nats::connect(settings).await?))),
        None => Ok(None),
    }
}

/// What a node is to the others.
pub(super) struct Part {
    /// What operators know it by.
    pub(super) name: String,
    /// Whether it is a gateway alone.
    pub(super) gateway: bool,
}

/// The memory over the store: alone, or as a node among others. It is refused where another node signs
/// as another issuer.
pub(super) async fn open(
    opened: Opened,
    bus: Option<Arc<Nats>>,
    part: Part,
    clock: Arc<dyn Clock>,
    vault: Vault,
    settings: Settings,
) -> Result<Arc<Live>, ServeError> {
    let store = match opened {
        Opened::Alone(store) => return Ok(Live::open(store, clock, vault, settings).await?),
        Opened::Shared(store) => store,
    };
    one_issuer(&*store, &settings.issuer).await?;
    let bus: Arc<dyn Bus> = match bus {
        Some(bus) => Arc::new(Wire(bus)),
        None => Arc::new(Silence),
    };
    let (ticks, version) = (Arc::new(SystemTicks), env!("CARGO_PKG_VERSION").to_owned());
    let Part { name, gateway } = part;
    let company = Company { store, bus, ticks, terms: Terms::DEFAULT, name, version, gateway };
    Ok(Live::open_among(company, clock, vault, settings).await?)
}

/// Refuses this issuer where a node serves under another. What a dead one left behind stands still.
async fn one_issuer(store: &dyn SharedStore, issuer: &str) -> Result<(), ServeError> {
    let others = async || {
        let nodes = store.standing().await?.nodes.into_iter();
        Ok::<_, Unavailable>(nodes.filter(|node| node.issuer.as_ref().is_some_and(|theirs| theirs != issuer)))
    };
    let before: Vec<_> = others().await?.map(|node| (node.id, node.renewals)).collect();
    if before.is_empty() {
        return Ok(());
    }
    tokio::time::sleep(LAPSED).await;
    match others().await?.find(|node| !before.contains(&(node.id, node.renewals))) {
        Some(node) => Err(ServeError::Issuers(
            issuer.to_owned(),
            node.name,
            node.issuer.expect("those without were left out"),
        )),
        None => Ok(()),
    }
}

/// What keeps a node one of several; it goes on until the node has nothing left to answer.
pub(super) fn tasks(live: &Arc<Live>, has_bus: bool) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let (keeping, hearing, looking) = (live.clone(), live.clone(), live.clone());
    tasks.spawn(async move { keeping.keep_lease().await });
    tasks.spawn(async move { hearing.hear().await });
    if !has_bus {
        tasks.spawn(async move { look_around(&looking).await });
    }
    tasks
}

/// Whose deliveries this process makes.
pub(super) fn on_duty(live: &Arc<Live>) -> OnDuty {
    let live = live.clone();
    Arc::new(move || match live.me() {
        None => Duty::All,
        Some(me) if live.hold().is_ok() => Duty::Of(me),
        Some(_) => Duty::None,
    })
}

/// Says so when another node is there and no bus between them.
async fn look_around(live: &Live) {
    let mut company = false;
    loop {
        tokio::time::sleep(LOOK).await;
        let others = live.membership().is_some_and(|membership| membership.nodes.len() > 1);
        if others && !company {
            tracing::warn!(
                "another node shares this store and no bus is configured: every closing waits for its lease"
            );
        }
        company = others;
    }
}

/// What is shown of the node in the metrics, read when they are.
pub(super) fn gauges(live: &Live) {
    let Some(membership) = live.membership() else { return };
    metrics::gauge!("portico_lease_left_seconds").set(membership.lease_left as f64 / 1e6);
    metrics::gauge!("portico_nodes").set(membership.nodes.len() as f64);
    metrics::gauge!("portico_nodes_heard").set(membership.heard.len() as f64);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use portico_core::moment::Moment;
    use portico_core::noun::node::Node;
    use portico_sql::memory::Memory;
    use portico_store::Nodes;

    use super::*;

    fn node(issuer: Option<&str>) -> Node {
        Node {
            id: NodeId::from_bytes([1; 16]),
            name: "north".to_owned(),
            version: "1".to_owned(),
            issuer: issuer.map(str::to_owned),
            gateway: false,
            entered_at: Moment::from_millis(1),
            renewals: 0,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn another_issuer_is_refused_as_long_as_a_node_serves_under_it() {
        let store = Arc::new(Memory::default());
        for issuer in [None, Some("https://id.example")] {
            store.enter(&node(issuer)).await.unwrap();
            one_issuer(&*store, "https://id.example").await.unwrap();
        }
        one_issuer(&*store, "https://other.example").await.expect("who does not renew is dead");
        let renewing = store.clone();
        let renewing = tokio::spawn(async move {
            loop {
                renewing.renew(node(None).id).await.unwrap();
                tokio::time::sleep(LAPSED / 4).await;
            }
        });
        tokio::task::yield_now().await;
        let line = one_issuer(&*store, "https://other.example").await.unwrap_err().to_string();
        assert!(line.contains("north") && line.contains("https://id.example"), "{line}");
        assert!(line.contains("https://other.example") && !line.contains('\n'), "{line}");
        renewing.abort();
    }
}
