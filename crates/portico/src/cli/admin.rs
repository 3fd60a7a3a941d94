//! The client of the admin API.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use portico_seal::Secret;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::{Failure, Input, Outcome};
use crate::data::find_server;

const DEFAULT_DATA: &str = "./portico-data";
/// What the admin API takes at most.
const LARGEST: u64 = 1024 * 1024;

/// Where the admin API is.
#[derive(Debug, Args)]
pub(super) struct Reach {
    /// The data folder of a server on this machine [default: $PORTICO_DATA or ./portico-data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The admin API of another server; its token is in $PORTICO_ADMIN_TOKEN
    #[arg(long, global = true, value_name = "URL")]
    admin_url: Option<String>,
}

impl Reach {
    /// The data folder of the server, where it is on this machine.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        if self.admin_url.is_some() {
            return None;
        }
        let data = self.data.clone().or_else(|| variable("PORTICO_DATA").map(PathBuf::from));
        Some(data.unwrap_or_else(|| DEFAULT_DATA.into()))
    }
}

/// A server's admin API, and the token it takes.
pub(super) struct Admin {
    http: Client,
    url: Url,
    token: Secret,
}

/// What went wrong with a call.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The status, where there was an answer.
    pub(super) status: Option<StatusCode>,
    /// In plain words.
    pub(super) line: String,
}

