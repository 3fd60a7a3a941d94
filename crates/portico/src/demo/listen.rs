//! Binding, on this machine only, with a busy port moved to a free one.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

/// Binds `listen`, such as `127.0.0.1:8080` or `localhost:8080`, or a free port beside it.
///
/// # Errors
///
/// One line: not an address, not of this machine, or nothing can be bound.
pub(super) async fn near(listen: &str) -> Result<TcpListener, String> {
    let text = listen.replacen("localhost", "127.0.0.1", 1);
    let address: SocketAddr =
        text.parse().map_err(|_| format!("--listen {listen}: not an address with a port"))?;
    if address.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST) {
        return Err(format!("--listen {listen}: the demo serves this machine only, at 127.0.0.1"));
    }
    on(address.port()).await.map_err(|error| format!("cannot listen on {listen}: {error}"))
}

/// Binds 127.0.0.1 at `port`, or at a free port when that one is busy.
pub(super) async fn on(port: u16) -> io::Result<TcpListener> {
    let preferred = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    match preferred {
        Ok(listener) if port == 0 || !taken_on_v6(port).await => Ok(listener),
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => Err(error),
        _ => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await,
    }
}

/// Browsers try `[::1]` first for `localhost`: somebody else's server there would be opened instead of ours.
async fn taken_on_v6(port: u16) -> bool {
    let bound = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await;
    matches!(bound, Err(error) if error.kind() == io::ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]
    use super::*;

    #[tokio::test]
    async fn a_busy_port_moves_to_a_free_one() {
        let first = on(0).await.unwrap();
        let busy = first.local_addr().unwrap().port();
        let second = on(busy).await.unwrap();
        assert_ne!(second.local_addr().unwrap().port(), busy);
    }

    #[tokio::test]
    async fn a_port_that_is_busy_on_v6_alone_moves_too() {
        let Ok(first) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await else { return };
        let busy = first.local_addr().unwrap().port();
        assert_ne!(on(busy).await.unwrap().local_addr().unwrap().port(), busy);
    }

    #[tokio::test]
    async fn only_this_machine_is_served() {
        for wrong in ["0.0.0.0:0", "192.0.2.1:0", "8080", "example.org:80"] {
            assert!(near(wrong).await.is_err(), "{wrong}");
        }
        assert!(near("localhost:0").await.is_ok());
    }
}
