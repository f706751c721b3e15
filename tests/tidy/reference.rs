//! The page of commands, made from the same table as `--help`.

use std::fmt::Write;

use clap::{Arg, ArgAction, Command, CommandFactory};

const HEAD: &str = "\
# Commands

Made from `citemap --help`; a test keeps it true. Every command also takes the global options.

Exit status: 0 something found or done, 1 nothing found, 2 an error (also when only some files failed), 130 interrupted.
Results go to stdout, everything else to stderr.
";

/// Renders the page.
pub(crate) fn page() -> String {
    let mut command = citemap::cli::args::Cli::command();
    command.build();
    let mut out = HEAD.to_owned();
    let globals: Vec<&Arg> =
        command.get_arguments().filter(|a| a.is_global_set()).collect();
    out.push_str("\n## Global options\n\n");
    for arg in globals {
        line(&mut out, arg);
    }
    for sub in
        command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help")
    {
        section(&mut out, sub);
    }
    out
}

fn section(out: &mut String, sub: &Command) {
    let _ = write!(out, "\n## citemap {}\n\n", sub.get_name());
    if let Some(about) = sub.get_about() {
        let _ = write!(out, "{about}.\n\n");
    }
    for arg in sub.get_arguments().filter(|a| !a.is_global_set() && !a.is_hide_set()) {
        if matches!(
            arg.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::Version
        ) {
            continue;
        }
        line(out, arg);
    }
}

fn line(out: &mut String, arg: &Arg) {
    let mut name = String::new();
    if let Some(short) = arg.get_short() {
        let _ = write!(name, "-{short}");
    }
    if let Some(long) = arg.get_long() {
        let comma = if name.is_empty() { "" } else { ", " };
        let _ = write!(name, "{comma}--{long}");
    }
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    if takes_value {
        let value = arg.get_value_names().map_or("VALUE".into(), |v| v.join(" "));
        let space = if name.is_empty() { "" } else { " " };
        let _ = write!(name, "{space}{value}");
    }
    let help = arg.get_help().map(|h| h.to_string()).unwrap_or_default();
    let values: Vec<String> = match takes_value {
        true => {
            arg.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect()
        }
        false => Vec::new(),
    };
    let values = match values.is_empty() {
        true => String::new(),
        false => format!(" ({})", values.join(", ")),
    };
    let _ = writeln!(out, "- `{name}`: {help}{values}");
}
