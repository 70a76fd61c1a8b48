//! Claims: does verification score what a source says above what it does not say?

use std::collections::BTreeMap;

use portavoz_domain::verification::{Asked, Source, Sources, verify};
use portavoz_text::language::Language;

use super::baseline::overlap;
use super::figure::{Figure, Mark};
use super::folder::{Folder, LabelledClaim};
use super::report::Report;

/// Marks by kind of claim; others have none.
const MARKS: [(&str, f64); 2] = [("dialogue", 0.95), ("swap_answer_in", 0.85)];

/// Each set in each language.
pub fn measure(folder: &Folder, report: &mut Report) {
    let mut groups: BTreeMap<(&str, &str), Vec<&LabelledClaim>> = BTreeMap::new();
    for claim in &folder.claims {
        groups.entry((&claim.set, &claim.lang)).or_default().push(claim);
    }
    for ((set, lang), claims) in groups {
        let Some(language) = Language::parse(lang) else {
            report.note(&format!("claims `{set}`: `{lang}` is not a language that we speak; skipped"));
            continue;
        };
        let ours: Vec<(f64, bool)> =
            claims.iter().map(|claim| (score(claim, language), claim.supported == 1)).collect();
        let baseline: Vec<(f64, bool)> = claims
            .iter()
            .map(|claim| (overlap(&claim.claim, &claim.context, language), claim.supported == 1))
            .collect();
        let mark = MARKS.iter().find(|(name, _)| *name == set).map_or(Mark::Free, |(_, mark)| Mark::AtLeast(*mark));
        let figure = Figure::area(&format!("claims, AUROC: {set}"), lang, &ours);
        report.add(figure.beside_area(&ours, &baseline).reaching(mark));
    }
}

/// How likely the claim's context supports it.
pub fn score(claim: &LabelledClaim, language: Language) -> f64 {
    let source = Source { heading: "", question: None, text: &claim.context, language };
    let question = (!claim.question.is_empty()).then_some(claim.question.as_str());
    f64::from(verify(&claim.claim, Asked { question, language }, &Sources::of(&[source])).score)
}
