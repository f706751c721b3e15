//! The `citemap` program: one expression, everything else is the library.

fn main() -> std::process::ExitCode {
    citemap::cli::run(std::env::args_os())
}
