//! `citemap completions` and `citemap man`: made from the same table as `--help`.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::Context;
use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::error::{CliError, FOUND};

/// Prints completions for a shell.
pub fn completions(context: &Context, args: &CompletionsArgs) -> Result<u8, CliError> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "citemap", &mut text);
    let mut out = context.ui.out();
    out.write_all(&text)?;
    out.flush()?;
    Ok(FOUND)
}

/// Prints the manual page, commands and all, in roff.
pub fn man(context: &Context) -> Result<u8, CliError> {
    let mut out = context.ui.out();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for sub in
        command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help")
    {
        let name = format!("citemap-{}", sub.get_name());
        clap_mangen::Man::new(sub.clone().name(name)).render(&mut out)?;
    }
    out.flush()?;
    Ok(FOUND)
}
