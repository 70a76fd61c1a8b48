//! Files that a person can take in: at most [`LIMIT`] lines of code each.

use crate::tree::{File, assert_none, files};

/// Aim at 300; at this many, split the file.
const LIMIT: usize = 500;

/// Longer files: path, and why it is better whole. Generated files and tables of data only; logic is split.
const ALLOWED: [(&str, &str); 0] = [];

/// What people write by hand and have to read. Documents for readers may be as long as they need.
const CODE: [&str; 9] = ["rs", "js", "mjs", "ts", "css", "html", "py", "sql", "sh"];

fn too_long(file: &File, allowed: &[(&str, &str)]) -> Option<String> {
    let length = file.text.lines().count();
    let excused = allowed.iter().any(|(path, _)| *path == file.path);
    match (length > LIMIT, excused) {
        (true, false) => Some(format!("{}: {length} lines; split it at {LIMIT}", file.path)),
        (false, true) => Some(format!("{}: {length} lines need no exception any more", file.path)),
        _ => None,
    }
}

/// Third-party files and the demo portfolio are not code of ours.
fn is_ours(file: &&File) -> bool {
    file.is(&CODE) && !file.path.contains("/vendor/") && !file.path.starts_with("examples/")
}

#[test]
fn no_file_is_longer_than_the_limit() {
    let complaints: Vec<String> = files().iter().filter(is_ours).filter_map(|file| too_long(file, &ALLOWED)).collect();
    assert_none(&complaints);
}

#[test]
fn exceptions_name_files_that_exist() {
    let gone = ALLOWED.iter().filter(|(path, _)| !files().iter().any(|file| file.path == *path));
    assert_none(&gone.map(|(path, _)| format!("{path}: an exception for a file that is gone")).collect::<Vec<_>>());
}

#[test]
fn a_long_file_and_a_needless_exception_are_found() {
    let long = File::new("a.rs", &"x\n".repeat(LIMIT + 1));
    let short = File::new("a.rs", &"x\n".repeat(LIMIT));
    let exception = [("a.rs", "a table")];
    assert!(too_long(&long, &[]).is_some());
    assert!(too_long(&short, &[]).is_none());
    assert!(too_long(&long, &exception).is_none());
    assert!(too_long(&short, &exception).is_some());
}
