//! A network namespace for each node, all on one bridge, and what is cut in them.

use super::shell::{feed, run};
use portico_bench::failure::{Failure, Outcome};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};

/// What the names of all namespaces begin with.
pub(crate) const PREFIX: &str = "portico-siege-";
/// What the names of all links begin with; the kernel allows fifteen bytes.
pub(crate) const LINK: &str = "psg";

/// One path of a node that carries nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The service at the other end.
    pub(crate) peer: SocketAddr,
    /// Whether what the node sends is lost.
    pub(crate) out: bool,
    /// Whether what is sent to it is lost.
    pub(crate) back: bool,
}

/// The bridge, where services and clients are, and a namespace for each node. Taken down when dropped.
pub(crate) struct Network {
    run: u32,
    third: u8,
    nodes: usize,
}

impl Network {
    /// Lays out a network for this many nodes, named after the run.
    pub(crate) fn lay(run_id: u32, nodes: usize) -> Outcome<Self> {
        let network = Self { run: run_id, third: free_network(run_id)?, nodes };
        let bridge = network.bridge();
        let address = format!("{}/24", network.services());
        run("ip", &["link", "add", &bridge, "type", "bridge"]).map_err(no_namespaces)?;
        run("ip", &["addr", "add", &address, "dev", &bridge])?;
        run("ip", &["link", "set", &bridge, "up"])?;
        for node in 0..nodes {
            let (name, link) = (network.namespace(node), format!("{bridge}n{node}"));
            let address = format!("{}/24", network.node(node));
            run("ip", &["netns", "add", &name]).map_err(no_namespaces)?;
            run("ip", &["link", "add", &link, "type", "veth", "peer", "name", "eth0", "netns", &name])?;
            run("ip", &["link", "set", &link, "master", &bridge, "up"])?;
            run("ip", &["-n", &name, "addr", "add", &address, "dev", "eth0"])?;
            run("ip", &["-n", &name, "link", "set", "eth0", "up"])?;
            run("ip", &["-n", &name, "link", "set", "lo", "up"])?;
        }
        Ok(network)
    }

    /// Where services listen and clients come from.
    pub(crate) fn services(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 213, self.third, 1)
    }

    /// The address of a node.
    pub(crate) fn node(&self, node: usize) -> Ipv4Addr {
        Ipv4Addr::new(10, 213, self.third, 11 + u8::try_from(node).unwrap_or_default())
    }

    /// The namespace of a node.
    pub(crate) fn namespace(&self, node: usize) -> String {
        format!("{PREFIX}{}-{node}", self.run)
    }

    fn bridge(&self) -> String {
        format!("{LINK}{}", self.run)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for node in 0..self.nodes {
            // One that was never made need not go; with it goes its link.
            let _ = run("ip", &["netns", "del", &self.namespace(node)]);
            let _ = run("ip", &["link", "del", &format!("{}n{node}", self.bridge())]);
        }
        let _ = run("ip", &["link", "del", &self.bridge()]);
    }
}

/// From now on exactly these paths of the namespace carry nothing.
pub(crate) fn cut(namespace: &str, cuts: &[Cut]) -> Outcome<()> {
    feed("ip", &["netns", "exec", namespace, "nft", "-f", "-"], &rules(cuts)).map(drop)
}

fn rules(cuts: &[Cut]) -> String {
    let (mut out, mut back) = (String::new(), String::new());
    for cut in cuts {
        let (ip, port) = (cut.peer.ip(), cut.peer.port());
        // Writing into a text cannot fail.
        if cut.out {
            let _ = writeln!(out, "    ip daddr {ip} tcp dport {port} drop");
        }
        if cut.back {
            let _ = writeln!(back, "    ip saddr {ip} tcp sport {port} drop");
        }
    }
    format!(
        "table inet siege\ndelete table inet siege\ntable inet siege {{\n  chain out {{\n    \
         type filter hook output priority 0; policy accept;\n{out}  }}\n  chain back {{\n    \
         type filter hook input priority 0; policy accept;\n{back}  }}\n}}\n"
    )
}

fn no_namespaces(failure: Failure) -> Failure {
    Failure(format!("network namespaces cannot be made here (they take root): {failure}"))
}

/// The third number of a network 10.213.x.0/24 that nobody uses.
fn free_network(run_id: u32) -> Outcome<u8> {
    let used = run("ip", &["-4", "-o", "addr", "show"])?;
    let tried = (0..250).map(|step| u8::try_from((run_id + step) % 250 + 1).unwrap_or(1));
    let mut free = tried.filter(|third| !used.contains(&format!(" 10.213.{third}.")));
    free.next().ok_or_else(|| Failure("no network 10.213.x.0/24 is free".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_of_one_way_leaves_the_other() {
        let peer = SocketAddr::from(([10, 213, 1, 1], 5432));
        let one = rules(&[Cut { peer, out: true, back: false }]);
        assert!(one.contains("ip daddr 10.213.1.1 tcp dport 5432 drop") && !one.contains("sport"));
        let both = rules(&[Cut { peer, out: true, back: true }]);
        assert!(both.contains("dport 5432") && both.contains("sport 5432"));
        assert!(!rules(&[]).contains("drop"));
    }
}
