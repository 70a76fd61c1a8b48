//! The configuration as data for the dashboard: what `portavoz config show` prints.

use portavoz_server::sheet::{SettingsKey, SettingsOrigin, SettingsSection, SettingsSheet};

use super::keys::{self, Key};
use super::load::variable_of;
use super::place::shown;
use super::problem::Origin;
use super::secret::REDACTED;
use super::{Config, Loaded};

/// The name of the file beside the documents, if there is none yet.
const FILE: &str = "portavoz.toml";

/// Every key with its value and where that comes from; secrets are not in it.
pub fn sheet(loaded: &Loaded) -> SettingsSheet {
    let values = toml::Table::try_from(&loaded.config).unwrap_or_default();
    let key = |key: &Key| SettingsKey {
        name: key.name,
        doc: key.doc.clone(),
        value: values
            .get(key.section)
            .and_then(|section| section.get(key.name))
            .map(|value| if key.secret { REDACTED.to_owned() } else { value.to_string() }),
        default: key.default.as_ref().filter(|_| !key.secret).map(ToString::to_string),
        allowed: key.allowed(),
        variable: variable_of(&key.path()),
        origin: match loaded.origins.get(&key.path()) {
            None | Some(Origin::Default) => SettingsOrigin::Default,
            Some(Origin::File { path, line }) => SettingsOrigin::File { path: path.clone(), line: *line },
            Some(Origin::Environment(name)) => SettingsOrigin::Variable(name.clone()),
            Some(Origin::Flag(flag)) => SettingsOrigin::Flag((*flag).to_owned()),
        },
    };
    let section = |(name, names): (&'static str, &'static [&'static str])| SettingsSection {
        name,
        doc: keys::section_doc(name),
        keys: names.iter().filter_map(|key_name| keys::find(name, key_name)).map(key).collect(),
    };
    SettingsSheet {
        file: loaded.settings.place.file.as_deref().map_or_else(|| FILE.to_owned(), |file| shown(file).to_string()),
        sections: Config::sections().into_iter().map(section).collect(),
    }
}
