//! Word tables: short lists of folded words and beginnings of words, looked up by hash.
//!
//! Start at [`WordTable::of`].

use std::collections::HashMap;

/// Words and beginnings of words, each with a value.
#[derive(Debug, Clone)]
pub(crate) struct WordTable<V> {
    words: HashMap<&'static str, V>,
    beginnings: HashMap<&'static str, V>,
}

impl<V: Copy> WordTable<V> {
    /// Reads rows of words parted by white space; a `*` at the end makes a word a beginning. Of a repeated word the
    /// first row counts.
    pub fn of(rows: impl IntoIterator<Item = (V, &'static str)>) -> Self {
        let mut table = Self { words: HashMap::new(), beginnings: HashMap::new() };
        for (value, row) in rows {
            for entry in row.split_whitespace() {
                match entry.strip_suffix('*') {
                    Some(beginning) => table.beginnings.entry(beginning).or_insert(value),
                    None => table.words.entry(entry).or_insert(value),
                };
            }
        }
        table
    }

    /// The value of a folded word: its own, or that of its longest listed beginning.
    pub fn find(&self, folded: &str) -> Option<V> {
        let beginnings = || {
            let ends = folded.char_indices().map(|(at, character)| at + character.len_utf8()).rev();
            ends.filter_map(|end| folded.get(..end)).find_map(|beginning| self.beginnings.get(beginning))
        };
        self.words.get(folded).or_else(beginnings).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::WordTable;

    #[test]
    fn whole_words_win_over_beginnings_and_longer_beginnings_over_shorter() {
        let table = WordTable::of([(1, "pro* projected"), (2, "proj* año*"), (3, "pro*")]);
        for (word, value) in [
            ("prosa", Some(1)),
            ("project", Some(2)),
            ("projected", Some(1)),
            ("años", Some(2)),
            ("pr", None),
            ("", None),
        ] {
            assert_eq!(table.find(word), value, "{word}");
        }
    }
}
