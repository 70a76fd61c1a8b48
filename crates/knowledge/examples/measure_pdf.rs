//! Measures the PDF reader on a folder of PDFs that have their source beside them as Markdown of the same name.
//!
//! `cargo run -p portavoz-knowledge --example measure_pdf -- FOLDER [--show]`
//! prints for each file: recall and precision of words (as multisets), order (share of neighbouring word pairs of the
//! source that are neighbours in the reading too), recall of headings, and whole (share of the source's blocks whose
//! words stand together). `--show` prints the blocks as read.
#![expect(clippy::print_stdout, reason = "a command that prints its measurements")]

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::hash::Hash;
use std::path::{Path, PathBuf};

use portavoz_domain::document::{BlockKind, Document};
use portavoz_domain::ids::DocumentId;
use portavoz_knowledge::readers::{ReadOptions, read};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("give the folder as argument")?;
    let show = arguments.iter().any(|argument| argument == "--show");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
    paths.sort();
    println!("{:28} recall precis. order heads whole", "file");
    for path in paths {
        let pdf = match document(&path) {
            Ok(pdf) => pdf,
            Err(error) => {
                println!("{error}");
                continue;
            }
        };
        if show {
            for block in &pdf.blocks {
                println!("  {:?} p{:?} | {}", block.kind, block.page, block.text);
            }
        }
        let source = path.with_extension("md");
        if source.exists() {
            measure(&path, &document(&source)?, &pdf);
        }
    }
    Ok(())
}

fn document(path: &Path) -> Result<Document, Box<dyn Error>> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let read = read(&DocumentId::new(name), &fs::read(path)?, &ReadOptions::default());
    Ok(read.map_err(|problem| format!("`{}` {}", problem.document, problem.cause))?.0)
}

fn measure(path: &Path, source: &Document, pdf: &Document) {
    let (expected, found) = (words(source), words(pdf));
    let common = overlap(&expected, &found) as f64;
    let pairs = |words: &[String]| words.windows(2).map(<[String]>::to_vec).collect::<Vec<_>>();
    // Pairs inside the source's blocks only: the order of sections is the designer's choice.
    let expected_pairs: Vec<Vec<String>> = source.blocks.iter().flat_map(|block| pairs(&split(&block.text))).collect();
    let order = overlap(&expected_pairs, &pairs(&found)) as f64 / expected_pairs.len().max(1) as f64;
    let headings = |document: &Document| -> Vec<String> {
        let is_heading = |kind: BlockKind| matches!(kind, BlockKind::Heading { .. });
        document
            .blocks
            .iter()
            .filter(|block| is_heading(block.kind))
            .map(|block| split(&block.text).join(" "))
            .collect()
    };
    let (expected_headings, found_headings) = (headings(source), headings(pdf));
    let heads = overlap(&expected_headings, &found_headings) as f64 / expected_headings.len().max(1) as f64;
    let joined = format!(" {} ", found.join(" "));
    let is_whole = |text: &str| joined.contains(&format!(" {} ", split(text).join(" ")));
    let whole =
        source.blocks.iter().filter(|block| is_whole(&block.text)).count() as f64 / source.blocks.len().max(1) as f64;
    println!(
        "{:28} {:.4} {:.4}  {order:.4} {heads:.2}  {whole:.3}   {} extra headings",
        path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default(),
        common / expected.len().max(1) as f64,
        common / found.len().max(1) as f64,
        found_headings.len() - overlap(&expected_headings, &found_headings),
    );
}

fn words(document: &Document) -> Vec<String> {
    document.blocks.iter().flat_map(|block| split(&block.text)).collect()
}

/// Words with their punctuation; `;` and `:` that table rows add are left out.
fn split(text: &str) -> Vec<String> {
    let words = text.split_whitespace().map(|word| word.trim_end_matches([';', ':']).to_owned());
    words.filter(|word| word.chars().any(char::is_alphanumeric)).collect()
}

fn overlap<T: Hash + Eq>(expected: &[T], found: &[T]) -> usize {
    let mut counts: HashMap<&T, usize> = HashMap::new();
    for item in found {
        *counts.entry(item).or_default() += 1;
    }
    let mut common = 0;
    for item in expected {
        if let Some(count) = counts.get_mut(item).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    common
}
