//! A PostgreSQL server for tests: the one that `PORTAVOZ_TEST_POSTGRES` names, otherwise a throw-away cluster made
//! with the binaries of Debian's packages.
//!
//! Needs only `std`, so that any crate's tests can take it in by `#[path]`. Start with [`fresh_url`].
//!
//! The cluster is kept by a shell that reads from this process's pipe: when the process ends, however it ends, the
//! pipe closes, and the shell stops the server (by the process id in its own data folder) and removes the folder.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up fails")]
#![allow(clippy::print_stderr, reason = "says why tests are skipped")]
#![allow(clippy::disallowed_methods, reason = "tests are told by the environment")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs `$1`'s binaries on a data folder in `$2`. PostgreSQL refuses to run as root, so root becomes `postgres`.
/// The locale sorts as people do, which shows where an ORDER BY relies on it.
const KEEP_CLUSTER: &str = r#"
    bin=$1 folder=$2 as=
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$folder"
        as='setpriv --reuid=postgres --regid=postgres --init-groups'
    fi
    stop() {
        $as "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
        rm -rf "$folder"
    }
    trap stop EXIT
    trap 'exit 1' INT TERM HUP
    cd "$folder"
    $as "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-sync \
        --locale=C.UTF-8 --locale-provider=icu --icu-locale=es >&2 || exit 1
    cat >>"$folder/data/postgresql.conf" <<CONFIGURATION
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 500
shared_buffers = 32MB
fsync = off
full_page_writes = off
synchronous_commit = off
CONFIGURATION
    $as "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w start >/dev/null || {
        cat "$folder/server.log" >&2
        exit 1
    }
    echo ready
    cat >/dev/null
"#;

/// The address of a schema that nothing has used yet. `None`, with a notice, if there is no PostgreSQL here; where
/// `CI` is set that is a failure.
pub fn fresh_url() -> Option<String> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("test_{}_{number}", std::process::id());
    server_url().map(|url| {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options=-csearch_path%3D{schema}")
    })
}

fn server_url() -> Option<&'static str> {
    static SERVER: OnceLock<Option<(String, Option<Child>)>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        if let Ok(url) = std::env::var("PORTAVOZ_TEST_POSTGRES") {
            return Some((url, None));
        }
        let Some(binaries) = newest_binaries() else {
            let missing = "neither `PORTAVOZ_TEST_POSTGRES` nor /usr/lib/postgresql/*/bin/initdb is there";
            assert!(std::env::var_os("CI").is_none(), "{missing}");
            eprintln!("skipped on PostgreSQL: {missing}");
            return None;
        };
        let (url, keeper) = start_cluster(&binaries);
        Some((url, Some(keeper)))
    });
    server.as_ref().map(|(url, _)| url.as_str())
}

/// Where Debian puts the binaries of the newest version that is installed.
fn newest_binaries() -> Option<PathBuf> {
    std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
            let binaries = path.join("bin");
            binaries.join("initdb").exists().then_some((version, binaries))
        })
        .max()
        .map(|(_, binaries)| binaries)
}

fn start_cluster(binaries: &Path) -> (String, Child) {
    // Short, because the path of a Unix socket may have 107 bytes.
    let folder = std::env::temp_dir().join(format!("portavoz-postgres-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let log = std::fs::File::create(folder.join("initdb.log")).unwrap();
    let mut keeper = Command::new("sh")
        .args(["-c", KEEP_CLUSTER, "keep-cluster"])
        .args([binaries, &folder])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let log = || std::fs::read_to_string(folder.join("initdb.log")).unwrap_or_default();
    assert_eq!(line, "ready\n", "no PostgreSQL cluster could be started: {}", log());
    (format!("postgres:///postgres?user=postgres&host={}", folder.display()), keeper)
}
