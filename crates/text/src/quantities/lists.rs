//! The tables of `data/quantities.txt`, with the number words that German and Italian write together.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::Measure;
use crate::language::Language;

/// The words of one language.
#[derive(Default)]
pub(super) struct Table {
    /// Words that are numbers below a thousand.
    pub(super) numbers: HashMap<String, f64>,
    /// Words that multiply what stands before them.
    pub(super) scales: HashMap<&'static str, f64>,
    /// Words that may stand between the parts of a number.
    pub(super) joints: Vec<&'static str>,
    /// Units by their words, the longest first.
    pub(super) units: Vec<(Vec<&'static str>, Measure, f64)>,
    /// Articles that mean 1 before a unit of time.
    pub(super) singles: Vec<&'static str>,
    /// Phrases before a number that make it a bound, the longest first.
    pub(super) before: Vec<(Vec<&'static str>, super::Bound)>,
    /// Phrases after a number that say "or more".
    pub(super) after: Vec<Vec<&'static str>>,
}

/// The table of `language`.
pub(super) fn table(language: Language) -> &'static Table {
    static TABLES: OnceLock<[Table; 7]> = OnceLock::new();
    static NONE: OnceLock<Table> = OnceLock::new();
    let tables = TABLES.get_or_init(read);
    tables.get(language.index()).unwrap_or_else(|| NONE.get_or_init(Table::default))
}

fn read() -> [Table; 7] {
    let mut tables: [Table; 7] = Default::default();
    for line in include_str!("../../data/quantities.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut groups = line.split('|');
        let Some((kind, tag)) = groups.next().and_then(|head| head.trim().split_once(' ')) else { continue };
        let Some(table) = Language::parse(tag).and_then(|language| tables.get_mut(language.index())) else { continue };
        for group in groups {
            let mut words = group.split_whitespace();
            let Some(value) = words.next() else { continue };
            words.for_each(|word| table.add(kind, value, word));
        }
    }
    for (language, table) in Language::ALL.into_iter().zip(&mut tables) {
        table.join_tens(language);
        table.units.sort_by_key(|(words, _, _)| std::cmp::Reverse(words.len()));
        table.before.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    tables
}

impl Table {
    fn add(&mut self, kind: &str, value: &str, word: &'static str) {
        let parts = || word.split('_').collect::<Vec<_>>();
        match kind {
            "number" => {
                self.numbers.insert(word.to_owned(), value.parse().unwrap_or_default());
            }
            "scale" => {
                self.scales.insert(word, value.parse().unwrap_or(1.0));
            }
            "joint" => self.joints.push(word),
            "single" => self.singles.push(word),
            "after" => self.after.push(parts()),
            "unit" => {
                let (measure, factor) = value.split_once('*').unwrap_or((value, "1"));
                if let Some(measure) = Measure::parse(measure) {
                    self.units.push((parts(), measure, factor.parse().unwrap_or(1.0)));
                }
            }
            _ => self.before.extend(super::Bound::parse(kind).map(|bound| (parts(), bound))),
        }
    }

    /// `dreiundzwanzig`, `ventitre`, `zweihundert`, `duecento`: what these languages write as one word.
    fn join_tens(&mut self, language: Language) {
        let of = |table: &Self, fits: &dyn Fn(f64) -> bool| -> Vec<(String, f64)> {
            table
                .numbers
                .iter()
                .filter(|(_, value)| fits(**value))
                .map(|(word, value)| (word.clone(), *value))
                .collect()
        };
        let ones = of(self, &|value| (1.0..10.0).contains(&value));
        let tens = of(self, &|value| value >= 20.0 && value % 10.0 == 0.0);
        let mut joined = Vec::new();
        match language {
            Language::De => {
                let with_one: Vec<(String, f64)> = ones.iter().cloned().chain([("ein".to_owned(), 1.0)]).collect();
                for (ten, tens_value) in &tens {
                    joined.extend(with_one.iter().map(|(one, value)| (format!("{one}und{ten}"), tens_value + value)));
                }
                joined.extend(with_one.iter().map(|(one, value)| (format!("{one}hundert"), value * 100.0)));
                joined.extend(with_one.iter().map(|(one, value)| (format!("{one}tausend"), value * 1000.0)));
            }
            Language::It => {
                let with_one: Vec<(String, f64)> = ones.iter().cloned().chain([("uno".to_owned(), 1.0)]).collect();
                for (ten, tens_value) in &tens {
                    for (one, value) in &with_one {
                        // The ten loses its vowel before the vowel of `uno` and `otto`.
                        let elided = one.starts_with(['u', 'o']);
                        let ten = if elided { ten.get(..ten.len() - 1).unwrap_or(ten) } else { ten };
                        joined.push((format!("{ten}{one}"), tens_value + value));
                    }
                }
                joined.extend(ones.iter().map(|(one, value)| (format!("{one}cento"), value * 100.0)));
                joined.extend(ones.iter().map(|(one, value)| (format!("{one}mila"), value * 1000.0)));
            }
            _ => {}
        }
        self.numbers.extend(joined);
    }
}
