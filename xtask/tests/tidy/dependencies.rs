//! Dependencies that nobody uses cost every build. Each must be named in the sources of the package that lists it.

use serde_json::Value;

use crate::tree::{File, assert_none, files, members, root_toml, words};

/// Listed without being named: package, dependency, and why.
const ALLOWED: [(&str, &str, &str); 0] = [];

/// True if a file names the crate: `use serde_json::Value`, `serde_json::json!`, `#[serde(...)]`.
fn names_crate(file: &File, crate_name: &str) -> bool {
    file.lines().any(|(_, line)| line.contains(crate_name) && words(line).any(|word| word == crate_name))
}

/// The folder of a package from the root, such as `crates/app`.
fn folder(package: &Value) -> Option<&str> {
    let manifest = package["manifest_path"].as_str()?.strip_suffix("/Cargo.toml")?;
    let start = manifest.rfind("/crates/").map_or_else(|| manifest.rfind('/'), Some)?;
    manifest.get(start + 1..)
}

fn unused(package: &Value) -> Option<Vec<String>> {
    let (name, folder) = (package["name"].as_str()?, folder(package)?);
    let prefix = format!("{folder}/");
    let sources: Vec<&File> =
        files().iter().filter(|file| file.path.starts_with(&prefix) && file.is(&["rs", "html"])).collect();
    let is_named = |dependency: &str| {
        let crate_name = dependency.replace('-', "_");
        sources.iter().any(|file| names_crate(file, &crate_name))
    };
    let allowed = |dependency: &str| ALLOWED.iter().any(|(user, used, _)| *user == name && *used == dependency);
    let unused = package["dependencies"]
        .as_array()?
        .iter()
        .filter_map(|dependency| dependency["rename"].as_str().or(dependency["name"].as_str()))
        .filter(|dependency| !is_named(dependency) && !allowed(dependency))
        .map(|dependency| format!("{folder}/Cargo.toml: `{dependency}` is not used"));
    Some(unused.collect())
}

#[test]
fn every_dependency_is_used() {
    assert_none(&members().filter_map(unused).flatten().collect::<Vec<_>>());
}

#[test]
fn every_dependency_of_the_workspace_has_a_user() {
    let root = root_toml("Cargo.toml");
    let listed = root["workspace"]["dependencies"].as_table().expect("the workspace lists dependencies");
    let complaints: Vec<String> = listed
        .keys()
        .filter(|name| {
            let mut manifests = files().iter().filter(|file| file.path.ends_with("/Cargo.toml"));
            !manifests.any(|file| {
                let (inherited, detailed) = (format!("{name}.workspace"), format!("{name} = {{ workspace"));
                file.lines().any(|(_, line)| line.starts_with(&inherited) || line.starts_with(&detailed))
            })
        })
        .map(|name| format!("Cargo.toml: no crate uses `{name}`"))
        .collect();
    assert_none(&complaints);
}

#[test]
fn a_crate_is_named_as_a_whole_word() {
    let file = File::new("crates/app/src/a.rs", "use serde_json::Value;\n");
    assert!(names_crate(&file, "serde_json"));
    assert!(!names_crate(&file, "serde"));
}
