#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use parking_lot::Mutex;
use portico_core::moment::Moment;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::super::Letter;
use super::*;

/// A mail server on loopback that notes every line it is sent.
struct Sink {
    port: u16,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    /// Answers `RCPT TO` like this.
    async fn answering(rcpt: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines = Arc::new(Mutex::new(vec![]));
        let noted = lines.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (read, mut write) = stream.into_split();
                let (mut read, mut data) = (BufReader::new(read).lines(), false);
                write.write_all(b"220 sink\r\n").await.unwrap();
                while let Ok(Some(line)) = read.next_line().await {
                    noted.lock().push(line.clone());
                    let answer = match line.to_ascii_uppercase() {
                        _ if data && line != "." => continue,
                        _ if data => "250 taken\r\n".to_owned(),
                        line if line.starts_with("EHLO") => "250-sink\r\n250 AUTH PLAIN\r\n".to_owned(),
                        line if line.starts_with("AUTH") => "235 come in\r\n".to_owned(),
                        line if line.starts_with("RCPT") => format!("{rcpt}\r\n"),
                        line if line == "DATA" => "354 go on\r\n".to_owned(),
                        _ => "250 ok\r\n".to_owned(),
                    };
                    data = answer.starts_with("354");
                    if write.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            }
        });
        Self { port, lines }
    }

    fn mail(&self) -> Mail {
        Mail::new(MailSettings { port: Some(self.port), ..settings() }).unwrap()
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().clone()
    }

    /// The header lines of the message, folded ones joined.
    fn headers(&self) -> Vec<String> {
        let lines = self.lines();
        let start = lines.iter().position(|line| line == "DATA").unwrap() + 1;
        let head = lines[start..].split(|line| line.is_empty()).next().unwrap();
        head.iter().filter(|line| !line.starts_with([' ', '\t'])).cloned().collect()
    }
}

fn settings() -> MailSettings {
    MailSettings {
        host: "127.0.0.1".into(),
        port: None,
        tls: MailTls::None,
        allow_plain: false,
        credentials: None,
        from: "Super App <no-reply@super.example>".into(),
    }
}

fn errand(to: &str, subject: &str) -> Errand {
    let letter =
        Letter { to: Address::Email(to.into()), subject: subject.into(), text: "123456\n.\nQUIT\n".into() };
    Errand { letter, id: "msg_1".into(), at: Moment::from_seconds(1_800_000_000) }
}

#[tokio::test]
async fn a_message_arrives_with_its_sender_subject_and_text() {
    let sink = Sink::answering("250 ok").await;
    let credentials = Some(("portico".to_owned(), Secret::from("s3cret".to_owned())));
    let mail = Mail::new(MailSettings { port: Some(sink.port), credentials, ..settings() }).unwrap();
    assert_eq!(mail.carry(&errand("ana@people.example", "Your code")).await, Ok(()));
    let lines = sink.lines();
    let has = |line: &str| assert!(lines.iter().any(|one| one == line), "{line} in {lines:#?}");
    has("AUTH PLAIN AHBvcnRpY28AczNjcmV0");
    has("MAIL FROM:<no-reply@super.example>");
    has("RCPT TO:<ana@people.example>");
    has("From: \"Super App\" <no-reply@super.example>");
    has("To: ana@people.example");
    has("Subject: Your code");
    has("Message-ID: <msg_1@super.example>");
    has("Auto-Submitted: auto-generated");
    has("123456");
    has("..");
    assert_eq!(lines.iter().filter(|line| *line == "DATA").count(), 1);
}

#[tokio::test]
async fn a_subject_in_another_script_is_encoded_and_a_domain_too() {
    let sink = Sink::answering("250 ok").await;
    assert_eq!(sink.mail().carry(&errand("anna@пример.рф", "Код 🔑 для входа")).await, Ok(()));
    let lines = sink.lines();
    assert!(lines.iter().any(|line| line == "RCPT TO:<anna@xn--e1afmkfd.xn--p1ai>"), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("Subject: =?utf-8?b?")), "{lines:#?}");
}

