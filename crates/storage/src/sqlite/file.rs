//! The database's file and folder before SQLite touches them.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

use crate::{Result, StorageError};

/// Makes the folder (0700) and an empty file (0600) where there are none. SQLite gives its own side files the mode
/// of the database. What exists keeps its mode: the owner may have opened it to a group on purpose.
pub(super) fn create(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), create_folder)
        .and_then(|()| create_file(path))
        .map_err(|error| StorageError::Unavailable(format!("`{}` cannot be opened: {error}", path.display())))
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
