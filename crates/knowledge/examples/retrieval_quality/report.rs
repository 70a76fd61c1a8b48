//! The report: every measure, ours beside the baseline's, with its count.

use std::collections::HashSet;
use std::error::Error;
use std::time::{Duration, Instant};

use portavoz_domain::ids::ChunkId;
use portavoz_domain::search::SearchResult;
use portavoz_knowledge::index::Index;
use portavoz_knowledge::search::coefficients::Model;

use super::baseline::Baseline;
use super::measures::{auroc, calibration_error, misses_cut, reliability, share};
use super::sets::{Case, Purpose, Setting};

/// The guide's threshold on relevance.
const THRESHOLD: f32 = 0.75;

/// What a question came to.
struct Outcome {
    is_answerable: bool,
    answerable: f32,
    best: f32,
    best_is_right: bool,
    coverage: f32,
}

/// Prints all measures; `model` gives the coefficients for a group of questions.
pub(crate) fn print<'m>(
    settings: &[Setting],
    model: &dyn Fn(usize) -> &'m Model,
    shows_odd: bool,
) -> Result<(), Box<dyn Error>> {
    for setting in settings.iter().filter(|setting| matches!(setting.purpose, Purpose::Recall | Purpose::Bilingual)) {
        recall(setting, model)?;
    }
    let halves: Vec<&Setting> = settings.iter().filter(|setting| setting.purpose == Purpose::Answerable).collect();
    for pair in halves.chunks(2) {
        let mut outcomes = Vec::new();
        for setting in pair {
            outcomes.extend(asked(setting, model, false)?);
        }
        let name = pair.first().and_then(|setting| setting.name.split(", ").next()).unwrap_or_default();
        answerability(name, &outcomes);
    }
    let mut all = Vec::new();
    for setting in settings.iter().filter(|setting| setting.purpose == Purpose::Portfolio) {
        let outcomes = asked(setting, model, shows_odd)?;
        portfolio(&setting.name, &outcomes);
        all.extend(outcomes);
    }
    portfolio("all portfolios", &all);
    if let Some(first) = settings.iter().find(|setting| setting.purpose == Purpose::Recall) {
        speed(first)?;
    }
    answerability("all portfolios", &all);
    Ok(())
}

fn recall<'m>(setting: &Setting, model: &dyn Fn(usize) -> &'m Model) -> Result<(), Box<dyn Error>> {
    let baseline = Baseline::of(&setting.chunks, setting.language)?;
    let (mut ours, mut theirs) = ([0_usize; 2], [0_usize; 2]);
    let mut took = Duration::ZERO;
    for case in &setting.cases {
        let started = Instant::now();
        let (found, _) = setting.index.examine_with(&case.question, None, 12, model(case.group))?;
        took += started.elapsed();
        note(&mut ours, found.hits.iter().map(|hit| hit.chunk.id.as_str()), case);
        let best = baseline.best(&case.question.text, 12)?;
        note(
            &mut theirs,
            best.iter().filter_map(|place| setting.chunks.get(*place)).map(|chunk| chunk.id.as_str()),
            case,
        );
    }
    let count = setting.cases.len();
    let [first, four] = ours.map(|hits| share(hits, count));
    let [their_first, their_four] = theirs.map(|hits| share(hits, count));
    println!(
        "{}: recall@1 {first:.3} (BM25 {their_first:.3}, misses cut by {:.0} %)  recall@4 {four:.3} (BM25 {their_four:.3}, \
         by {:.0} %)  ({count} questions, {} chunks, {:.0} us a search)",
        setting.name,
        100.0 * misses_cut(first, their_first),
        100.0 * misses_cut(four, their_four),
        setting.index.len(),
        took.as_secs_f64() * 1e6 / count as f64,
    );
    Ok(())
}

/// Counts a hit at the first place and among the first four.
fn note<'a>(counts: &mut [usize; 2], ids: impl Iterator<Item = &'a str>, case: &Case) {
    // Parts of one long paragraph count as one.
    let mut seen = HashSet::new();
    let mut documents = ids.filter(|id| seen.insert(id.split('#').next().unwrap_or_default().to_owned()));
    let place = documents.position(|id| case.right.iter().any(|right| right.split('#').next() == id.split('#').next()));
    for (count, limit) in counts.iter_mut().zip([1, 4]) {
        *count += usize::from(place.is_some_and(|place| place < limit));
    }
}

