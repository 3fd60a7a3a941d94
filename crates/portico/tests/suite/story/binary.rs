//! The binary itself: how it starts, what it says, how it stops.

use std::process::Command;

use super::server::{cli, listening, ready, serve, terminate};

#[test]
fn the_ready_line_names_both_addresses_and_a_term_signal_ends_with_zero() {
    let folder = tempfile::tempdir().unwrap();
    let (child, line) = ready(folder.path());
    let rest =
        line.trim().strip_prefix("portico: ready on http://127.0.0.1:").unwrap_or_else(|| panic!("{line}"));
    let (port, admin) = rest.split_once(" (admin http://127.0.0.1:").unwrap();
    assert_ne!(port.parse::<u16>().unwrap(), 0);
    assert_ne!(admin.trim_end_matches(')').parse::<u16>().unwrap(), 0);
    assert_eq!(terminate(child), Some(0));
}

#[test]
fn a_server_whose_ready_line_nobody_reads_serves_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = serve(folder.path()).spawn().unwrap();
    drop(child.stdout.take());
    let asked = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(["nodes", "--data"]).arg(folder.path()).output().unwrap().status.success()
    };
    let begun = std::time::Instant::now();
    while !asked() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        assert!(begun.elapsed().as_secs() < 30, "it does not answer");
    }
    assert_eq!(terminate(child), Some(0));
}

#[test]
fn a_server_opens_as_many_sockets_as_it_is_allowed_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -S -n 64; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_portico")]);
    limited.args(serve(folder.path()).get_args());
    limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let (child, _) = listening(&mut limited);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<_> = files.split_whitespace().skip(3).take(2).collect();
    assert!(numbers[0] == numbers[1] && numbers[0] != "64", "{files}");
    assert_eq!(terminate(child), Some(0));
}

#[test]
fn a_master_key_that_does_not_fit_is_one_line_and_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    let (child, _) = ready(folder.path());
    terminate(child);
    let key = folder.path().join("master.key");
    std::fs::write(&key, format!("{}\n", "A".repeat(43) + "=")).unwrap();
    let output = serve(folder.path()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), error.trim().lines().count()), (Some(2), 1), "{error}");
    std::fs::remove_file(&key).unwrap();
    let output = serve(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!key.exists(), "a key was made for a store that is sealed under another");
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (child, _) = ready(folder.path());
    let output = serve(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap().trim().lines().count(), 1);
    terminate(child);
}

#[test]
fn a_busy_port_and_an_unknown_key_stop_the_start_with_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args([
        "serve",
        "--listen",
        &taken.local_addr().unwrap().to_string(),
        "--admin-listen",
        "127.0.0.1:0",
    ]);
    let output = command.arg("--data").arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let config = folder.path().join("portico.toml");
    std::fs::write(&config, "lissen = '127.0.0.1:0'\n").unwrap();
    let output = serve(folder.path()).arg("--config").arg(&config).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("lissen") && error.contains("listen"), "{error}");
}

#[test]
fn messages_that_could_not_be_sent_stop_the_start_with_one_line_and_exit_2() {
    for (section, named) in [
        ("[mail]\nhost = 'mail.example'", "from"),
        ("[mail]\nfrom = 'a@b.example'", "host"),
        ("[mail]\nhost = 'mail.example'\nfrom = 'nobody'", "from is not"),
        ("[mail]\nhost = 'mail.example'\nfrom = 'a@b.example'\nuser = 'a'", "password_file"),
        (
            "[mail]\nhost = 'mail.example'\nfrom = 'a@b.example'\nuser = 'a'\npassword_file = 'nowhere'",
            "nowhere",
        ),
        ("[mail]\nhost = 'mail.example'\nfrom = 'a@b.example'\ntls = 'none'", "tls"),
        ("[mail]\nhost = 'mail.example'\nfrom = 'a@b.example'\ntls = 'perhaps'", "tls"),
        ("[sms]\nurl = 'https://texts.example/'", "secret_file"),
        ("[sms]\nsecret_file = 'nowhere'", "url"),
        ("[sms]\nurl = 'https://texts.example/'\nsecret_file = 'nowhere'", "nowhere"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("portico.toml");
        std::fs::write(&config, section).unwrap();
        let output = serve(folder.path()).arg("--config").arg(&config).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), error.trim().lines().count()), (Some(2), 1), "{section}: {error}");
        assert!(error.contains(named), "{section}: {error}");
    }
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _) = ready(folder.path());
    let user = cli(folder.path(), &["users", "create", "--name", "Ana", "--email", "ana@people.example"]);
    child.kill().unwrap();
    child.wait().unwrap();
    let (child, _) = ready(folder.path());
    let shown = cli(folder.path(), &["users", "show", user["user_id"].as_str().unwrap()]);
    assert!(shown.to_string().contains("ana@people.example"), "{shown}");
    let bytes = std::fs::read(folder.path().join("portico.db")).unwrap();
    let wal = std::fs::read(folder.path().join("portico.db-wal")).unwrap_or_default();
    for text in ["Ana", "ana@people.example"] {
        for file in [&bytes, &wal] {
            let found = file.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text} stands readable in the database");
        }
    }
    terminate(child);
}
