//! The index on disk: folders, the manifest, and the file `CURRENT`.
//!
//! Owns the order of writes that makes a swap atomic, and the suspicion with which everything is read back. Start at
//! [`Folder`].
//!
//! ```text
//! root/CURRENT                 one line: the name of the valid folder
//! root/12-0/manifest.json      version, generation, embedder and what its cosines say, length and checksum of every file
//! root/12-0/chunks.bin         the chunks (postcard)
//! root/12-0/analysis.bin       their numbered stems (postcard)
//! root/12-0/vectors.bin        their vectors, if any (f32, little-endian)
//! root/12-0/full_text/         one tantivy segment
//! ```

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portavoz_domain::chunk::Chunk;
use serde::{Deserialize, Serialize};

use super::IndexError;
use super::checksum::checksum;
use crate::analysis::{Analysis, VERSION};
use crate::vectors::{StoredModel, VectorTable};

const CURRENT: &str = "CURRENT";
const MANIFEST: &str = "manifest.json";
const CHUNKS: &str = "chunks.bin";
const ANALYSIS: &str = "analysis.bin";
const VECTORS: &str = "vectors.bin";
const FULL_TEXT: &str = "full_text";

/// Changes whenever the files are laid out differently.
const FORMAT: u32 = 2;

/// What is written into a folder beside the full text.
pub(super) struct Parts<'a> {
    pub generation: u64,
    pub chunks: &'a [Arc<Chunk>],
    pub analysis: &'a Analysis,
    pub vectors: Option<&'a VectorTable>,
}

/// What is read back.
pub(super) struct Stored {
    pub generation: u64,
    pub chunks: Vec<Arc<Chunk>>,
    pub analysis: Analysis,
    pub vectors: Option<VectorTable>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    analysis: u32,
    generation: u64,
    chunks: usize,
    embedder: Option<StoredModel>,
    files: Vec<ManifestFile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ManifestFile {
    /// Relative to the folder, with `/`.
    path: String,
    bytes: u64,
    checksum: u64,
}

/// A folder that holds, or will hold, one index.
#[derive(Debug)]
pub(super) struct Folder {
    name: String,
    path: PathBuf,
}

impl Folder {
    /// A new empty folder for `generation`; leftovers of the same generation are stepped over.
    pub fn create(root: &Path, generation: u64) -> Result<Self, IndexError> {
        fs::create_dir_all(root).map_err(io("create", root))?;
        let mut suffix = 0_u32;
        loop {
            let name = format!("{generation}-{suffix}");
            let path = root.join(&name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { name, path }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => suffix += 1,
                Err(error) => return Err(io("create", &path)(error)),
            }
        }
    }

