//! Statements: how a sentence or a whole answer is measured against the passage that it comes nearest to.
//!
//! The measures are readable one by one; what each is worth is in `data/verification/coefficients.toml`. All that tell
//! against a statement are nothing if the passage has every word of it in the same order.

use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;

use super::index::{Index, Passage, grams};
use super::lists;
use super::reading::Token;
use super::said::{Said, worth_in};
use super::score::Measures;

/// A sentence of which less is found is one that says something else.
const FOREIGN: f32 = 0.6;

/// Measures `text`, looked up as `said`.
pub(super) fn measure(text: &str, said: &Said, language: Language, index: &Index) -> Measures {
    let Some(passage) = nearest(said, index) else { return Measures::new("statement", vec![("words", 0.0)]) };
    let found = found(said, passage);
    if passage.language != language.index() {
        return translated(said, passage, &found, index);
    }
    let tokens = &said.reading.tokens;
    let subjects: Vec<usize> =
        (0..tokens.len()).filter(|at| tokens.get(*at).is_some_and(|token| !token.is_stop)).collect();
    let missed: Vec<usize> = subjects.iter().copied().filter(|at| found.get(*at) == Some(&false)).collect();
    let letters =
        |of: &[usize]| of.iter().filter_map(|at| tokens.get(*at)).map(|token| token.folded.len()).sum::<usize>();
    let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f32 / whole as f32 };
    let log = |count: usize| (count as f32).ln_1p();
    let known = found.iter().filter(|found| **found).count();
    let pairs = tokens.len().saturating_sub(1);
    let joined = joined_pairs(said, passage);
    let run = longest_run(said, passage);
    let (foreign, least) = by_sentence(text, said, &found);
    let list = lists::words(language);
    let spoken = |set: &std::collections::HashSet<&str>| {
        let words = tokens.iter().zip(&found).filter(|(token, found)| !**found && set.contains(token.folded.as_str()));
        words.count().min(2) as f32
    };
    Measures::new(
        "statement",
        vec![
            ("words", share(known, tokens.len())),
            ("subjects", share(subjects.len() - missed.len(), subjects.len())),
            ("pairs", if pairs == 0 { share(known, tokens.len()) } else { share(joined, pairs) }),
            ("letters", letter_share(said, passage)),
            ("order", share(in_order(said, passage), tokens.len())),
            ("run", share(run, tokens.len())),
            ("verbatim", if run == tokens.len() { 1.0 } else { 0.0 }),
            ("missed_subjects", log(missed.len())),
            ("missed_letters", share(letters(&missed), letters(&subjects).max(1))),
            ("missed_words", log(tokens.len() - known)),
            ("broken_pairs", log(pairs.saturating_sub(joined))),
            ("foreign_sentences", log(foreign)),
            ("weakest_sentence", least),
            ("speaker", spoken(&list.speaker)),
            ("listener", spoken(&list.listener)),
            ("opinion", spoken(&list.opinion)),
            ("asks", if text.contains('?') { 1.0 } else { 0.0 }),
        ],
    )
}

/// Measures a text against a passage in another language: its order and its small words tell nothing there.
fn translated(said: &Said, passage: &Passage, found: &[bool], index: &Index) -> Measures {
    let weights = || said.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
    let is_found = |at: usize| found.get(at) == Some(&true);
    let all: f32 = weights().map(|(_, weight)| weight).sum::<f32>().max(f32::EPSILON);
    let in_passage: f32 = weights().filter(|(at, _)| is_found(*at)).map(|(_, weight)| weight).sum();
    let in_unit = passage.units.clone().map(|unit| {
        let here = weights().map(|(at, weight)| {
            let (direct, scoped) = said.hits.get(at).map_or((0.0, 0.0), |hits| worth_in(hits, unit, index));
            weight * direct.max(scoped * 0.5)
        });
        here.sum::<f32>()
    });
    let best_unit = in_unit.fold(0.0, f32::max);
    let firm: Vec<usize> = said.reading.facts.iter().flat_map(|fact| fact.tokens.clone()).collect();
    let missed = firm.iter().filter(|at| !is_found(**at)).count();
    let lost = weights().filter(|(at, _)| !is_found(*at)).count();
    Measures::new(
        "translated",
        vec![
            ("in_passage", in_passage / all),
            ("in_sentence", best_unit / all),
            ("missed_facts", (missed as f32).ln_1p()),
            ("missed_subjects", (lost as f32).ln_1p()),
        ],
    )
}

/// Words from which on a run that a source has too is a copy and no accident.
const COPY: usize = 6;

