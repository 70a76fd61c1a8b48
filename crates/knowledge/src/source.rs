//! The owner's folder: which files are there, and whether they changed.
//!
//! Finds files and hashes them; reading them is [`crate::readers`]. Start at [`scan`].

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use portavoz_domain::document::Problem;
use portavoz_domain::ids::DocumentId;
use sha2::{Digest, Sha256};

use crate::readers::{EXTENSIONS, READER_VERSION};

/// A megabyte, here as in the configuration and in every message.
pub(crate) const MEGABYTE: usize = 1_000_000;
/// Files above this size are named and skipped.
pub const DEFAULT_MAX_BYTES: usize = 20 * MEGABYTE;
/// Folders inside folders; links are checked, so deeper ones are mistakes.
const MAX_DEPTH: usize = 32;

/// Bounds of a scan.
#[derive(Debug, Clone, Copy)]
pub struct ScanLimits {
    /// Largest file that is read.
    pub max_bytes: usize,
    /// Most files that are taken; the rest is named in one problem.
    pub max_files: usize,
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self { max_bytes: DEFAULT_MAX_BYTES, max_files: 20_000 }
    }
}

/// A file that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path in the folder, with `/` between folders.
    pub id: DocumentId,
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes_len: u64,
    /// SHA-256 over the version of the readers and the bytes: equal hashes mean equal documents.
    pub hash: [u8; 32],
}

/// What is in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// Files to read, by id.
    pub files: Vec<SourceFile>,
    /// Files that cannot be read, with the cause.
    pub problems: Vec<Problem>,
}

/// The folder as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// There is nothing at the path.
    #[error("folder `{0}` does not exist")]
    Missing(PathBuf),
    /// There is a file at the path.
    #[error("`{0}` is a file, not a folder")]
    NotAFolder(PathBuf),
    /// The system refuses.
    #[error("folder `{folder}` cannot be read")]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// Lists and hashes the files below `folder`, sorted by id. Hidden files, editors' temporaries and the folders of
/// package tools are passed over; links are followed only inside the folder.
pub fn scan(folder: &Path, limits: &ScanLimits) -> Result<Scan, ScanError> {
    let unreadable = |source: io::Error| ScanError::Unreadable { folder: folder.to_owned(), source };
    let about = fs::metadata(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ScanError::Missing(folder.to_owned()),
        _ => unreadable(error),
    })?;
    if !about.is_dir() {
        return Err(ScanError::NotAFolder(folder.to_owned()));
    }
    let root = folder.canonicalize().map_err(unreadable)?;
    fs::read_dir(&root).map_err(unreadable)?;
    let mut walk = Walk { root: &root, limits, scan: Scan::default(), seen: HashSet::new(), dropped: 0 };
    walk.folder(&root, "", 0);
    let Walk { mut scan, dropped, .. } = walk;
    if dropped > 0 {
        let cause = format!("holds {dropped} files more than the {} that are read", limits.max_files);
        scan.problems.push(Problem { document: DocumentId::new(folder.display().to_string()), cause, skipped: true });
    }
    scan.files.sort_by(|a, b| a.id.cmp(&b.id));
    scan.problems.sort_by(|a, b| a.document.cmp(&b.document));
    Ok(scan)
}

/// The cause for a file above the limit.
pub(crate) fn too_large(max_bytes: usize) -> String {
    format!("is larger than {} MB", max_bytes / MEGABYTE)
}

