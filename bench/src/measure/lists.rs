//! What the operator's lists cost: they must not grow with what is stored.

use crate::failure::Outcome;
use crate::figure::Cpu;
use crate::report::Figure;
use crate::server::Serving;
use crate::wire::{Connection, Request};

/// Lists read, each so often, after one that is not counted.
const TIMES: u32 = 100;

/// The lists that the console shows, by name and address.
const LISTS: [(&str, &str); 5] = [
    ("50 people, the first page", "/admin/v1/users?limit=50"),
    ("50 people, from the middle", "/admin/v1/users?limit=50&after=usr_80000000000000000000000000000000"),
    ("50 apps, the first page", "/admin/v1/apps?limit=50"),
    ("50 lines of the audit trail", "/admin/v1/audit?limit=50"),
    ("the operator's figures", "/admin/v1/figures"),
];

/// CPU of the server for each list.
pub(crate) async fn measure(serving: &Serving) -> Outcome<Vec<Figure>> {
    let mut connection = Connection::open(serving.admin).await?;
    let mut figures = Vec::with_capacity(LISTS.len());
    for (name, path) in LISTS {
        let request = Request::new("GET", path, serving.admin);
        let request = request.header("authorization", &format!("Bearer {}", serving.admin_token)).bytes();
        connection.ask(&request).await?.json(200..=200, path)?;
        let before = Cpu::of(serving.process.id())?;
        for _ in 0..TIMES {
            connection.ask(&request).await?.json(200..=200, path)?;
        }
        let spent = Cpu::of(serving.process.id())?.since(&before);
        figures.push(Figure::new(name, spent.as_secs_f64() * 1e3 / f64::from(TIMES), "ms CPU"));
    }
    Ok(figures)
}
