//! A sentence of an answer against the sources: where each of its words stands there, in whatever language.

use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::ngrams::Trigrams;
use portavoz_text::stem::stem;

use super::index::{Index, Posting, beginning};
use super::lists;
use super::reading::{Reading, Token, read};

/// What a synonym, a translation and a lookalike are worth beside the word itself.
const SYNONYM: f32 = 0.75;
const TRANSLATION: f32 = 0.9;
const LOOKALIKE: f32 = 0.85;
/// From this overlap on, words of one language are spellings of one word, and words of two are kin.
const SLIP: f32 = 0.75;
const KIN: f32 = 0.5;

/// A word of the sources that says what a word of the answer says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub(super) at: Posting,
    /// 0..=1: how much it is the same word.
    pub(super) worth: f32,
}

/// A sentence of an answer, its words looked up.
pub(super) struct Said {
    pub(super) reading: Reading,
    /// Per word: where it stands, by unit.
    pub(super) hits: Vec<Vec<Hit>>,
    /// Per word: the numbers of the stems that say the same.
    pub(super) stems: Vec<Vec<u32>>,
    /// Per word: how much it tells; stop words tell nothing.
    pub(super) weights: Vec<f32>,
}

/// Looks up the words of `text`, a part of an answer.
pub(super) fn look_up(text: &str, language: Language, index: &Index) -> Said {
    let is_alone = index.languages.len() == 1 && index.languages.contains(language);
    look_up_from(text, language, index, if is_alone { SLIP } else { KIN })
}

/// Looks up the words of a question, which proves nothing: any word that looks alike will do.
pub(super) fn look_up_question(text: &str, language: Language, index: &Index) -> Said {
    look_up_from(text, language, index, KIN)
}

fn look_up_from(text: &str, language: Language, index: &Index, alike_from: f32) -> Said {
    let reading = read(text, language);
    let hits: Vec<Vec<Hit>> = reading.tokens.iter().map(|token| hits(token, language, index, alike_from)).collect();
    let weights = reading.tokens.iter().zip(&hits).map(|(token, hits)| weight(token, hits, index)).collect();
    let stems = hits.iter().map(|hits| stems(hits, index)).collect();
    Said { reading, hits, stems, weights }
}

fn stems(hits: &[Hit], index: &Index) -> Vec<u32> {
    let mut stems: Vec<u32> =
        hits.iter().filter_map(|hit| index.units.get(hit.at.unit)?.stems.get(hit.at.index).copied()).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

fn weight(token: &Token, hits: &[Hit], index: &Index) -> f32 {
    if token.is_stop {
        return 0.0;
    }
    let mut units = hits.iter().map(|hit| hit.at.unit).collect::<Vec<_>>();
    units.dedup();
    1.0 + ((index.units.len() + 1) as f32 / (units.len() + 1) as f32).ln()
}

fn hits(token: &Token, language: Language, index: &Index, alike_from: f32) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    let mut add = |postings: &[Posting], worth: f32| {
        found.extend(postings.iter().map(|at| Hit { at: *at, worth }));
    };
    add(index.surfaces.find(&token.folded), 1.0);
    if token.is_stop {
        return found;
    }
    add(index.stems.find(&token.stem), 1.0);
    if token.is_value {
        return tidy(found);
    }
    for alias in lists::names().alias.get(token.folded.as_str()).into_iter().flatten() {
        add(index.surfaces.find(alias), 1.0);
    }
    for to in Language::ALL.into_iter().filter(|to| index.languages.contains(*to)) {
        let worth = if to == language { SYNONYM } else { TRANSLATION };
        for other in lexicon::translations(&token.stem, language, to) {
            add(index.stems.find(other), worth);
        }
    }
    if found.is_empty() {
        for to in Language::ALL.into_iter().filter(|to| *to != language && index.languages.contains(*to)) {
            let kin = index.stems.find(&stem(&token.folded, to));
            found.extend(kin.iter().map(|at| Hit { at: *at, worth: TRANSLATION }));
        }
    }
    if found.is_empty() {
        lookalikes(token, index, alike_from, &mut found);
    }
    tidy(found)
}

/// One hit a place, the best one, in the order of the units.
fn tidy(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by(|one, other| one.at.cmp(&other.at).then(other.worth.total_cmp(&one.worth)));
    hits.dedup_by_key(|hit| hit.at);
    hits
}

fn lookalikes(token: &Token, index: &Index, from: f32, found: &mut Vec<Hit>) {
    let is_word = token.folded.len() >= 5 && token.folded.chars().all(char::is_alphabetic);
    let Some(beginning) = beginning(&token.folded).filter(|_| is_word) else { return };
    let Some(candidates) = index.lookalikes.get(&beginning) else { return };
    let trigrams = Trigrams::of(&token.folded);
    for candidate in candidates.iter().filter(|candidate| candidate.folded.len().abs_diff(token.folded.len()) <= 4) {
        let overlap = trigrams.overlap(&candidate.trigrams);
        if overlap >= from {
            let worth = (LOOKALIKE * (0.5 + overlap / 2.0)).min(LOOKALIKE);
            found.extend(index.surfaces.find(&candidate.folded).iter().map(|at| Hit { at: *at, worth }));
        }
    }
}

/// The hits that lie in `unit`.
pub(super) fn within(hits: &[Hit], unit: usize) -> &[Hit] {
    let start = hits.partition_point(|hit| hit.at.unit < unit);
    let rest = hits.get(start..).unwrap_or_default();
    let end = rest.partition_point(|hit| hit.at.unit == unit);
    rest.get(..end).unwrap_or_default()
}

/// What a word is worth in `unit`, or in what the unit is about.
pub(super) fn worth_in(hits: &[Hit], unit: usize, index: &Index) -> (f32, f32) {
    let best = |unit: usize| within(hits, unit).iter().map(|hit| hit.worth).fold(0.0, f32::max);
    let scope = index.units.get(unit).map_or(&[][..], |unit| &unit.scope);
    (best(unit), scope.iter().map(|unit| best(*unit)).fold(0.0, f32::max))
}
