//! Lies about the demo portfolio (`examples/maria`), and truths in other words: what a check of answers is measured
//! with. Nothing is random, so that two runs can be compared.
//!
//! A lie is a true sentence in which one thing was exchanged for another (`data/lies/exchanges.txt`, and any number for
//! a wrong one), or one that was invented whole (`inventions.txt`). `paraphrases.txt` says true things in other words.
//! Start at [`false_versions`]. To add one more kind of lie, add lines to the tables.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use portavoz_domain::usage::Usage;
use portavoz_text::language::Language;

use super::{ScriptedModel, Setup, TestSite, says};
use crate::ask::{Answer, Ask, ask};

/// A false sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lie {
    /// What is false in it: `number`, `date`, `name`, `organisation`, `technology`, `negation`, `promise`, ...
    pub kind: &'static str,
    pub text: String,
}

/// A question with true sentences that answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truths {
    pub language: Language,
    pub question: &'static str,
    pub sentences: Vec<&'static str>,
}

/// Percentages of the portfolio's projects: wrong everywhere but in their own.
const SHARES: [u32; 8] = [70, 60, 40, 78, 93, 81, 35, 12];

/// The questions of `paraphrases.txt` with their sentences.
pub fn truths() -> Vec<Truths> {
    let mut truths: Vec<Truths> = Vec::new();
    for line in lines(include_str!("../../data/lies/paraphrases.txt")) {
        if let Some((language, question)) = line.strip_prefix("? ").and_then(|line| line.split_once(' ')) {
            let language = Language::parse(language).unwrap();
            truths.push(Truths { language, question, sentences: Vec::new() });
        } else {
            truths.last_mut().expect("the file begins with a question").sentences.push(line);
        }
    }
    truths
}

/// The sentences of `inventions.txt` in a language.
pub fn inventions(language: Language) -> Vec<Lie> {
    let all = lines(include_str!("../../data/lies/inventions.txt"));
    let of_language = all.filter_map(|line| line.strip_prefix(language.code())?.strip_prefix(' '));
    of_language
        .map(|line| {
            let (kind, text) = line.split_once(' ').unwrap();
            Lie { kind, text: text.to_owned() }
        })
        .collect()
}

/// Every false sentence that one exchange makes of a true one.
pub fn false_versions(truth: &str) -> Vec<Lie> {
    let mut lies: Vec<Lie> = Vec::new();
    for line in lines(include_str!("../../data/lies/exchanges.txt")) {
        lies.extend(exchanged(truth, line));
    }
    lies.extend(numbers_exchanged(truth));
    let mut seen = vec![truth.to_owned()];
    lies.retain(|lie| {
        let is_new = !seen.contains(&lie.text);
        seen.push(lie.text.clone());
        is_new
    });
    lies
}

/// The demo portfolio with a model that says what it is told to.
pub async fn demo(model: &Arc<ScriptedModel>) -> TestSite {
    let folder = tempfile::tempdir().unwrap();
    let knowledge = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/maria/knowledge");
    copy(&knowledge, &folder.path().join("knowledge"));
    let site = Setup { owner: "María Ansorena Vidal", ..Setup::with_models(&[model]) }.open_in(folder).await;
    site.ingest().await;
    site
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Asks, and has the model say these sentences, one a line, each with a source; `None` if the question found nothing and
/// never came to the model.
pub async fn told(
    site: &TestSite,
    model: &ScriptedModel,
    language: Language,
    question: &str,
    said: &[&str],
) -> Option<Answer> {
    let answer: String = said.iter().map(|sentence| format!("{sentence} [1]\n")).collect();
    model.will_only(says(&[&answer], Some(Usage::default())));
    let calls = model.calls();
    let request = Ask { language: Some(language), ..site.question(question) };
    let answer = ask(&site.site, request).await.unwrap().whole().await.unwrap();
    (model.calls() > calls).then_some(answer)
}

/// True if a line of the answer is this sentence, as told.
pub fn tells(answer: &Answer, sentence: &str) -> bool {
    answer.text.lines().any(|line| line.trim().trim_end_matches("[1]").trim_end() == sentence)
}

/// Applies one line of `exchanges.txt`.
fn exchanged(truth: &str, line: &'static str) -> Vec<Lie> {
    let lie = |kind: &'static str, from: &str, to: &str| {
        let place = whole_word(truth, from)?;
        let text = format!("{}{to}{}", &truth[..place], &truth[place + from.len()..]);
        (!truth.contains(to)).then_some(Lie { kind, text })
    };
    if let Some((kind, members)) = line.split_once(" | ") {
        let members: Vec<&str> = members.split(" | ").collect();
        let next = |place: usize, step: usize| members[(place + step) % members.len()];
        let pairs = (0..members.len()).flat_map(|place| [1, 3].map(|step| (members[place], next(place, step))));
        return pairs.filter_map(|(from, to)| lie(kind, from, to)).collect();
    }
    if let Some((kind, rest)) = line.split_once(" @ ") {
        let (project, to) = rest.split_once(" > ").unwrap();
        let of_project = whole_word(truth, project).is_some();
        return technologies().filter(|_| of_project).filter_map(|from| lie(kind, from, to)).take(1).collect();
    }
    let (kind, pair) = line.split_once(" > ").unwrap();
    let (from, to) = pair.split_once(" > ").unwrap();
    // A sentence that denies already is not made false by one more `no`.
    let is_denied = kind == "negation" && [" no ", "No ", " not "].iter().any(|word| truth.contains(word));
    lie(kind, from, to).filter(|_| !is_denied).into_iter().collect()
}