struct Walk<'a> {
    root: &'a Path,
    limits: &'a ScanLimits,
    scan: Scan,
    /// Folders that were entered, by their real path: links can make circles.
    seen: HashSet<PathBuf>,
    dropped: usize,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) {
        let Ok(real) = folder.canonicalize() else { return };
        if depth > MAX_DEPTH || !self.seen.insert(real) {
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problem(prefix, format!("cannot be opened: {error}")),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let Some(name) = path.file_name() else { continue };
            let Some(name) = name.to_str() else {
                self.problem(
                    &format!("{prefix}{}", name.to_string_lossy()),
                    "has a name that is not Unicode".to_owned(),
                );
                continue;
            };
            if is_ignored(name) {
                continue;
            }
            let id = format!("{prefix}{name}");
            match path.canonicalize() {
                Ok(real) if !real.starts_with(self.root) => self.problem(&id, "is a link out of the folder".to_owned()),
                Ok(real) if real.is_dir() => self.folder(&path, &format!("{id}/"), depth + 1),
                Ok(_) => self.file(&path, &id),
                Err(error) => self.problem(&id, format!("cannot be opened: {error}")),
            }
        }
    }

    fn file(&mut self, path: &Path, id: &str) {
        if let Some(cause) = refused_by_name(id) {
            return self.problem(id, cause);
        }
        if self.scan.files.len() >= self.limits.max_files {
            self.dropped += 1;
            return;
        }
        match hash(path, self.limits.max_bytes) {
            Ok(Some((bytes_len, hash))) => {
                let id = DocumentId::new(id);
                self.scan.files.push(SourceFile { id, path: path.to_owned(), bytes_len, hash });
            }
            Ok(None) => self.problem(id, too_large(self.limits.max_bytes)),
            Err(error) => self.problem(id, format!("cannot be opened: {error}")),
        }
    }

    fn problem(&mut self, id: &str, cause: String) {
        let document = DocumentId::new(id.trim_end_matches('/'));
        self.scan.problems.push(Problem { document, cause, skipped: true });
    }
}

/// Size and hash of a file; `None` above the limit. Only regular files: a pipe would never end.
fn hash(path: &Path, max_bytes: usize) -> io::Result<Option<(u64, [u8; 32])>> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    if about.len() > limit {
        return Ok(None);
    }
    let mut hasher = Sha256::new();
    hasher.update(READER_VERSION.to_le_bytes());
    let mut file = File::open(path)?.take(limit.saturating_add(1));
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes_len = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        bytes_len += count as u64;
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
    // It may have grown since its size was asked for.
    Ok((bytes_len <= limit).then(|| (bytes_len, hasher.finalize().into())))
}

/// Causes of files that nobody expects to be read: a site's own folder is full of them.
const IMAGE: &str = "is an image; images are not read";
const ASSET: &str = "belongs to a site's design and is not read";

/// Whether a file was passed over only because it is an image or belongs to a site's design: true of every folder that
/// holds a site, so no reason to look at it. Files that are an image in spite of their name are not meant.
pub fn is_other_kind(problem: &Problem) -> bool {
    let cause = refused_by_name(problem.document.as_str());
    cause.is_some_and(|cause| cause == problem.cause && (cause == IMAGE || cause == ASSET))
}

/// Names that are nobody's document.
fn is_ignored(name: &str) -> bool {
    let lower = name.to_lowercase();
    name.starts_with(['.', '#'])
        || name.starts_with("~$")
        || name.ends_with('~')
        || [".swp", ".swo", ".tmp", ".part", ".crdownload", ".bak"].iter().any(|end| lower.ends_with(end))
        || matches!(lower.as_str(), "4913" | "node_modules" | "__pycache__" | "thumbs.db" | "desktop.ini")
}

