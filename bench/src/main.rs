//! CPU time per request of the real server, beside a bare one: `cargo run --release -p portico-bench`.

use std::process::ExitCode;

fn main() -> ExitCode {
    portico_bench::main()
}
