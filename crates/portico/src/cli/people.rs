//! `users`.

use std::io::BufRead;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::admin::Admin;
use super::{Failure, Input, Outcome, Slice, import};

#[derive(Debug, Subcommand)]
pub(super) enum Users {
    /// Create a person
    Create(Create),
    /// Create many people from JSON lines, and report the lines that are refused
    Import(Input),
    /// Show a person with the profile
    Show { user_id: String },
    /// List people, or find one
    List {
        /// Only whoever has exactly this user id, username, e-mail address or phone number
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
        #[command(flatten)]
        slice: Slice,
    },
    /// List a person's sessions
    Sessions { user_id: String },
    /// List the apps that a person uses, and what they decided about each
    Consents { user_id: String },
    /// List where else a person is known, and how that was proved
    Links { user_id: String },
    /// Undo one link of a person
    Unlink { user_id: String, link_id: String },
    /// End one session of a person
    EndSession { user_id: String, session_id: String },
    /// Sign a person out everywhere
    EndSessions { user_id: String },
    /// Sign a person out everywhere and let them in no more
    Suspend { user_id: String },
    /// Let a suspended person in again
    Resume { user_id: String },
    /// Everything that is kept about a person, in one document
    Export { user_id: String },
    /// Say how far a person's identity was checked
    Kyc(Kyc),
    /// Erase a person for good
    Erase { user_id: String },
}

#[derive(Debug, Args)]
pub(super) struct Kyc {
    user_id: String,
    /// none, basic or full
    #[arg(long)]
    level: String,
    /// none, pending, verified, rejected or expired
    #[arg(long)]
    status: String,
    /// When the check was passed, such as 2026-11-21T14:05:00Z; now where it is left out
    #[arg(long)]
    verified_at: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The name that apps may show
    #[arg(long)]
    name: String,
    /// A name to sign in with
    #[arg(long)]
    username: Option<String>,
    /// An e-mail address
    #[arg(long)]
    email: Option<String>,
    /// The address is known to be theirs
    #[arg(long, requires = "email")]
    email_verified: bool,
    /// A phone number with its country, such as +49 30 123456
    #[arg(long)]
    phone: Option<String>,
    /// The number is known to be theirs
    #[arg(long, requires = "phone")]
    phone_verified: bool,
    /// Read a password from standard input, to the end of the line
    #[arg(long)]
    password_stdin: bool,
}

impl Create {
    fn document(self, password: Option<String>) -> Value {
        let mut person = json!({ "name": self.name });
        let texts = [
            ("username", self.username),
            ("email", self.email),
            ("phone", self.phone),
            ("password", password),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                person[key] = text.into();
            }
        }
        for (key, flag) in [("email_verified", self.email_verified), ("phone_verified", self.phone_verified)]
        {
            if flag {
                person[key] = true.into();
            }
        }
        person
    }
}

pub(super) async fn users(admin: &Admin, command: Users) -> Outcome {
    match command {
        Users::Create(create) => {
            let password = create.password_stdin.then(password_from_stdin).transpose()?;
            Ok(admin.post(&["users"], create.document(password).to_string()).await?)
        }
        Users::Import(input) => import::import(admin, &input.file).await,
        Users::Show { user_id } => admin.get(&["users", &user_id], &[]).await,
        Users::List { query, slice } => admin.get(&["users"], &slice.query_with("query", query)).await,
        Users::Sessions { user_id } => admin.get(&["users", &user_id, "sessions"], &[]).await,
        Users::Consents { user_id } => admin.get(&["users", &user_id, "consents"], &[]).await,
        Users::Links { user_id } => admin.get(&["users", &user_id, "links"], &[]).await,
        Users::Unlink { user_id, link_id } => admin.delete(&["users", &user_id, "links", &link_id]).await,
        Users::EndSession { user_id, session_id } => {
            admin.delete(&["users", &user_id, "sessions", &session_id]).await
        }
        Users::EndSessions { user_id } => admin.act(&["users", &user_id, "end-sessions"]).await,
        Users::Suspend { user_id } => admin.act(&["users", &user_id, "suspend"]).await,
        Users::Resume { user_id } => admin.act(&["users", &user_id, "resume"]).await,
        Users::Export { user_id } => admin.get(&["users", &user_id, "export"], &[]).await,
        Users::Kyc(Kyc { user_id, level, status, verified_at }) => {
            let report = json!({ "level": level, "status": status, "verified_at": verified_at });
            admin.put(&["users", &user_id, "kyc"], &report).await
        }
        Users::Erase { user_id } => admin.act(&["users", &user_id, "erase"]).await,
    }
}

fn password_from_stdin() -> Result<String, Failure> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::Usage(format!("the password could not be read: {error}")))?;
    let password = line.strip_suffix('\n').map_or(&*line, |line| line.strip_suffix('\r').unwrap_or(line));
    if password.is_empty() {
        return Err(Failure::Usage("--password-stdin: standard input holds no password".into()));
    }
    Ok(password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_said_is_sent() {
        let create = |email: Option<&str>, email_verified| Create {
            name: "Anna".into(),
            username: None,
            email: email.map(str::to_owned),
            email_verified,
            phone: None,
            phone_verified: false,
            password_stdin: false,
        };
        assert_eq!(create(None, false).document(None), json!({ "name": "Anna" }));
        assert_eq!(
            create(Some("a@b.c"), true).document(Some("correct horse".into())),
            json!({ "name": "Anna", "email": "a@b.c", "email_verified": true, "password": "correct horse" })
        );
    }
}
