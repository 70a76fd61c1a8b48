//! A folder whose edits are told, also after another one took its place.
//!
//! The operating system watches a folder itself, not its path: deployments that rename, remove and copy, or switch a
//! link leave it watching what nobody sees any more. So the path is looked at now and then. Start at [`FollowedFolder`].

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use notify::event::ModifyKind;
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// Between two looks at the folder, where the system does not tell.
const POLL: Duration = Duration::from_secs(2);

/// A path whose folder, whichever it is at the time, is watched.
pub struct FollowedFolder {
    path: PathBuf,
    edits: mpsc::Sender<()>,
    /// The folder that is watched; `None` while there is none.
    watched: Option<Identity>,
    /// Set by the system's word that the watched folder was removed or renamed: where a file system numbers a new
    /// folder as the old one, this is the only sign.
    lost: Arc<AtomicBool>,
    /// Tells as long as it lives; `None` if the folder cannot be watched.
    watcher: Option<Box<dyn Watcher + Send>>,
}

impl FollowedFolder {
    /// Watches the folder at `path`, which need not exist yet. Every edit sends a word; a full channel holds it already.
    pub fn new(path: &Path, edits: mpsc::Sender<()>) -> Self {
        // The system's words carry absolute paths. Without a working folder nothing could be watched anyway.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut followed = Self { path, edits, watched: None, lost: Arc::default(), watcher: None };
        followed.arm();
        followed
    }

    /// Watches the folder that is at the path now, if it is not the watched one. True if it is there and new.
    pub fn follow_replacement(&mut self) -> bool {
        if Identity::of(&self.path) == self.watched && !self.lost.load(Ordering::Relaxed) {
            return false;
        }
        self.arm();
        self.watched.is_some()
    }

    fn arm(&mut self) {
        // The flag of the old watcher may still be set by words on their way.
        self.lost = Arc::default();
        self.watcher = None;
        // Looked at first: if it is replaced in between, the next look sees another one.
        self.watched = Identity::of(&self.path);
        if self.watched.is_some() {
            self.watcher = watch(&self.path, &self.edits, &self.lost);
        }
    }
}

/// Tells a folder from another one at the same path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    inode: (u64, u64),
    /// Numbers are given again to new folders; `None` where the file system does not keep it.
    created: Option<SystemTime>,
}

impl Identity {
    /// `None` if there is no folder at the path.
    fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok().filter(fs::Metadata::is_dir)?;
        Some(Self {
            #[cfg(unix)]
            inode: (std::os::unix::fs::MetadataExt::dev(&about), std::os::unix::fs::MetadataExt::ino(&about)),
            created: about.created().ok(),
        })
    }
}

/// Sends a word for every edit; `None` if the folder cannot be watched at all, which is logged.
fn watch(folder: &Path, edits: &mpsc::Sender<()>, lost: &Arc<AtomicBool>) -> Option<Box<dyn Watcher + Send>> {
    let told = {
        let (folder, edits, lost) = (folder.to_owned(), edits.clone(), Arc::clone(lost));
        move |event: notify::Result<Event>| {
            // Reading a file is an event too, and an ingest reads every file: it must not call for the next one.
            let Some(event) = event.ok().filter(|event| !event.kind.is_access()) else { return };
            let goes = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
            if goes && event.paths.contains(&folder) {
                lost.store(true, Ordering::Relaxed);
            }
            // A full channel already holds the word that something changed.
            let _ = edits.try_send(());
        }
    };
    let native = RecommendedWatcher::new(told.clone(), Config::default()).and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(Box::new(watcher) as Box<dyn Watcher + Send>)
    });
    let watcher = native.or_else(|error| {
        tracing::info!(%error, "the system does not tell of edits: the folder is looked at every {POLL:?}");
        let mut watcher = PollWatcher::new(told, Config::default().with_poll_interval(POLL))?;
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok::<_, notify::Error>(Box::new(watcher) as Box<dyn Watcher + Send>)
    });
    watcher.inspect_err(|error| tracing::warn!(%error, "the folder `{}` is not watched", folder.display())).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_folder_is_watched_anew_exactly_when_another_one_is_in_its_place() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("knowledge");
        let (sender, _edits) = mpsc::channel(1);
        let mut followed = FollowedFolder::new(&path, sender);
        assert!(!followed.follow_replacement(), "there is none yet");
        fs::create_dir(&path).unwrap();
        assert!(followed.follow_replacement());
        assert!(!followed.follow_replacement(), "the same still");

        fs::write(path.join("a.md"), "a").unwrap();
        assert!(!followed.follow_replacement(), "edits make no other folder of it");

        // The old one is kept, so that its number cannot be given again.
        fs::rename(&path, parent.path().join("old")).unwrap();
        assert!(!followed.follow_replacement(), "gone, and nothing in its place");
        fs::create_dir(&path).unwrap();
        assert!(followed.follow_replacement());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_elsewhere_is_followed() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("knowledge");
        for release in ["one", "two"] {
            fs::create_dir(parent.path().join(release)).unwrap();
        }
        std::os::unix::fs::symlink("one", &path).unwrap();
        let (sender, _edits) = mpsc::channel(1);
        let mut followed = FollowedFolder::new(&path, sender);
        std::os::unix::fs::symlink("two", parent.path().join("next")).unwrap();
        fs::rename(parent.path().join("next"), &path).unwrap();
        assert!(followed.follow_replacement());
        assert!(!followed.follow_replacement());
    }
}