#[tokio::test]
async fn no_line_break_in_a_subject_becomes_a_header() {
    let plain = Sink::answering("250 ok").await;
    assert_eq!(plain.mail().carry(&errand("ana@people.example", "Your code")).await, Ok(()));
    let names = |sink: &Sink| -> Vec<String> {
        sink.headers().iter().map(|line| line.split(':').next().unwrap().to_owned()).collect()
    };
    for subject in ["Code\r\nBcc: eve@evil.example", "Code\nBcc: eve@evil.example", "Code\r\n\r\nhello"] {
        let sink = Sink::answering("250 ok").await;
        assert_eq!(sink.mail().carry(&errand("ana@people.example", subject)).await, Ok(()));
        assert_eq!(names(&sink), names(&plain), "{subject:?}");
        assert_eq!(sink.lines().iter().filter(|line| line.starts_with("RCPT")).count(), 1);
    }
}

#[tokio::test]
async fn an_address_with_a_line_break_or_a_second_one_is_never_written_to() {
    let sink = Sink::answering("250 ok").await;
    for to in [
        "ana@people.example\r\nRCPT TO:<eve@evil.example>",
        "ana\r\nBcc: eve@evil.example@people.example",
        "ana@people.example, eve@evil.example",
        "ana@people.example> <eve@evil.example",
        "ana@[127.0.0.1]",
        "ana",
        "",
    ] {
        let refused = sink.mail().carry(&errand(to, "Your code")).await;
        assert!(matches!(refused, Err(NotCarried::Never(_))), "{to:?}");
    }
    assert!(sink.lines().is_empty(), "{:?}", sink.lines());
}

#[tokio::test]
async fn a_refusal_is_final_and_a_busy_or_absent_server_is_tried_again() {
    for (rcpt, later) in [("550 no such mailbox", false), ("451 greylisted", true)] {
        let sink = Sink::answering(rcpt).await;
        let outcome = sink.mail().carry(&errand("ana@people.example", "Your code")).await;
        assert_eq!(matches!(outcome, Err(NotCarried::Later(_))), later, "{rcpt} {outcome:?}");
        assert!(outcome.is_err());
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mail = Mail::new(MailSettings { port: Some(closed), ..settings() }).unwrap();
    let outcome = mail.carry(&errand("ana@people.example", "Your code")).await;
    assert!(matches!(outcome, Err(NotCarried::Later(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_server_without_starttls_learns_nothing() {
    let sink = Sink::answering("250 ok").await;
    let tls = MailTls::StartTls;
    let mail = Mail::new(MailSettings { port: Some(sink.port), tls, ..settings() }).unwrap();
    assert!(mail.carry(&errand("ana@people.example", "Your code")).await.is_err());
    assert!(sink.lines().iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{:?}", sink.lines());
}

#[test]
fn settings_that_cannot_be_or_would_give_codes_away_are_refused() {
    let refused = |settings: MailSettings| Mail::new(settings).err();
    let host = |host: &str| MailSettings { host: host.into(), ..settings() };
    let from = |from: &str| MailSettings { from: from.into(), ..settings() };
    assert_eq!(refused(host("mail.example")), Some(BadMail::Plain));
    assert_eq!(refused(host("10.0.0.5")), Some(BadMail::Plain));
    assert_eq!(refused(MailSettings { allow_plain: true, ..host("10.0.0.5") }), None);
    assert_eq!(refused(host("localhost")), None);
    assert_eq!(refused(host("mail example")), Some(BadMail::Host));
    for bad in ["", "nobody", "a@b@c", "Name\r\nBcc: x <a@b.example>"] {
        assert_eq!(refused(from(bad)), Some(BadMail::From), "{bad:?}");
    }
}