/// The technologies that have an exchange.
fn technologies() -> impl Iterator<Item = &'static str> {
    let all = lines(include_str!("../../data/lies/exchanges.txt"));
    all.filter_map(|line| line.strip_prefix("technology > ")?.split_once(" > ")).map(|(from, _)| from)
}

/// Wrong numbers in place of right ones: years, shares, decimals, counts.
fn numbers_exchanged(truth: &str) -> Vec<Lie> {
    let mut lies = Vec::new();
    let mut at = 0;
    while let Some(found) = truth[at..].find(|c: char| c.is_ascii_digit()) {
        let start = at + found;
        let rest = &truth[start..];
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(rest.len());
        let number = rest[..length].trim_end_matches(['.', ',']);
        at = start + length;
        let (before, behind) = (&truth[..start], &truth[start + number.len()..]);
        // Digits of a name, such as `GPT-4` or `C1`, count nothing.
        if before.trim_end_matches('-').ends_with(char::is_alphabetic) || behind.starts_with(char::is_alphabetic) {
            continue;
        }
        for (kind, wrong) in wrong_numbers(number, behind.trim_start().starts_with('%')) {
            if !truth.contains(&wrong) {
                lies.push(Lie { kind, text: format!("{before}{wrong}{behind}") });
            }
        }
    }
    lies
}

/// Numbers that `number` is not. Counts are larger, so that `more than` does not make them true.
fn wrong_numbers(number: &str, is_share: bool) -> Vec<(&'static str, String)> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let value = u32::from_str(&digits).unwrap();
    let separator = number.find(|c: char| !c.is_ascii_digit());
    if is_share {
        let others = SHARES.into_iter().filter(|&share| share != value);
        return others.skip(value as usize % 5).take(2).map(|share| ("number", share.to_string())).collect();
    }
    match separator {
        None if number.len() == 4 && (1990..2035).contains(&value) => {
            [value - 4, value + 3].map(|year| ("date", year.to_string())).to_vec()
        }
        None => vec![("number", (value * 2 + 1).to_string()), ("number", (value + 30).to_string())],
        // A decimal gets other digits behind its sign.
        Some(at) if number.len() - at < 4 => {
            let (whole, part) = number.split_at(at + 1);
            let wrong = (u32::from_str(part).unwrap() + 13) % 10_u32.pow(part.len() as u32);
            vec![("number", format!("{whole}{wrong}"))]
        }
        Some(at) => {
            let wrong = (value * 3 + 1_000).to_string();
            let (thousands, rest) = wrong.split_at(wrong.len() - 3);
            vec![("number", format!("{thousands}{}{rest}", &number[at..=at]))]
        }
    }
}

/// Where `word` stands in `text`, not as a part of another word.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).map(|(at, _)| at).find(|&at| {
        let is_part = |c: char| c.is_alphanumeric() || c == '@';
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
