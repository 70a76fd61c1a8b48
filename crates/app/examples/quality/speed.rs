//! Speed on this machine, one thread: figures to look at, never asserted.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use portavoz_domain::defence::assess;
use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;

use super::claims::score;
use super::figure::{Figure, Mark, Unit};
use super::folder::{Folder, QuestionSet};
use super::ours::{Ours, understood};
use super::report::Report;

/// Chunks of the large index.
const CHUNKS: usize = 10_000;
/// Questions asked of it.
const QUESTIONS: usize = 300;
/// Microseconds at the median: a search of the large index, a sentence verified.
const SEARCH: f64 = 1_000.0;
const VERIFICATION: f64 = 200.0;

/// Search at 10,000 chunks, verification of a sentence, assessment of a message.
pub fn measure(folder: &Folder, report: &mut Report) -> Result<(), Box<dyn Error>> {
    for set in folder.corpora().filter(|set| set.variant.is_empty()) {
        let index = Ours::of_texts(mixed(set).iter().map(|text| (0, text.as_str())), set.language, None)?;
        let questions: Vec<_> =
            set.questions.iter().cycle().take(QUESTIONS).map(|asked| understood(&asked.q, set.language)).collect();
        let mut took = Vec::new();
        for question in &questions {
            let started = Instant::now();
            black_box(index.search(question, 4)?);
            took.push(micros(started));
        }
        let figure = Figure::median("search of 10,000 chunks", &set.name, took, Unit::Micros);
        report.add(figure.reaching(Mark::AtMost(SEARCH)));
    }
    let claims = folder.claims.iter().filter_map(|claim| Some((claim, Language::parse(&claim.lang)?)));
    let verified = claims.map(|(claim, language)| {
        let started = Instant::now();
        black_box(score(claim, language));
        micros(started) / sentences(&claim.claim).len().max(1) as f64
    });
    let figure = Figure::median("verification, a sentence and its source", "all", verified.collect(), Unit::Micros);
    report.add(figure.reaching(Mark::AtMost(VERIFICATION)));
    let assessed = folder.messages.iter().map(|message| {
        let started = Instant::now();
        black_box(assess(&message.text));
        micros(started)
    });
    report.add(Figure::median("assessment of a message", "all", assessed.collect(), Unit::Micros));
    Ok(())
}

fn micros(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e6
}

/// Texts of three sentences each, no two alike: the set's sentences, mixed with strides that share no factor with them.
fn mixed(set: &QuestionSet) -> Vec<String> {
    let all: Vec<&str> = set
        .paragraphs
        .iter()
        .flat_map(|told| sentences(&told.text).into_iter().filter_map(|span| told.text.get(span)))
        .collect();
    let at = |place: usize| all.get(place % all.len().max(1)).copied().unwrap_or_default();
    (0..CHUNKS).map(|place| format!("{} {} {}", at(place), at(place * 7 + place / 97), at(place * 13 + 5))).collect()
}
