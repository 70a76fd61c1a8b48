//! What was not read, sorted so that real problems stand out: the images and style sheets of a site share one line.
//!
//! For people only; programs get the whole list. Start at [`sort`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use portavoz_app::ingest::is_other_kind;
use portavoz_domain::document::Problem;

use crate::output::counted;

/// The problems worth a line each, and one line for all files that nobody expects to be read, if there are any:
/// `12 files of other kinds: .png, .css`, the most frequent first.
pub fn sort<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> (Vec<&'a Problem>, Option<String>) {
    let (other, worth_a_line): (Vec<&Problem>, Vec<&Problem>) =
        problems.into_iter().partition(|&problem| is_other_kind(problem));
    let mut extensions: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &other {
        let extension = problem.document.as_str().rsplit('.').next().unwrap_or_default().to_lowercase();
        *extensions.entry(format!(".{extension}")).or_default() += 1;
    }
    let mut extensions: Vec<(String, usize)> = extensions.into_iter().collect();
    extensions.sort_by_key(|(_, count)| Reverse(*count));
    let kinds: Vec<String> = extensions.into_iter().map(|(extension, _)| extension).collect();
    let line = match other.len() {
        0 => None,
        1 => Some(format!("1 file of another kind: {}", kinds.join(", "))),
        files => Some(format!("{} of other kinds: {}", counted(files, "file"), kinds.join(", "))),
    };
    (worth_a_line, line)
}
