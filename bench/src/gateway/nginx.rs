//! nginx as a proxy, started here.

use crate::failure::{During, Failure, Outcome};
use crate::process::Process;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long it may take until it takes connections.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts nginx on these cores, with `proxy_pass` to this upstream over kept connections: one worker, no log,
/// no file but its configuration.
pub(crate) fn start(
    program: &Path,
    cores: &str,
    upstream: SocketAddr,
    folder: &Path,
) -> Outcome<(Process, SocketAddr)> {
    let listen = free()?;
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration(listen, upstream, folder)).during("nginx's configuration")?;
    // It says nothing when it is ready; the line is the shell's, and it is tried until it takes connections.
    let script =
        format!("echo 'nginx: ready on http://{listen}'; exec {} -c {}", program.display(), file.display());
    let process = Process::start(cores, Path::new("/bin/sh"), &["-c", &script], &folder.join("nginx.log"))?;
    let begin = Instant::now();
    while TcpStream::connect(listen).is_err() {
        if begin.elapsed() > PATIENCE {
            return Err(Failure("nginx does not take connections".into()));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok((process, listen))
}

/// An address that nobody listens on now.
pub(super) fn free() -> Outcome<SocketAddr> {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).during("a free port")
}

fn configuration(listen: SocketAddr, upstream: SocketAddr, folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
master_process off;
worker_processes 1;
error_log stderr warn;
pid {folder}/nginx.pid;
events {{ worker_connections 20480; }}
http {{
    access_log off;
    keepalive_timeout 600s;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream back {{
        server {upstream};
        keepalive 256;
        keepalive_requests 100000000;
    }}
    server {{
        listen {listen};
        client_max_body_size 0;
        client_body_buffer_size 128k;
        proxy_buffer_size 32k;
        proxy_buffers 8 32k;
        location / {{
            proxy_pass http://back;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $host;
        }}
    }}
}}
"
    )
}
