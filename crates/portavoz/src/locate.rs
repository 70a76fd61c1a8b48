//! Finding the site that a command is about: the one asked for, the one in this folder, or the demo.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::Common;
use crate::config::place::{FILE_NAME, Place};
use crate::demo;
use crate::environment::Environment;
use crate::failure::Failure;

/// Finds the site. `site_dir` is the command's own argument, which means the same as `--site`.
pub fn locate(common: &Common, site_dir: Option<&Path>, environment: &Environment) -> anyhow::Result<Place> {
    let config = common.config.as_deref();
    if let Some(config) = config.filter(|config| !config.is_file()) {
        let failure = Failure::user(format!("there is no file `{}`", config.display()));
        return Err(failure.hint(format!("leave out `--config` to use `{FILE_NAME}` of the portfolio")).into());
    }
    let data = common.data.as_deref();
    if let Some(folder) = site_dir.or(common.site.as_deref()) {
        check_site(folder, config, environment)?;
        return Ok(Place::in_folder(folder, data, config));
    }
    if let Some(folder) = config.and_then(Path::parent) {
        // The parent of `portavoz.toml` alone is the empty path.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        return Ok(Place::in_folder(folder, data, config));
    }
    let here = Path::new(".");
    if Place::is_site(here) || names_documents(environment) {
        return Ok(Place::in_folder(here, data, None));
    }
    demo_place(data, environment)
}

/// The demo portfolio, unpacked beside its data.
fn demo_place(data: Option<&Path>, environment: &Environment) -> anyhow::Result<Place> {
    let data = data.map_or_else(|| user_data_folder(environment).join("portavoz").join("demo"), Path::to_owned);
    let site = data.join("portfolio");
    demo::unpack(&site).with_context(|| {
        Failure::internal(format!("cannot unpack the demo portfolio into `{}`", site.display()))
            .hint("name a folder that can be written with `--data DIR`")
    })?;
    Ok(Place { demo: true, ..Place::in_folder(&site, Some(&data), None) })
}

fn check_site(folder: &Path, config: Option<&Path>, environment: &Environment) -> Result<(), Failure> {
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(Failure::user(format!("there is no folder `{shown}`"))
            .hint(format!("`portavoz init {shown}` makes a portfolio there")));
    }
    if config.is_some() || Place::is_site(folder) || names_documents(environment) {
        return Ok(());
    }
    Err(Failure::user(format!("`{shown}` is not a portfolio: it has neither `{FILE_NAME}` nor a folder `knowledge`"))
        .hint(format!("`portavoz init {shown}` makes one of it")))
}

/// True if the environment itself says where the documents are, as containers do.
fn names_documents(environment: &Environment) -> bool {
    ["FOLDER", "URLS", "SITEMAPS"].iter().any(|key| environment.get(&format!("PORTAVOZ_KNOWLEDGE__{key}")).is_some())
}

/// Where programs keep a user's data on this system; a temporary folder if the user has no home.
fn user_data_folder(environment: &Environment) -> PathBuf {
    let home = || environment.get("HOME").or_else(|| environment.get("USERPROFILE")).map(PathBuf::from);
    let folder = if cfg!(windows) {
        environment.get("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library").join("Application Support"))
    } else {
        let configured = environment.get("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        configured.or_else(|| home().map(|home| home.join(".local").join("share")))
    };
    folder.unwrap_or_else(std::env::temp_dir)
}