    /// The folder that `CURRENT` names; `None` if there is no such file.
    pub fn current(root: &Path) -> Result<Option<Self>, IndexError> {
        let file = root.join(CURRENT);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io("read", &file)(error)),
        };
        let name = String::from_utf8(bytes).unwrap_or_default().trim_end().to_owned();
        if !is_folder_name(&name) {
            return Err(IndexError::Corrupt { path: file, cause: "it does not name an index folder".to_owned() });
        }
        let path = root.join(&name);
        Ok(Some(Self { name, path }))
    }

    /// The subfolder of the full text, made if it is not there.
    pub fn full_text(&self) -> Result<PathBuf, IndexError> {
        let path = self.path.join(FULL_TEXT);
        fs::create_dir_all(&path).map_err(io("create", &path))?;
        Ok(path)
    }

    /// Writes everything beside the full text, then the manifest over all files, each forced to the disk.
    pub fn seal(&self, parts: &Parts<'_>) -> Result<(), IndexError> {
        let encoding = |error: postcard::Error| self.corrupt(&format!("it cannot be encoded: {error}"));
        self.write(CHUNKS, &postcard::to_stdvec(parts.chunks).map_err(encoding)?)?;
        self.write(ANALYSIS, &postcard::to_stdvec(parts.analysis).map_err(encoding)?)?;
        if let Some(vectors) = parts.vectors {
            self.write(VECTORS, &vectors.to_bytes())?;
        }
        let manifest = Manifest {
            format: FORMAT,
            analysis: VERSION,
            generation: parts.generation,
            chunks: parts.chunks.len(),
            embedder: parts.vectors.map(VectorTable::model),
            files: self.files()?,
        };
        let json = serde_json::to_vec_pretty(&manifest).map_err(|error| self.corrupt(&error.to_string()))?;
        self.write(MANIFEST, &json)?;
        sync_folder(&self.path.join(FULL_TEXT))?;
        sync_folder(&self.path)
    }

    /// Points `CURRENT` here: the moment from which this index is the valid one.
    pub fn make_current(&self, root: &Path) -> Result<(), IndexError> {
        let temporary = root.join(format!("{CURRENT}.{}.tmp", self.name));
        write_synced(&temporary, format!("{}\n", self.name).as_bytes())?;
        let file = root.join(CURRENT);
        fs::rename(&temporary, &file).map_err(io("replace", &file))?;
        sync_folder(root)
    }

    /// Reads and checks everything.
    pub fn read(&self) -> Result<Stored, IndexError> {
        let manifest = self.read_manifest()?;
        let mut contents: Vec<(&str, Vec<u8>)> = Vec::new();
        for file in &manifest.files {
            let bytes = self.read_file(&file.path)?;
            if bytes.len() as u64 != file.bytes || checksum(&bytes) != file.checksum {
                return Err(self.corrupt(&format!("`{}` is not as it was written", file.path)));
            }
            if !file.path.contains('/') {
                contents.push((file.path.as_str(), bytes));
            }
        }
        let content = |name: &str| {
            let found = contents.iter().find(|(path, _)| *path == name).map(|(_, bytes)| bytes.as_slice());
            found.ok_or_else(|| self.corrupt(&format!("its manifest lists no `{name}`")))
        };
        let undecodable =
            |name: &'static str| move |error: postcard::Error| self.corrupt(&format!("`{name}`: {error}"));
        let chunks: Vec<Arc<Chunk>> = postcard::from_bytes(content(CHUNKS)?).map_err(undecodable(CHUNKS))?;
        let analysis: Analysis = postcard::from_bytes(content(ANALYSIS)?).map_err(undecodable(ANALYSIS))?;
        if chunks.len() != manifest.chunks || !analysis.is_consistent(chunks.len()) {
            return Err(self.corrupt("its parts do not fit together"));
        }
        let vectors = match manifest.embedder {
            None => None,
            Some(model) => {
                let table = VectorTable::from_bytes(model, chunks.len(), content(VECTORS)?);
                Some(table.ok_or_else(|| self.corrupt("its vectors do not fit its chunks"))?)
            }
        };
        Ok(Stored { generation: manifest.generation, chunks, analysis, vectors })
    }

    /// Removes a folder that never became current.
    pub fn discard(self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a half-built index folder could not be removed");
        }
    }

    /// The error of a folder that cannot be used.
    pub fn corrupt(&self, cause: &str) -> IndexError {
        IndexError::Corrupt { path: self.path.clone(), cause: cause.to_owned() }
    }

    fn read_manifest(&self) -> Result<Manifest, IndexError> {
        let manifest: Manifest = serde_json::from_slice(&self.read_file(MANIFEST)?)
            .map_err(|error| self.corrupt(&format!("`{MANIFEST}`: {error}")))?;
        if manifest.format != FORMAT || manifest.analysis != VERSION {
            return Err(self.corrupt("it was written by another version"));
        }
        Ok(manifest)
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>, IndexError> {
        let is_safe = path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".");
        if !is_safe {
            return Err(self.corrupt("its manifest names a file outside"));
        }
        let full = self.path.join(path);
        fs::read(&full).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => self.corrupt(&format!("`{path}` is missing")),
            _ => io("read", &full)(error),
        })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), IndexError> {
        write_synced(&self.path.join(name), bytes)
    }

    /// Every file written so far, by path; what the full-text engine keeps for itself (dot files) is left out.
    fn files(&self) -> Result<Vec<ManifestFile>, IndexError> {
        let mut files = Vec::new();
        for (folder, prefix) in
            [(self.path.clone(), String::new()), (self.path.join(FULL_TEXT), format!("{FULL_TEXT}/"))]
        {
            for entry in fs::read_dir(&folder).map_err(io("list", &folder))? {
                let entry = entry.map_err(io("list", &folder))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = entry.path();
                if name.starts_with('.') || path.is_dir() {
                    continue;
                }
                let bytes = fs::read(&path).map_err(io("read", &path))?;
                fs::File::open(&path).and_then(|file| file.sync_all()).map_err(io("write", &path))?;
                files.push(ManifestFile {
                    path: format!("{prefix}{name}"),
                    bytes: bytes.len() as u64,
                    checksum: checksum(&bytes),
                });
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }
}

/// Removes index folders under `root` that are not the current one: leftovers of crashes and earlier generations.
/// Returns how many were removed. Blocking.
///
/// Call it when no index is being built under `root`. An index that is still open elsewhere in the process stays usable:
/// its files are held open by their mapping. Without a readable `CURRENT` nothing is removed.
pub fn sweep(root: &Path) -> Result<usize, IndexError> {
    let Some(current) = Folder::current(root)? else { return Ok(0) };
    let mut removed = 0;
    for entry in fs::read_dir(root).map_err(io("list", root))? {
        let path = entry.map_err(io("list", root))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if is_folder_name(&name) && name != current.name && path.is_dir() {
            fs::remove_dir_all(&path).map_err(io("remove", &path))?;
            removed += 1;
        } else if name.starts_with("CURRENT.") && name.ends_with(".tmp") {
            fs::remove_file(&path).map_err(io("remove", &path))?;
        }
    }
    Ok(removed)
}

/// `generation-suffix`, both plain numbers: nothing else is ever followed or removed.
fn is_folder_name(name: &str) -> bool {
    let is_number = |part: &str| (1..=20).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    name.split_once('-').is_some_and(|(generation, suffix)| is_number(generation) && is_number(suffix))
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), IndexError> {
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(io("write", path))
}

/// Forces the folder's list of names to the disk, where the system can do that.
fn sync_folder(path: &Path) -> Result<(), IndexError> {
    if cfg!(unix) {
        fs::File::open(path).and_then(|folder| folder.sync_all()).map_err(io("write", path))?;
    }
    Ok(())
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> IndexError {
    let path = path.to_owned();
    move |source| IndexError::Io { action, path, source }
}
