//! `portavoz config`: check, show and explain the configuration.

use serde_json::json;

use super::{Ending, Invocation};
use crate::cli::Config as ConfigCommand;
use crate::config::keys::{self, Key};
use crate::config::problem::Origin;
use crate::config::secret::REDACTED;
use crate::config::{self, Config, Loaded, example};
use crate::output::{counted, dim};

/// Runs one of them.
pub fn run(invocation: &Invocation, command: &ConfigCommand) -> anyhow::Result<Ending> {
    match command {
        ConfigCommand::Check => check(invocation)?,
        ConfigCommand::Show { json } => show(invocation, *json)?,
        ConfigCommand::Schema => invocation.output.piece(example::schema())?,
        ConfigCommand::Example => invocation.output.piece(example::example())?,
    }
    Ok(Ending::Fine)
}

fn load(invocation: &Invocation) -> anyhow::Result<Loaded> {
    let place = invocation.locate(None)?;
    Ok(config::load(&place, &invocation.environment, &[])?)
}

fn check(invocation: &Invocation) -> anyhow::Result<()> {
    let loaded = load(invocation)?;
    for warning in &loaded.warnings {
        invocation.output.remark(format_args!("warning: {warning}"));
    }
    let source = match &loaded.settings.place.file {
        Some(file) => format!("`{}`", file.display()),
        None => "no configuration file, defaults".to_owned(),
    };
    let set = loaded.origins.len();
    invocation.output.line(format_args!("the configuration is right ({source}, {} set)", counted(set, "key")))?;
    Ok(())
}

fn show(invocation: &Invocation, as_json: bool) -> anyhow::Result<()> {
    let loaded = load(invocation)?;
    let values = toml::Table::try_from(&loaded.config)?;
    let value_of = |key: &Key| {
        let value = values.get(key.section)?.get(key.name)?;
        Some(if key.secret { toml::Value::String(REDACTED.to_owned()) } else { value.clone() })
    };
    let origin_of = |key: &Key| loaded.origins.get(&key.path()).unwrap_or(&Origin::Default);
    if as_json {
        let mut shown = serde_json::Map::new();
        for key in keys::all() {
            let entry = json!({ "value": value_of(key), "from": origin_of(key).to_string() });
            shown.insert(key.path(), entry);
        }
        invocation.output.json(&shown)?;
        return Ok(());
    }
    for (section, names) in Config::sections() {
        invocation.output.line(format_args!("[{section}]"))?;
        for key in names.iter().filter_map(|name| keys::find(section, name)) {
            let origin = match origin_of(key) {
                Origin::Default => String::new(),
                origin => dim().apply_to(format!("  # {origin}")).to_string(),
            };
            match value_of(key) {
                Some(value) => invocation.output.line(format_args!("{} = {value}{origin}", key.name))?,
                None => invocation.output.line(dim().apply_to(format!("# {} is not set", key.name)))?,
            }
        }
        invocation.output.line("")?;
    }
    Ok(())
}
