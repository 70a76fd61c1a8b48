//! How much two passages say the same in the same words.
//!
//! Start at [`near_duplicate`].

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fold::fold;
use crate::terms::normal_form;
use crate::words::words;

/// Words in a row that are compared as one.
const SHINGLE: usize = 3;

/// Jaccard similarity of the word triples of two texts, 0..=1, spelling folded. Texts shorter than a triple are
/// compared word by word. From about 0.7 on, readers call one a copy of the other.
pub fn near_duplicate(left: &str, right: &str) -> f32 {
    let (left, right) = (folded_words(left), folded_words(right));
    let size = SHINGLE.min(left.len()).min(right.len()).max(1);
    let (left, right) = (shingles(&left, size), shingles(&right, size));
    let union = left.union(&right).count();
    if union == 0 {
        return 0.0;
    }
    left.intersection(&right).count() as f32 / union as f32
}

fn folded_words(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| fold(&normal_form(word.text))).collect()
}

fn shingles(words: &[String], size: usize) -> HashSet<u64> {
    words
        .windows(size)
        .map(|shingle| {
            let mut hasher = DefaultHasher::new();
            shingle.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::near_duplicate;

    #[test]
    fn copies_are_told_from_kin() {
        let text = "Diseñé un lago de datos con Apache Iceberg y reduje el coste mensual un 38 %.";
        for (other, range) in [
            (text, 1.0..=1.0),
            ("diseñe un lago de datos con apache iceberg, y reduje el coste mensual un 38%", 0.99..=1.0),
            ("Diseñé un lago de datos con Apache Iceberg y bajé el coste mensual un 38 %.", 0.5..=0.9),
            ("Migré catorce servicios de PHP a Go.", 0.0..=0.0),
            ("", 0.0..=0.0),
        ] {
            let similarity = near_duplicate(text, other);
            assert!(range.contains(&similarity), "{other}: {similarity}");
        }
        assert!((near_duplicate("Python", "python") - 1.0).abs() < f32::EPSILON);
    }
}
