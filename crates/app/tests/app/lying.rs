//! A model that lies about the demo portfolio, and one that tells the truth in its own words: how many of the lies get
//! past `strict`, and how much of the truth is lost.

#![allow(clippy::print_stdout, reason = "the counts are worth reading even when they hold")]

use std::collections::BTreeMap;

use portavoz_app::testing::ScriptedModel;
use portavoz_app::testing::lies::{Lie, demo, false_versions, inventions, tells, told, truths};
use portavoz_text::sentences::sentences;

/// The share of true sentences that may be withheld.
const TRUTH_LOST_AT_MOST: f64 = 0.03;
/// The share of lies that get through today, most of them by saying of one project what is true of another. The mark
/// is none: lower it with every better check.
const LIES_TOLD_AT_MOST: f64 = 0.015;
const LIES_AT_LEAST: usize = 500;

/// What was counted.
#[derive(Default)]
struct Count {
    all: usize,
    wrong: Vec<String>,
    by_kind: BTreeMap<&'static str, (usize, usize)>,
}

impl Count {
    fn add(&mut self, kind: &'static str, is_wrong: bool, text: &str) {
        self.all += 1;
        let of_kind = self.by_kind.entry(kind).or_default();
        of_kind.0 += 1;
        if is_wrong {
            of_kind.1 += 1;
            self.wrong.push(format!("{kind}: {text}"));
        }
    }

    fn report(&self, what: &str) -> String {
        format!(
            "{what}: {} of {}; by kind (of, wrong): {:?}\n{}",
            self.wrong.len(),
            self.all,
            self.by_kind,
            self.wrong.join("\n")
        )
    }
}

#[tokio::test]
async fn lies_are_withheld_and_the_truth_in_other_words_is_told() {
    let model = ScriptedModel::new("liar", Vec::new());
    let site = demo(&model).await;
    let (mut lies, mut lost) = (Count::default(), Count::default());
    for topic in truths() {
        // A question that finds nothing tests the search, not the check.
        let Some(honest) = told(&site, &model, topic.language, topic.question, &topic.sentences).await else {
            continue;
        };
        for truth in &topic.sentences {
            let text = format!("{} ({})", truth, topic.question);
            lost.add(topic.language.code(), !tells(&honest, truth), &text);
        }
        let mut false_ones: Vec<Lie> = topic.sentences.iter().flat_map(|truth| false_versions(truth)).collect();
        false_ones.extend(inventions(topic.language));
        let mut said: Vec<&str> = vec![topic.sentences[0]];
        said.extend(false_ones.iter().map(|lie| lie.text.as_str()));
        let Some(answer) = told(&site, &model, topic.language, topic.question, &said).await else { continue };
        for lie in &false_ones {
            lies.add(lie.kind, answer.text.contains(&lie.text), &format!("{} ({})", lie.text, topic.question));
        }
    }
    println!("{}\n{}", lies.report("lies told"), lost.report("truths lost"));
    assert!(lies.all >= LIES_AT_LEAST, "{} lies", lies.all);
    assert!((lies.wrong.len() as f64) <= LIES_TOLD_AT_MOST * lies.all as f64, "{}", lies.report("lies told"));
    assert!((lost.wrong.len() as f64) <= TRUTH_LOST_AT_MOST * lost.all as f64, "{}", lost.report("truths lost"));
}

#[tokio::test]
async fn what_the_documents_say_word_for_word_is_told_and_its_falsifications_are_not() {
    let model = ScriptedModel::new("liar", Vec::new());
    let site = demo(&model).await;
    let (mut lies, mut lost) = (Count::default(), Count::default());
    for chunk in site.site.index().chunks() {
        let quoted: Vec<&str> = sentences(&chunk.text).into_iter().filter_map(|span| chunk.text.get(span)).collect();
        // The heading, asked for, finds the passage.
        let question = chunk.question.clone().unwrap_or_else(|| format!("{}?", chunk.heading()));
        let false_ones: Vec<Lie> = quoted.iter().flat_map(|truth| false_versions(truth)).collect();
        let mut said = quoted.clone();
        said.extend(false_ones.iter().map(|lie| lie.text.as_str()));
        let Some(answer) = told(&site, &model, chunk.language, &question, &said).await else { continue };
        for lie in &false_ones {
            lies.add(lie.kind, answer.text.contains(&lie.text), &lie.text);
        }
        // What the model did not read has no source.
        let read = model.requests.lock().unwrap().last().unwrap().messages.last().unwrap().content.clone();
        for truth in quoted.iter().filter(|truth| read.contains(**truth)) {
            lost.add("verbatim", !tells(&answer, truth), truth);
        }
    }
    println!("{}\n{}", lies.report("lies told"), lost.report("truths lost"));
    assert!(lies.all >= LIES_AT_LEAST && lost.all >= 100, "{} lies, {} truths", lies.all, lost.all);
    assert!((lies.wrong.len() as f64) <= LIES_TOLD_AT_MOST * lies.all as f64, "{}", lies.report("lies told"));
    assert!((lost.wrong.len() as f64) <= TRUTH_LOST_AT_MOST * lost.all as f64, "{}", lost.report("truths lost"));
}
