//! Where a site and its data are on this machine.

use std::path::{Path, PathBuf};

/// The configuration file's name in a site's folder.
pub const FILE_NAME: &str = "portavoz.toml";

/// The folders of one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The site's folder; relative paths of the configuration start here.
    pub site: PathBuf,
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
    /// Where the database and the index are; made when needed.
    pub data: PathBuf,
    /// True for the portfolio that comes with the program.
    pub demo: bool,
}

impl Place {
    /// The site in `folder`, its data beside it unless `data` says otherwise. `file` replaces `portavoz.toml`.
    pub fn in_folder(folder: &Path, data: Option<&Path>, file: Option<&Path>) -> Self {
        let own = folder.join(FILE_NAME);
        Self {
            site: folder.to_owned(),
            file: file.map(Path::to_owned).or_else(|| own.is_file().then_some(own)),
            data: data.map_or_else(|| folder.join(".portavoz"), Path::to_owned),
            demo: false,
        }
    }

    /// True if `folder` looks like a site: it has a configuration file or a folder of documents.
    pub fn is_site(folder: &Path) -> bool {
        folder.join(FILE_NAME).is_file() || folder.join("knowledge").is_dir()
    }
}

/// A path as people write it: without the `./` of the folder they are in.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
