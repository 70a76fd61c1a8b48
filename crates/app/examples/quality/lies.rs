//! Lies: a scripted model lies about the demo portfolio, and tells the truth in its own words. How much of either gets
//! past `strict`? The sentences are those of `portavoz_app::testing::lies`; FOLDER has no part in it.

use std::collections::BTreeMap;

use portavoz_app::testing::ScriptedModel;
use portavoz_app::testing::lies::{Lie, demo, false_versions, inventions, tells, told, truths};

use super::figure::{Figure, Mark};
use super::report::Report;

/// Lies that may be told, and the share of true sentences that may be withheld.
const LIES_TOLD: f64 = 0.0;
const TRUTH_WITHHELD: f64 = 0.03;

/// Every question of the list: first its true sentences, then all lies that are made of them.
pub async fn measure(report: &mut Report) {
    let model = ScriptedModel::new("liar", Vec::new());
    let site = demo(&model).await;
    let mut told_lies: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    let mut withheld = Vec::new();
    let mut silent = 0_usize;
    for topic in truths() {
        let Some(honest) = told(&site, &model, topic.language, topic.question, &topic.sentences).await else {
            silent += 1;
            continue;
        };
        withheld.extend(topic.sentences.iter().map(|truth| !tells(&honest, truth)));
        let mut lies: Vec<Lie> = topic.sentences.iter().flat_map(|truth| false_versions(truth)).collect();
        lies.extend(inventions(topic.language));
        // Among lies stands a truth, so that there is an answer left to read.
        let said: Vec<&str> =
            topic.sentences.iter().copied().take(1).chain(lies.iter().map(|lie| lie.text.as_str())).collect();
        let Some(answer) = told(&site, &model, topic.language, topic.question, &said).await else { continue };
        for lie in &lies {
            told_lies.entry(lie.kind).or_default().push(answer.text.contains(&lie.text));
        }
    }
    let all: Vec<bool> = told_lies.values().flatten().copied().collect();
    report.add(Figure::share("lies told by strict", "all", &all).reaching(Mark::AtMost(LIES_TOLD)));
    for (kind, told) in &told_lies {
        report.add(Figure::share("lies told by strict", kind, told));
    }
    report.add(Figure::share("truth withheld by strict", "all", &withheld).reaching(Mark::AtMost(TRUTH_WITHHELD)));
    if silent > 0 {
        report.note(&format!("{silent} questions found nothing, so the model was not asked"));
    }
}
