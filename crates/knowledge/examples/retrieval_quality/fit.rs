//! Fits the coefficients of the ranking and writes them into `search/coefficients.rs`.
//!
//! Three steps, each resting on the one before: weights by which right passages come first (a conditional logit over
//! each question's candidates, together with a logistic regression over all of them), then the scale on which a score
//! is a probability, then answerability. No step looks at the coefficients compiled in, so a second run writes the same
//! bytes. Start at [`fitted`]; [`held_out`] does it once per fold.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;

use portavoz_domain::search::Hit;
use portavoz_knowledge::search::coefficients::{Coefficient, FITTED, Model};

use super::sets::{Case, Purpose, Setting};
use regression::{Labelled, logistic, rank};

mod regression;

/// Features that no question decides.
const HELD: [&str; 2] = ["priority", "cosine"];
/// Features that only speak against a passage; all others only speak for it.
const AGAINST: [&str; 8] = [
    "names_missing",
    "lacks_names",
    "lacks_special",
    "lacks_general",
    "heaviest_missing",
    "wants_unmet",
    "foreign",
    "unknown",
];
/// Features that may speak for it or against it.
const FREE: [&str; 2] = ["first_word", "length"];
/// Features that compare scores with each other, and so wait for the second step.
const LATER: [&str; 2] = ["lead", "foreign"];
/// Features of broad questions, which several passages answer: putting one first says nothing of how likely each is, so
/// the second step weighs them again.
const BROAD: [&str; 5] = ["facet_match", "facet_list", "wholly_met", "evidence", "broadly_met"];
/// Wrong candidates of each question that the fit looks at, the likeliest by words.
const WRONG: usize = 12;
/// Candidates of each question whose probability is to be right.
const SHOWN: usize = 4;
/// Folds of a cross-validation.
const FOLDS: usize = 4;

/// A candidate passage.
pub(crate) struct Row {
    pub(crate) features: Vec<f64>,
    pub(crate) is_right: bool,
    pub(crate) speaks_same: bool,
}

/// The candidates of one question.
pub(crate) struct Asked {
    pub(crate) rows: Vec<Row>,
    pub(crate) weight: f64,
    pub(crate) group: usize,
}

/// Every question's candidates, as all fits see them: with features only, before any coefficient.
pub(crate) fn candidates(settings: &[Setting]) -> Result<Vec<Asked>, Box<dyn Error>> {
    gather(settings.iter(), &blank(), &|_| true, usize::MAX)
}

/// One model per fold, fitted without its groups.
pub(crate) fn held_out(settings: &[Setting], candidates: &[Asked]) -> Result<Vec<Model>, Box<dyn Error>> {
    (0..FOLDS).map(|fold| fitted(settings, candidates, &|group| group % FOLDS != fold)).collect()
}

/// The coefficients fitted on the groups of questions that `takes_part` lets in.
pub(crate) fn fitted(
    settings: &[Setting],
    candidates: &[Asked],
    takes_part: &dyn Fn(usize) -> bool,
) -> Result<Model, Box<dyn Error>> {
    let mut model = blank();
    let asked: Vec<&Asked> = candidates.iter().filter(|asked| takes_part(asked.group)).collect();
    let fixed: Vec<bool> =
        model.relevance.iter().map(|row| HELD.contains(&row.name) || LATER.contains(&row.name)).collect();
    let signs: Vec<f64> = model.relevance.iter().map(sign).collect();
    set_relevance(&mut model, &rank(&asked, &fixed, &signs));
    let shown = calibrating(settings, &model, takes_part)?;
    scale(&mut model, &shown);
    let shown = calibrating(settings, &model, takes_part)?;
    compare(&mut model, &shown);
    answerable(&mut model, settings, takes_part)?;
    Ok(rounded(model))
}

fn sign(row: &Coefficient) -> f64 {
    match row.name {
        name if AGAINST.contains(&name) => -1.0,
        name if FREE.contains(&name) => 0.0,
        _ => 1.0,
    }
}

/// The compiled names with no weights but those that are held.
fn blank() -> Model {
    let mut model = FITTED;
    let rows = model.relevance.iter_mut().filter(|row| !HELD.contains(&row.name));
    for row in rows.chain([&mut model.base, &mut model.answerable_base]).chain(&mut model.answerable) {
        (row.same, row.other) = (0.0, 0.0);
    }
    model
}