/// The cause why a file of this name is not read.
fn refused_by_name(id: &str) -> Option<String> {
    const IMAGES: &[&str] = &["png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "ico", "bmp", "tif", "tiff", "heic"];
    const ASSETS: &[&str] = &[
        "css", "scss", "js", "mjs", "ts", "map", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "webm", "mov",
        "wav",
    ];
    let name = id.rsplit('/').next().unwrap_or_default();
    let Some((_, extension)) = name.rsplit_once('.') else {
        return Some("has no extension that says what it is".to_owned());
    };
    let extension = extension.to_lowercase();
    if EXTENSIONS.contains(&extension.as_str()) {
        None
    } else if IMAGES.contains(&extension.as_str()) {
        Some(IMAGE.to_owned())
    } else if ASSETS.contains(&extension.as_str()) {
        Some(ASSET.to_owned())
    } else if matches!(extension.as_str(), "doc" | "odt" | "rtf" | "pages") {
        Some(format!("is a `.{extension}` document; save it as DOCX or PDF"))
    } else {
        Some(format!("has the extension `.{extension}`, which has no reader"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn ids(scan: &Scan) -> Vec<&str> {
        scan.files.iter().map(|file| file.id.as_str()).collect()
    }

    #[test]
    fn files_are_listed_sorted_and_the_rest_is_named_or_passed_over() {
        let files = [
            ("b.md", "b"),
            ("a/z.txt", "z"),
            ("a/.git/x.md", "x"),
            (".oculto.md", "x"),
            ("c.md~", "x"),
            ("~$cv.docx", "x"),
            ("foto.PNG", "x"),
            ("datos.xyz", "x"),
            ("viejo.doc", "x"),
            ("LEEME", "x"),
            ("site.css", "x"),
        ];
        let folder = folder(&files);
        let scan = scan(folder.path(), &ScanLimits::default()).unwrap();
        assert_eq!(ids(&scan), ["a/z.txt", "b.md"]);
        let problems: Vec<String> =
            scan.problems.iter().map(|problem| format!("{} {}", problem.document, problem.cause)).collect();
        assert_eq!(
            problems,
            [
                "LEEME has no extension that says what it is",
                "datos.xyz has the extension `.xyz`, which has no reader",
                "foto.PNG is an image; images are not read",
                "site.css belongs to a site's design and is not read",
                "viejo.doc is a `.doc` document; save it as DOCX or PDF",
            ]
        );
        let other: Vec<&str> =
            scan.problems.iter().filter(|&it| is_other_kind(it)).map(|it| it.document.as_str()).collect();
        assert_eq!(other, ["foto.PNG", "site.css"]);
    }

    #[test]
    fn an_image_under_a_documents_name_is_no_file_of_another_kind() {
        let problem = |name: &str| Problem { document: DocumentId::new(name), cause: IMAGE.to_owned(), skipped: true };
        assert!(is_other_kind(&problem("foto.png")) && !is_other_kind(&problem("cv.md")));
    }

    #[test]
    fn sizes_are_told_in_the_megabytes_of_the_configuration() {
        assert_eq!(too_large(20_000_000), "is larger than 20 MB");
        assert_eq!(too_large(DEFAULT_MAX_BYTES), "is larger than 20 MB");
    }

    #[test]
    fn the_hash_changes_with_the_content_only() {
        let folder = folder(&[("a.md", "uno"), ("b.md", "uno")]);
        let first = scan(folder.path(), &ScanLimits::default()).unwrap();
        assert_eq!(first, scan(folder.path(), &ScanLimits::default()).unwrap());
        assert_eq!(first.files.first().unwrap().hash, first.files.last().unwrap().hash);
        fs::write(folder.path().join("a.md"), "dos").unwrap();
        let second = scan(folder.path(), &ScanLimits::default()).unwrap();
        assert_ne!(first.files.first().unwrap().hash, second.files.first().unwrap().hash);
    }

    #[test]
    fn large_files_and_too_many_files_are_named() {
        let folder = folder(&[("a.md", &"x".repeat(2_000_000)), ("b.md", "b"), ("c.md", "c")]);
        let scan = scan(folder.path(), &ScanLimits { max_bytes: 1_000_000, max_files: 1 }).unwrap();
        assert_eq!(ids(&scan), ["b.md"]);
        let causes: Vec<&str> = scan.problems.iter().map(|problem| problem.cause.as_str()).collect();
        assert_eq!(causes, ["holds 1 files more than the 1 that are read", "is larger than 1 MB"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_the_folder_only_and_circles_end() {
        let outside = folder(&[("secreto.md", "x")]);
        let inside = folder(&[("a/uno.md", "1")]);
        std::os::unix::fs::symlink(outside.path(), inside.path().join("fuera")).unwrap();
        std::os::unix::fs::symlink(inside.path(), inside.path().join("a/circulo")).unwrap();
        let scan = scan(inside.path(), &ScanLimits::default()).unwrap();
        assert_eq!(ids(&scan), ["a/uno.md"]);
        assert_eq!(scan.problems.first().unwrap().cause, "is a link out of the folder");
    }

    #[test]
    fn a_folder_that_is_none_is_an_error() {
        let folder = folder(&[("a.md", "x")]);
        let at = |name: &str| scan(&folder.path().join(name), &ScanLimits::default());
        assert!(matches!(at("nada"), Err(ScanError::Missing(_))));
        assert!(matches!(at("a.md"), Err(ScanError::NotAFolder(_))));
    }
}
