//! TLS to the server. `PORTICO_TEST_POSTGRES_CA` is the authority that signed the server's certificate
//! for `localhost`, which is not its address.

use std::path::PathBuf;

use portico_sql::postgres::{OpenError, Postgres, PostgresOptions};
use portico_store::Read;
use url::Url;

use super::{Schema, connect, options};
use crate::runtime;

fn authority() -> PathBuf {
    std::env::var_os("PORTICO_TEST_POSTGRES_CA").expect("PORTICO_TEST_POSTGRES_CA is a file").into()
}

/// The schema's address with this host and this `sslmode`.
fn at(schema: &Schema, host: &str, mode: &str) -> String {
    let mut url = Url::parse(&schema.url).unwrap();
    url.set_host(Some(host)).unwrap();
    url.query_pairs_mut().append_pair("sslmode", mode);
    url.into()
}

async fn open(url: &str, tls_ca: Option<PathBuf>) -> Result<Postgres, OpenError> {
    Postgres::open(url, &PostgresOptions { tls_ca, ..options() }).await
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_certificate_is_checked_as_far_as_the_mode_says() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let other = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(other.path(), include_str!("another_authority.pem")).unwrap();
        let (right, wrong) = (Some(authority()), Some(other.path().to_owned()));
        for (host, mode, authority, is_open) in [
            ("localhost", "verify-full", &right, true),
            ("localhost", "verify-full", &wrong, false),
            ("localhost", "verify-full", &None, false),
            ("127.0.0.1", "verify-full", &right, false),
            ("127.0.0.1", "verify-ca", &right, true),
            ("127.0.0.1", "verify-ca", &wrong, false),
            ("127.0.0.1", "require", &right, true),
            ("127.0.0.1", "require", &wrong, false),
            ("127.0.0.1", "require", &None, true),
            ("127.0.0.1", "prefer", &None, true),
            ("127.0.0.1", "disable", &None, true),
        ] {
            let opened = open(&at(&schema, host, mode), authority.clone()).await;
            assert_eq!(opened.is_ok(), is_open, "{host} {mode} {authority:?}: {:?}", opened.err());
        }
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn what_is_asked_to_be_encrypted_is() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let watch = connect(&schema.url).await;
        let sql = "select count(*) from pg_stat_ssl join pg_stat_activity using (pid)
            where ssl and application_name = 'portico' and backend_start >= to_timestamp($1)";
        let begun: f64 =
            watch.query_one("select extract(epoch from now())::float8", &[]).await.unwrap().get(0);
        let store = open(&at(&schema, "localhost", "verify-full"), Some(authority())).await.unwrap();
        assert_eq!(store.secret("a").await, Ok(None));
        let encrypted: i64 = watch.query_one(sql, &[&begun]).await.unwrap().get(0);
        assert!(encrypted > 0);
        drop(store);
        schema.drop().await;
    });
}