/// The unit that has the whole text word by word, if it is long enough to be a copy. Facts must be spelled as there:
/// names that look alike are two names.
pub(super) fn copied_from(said: &Said, index: &Index) -> Option<usize> {
    let first = said.stems.first().filter(|_| said.stems.len() >= COPY)?;
    let is_fact = |at: usize| said.reading.facts.iter().any(|fact| fact.tokens.contains(&at));
    let facts: Vec<bool> = (0..said.stems.len()).map(is_fact).collect();
    index.units.iter().position(|unit| {
        unit.stems.windows(said.stems.len()).enumerate().any(|(start, row)| {
            row.first().is_some_and(|stem| first.contains(stem))
                && row.iter().zip(&said.stems).all(|(stem, stems)| stems.contains(stem))
                && facts.iter().enumerate().filter(|(_, is_fact)| **is_fact).all(|(at, _)| {
                    let spelled = |tokens: &[Token], at: usize| tokens.get(at).map(|token| token.folded.clone());
                    spelled(&said.reading.tokens, at) == spelled(&unit.reading.tokens, start + at)
                })
        })
    })
}

/// The passage that has most of the words, the rare ones first.
fn nearest<'a>(said: &Said, index: &'a Index) -> Option<&'a Passage> {
    let worth = |passage: &Passage| -> f32 {
        let words = said.stems.iter().zip(&said.weights);
        // Stop words decide between passages that have the same subjects.
        words
            .filter(|(stems, _)| stems.iter().any(|stem| passage.known.contains(stem)))
            .map(|(_, weight)| weight + 0.05)
            .sum()
    };
    let worths = index.passages.iter().map(|passage| (worth(passage), passage));
    worths.rev().max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, passage)| passage)
}

fn found(said: &Said, passage: &Passage) -> Vec<bool> {
    said.stems.iter().map(|stems| stems.iter().any(|stem| passage.known.contains(stem))).collect()
}

fn is_one_of(stems: &[u32], stem: u32) -> bool {
    stems.contains(&stem)
}

/// Pairs of neighbours that are neighbours in the passage.
fn joined_pairs(said: &Said, passage: &Passage) -> usize {
    said.stems
        .windows(2)
        .filter(|pair| match pair {
            [left, right] if !left.is_empty() && !right.is_empty() => passage
                .stems
                .windows(2)
                .any(|there| matches!(there, [first, second] if is_one_of(left, *first) && is_one_of(right, *second))),
            _ => false,
        })
        .count()
}

/// The length of the longest common subsequence.
fn in_order(said: &Said, passage: &Passage) -> usize {
    let mut row = vec![0_usize; passage.stems.len() + 1];
    for stems in said.stems.iter().filter(|stems| !stems.is_empty()) {
        let mut diagonal = 0;
        let mut left = 0;
        for (cell, stem) in row.iter_mut().skip(1).zip(&passage.stems) {
            let above = *cell;
            *cell = if is_one_of(stems, *stem) { diagonal + 1 } else { above.max(left) };
            (diagonal, left) = (above, *cell);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The length of the longest run of words that the passage has too.
fn longest_run(said: &Said, passage: &Passage) -> usize {
    let mut row = vec![0_usize; passage.stems.len() + 1];
    let mut longest = 0;
    for stems in &said.stems {
        let mut diagonal = 0;
        for (cell, stem) in row.iter_mut().skip(1).zip(&passage.stems) {
            let above = *cell;
            *cell = if is_one_of(stems, *stem) { diagonal + 1 } else { 0 };
            longest = longest.max(*cell);
            diagonal = above;
        }
    }
    longest
}

fn letter_share(said: &Said, passage: &Passage) -> f32 {
    let grams = grams(&said.reading);
    let shared = grams.iter().filter(|gram| passage.grams.contains(gram)).count();
    if grams.is_empty() { 1.0 } else { shared as f32 / grams.len() as f32 }
}

/// How many sentences of the text are mostly not in the passage, and how much of the weakest is.
fn by_sentence(text: &str, said: &Said, found: &[bool]) -> (usize, f32) {
    let (mut foreign, mut least) = (0, 1.0_f32);
    for span in sentences(text) {
        let words = said.reading.tokens.iter().zip(found).filter(|(token, _)| span.contains(&token.span.start));
        let (known, all) = words.fold((0, 0), |(known, all), (_, found)| (known + usize::from(*found), all + 1));
        let share = if all == 0 { 1.0 } else { known as f32 / all as f32 };
        foreign += usize::from(share < FOREIGN);
        least = least.min(share);
    }
    (foreign, least)
}
