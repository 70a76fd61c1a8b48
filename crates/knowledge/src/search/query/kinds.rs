//! Kinds: what a question wants beyond its words, and the words that are of that kind.
//!
//! "Which river ...?" wants a name although no question word says so; "two" is a number, "July" a date. Both are read
//! off the lexicon. Start at [`wanted`] and [`words_of_kind`].

use std::sync::OnceLock;

use portavoz_domain::question::Wants;
use portavoz_text::language::Language;
use portavoz_text::lexicon::{self, Concept};

use crate::analysis::expressions;

/// Families of meaning whose members have names, by their first word.
const NAMED: &[&str] = &[
    "city",
    "village",
    "country",
    "province",
    "river",
    "lake",
    "sea",
    "island",
    "mountain",
    "company",
    "business",
    "person",
    "king",
    "queen",
    "prince",
    "emperor",
    "president",
    "minister",
    "pope",
    "team",
    "coach",
    "game",
    "actor",
    "director",
    "write",
    "artist",
    "art",
    "music",
    "band",
    "album",
    "book",
    "newspaper",
    "school",
    "university",
    "client",
    "organization",
    "party",
    "god",
    "church",
    "priest",
    "philosophy",
    "physics",
    "airport",
    "street",
    "language",
    "tribe",
    "dynasty",
    "ship",
    "sport",
    "festival",
    "stadium",
    "television",
    "noble",
    "pilot",
];

/// Families of number words, by their first word.
const NUMBERS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "dozen", "hundred", "thousand",
    "million", "billion", "half", "third", "quarter", "double",
];

/// Families of words that date something, by their first word.
const DATES: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "friday",
    "sunday",
    "hundred",
    "spring",
    "summer",
    "autumn",
    "winter",
    "year",
];

/// What a question wants whose question words leave it open: a name, if it asks for a thing that has one.
pub(super) fn wanted(wants: Wants, mut first: impl Iterator<Item = Concept>) -> Wants {
    let is_named = wants == Wants::Open && first.any(|meaning| is_in(NAMED, meaning));
    if is_named { Wants::Name } else { wants }
}

/// Stems in `language` that are themselves of the kind that is wanted.
pub(super) fn words_of_kind(wants: Wants, language: Language) -> &'static [&'static str] {
    static TABLES: [[OnceLock<Vec<&'static str>>; 7]; 2] = [const { [const { OnceLock::new() }; 7] }; 2];
    let [numbers, dates] = &TABLES;
    let (table, families) = match wants {
        Wants::Figure | Wants::Duration => (numbers, NUMBERS),
        Wants::Date => (dates, DATES),
        _ => return &[],
    };
    table.get(language.index()).map_or(&[], |cell| cell.get_or_init(|| words_of(families, language)))
}

fn words_of(families: &[&str], language: Language) -> Vec<&'static str> {
    let meanings = lexicon::all().filter(|meaning| is_in(families, meaning));
    let expressions = meanings.flat_map(|meaning| expressions::of_concept(meaning, language));
    expressions
        .filter_map(|expression| if let [word] = expression.as_slice() { Some(word.as_str()) } else { None })
        .collect()
}

fn is_in(families: &[&str], meaning: Concept) -> bool {
    meaning.split(' ').next().is_some_and(|first| families.contains(&first))
}