impl Refusal {
    /// Whether it is about what was sent, and not about the way there or the server.
    pub(super) fn is_about_what_was_sent(&self) -> bool {
        let about = [StatusCode::BAD_REQUEST, StatusCode::CONFLICT, StatusCode::PAYLOAD_TOO_LARGE];
        self.status.is_some_and(|status| about.contains(&status))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.line)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Admin {
    /// Finds the server that the command line names, or the one on this machine.
    pub(super) fn find(reach: Reach) -> Result<Self, Failure> {
        let data = reach.folder();
        let token = variable("PORTICO_ADMIN_TOKEN").map(Secret::from);
        match (reach.admin_url, token) {
            (Some(url), Some(token)) => Self::at(&url, token),
            // The token in the data folder is this machine's server's; no other address gets to see it.
            (Some(_), None) => {
                Err(Failure::Usage("--admin-url needs the admin token in PORTICO_ADMIN_TOKEN".into()))
            }
            (None, token) => {
                let data = data.unwrap_or_else(|| DEFAULT_DATA.into());
                let (note, found) =
                    find_server(&data).map_err(|error| Failure::Refused(error.to_string()))?;
                Self::at(&note.admin_url, token.unwrap_or(found))
            }
        }
    }

    /// The admin API at this address.
    pub(super) fn at(url: &str, token: Secret) -> Result<Self, Failure> {
        let usable =
            Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = usable.ok_or_else(|| Failure::Usage(format!("'{url}' is not the URL of an admin API")))?;
        let http = Client::builder().no_proxy().connect_timeout(Duration::from_secs(10)).build();
        let http = http.map_err(|error| Failure::Refused(error.to_string()))?;
        Ok(Self { http, url, token })
    }

    pub(super) async fn get(&self, path: &[&str], query: &[(&str, String)]) -> Outcome {
        Ok(self.send(self.request(Method::GET, path, query)).await?)
    }

    /// Whether there is something at this place.
    pub(super) async fn has(&self, path: &[&str]) -> Result<bool, Refusal> {
        match self.answer(self.request(Method::GET, path, &[])).await {
            Ok(_) => Ok(true),
            Err(refusal) if refusal.status == Some(StatusCode::NOT_FOUND) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    /// Posts a document as it is.
    pub(super) async fn post(&self, path: &[&str], body: String) -> Result<Value, Refusal> {
        let request = self.request(Method::POST, path, &[]);
        self.send(request.header(header::CONTENT_TYPE, "application/json").body(body)).await
    }

    /// Posts what a file holds.
    pub(super) async fn post_file(&self, path: &[&str], input: &Input) -> Outcome {
        Ok(self.post(path, read(&input.file)?).await?)
    }

    /// Puts a document in the place of what there is.
    pub(super) async fn put(&self, path: &[&str], body: &Value) -> Outcome {
        let request = self.request(Method::PUT, path, &[]);
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        Ok(self.send(request).await?)
    }

    /// Has something done.
    pub(super) async fn act(&self, path: &[&str]) -> Outcome {
        Ok(self.send(self.request(Method::POST, path, &[])).await?)
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Outcome {
        Ok(self.send(self.request(Method::DELETE, path, &[])).await?)
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, String)]) -> RequestBuilder {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["admin", "v1"]).extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.http.request(method, url).bearer_auth(self.token.expose())
    }

    /// What is answered, as it comes.
    pub(super) async fn download(&self, path: &[&str]) -> Result<Download, Refusal> {
        let answer = self.answer(self.request(Method::GET, path, &[])).await?;
        Ok(Download { answer })
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value, Refusal> {
        let answer = self.answer(request).await?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| self.unreached(&error))?;
        let strange = |_| Refusal { status: Some(status), line: "the answer is not JSON".into() };
        serde_json::from_str(&text).map_err(strange)
    }

    /// The answer to a request, if it is a good one.
    async fn answer(&self, request: RequestBuilder) -> Result<Response, Refusal> {
        let answer = request.send().await.map_err(|error| self.unreached(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.text().await.map_err(|error| self.unreached(&error))?;
        Err(Refusal { status: Some(status), line: in_words(status, &text) })
    }

    fn unreached(&self, error: &reqwest::Error) -> Refusal {
        let url = self.url.as_str().trim_end_matches('/');
        let why = if error.is_connect() { "no answer" } else { "the connection broke" };
        Refusal { status: None, line: format!("the admin API at {url}: {why}") }
    }
}

/// An answer that is read piece by piece.
pub(super) struct Download {
    answer: Response,
}

impl Download {
    /// The next piece, or none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        let broke = |_| Refusal { status: None, line: "the connection broke".into() };
        Ok(self.answer.chunk().await.map_err(broke)?.map(|piece| piece.to_vec()))
    }
}

/// A problem (RFC 9457) in plain words.
fn in_words(status: StatusCode, text: &str) -> String {
    let problem: Value = serde_json::from_str(text).unwrap_or_default();
    let words = [&problem["detail"], &problem["title"]].into_iter().filter_map(Value::as_str);
    let words = words.map(|word| word.chars().filter(|c| !c.is_control()).collect::<String>());
    match (status, words.into_iter().find(|word| !word.is_empty())) {
        (StatusCode::UNAUTHORIZED, _) => "the admin API does not take this token".into(),
        (_, Some(words)) => words,
        (status, None) => format!("the admin API answered {status}"),
    }
}

/// Reads a document from a file, or from standard input for `-`.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", file.display()));
    let mut limited: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin().take(LARGEST + 1))
    } else {
        let opened = std::fs::File::open(file).map_err(|error| wrong(error.to_string()))?;
        Box::new(opened.take(LARGEST + 1))
    };
    limited.read_to_string(&mut text).map_err(|error| wrong(error.to_string()))?;
    if text.len() as u64 > LARGEST {
        return Err(wrong("larger than 1 MiB".into()));
    }
    Ok(text)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn admin(url: &str) -> Admin {
        Admin::at(url, Secret::from("token".to_owned())).unwrap()
    }

    #[test]
    fn ids_are_escaped_in_the_path() {
        let url = |base: &str| {
            let request = admin(base).request(Method::GET, &["apps", "a/../b?c"], &[("after", "x y".into())]);
            request.build().unwrap().url().to_string()
        };
        assert_eq!(
            url("http://127.0.0.1:8081"),
            "http://127.0.0.1:8081/admin/v1/apps/a%2F..%2Fb%3Fc?after=x+y"
        );
        assert_eq!(url("http://h/portico/"), "http://h/portico/admin/v1/apps/a%2F..%2Fb%3Fc?after=x+y");
    }

    #[test]
    fn what_is_no_address_is_wrong_usage() {
        for bad in ["127.0.0.1:8081", "ftp://h", "", "unix:/x"] {
            let refused = Admin::at(bad, Secret::from("token".to_owned()));
            assert!(matches!(refused, Err(Failure::Usage(_))), "{bad}");
        }
    }

    #[test]
    fn a_problem_is_told_in_its_own_words() {
        let told = |status, text| in_words(StatusCode::from_u16(status).unwrap(), text);
        assert_eq!(
            told(409, r#"{"title":"Conflict","detail":"this client id is taken"}"#),
            "this client id is taken"
        );
        assert_eq!(told(404, r#"{"title":"Not Found"}"#), "Not Found");
        assert_eq!(told(502, "<html>"), "the admin API answered 502 Bad Gateway");
        assert_eq!(told(401, r#"{"detail":""}"#), "the admin API does not take this token");
        assert_eq!(told(400, r#"{"detail":"a\u001b[2Jb"}"#), "a[2Jb");
    }

    #[test]
    fn a_file_that_is_too_large_or_not_there_is_wrong_usage() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("big.json");
        std::fs::write(&file, vec![b' '; 1024 * 1024 + 1]).unwrap();
        assert!(matches!(read(&file), Err(Failure::Usage(line)) if line.contains("larger than 1 MiB")));
        assert!(matches!(read(&folder.path().join("none")), Err(Failure::Usage(_))));
    }
}