fn asked<'m>(
    setting: &Setting,
    model: &dyn Fn(usize) -> &'m Model,
    shows_odd: bool,
) -> Result<Vec<Outcome>, Box<dyn Error>> {
    let baseline = Baseline::of(&setting.chunks, setting.language)?;
    let mut outcomes = Vec::new();
    for case in &setting.cases {
        let (found, _) = setting.index.examine_with(&case.question, None, 4, model(case.group))?;
        let best = found.hits.first();
        outcomes.push(Outcome {
            is_answerable: !case.right.is_empty(),
            answerable: found.answerable,
            best: best.map_or(0.0, |hit| hit.relevance),
            best_is_right: best.is_some_and(|hit| case.right.contains(hit.chunk.id.as_str())),
            coverage: baseline.coverage(&case.question.text),
        });
        if shows_odd {
            show_odd(case, &found);
        }
    }
    Ok(outcomes)
}

fn answerability(name: &str, outcomes: &[Outcome]) {
    let by = |score: fn(&Outcome) -> f32, label: fn(&Outcome) -> bool| -> Vec<(f32, bool)> {
        outcomes.iter().map(|outcome| (score(outcome), label(outcome))).collect()
    };
    let answerable = by(|outcome| outcome.answerable, |outcome| outcome.is_answerable);
    let coverage = by(|outcome| outcome.coverage, |outcome| outcome.is_answerable);
    let best = by(|outcome| outcome.best, |outcome| outcome.best_is_right);
    let confident: Vec<&(f32, bool)> = best.iter().filter(|(score, _)| *score >= THRESHOLD).collect();
    let right = confident.iter().filter(|(_, label)| *label).count();
    let possible = outcomes.iter().filter(|outcome| outcome.is_answerable).count();
    println!(
        "{name}: answerable AUROC {:.3} (idf coverage {:.3}, error cut by {:.0} %) ECE {:.3}; relevance ECE {:.3}; at \
         {THRESHOLD}: precision {:.3}, {:.3} of the answerable kept ({} asked)",
        auroc(&answerable),
        auroc(&coverage),
        100.0 * misses_cut(auroc(&answerable), auroc(&coverage)),
        calibration_error(&answerable),
        calibration_error(&best),
        share(right, confident.len()),
        share(right, possible),
        outcomes.len(),
    );
    println!("    relevance came true: {}", reliability(&best));
}

fn portfolio(name: &str, outcomes: &[Outcome]) {
    let known: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.is_answerable).collect();
    let right = known.iter().filter(|outcome| outcome.best_is_right).count();
    let confident = known.iter().filter(|outcome| outcome.best_is_right && outcome.best >= THRESHOLD).count();
    let silent = outcomes.iter().filter(|outcome| !outcome.is_answerable);
    let false_alarms = silent.filter(|outcome| outcome.best >= THRESHOLD).count();
    println!(
        "{name}: best passage right {right}/{0}, and relevance >= {THRESHOLD} {confident}/{0}; unanswerable but above: \
         {false_alarms}/{1}",
        known.len(),
        outcomes.len() - known.len(),
    );
}

/// Prints how long a search takes among ten thousand chunks.
fn speed(setting: &Setting) -> Result<(), Box<dyn Error>> {
    const CHUNKS: usize = 10_000;
    let copies = setting.chunks.iter().cycle().take(CHUNKS).enumerate().map(|(place, chunk)| {
        let mut chunk = chunk.clone();
        chunk.id = ChunkId::from_stored(format!("{place}.md#0"));
        // Words of its own, so that the vocabulary grows as it would.
        chunk.text =
            format!("{} {}", chunk.text, (0..8).map(|word| format!("q{place}x{word}")).collect::<Vec<_>>().join(" "));
        chunk
    });
    let index = Index::in_memory(1, copies.collect(), None)?;
    let mut took = Vec::new();
    for case in setting.cases.iter().take(200) {
        let started = Instant::now();
        index.search(&case.question, None, 4)?;
        took.push(started.elapsed());
    }
    took.sort_unstable();
    let p50 = took.get(took.len() / 2).copied().unwrap_or_default();
    println!("search among {CHUNKS} chunks: {:.2} ms at the median", p50.as_secs_f64() * 1e3);
    Ok(())
}

/// Prints a question that went wrong, with its best passage and why.
fn show_odd(case: &Case, found: &SearchResult) {
    let Some(best) = found.hits.first() else { return };
    let is_sure = best.relevance >= THRESHOLD;
    let is_fine = if case.right.is_empty() { !is_sure } else { is_sure && case.right.contains(best.chunk.id.as_str()) };
    if is_fine {
        return;
    }
    let reasons = best.features.iter().filter(|feature| feature.value != 0.0);
    let reasons: Vec<String> =
        reasons.map(|feature| format!("{} {:.2}>{:+.1}", feature.name, feature.value, feature.contribution)).collect();
    let known = if case.right.is_empty() { "unknown" } else { "known" };
    println!(
        "  [{known}] {} -> {} {:.2}/{:.2} [{}]",
        case.question.text,
        best.chunk.id,
        best.relevance,
        found.answerable,
        reasons.join(", ")
    );
}
