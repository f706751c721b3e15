//! `citemap config`: every setting, its value, and where it comes from.

use std::io::Write;

use crate::cli::Context;
use crate::cli::config::Origin;
use crate::cli::error::{CliError, FOUND};
use crate::output::human::padded;
use crate::output::sanitize::clean;
use crate::output::wire::VERSION;

/// Prints the settings.
pub fn run(context: &Context) -> Result<u8, CliError> {
    let mut out = context.ui.out();
    if context.global.json {
        let mut values: serde_json::Map<_, _> = context
            .config
            .origins
            .iter()
            .map(|(name, (value, origin))| {
                let value = serde_json::json!({"value": value, "origin": said(origin)});
                (name.clone(), value)
            })
            .collect();
        values.insert("version".into(), VERSION.into());
        serde_json::to_writer_pretty(&mut out, &values).map_err(std::io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
        return Ok(FOUND);
    }
    let mut section = "";
    for (name, (value, origin)) in &context.config.origins {
        let (head, key) = name.split_once('.').expect("names have a section");
        if head != section {
            writeln!(out, "{}[{head}]", if section.is_empty() { "" } else { "\n" })?;
            section = head;
        }
        let line = padded(&format!("{key} = {}", clean(value)), 58);
        writeln!(out, "{line}  # {}", said(origin))?;
    }
    out.flush()?;
    Ok(FOUND)
}

fn said(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".into(),
        Origin::File(path) => clean(&path.display().to_string()).into_owned(),
        Origin::Environment(name) => format!("${name}"),
    }
}