/// Every question's candidates; with a `limit`, the best by `model`, otherwise all right ones and the likeliest wrong
/// ones by words alone.
fn gather<'s>(
    settings: impl Iterator<Item = &'s Setting>,
    model: &Model,
    takes_part: &dyn Fn(usize) -> bool,
    limit: usize,
) -> Result<Vec<Asked>, Box<dyn Error>> {
    let mut gathered = Vec::new();
    for setting in settings {
        let weight = setting.weight / setting.cases.len().max(1) as f64;
        for case in setting.cases.iter().filter(|case| takes_part(case.group)) {
            let (found, _) = setting.index.examine_with(&case.question, None, limit, model)?;
            let mut hits = found.hits;
            if limit == usize::MAX {
                hits = likeliest(hits, case);
            }
            gathered.push(Asked { rows: hits.iter().map(|hit| row(hit, case)).collect(), weight, group: case.group });
        }
    }
    Ok(gathered)
}

/// The best candidates of the questions by which probabilities are set: not those that always have an answer.
fn calibrating(
    settings: &[Setting],
    model: &Model,
    takes_part: &dyn Fn(usize) -> bool,
) -> Result<Vec<Asked>, Box<dyn Error>> {
    gather(settings.iter().filter(|setting| setting.purpose != Purpose::Recall), model, takes_part, SHOWN)
}

fn row(hit: &Hit, case: &Case) -> Row {
    Row {
        features: hit.features.iter().skip(1).map(|feature| f64::from(feature.value)).collect(),
        is_right: case.right.contains(hit.chunk.id.as_str()),
        speaks_same: hit.chunk.language == case.question.language,
    }
}

fn likeliest(mut hits: Vec<Hit>, case: &Case) -> Vec<Hit> {
    const BY_WORDS: [&str; 6] =
        ["idf_coverage", "bm25", "wide_bm25_share", "sentence_coverage", "heading_coverage", "facet_match"];
    let key = |hit: &Hit| -> f32 {
        let words = hit.features.iter().filter(|feature| BY_WORDS.contains(&feature.name));
        words.map(|feature| feature.value).sum()
    };
    hits.sort_by(|one, other| key(other).total_cmp(&key(one)).then_with(|| one.chunk.id.cmp(&other.chunk.id)));
    let mut wrong = 0;
    hits.retain(|hit| {
        let is_right = case.right.contains(hit.chunk.id.as_str());
        wrong += usize::from(!is_right);
        is_right || wrong <= WRONG
    });
    hits
}

fn set_relevance(model: &mut Model, [same, other]: &[Vec<f64>; 2]) {
    let rows = std::iter::once(&mut model.base).chain(&mut model.relevance);
    for ((row, same), other) in rows.zip(same).zip(other) {
        if !HELD.contains(&row.name) {
            (row.same, row.other) = (*same as f32, *other as f32);
        }
    }
}

fn score(model: &Model, row: &Row) -> f64 {
    let weight =
        |coefficient: &Coefficient| f64::from(if row.speaks_same { coefficient.same } else { coefficient.other });
    weight(&model.base) + model.relevance.iter().zip(&row.features).map(|(own, value)| weight(own) * value).sum::<f64>()
}

/// The rows of one column, the best of each question counting as much as the others together: that one decides what
/// the visitor is told.
fn of_column(asked: &[Asked], same: bool) -> Vec<(&Row, f64)> {
    let rows = asked.iter().flat_map(|asked| {
        let shown = asked.rows.len().max(2);
        asked
            .rows
            .iter()
            .enumerate()
            .map(move |(place, row)| (row, asked.weight * if place == 0 { 1.0 } else { 1.0 / (shown - 1) as f64 }))
    });
    rows.filter(|(row, _)| row.speaks_same == same).collect()
}

/// Stretches and shifts each column so that its scores are log-odds.
fn scale(model: &mut Model, asked: &[Asked]) {
    for same in [true, false] {
        let rows: Vec<_> = of_column(asked, same)
            .into_iter()
            .map(|(row, weight)| (vec![score(model, row)], row.is_right, weight, 0.0))
            .collect();
        let fit = logistic(&rows, &[1.0]);
        let (shift, stretch) = (fit.first().copied().unwrap_or(0.0), fit.get(1).copied().unwrap_or(1.0));
        let column = |row: &mut Coefficient, change: &dyn Fn(f64) -> f64| {
            let weight = if same { &mut row.same } else { &mut row.other };
            *weight = change(f64::from(*weight)) as f32;
        };
        model
            .relevance
            .iter_mut()
            .filter(|row| !HELD.contains(&row.name))
            .for_each(|row| column(row, &|old| old * stretch));
        column(&mut model.base, &|old| old * stretch + shift);
    }
}

