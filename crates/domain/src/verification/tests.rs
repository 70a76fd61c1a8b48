#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests fail by panicking")]

use portavoz_text::language::Language;

use super::policy::withholds;
use super::*;

/// The documents of the demo portfolio.
const DOCUMENTS: &[(&str, Language)] = &[
    (include_str!("../../../../examples/maria/knowledge/sobre-maria.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/faq.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/tecnologias.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/charlas-y-publicaciones.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/bio.txt"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/proyectos/ajuste-fino-editorial.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/proyectos/chatbot-corporativo.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/proyectos/imagenes-de-campana.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/proyectos/migas.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/proyectos/panel-ia.md"), Language::Es),
    (include_str!("../../../../examples/maria/knowledge/proyectos/rag-juridico.md"), Language::Es),
];

/// A section of a document: its headings, whether the last is a question, and its text.
struct Section {
    heading: String,
    question: Option<String>,
    text: String,
    language: Language,
}

fn sections() -> Vec<Section> {
    let mut found = Vec::new();
    for (document, language) in DOCUMENTS {
        let body = document.split("\n---\n").last().unwrap();
        let (mut title, mut heading, mut text) = (String::new(), String::new(), String::new());
        for line in body.lines().chain(["## "]) {
            if let Some(next) = line.strip_prefix("# ") {
                title = next.to_owned();
            } else if let Some(next) = line.strip_prefix("## ") {
                let question = heading.starts_with('¿').then(|| heading.clone());
                let full = format!("{title}\n{heading}");
                if !text.trim().is_empty() {
                    found.push(Section {
                        heading: full,
                        question,
                        text: std::mem::take(&mut text),
                        language: *language,
                    });
                }
                heading = next.to_owned();
            } else {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    found
}

fn demo() -> Sources {
    let sections = sections();
    let sources: Vec<Source<'_>> = sections
        .iter()
        .map(|section| Source {
            heading: &section.heading,
            question: section.question.as_deref(),
            text: &section.text,
            language: section.language,
        })
        .collect();
    Sources::of(&sources)
}

fn listed(list: &'static str) -> impl Iterator<Item = (Language, &'static str)> {
    list.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (tag, sentence) = line.split_once('|').unwrap();
        (Language::parse(tag).unwrap(), sentence)
    })
}

/// The sentences of a list that `strict` treats otherwise than expected.
fn misjudged(list: &'static str, expected: bool) -> Vec<String> {
    let sources = demo();
    listed(list)
        .filter_map(|(language, sentence)| {
            let checked = check(sentence, Asked { question: None, language }, &sources);
            let claims: Vec<String> = checked
                .claims
                .iter()
                .map(|claim| format!("{} `{}` {}", claim.kind.name(), claim.text, claim.status.name()))
                .collect();
            (withholds(&checked) != expected).then(|| format!("{language}: {sentence}\n      {}", claims.join("; ")))
        })
        .collect()
}

#[test]
fn true_sentences_reach_the_visitor() {
    let wrong = misjudged(include_str!("tests/truths.txt"), false);
    assert!(wrong.len() * 100 <= 3 * 130, "{} withheld:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn false_hard_facts_do_not() {
    let wrong = misjudged(include_str!("tests/lies.txt"), true);
    assert!(wrong.is_empty(), "{} passed:\n{}", wrong.len(), wrong.join("\n"));
}
