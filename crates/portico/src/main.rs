//! One sign-in, every mini-program.

fn main() -> std::process::ExitCode {
    portico::cli::run(std::env::args_os())
}
