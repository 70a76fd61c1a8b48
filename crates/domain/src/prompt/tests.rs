#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use super::*;

fn maria() -> PromptOptions {
    PromptOptions {
        owner: Some("María".to_owned()),
        headline: Some("profesional de la IA generativa".to_owned()),
        specific: true,
        tone: String::new(),
    }
}

fn rendered(options: PromptOptions, language: Language) -> String {
    let prompts = Prompts::new(options, &BTreeMap::new()).unwrap();
    let history = [Message::new(Role::User, "hola"), Message::new(Role::Assistant, "¡Hola!")];
    let question =
        prompts.question(language, "## Proyectos\n- [1] Construyó un sistema RAG.\n", "¿Qué ha construido?").unwrap();
    assemble(prompts.system(language).unwrap(), &history, question)
        .iter()
        .map(|message| format!("<{:?}>\n{}\n", message.role, message.content))
        .collect()
}

#[test]
fn rendered_prompts_read_well_in_each_scaffold() {
    insta::assert_snapshot!("spanish", rendered(maria(), Language::Es));
    insta::assert_snapshot!("german_visitor", rendered(maria(), Language::De));
    insta::assert_snapshot!("nameless_owner", rendered(PromptOptions::default(), Language::En));
}

#[test]
fn an_owners_template_takes_the_place_of_ours() {
    let overrides = BTreeMap::from([("system.es.jinja".to_owned(), "Habla de {{ owner }}.".to_owned())]);
    let prompts = Prompts::new(maria(), &overrides).unwrap();
    assert_eq!(prompts.system(Language::Es).unwrap(), "Habla de María.");
    assert!(prompts.system(Language::En).unwrap().contains("third person"));
}

#[test]
fn a_broken_template_is_named_with_its_line() {
    for (name, text, expected) in [
        ("system.de.jinja", "x", "`system.de.jinja` is not a prompt template"),
        ("system.es.jinja", "a\n{{ ownr }}", "prompt template `system.es.jinja` cannot be used: line 2"),
        ("question.en.jinja", "{% if %}", "prompt template `question.en.jinja` cannot be used: line 1"),
    ] {
        let overrides = BTreeMap::from([(name.to_owned(), text.to_owned())]);
        let error = Prompts::new(maria(), &overrides).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn templates_in_a_visitors_words_stay_words() {
    let prompts = Prompts::new(maria(), &BTreeMap::new()).unwrap();
    let question = prompts.question(Language::Es, "", "{{ owner }} {% raw %}").unwrap();
    assert!(question.ends_with("Pregunta: {{ owner }} {% raw %}"), "{question}");
}

#[test]
fn history_is_cut_from_the_oldest_and_begins_with_a_question() {
    let history: Vec<Message> = (0..8)
        .map(|n| Message::new(if n % 2 == 0 { Role::User } else { Role::Assistant }, format!("mensaje {n}")))
        .collect();
    let count = |text: &str| text.split_whitespace().count();
    for (max_messages, max_tokens, expected) in
        [(10, 100, "0 1 2 3 4 5 6 7"), (4, 100, "4 5 6 7"), (3, 100, "6 7"), (10, 5, "6 7"), (10, 1, ""), (0, 100, "")]
    {
        let kept = recent(&history, HistoryLimits { max_messages, max_tokens }, &count);
        let numbers: Vec<&str> = kept.iter().map(|message| &message.content[8..]).collect();
        assert_eq!(numbers.join(" "), expected, "{max_messages} messages, {max_tokens} tokens");
    }
}

#[test]
fn the_canary_ends_the_system_message_and_nothing_else_has_it() {
    let prompts = Prompts::new(maria(), &BTreeMap::new()).unwrap().with_canary("7f3a".to_owned());
    for language in Language::ALL {
        assert!(prompts.system(language).unwrap().ends_with(": 7f3a"), "{language}");
        assert!(!prompts.question(language, "-", "-").unwrap().contains("7f3a"), "{language}");
    }
}

#[test]
fn a_judges_word_is_understood_and_its_chatter_is_not() {
    for (reply, expected) in [
        ("supported", Some(Status::Supported)),
        (" **Contradicted**.\n", Some(Status::Contradicted)),
        ("unsupported: nothing says so", Some(Status::Unsupported)),
        ("It is supported", None),
        ("", None),
    ] {
        assert_eq!(verdict_of(reply), expected, "{reply}");
    }
}

#[test]
fn a_judge_reads_passages_question_and_sentence() {
    let prompts = Prompts::new(maria(), &BTreeMap::new()).unwrap();
    insta::assert_snapshot!("judge", prompts.judge("- [1] Usa Python.\n", "¿Qué usa?", "Usa Rust.").unwrap());
}
