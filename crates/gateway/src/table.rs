//! The routes, found by host and path, and replaced as a whole.

use std::sync::Arc;

use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use parking_lot::RwLock;
use portico_core::rule::swap::lies_under;

use crate::forward::{Settings, UpstreamError, Upstreams};
use crate::log::Tracked;
use crate::{Gateway, Refused, Route};

/// A route with its upstreams.
pub struct Way {
    /// What is done on it.
    pub route: Route,
    /// Where its requests go.
    pub upstreams: Upstreams,
    /// Its name and figures.
    pub tracked: Arc<Tracked>,
}

/// All routes of one configuration.
pub struct Table(Vec<Arc<Way>>);

impl Table {
    /// Makes the routes of a configuration ready. To be called within a runtime.
    pub fn new(gateway: Gateway) -> Result<Self, UpstreamError> {
        let way = |route: Route| {
            let name =
                [route.host.as_deref(), route.path.as_deref()].into_iter().flatten().collect::<String>();
            let name = if name.is_empty() { "*".to_owned() } else { name };
            let upstreams = Upstreams::new(Settings::from(&route))?;
            Ok(Arc::new(Way { route, upstreams, tracked: Tracked::new(name) }))
        };
        gateway.routes.into_iter().map(way).collect::<Result<_, _>>().map(Self)
    }

    /// The first route that a request is for.
    ///
    /// 404 where there is none; 400 where a route is for a path and the request's can be read in more than one way.
    pub fn find(&self, head: &Parts) -> Result<&Arc<Way>, Refused> {
        let host = host(&head.headers);
        first(&self.0, |way| &way.route, host.as_deref(), head.uri.path())
    }
}

impl Gateway {
    /// The first route that a request is for; refuses as [`Table::find`] does.
    pub fn find(&self, head: &Parts) -> Result<&Route, Refused> {
        first(&self.routes, |route| route, host(&head.headers).as_deref(), head.uri.path())
    }
}

fn first<'a, T>(
    all: &'a [T],
    route: impl Fn(&T) -> &Route,
    host: Option<&str>,
    path: &str,
) -> Result<&'a T, Refused> {
    for one in all {
        let Route { host: own, path: under, .. } = route(one);
        let is_host = own.as_deref().is_none_or(|own| host == Some(own));
        let is_path = under.as_deref().map_or(Ok(true), |under| lies_under(path, under));
        if is_host && is_path.map_err(|_| ambiguous())? {
            return Ok(one);
        }
    }
    Err(Refused::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here."))
}

fn ambiguous() -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", "The path can be read in more than one way.")
}

/// The host that a request names, in small letters, without a port and the dot of the root.
fn host(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(HOST)?.to_str().ok()?;
    let host = match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => text,
    };
    Some(host.trim_end_matches('.').to_ascii_lowercase())
}

/// The table in force. What was begun under one goes on under it.
pub struct Current(RwLock<Arc<Table>>);

impl Current {
    /// Begins with this table.
    pub fn new(table: Table) -> Self {
        Self(RwLock::new(Arc::new(table)))
    }

    /// The table in force now.
    pub fn get(&self) -> Arc<Table> {
        self.0.read().clone()
    }

    /// Puts another in its place, for requests from now on.
    pub fn replace(&self, table: Table) {
        *self.0.write() = Arc::new(table);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::Request;

    use super::*;
    use crate::settings::GatewayFile;

    fn table() -> Table {
        let places = [
            "host = \"shop.example\"\npath = \"/api\"",
            "host = \"shop.example\"",
            "path = \"/taxi\"",
            "host = \"[::1]\"",
        ];
        let route = |at: &&str| {
            format!("[[route]]\n{at}\nupstream = [\"http://127.0.0.1:9\"]\napp = \"org.a\"\nas = \"org.b\"\n")
        };
        let text = places.iter().map(route).collect::<String>();
        Table::new(GatewayFile::read(&text).unwrap().section().try_into().unwrap()).unwrap()
    }

    fn found(table: &Table, host: &str, path: &str) -> Result<usize, u16> {
        let head = Request::builder().uri(path).header("host", host).body(()).unwrap().into_parts().0;
        let way = table.find(&head).map_err(|refused| refused.status.as_u16())?;
        Ok(table.0.iter().position(|one| Arc::ptr_eq(one, way)).unwrap())
    }

    #[tokio::test]
    async fn the_first_route_that_fits_takes_a_request() {
        let table = table();
        for (host, path, expected) in [
            ("shop.example", "/api", Ok(0)),
            ("SHOP.example:8090", "/api/x?y", Ok(0)),
            ("shop.example.", "/%41pi/x", Ok(0)),
            ("shop.example", "/apis", Ok(1)),
            ("shop.example:8090", "/", Ok(1)),
            ("other.example", "/taxi/1", Ok(2)),
            ("other.example", "/", Err(404)),
            ("[::1]:8090", "/", Ok(3)),
            ("shop.example.evil.example", "/", Err(404)),
            ("shop.example", "/x/../api", Err(400)),
            ("shop.example", "//api", Err(400)),
        ] {
            assert_eq!(found(&table, host, path), expected, "{host} {path}");
        }
    }
}