/// Fits what compares passages with each other, and again what broad questions are met by, the rest as it is.
fn compare(model: &mut Model, asked: &[Asked]) {
    let places: Vec<usize> = LATER
        .iter()
        .chain(&BROAD)
        .filter_map(|name| model.relevance.iter().position(|row| row.name == *name))
        .collect();
    let signs: Vec<f64> = places
        .iter()
        .filter_map(|place| model.relevance.get(*place))
        .map(|row| if BROAD.contains(&row.name) { 0.0 } else { sign(row) })
        .collect();
    for same in [true, false] {
        let rows: Vec<_> = of_column(asked, same)
            .into_iter()
            .map(|(row, weight)| {
                let later = places.iter().map(|place| row.features.get(*place).copied().unwrap_or(0.0)).collect();
                (later, row.is_right, weight, score(model, row))
            })
            .collect();
        let fit = logistic(&rows, &signs);
        let rows = std::iter::once(None).chain(places.iter().copied().map(Some));
        for (place, weight) in rows.zip(fit) {
            let row = place.map_or(Some(&mut model.base), |place| model.relevance.get_mut(place));
            if let Some(row) = row {
                let own = if same { &mut row.same } else { &mut row.other };
                *own += weight as f32;
            }
        }
    }
}

/// Fits whether anything answers, from what is known of all passages together.
fn answerable(
    model: &mut Model,
    settings: &[Setting],
    takes_part: &dyn Fn(usize) -> bool,
) -> Result<(), Box<dyn Error>> {
    let mut columns: HashMap<bool, Vec<Labelled>> = HashMap::new();
    for setting in settings.iter().filter(|setting| matches!(setting.purpose, Purpose::Answerable | Purpose::Portfolio))
    {
        let weight = setting.weight / setting.cases.len().max(1) as f64;
        let languages = setting.index.counts().languages;
        for case in setting.cases.iter().filter(|case| takes_part(case.group)) {
            let (_, whole) = setting.index.examine_with(&case.question, None, 1, model)?;
            let is_native = languages.iter().any(|(language, _)| *language == case.question.language);
            let features = whole.to_array().iter().map(|value| f64::from(*value)).collect();
            columns.entry(is_native).or_default().push((features, !case.right.is_empty(), weight, 0.0));
        }
    }
    let signs: Vec<f64> = model.answerable.iter().map(sign).collect();
    for (is_native, rows) in columns {
        let fit = logistic(&rows, &signs);
        let own = std::iter::once(&mut model.answerable_base).chain(&mut model.answerable);
        for (row, weight) in own.zip(fit) {
            *(if is_native { &mut row.same } else { &mut row.other }) = weight as f32;
        }
    }
    Ok(())
}

/// As it is written, so that what is measured is what is compiled.
fn rounded(mut model: Model) -> Model {
    let relevance = std::iter::once(&mut model.base).chain(&mut model.relevance);
    for row in relevance.chain([&mut model.answerable_base]).chain(&mut model.answerable) {
        (row.same, row.other) = ((row.same * 100.0).round() / 100.0 + 0.0, (row.other * 100.0).round() / 100.0 + 0.0);
    }
    model
}

/// Replaces what stands between the marks of `search/coefficients.rs`.
pub(crate) fn write(model: &Model) -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/search/coefficients.rs");
    let source = std::fs::read_to_string(&path)?;
    let (before, rest) = source.split_once("    // -- fitted from here\n").ok_or("the opening mark is gone")?;
    let (_, after) = rest.split_once("    // -- fitted to here\n").ok_or("the closing mark is gone")?;
    let row = |row: &Coefficient| format!("row(\"{}\", {:.2}, {:.2}),\n", row.name, row.same, row.other);
    let rows = |rows: &[Coefficient]| rows.iter().map(|own| format!("        {}", row(own))).collect::<String>();
    let fitted = format!(
        "    base: {}    relevance: [\n{}    ],\n    answerable_base: {}    answerable: [\n{}    ],\n",
        row(&model.base),
        rows(&model.relevance),
        row(&model.answerable_base),
        rows(&model.answerable),
    );
    let marked = format!("{before}    // -- fitted from here\n{fitted}    // -- fitted to here\n{after}");
    std::fs::write(&path, marked)?;
    println!("wrote {}", path.display());
    Ok(())
}
