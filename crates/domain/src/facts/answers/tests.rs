#![allow(clippy::unwrap_used, reason = "a test may fail")]

use portavoz_text::language::Language;

use super::wording::Wording;
use super::*;
use crate::facts::tests::passage;
use crate::facts::{contradictions, draw};
use crate::question::Understood;
use crate::understanding::understand;

const TODAY: Date = Date { year: 2026, month: Some(11), day: Some(22) };

/// A portfolio in Spanish with an English page.
fn ledger() -> Vec<Fact> {
    let es = Language::Es;
    draw(&[
        passage(
            "cv.md",
            es,
            &["Experiencia"],
            "- Analista de datos, Puerto Norte (septiembre de 2017 – diciembre de 2019)\n- Ingeniera de datos, Lumbre Estudio (enero de 2020 – agosto de 2024)\n- Ingeniera jefe, Vega Labs (septiembre de 2024 – actualidad)",
        ),
        passage(
            "skills.md",
            es,
            &["Tecnologías"],
            "Python, Go y SQL\n- Python es su lenguaje principal desde marzo de 2017.\n- Rust (5 años)",
        ),
        passage("projects.md", es, &["Proyectos", "Faro, un buscador"], "Mayo – octubre de 2023"),
        passage("library.md", es, &["Proyectos", "Migaja"], "Desde enero de 2025"),
        passage("sobre.md", es, &["Perfil"], "Tiene más de tres años de experiencia en IA generativa."),
        passage(
            "about.md",
            Language::En,
            &["Work"],
            "From January 2020 to August 2024, Ana was a data engineer at Lumbre Estudio.",
        ),
    ])
}

fn answer(question: &str, language: Language, facts: &[Fact]) -> Option<String> {
    let Understood::Question(question) = understand(question, Some(language), &[], language) else { return None };
    let doubts = contradictions(facts);
    let asking = Asking { question: &question, owner: Some("Ana Ruiz"), today: TODAY, doubts: &doubts };
    let computed = answer_from_facts(&asking, facts)?;
    assert!(!computed.rests_on.is_empty(), "{}", computed.text);
    assert!(!computed.text.contains(['{', '}']), "{}", computed.text);
    Some(computed.text)
}

fn check(question: &str, language: Language, facts: &[Fact], expected: Option<&str>) {
    assert_eq!(answer(question, language, facts).as_deref(), expected, "{question}");
}

#[test]
fn lengths_of_time_are_computed_in_the_visitors_language() {
    let facts = ledger();
    for (language, question, expected) in [
        (
            Language::Es,
            "¿Cuánto tiempo trabajó Ana en Lumbre Estudio?",
            "4 años en Lumbre Estudio: de enero de 2020 a agosto de 2024.",
        ),
        (
            Language::En,
            "How long did she work at Lumbre?",
            "4 years at Lumbre Estudio: from January 2020 to August 2024.",
        ),
        (
            Language::De,
            "Wie lange hat Ana bei Lumbre Estudio gearbeitet?",
            "4 Jahre bei Lumbre Estudio: von Januar 2020 bis August 2024.",
        ),
        (
            Language::Fr,
            "Combien de temps a-t-elle travaillé chez Lumbre Estudio ?",
            "4 ans chez Lumbre Estudio : janvier 2020 – août 2024.",
        ),
        (
            Language::Pt,
            "Quanto tempo trabalhou na Lumbre Estudio?",
            "4 anos, Lumbre Estudio: de janeiro de 2020 a agosto de 2024.",
        ),
        (
            Language::It,
            "Quanto tempo ha lavorato presso Lumbre Estudio?",
            "4 anni presso Lumbre Estudio: gennaio 2020 – agosto 2024.",
        ),
        (
            Language::Ca,
            "Quant de temps va treballar a Lumbre Estudio?",
            "4 anys a Lumbre Estudio: gener de 2020 – agost de 2024.",
        ),
        (
            Language::En,
            "How many years did she work at Puerto Norte?",
            "2 years at Puerto Norte: from September 2017 to December 2019.",
        ),
        (Language::Es, "¿Desde cuándo trabaja en Vega Labs?", "Desde septiembre de 2024, en Vega Labs."),
        (
            Language::Es,
            "¿Cuánto tiempo lleva en Vega Labs?",
            "2 años en Vega Labs, desde septiembre de 2024 (a 22 de noviembre de 2026).",
        ),
        (
            Language::Es,
            "¿Cuántos años lleva con Python?",
            "9 años con Python, desde marzo de 2017 (a 22 de noviembre de 2026).",
        ),
        (
            Language::En,
            "How many years has she been using Python?",
            "9 years with Python, since March 2017 (as of 22 November 2026).",
        ),
        (
            Language::En,
            "Since when does Ana use Python?",
            "9 years with Python, since March 2017 (as of 22 November 2026).",
        ),
        (
            Language::Es,
            "¿Cuántos años de experiencia tiene con Rust?",
            "5 años, según dice el propio portfolio: «Rust (5 años)»",
        ),
        (Language::En, "How long did the Faro project last?", "6 months: Faro, from May 2023 to October 2023."),
        (
            Language::En,
            "How old is the project Migaja?",
            "22 months: Migaja has existed since January 2025 (as of 22 November 2026).",
        ),
        (
            Language::Ca,
            "Des de quan existeix Migaja?",
            "22 mesos: Migaja existeix des de gener de 2025 (22 de novembre de 2026).",
        ),
    ] {
        check(question, language, &facts, Some(expected));
    }
}

#[test]
fn jobs_are_told_by_date_and_for_today() {
    let facts = ledger();
    for (language, question, expected) in [
        (
            Language::Es,
            "¿Dónde trabajaba en 2021?",
            "En 2021: ingeniera de datos en Lumbre Estudio, de enero de 2020 a agosto de 2024.",
        ),
        (
            Language::En,
            "Where did Ana work in 2021?",
            "In 2021: data engineer at Lumbre Estudio, from January 2020 to August 2024.",
        ),
        (
            Language::En,
            "Where did she work in October 2024?",
            "In October 2024: ingeniera jefe at Vega Labs, since September 2024.",
        ),
        (
            Language::Es,
            "¿Cuál es su trabajo actual?",
            "Actualmente: ingeniera jefe en Vega Labs, desde septiembre de 2024.",
        ),
        (
            Language::Es,
            "¿Cuánto tiempo lleva en su puesto actual?",
            "2 años en Vega Labs, desde septiembre de 2024 (a 22 de noviembre de 2026).",
        ),
        (Language::De, "Wo arbeitet sie jetzt?", "Zurzeit: ingeniera jefe bei Vega Labs, seit September 2024."),
    ] {
        check(question, language, &facts, Some(expected));
    }
    check("Where did she work in 2010?", Language::En, &facts, None);
}

#[test]
fn a_total_counts_overlaps_once_and_a_claim_goes_before_it() {
    let facts = ledger();
    let total = answer("How many years of experience does Ana have?", Language::En, &facts).unwrap();
    assert!(total.starts_with("9 years of professional experience as of 22 November 2026"), "{total}");
    assert!(total.contains("Puerto Norte, from September 2017 to December 2019"), "{total}");
    let in_field =
        answer("How many years of experience does she have in generative AI?", Language::En, &facts).unwrap();
    assert!(in_field.starts_with("More than 3 years, as the portfolio itself says"), "{in_field}");
    let es = Language::Es;
    let jobs = "- Analista, Norte (2015–2018)\n- Analista, Sur (2017–2020)";
    let overlapping = draw(&[passage("cv.md", es, &["Experiencia"], jobs)]);
    let total = answer("¿Cuántos años de experiencia tiene?", es, &overlapping).unwrap();
    assert!(total.starts_with("Unos 5 años de experiencia profesional"), "{total}");
    let claims = draw(&[
        passage("cv.md", es, &["Experiencia"], jobs),
        passage("bio.md", es, &["Perfil"], "Tiene once años de experiencia."),
    ]);
    let claimed = "11 años, según dice el propio portfolio: «Tiene once años de experiencia»";
    check("¿Cuántos años de experiencia tiene?", es, &claims, Some(claimed));
}

#[test]
fn what_the_facts_do_not_carry_is_not_answered() {
    let facts = ledger();
    for (language, question) in [
        (Language::En, "How old is she?"),
        (Language::En, "How old is the project Faro?"),
        (Language::Es, "¿Cuántos años tiene Ana?"),
        (Language::En, "How many years of experience does she have with COBOL?"),
        (Language::En, "How long did she lead the team at Lumbre?"),
        (Language::En, "How long did she work at Google?"),
        (Language::En, "Which projects did she do in 2021?"),
        (Language::En, "What project did she work on in 2021?"),
        (Language::Es, "¿En qué proyecto trabajó en 2021?"),
        (Language::En, "Is she currently looking for work?"),
        (Language::Es, "¿Trabaja actualmente en remoto?"),
        (Language::En, "What is her experience with Python?"),
        (Language::En, "How many clients did she have in 2021?"),
        (Language::Es, "¿Trabajó con Python en Lumbre?"),
        (Language::Es, "¿Cuánto tiempo tardó en construir Faro?"),
        (Language::Es, "¿Cuánto cobra ahora?"),
        (Language::Es, "¿Cuándo puede empezar a trabajar?"),
    ] {
        check(question, language, &facts, None);
    }
    let es = Language::Es;
    let torn = draw(&[
        passage("cv.md", es, &["Experiencia"], "Analista, Norte (2015–2018)"),
        passage("bio.md", es, &["Experiencia"], "Analista, Norte (2015–2019)"),
    ]);
    check("¿Cuánto tiempo trabajó en Norte?", es, &torn, None);
}

#[test]
fn an_age_needs_a_published_birth() {
    let born = draw(&[passage("bio.md", Language::En, &["About"], "Born on 3 May 1990 in Lleida.")]);
    check("How old is the company?", Language::En, &born, None);
    check("How old is she?", Language::En, &born, Some("36 years (born: 3 May 1990; as of 22 November 2026)."));
}

#[test]
fn work_on_ones_own_account_has_lengths_too() {
    let facts = draw(&[passage(
        "cv.md",
        Language::Es,
        &["Experiencia"],
        "Consultora, por cuenta propia (mayo de 2024 – actualidad)",
    )]);
    for (language, question, expected) in [
        (Language::Es, "¿Desde cuándo trabaja por cuenta propia?", "Desde mayo de 2024, por cuenta propia."),
        (
            Language::En,
            "How long has she been self-employed?",
            "2 years, self-employed: since May 2024 (22 November 2026).",
        ),
    ] {
        check(question, language, &facts, Some(expected));
    }
}

#[test]
fn a_follow_up_is_about_what_was_spoken_of() {
    let facts = ledger();
    let question = Question {
        text: "¿Y desde cuándo?".to_owned(),
        language: Language::Es,
        carried: Some("trabaja en Vega Labs".to_owned()),
        facets: Vec::new(),
        wants: crate::question::Wants::Date,
    };
    let asking = Asking { question: &question, owner: None, today: TODAY, doubts: &[] };
    let computed = answer_from_facts(&asking, &facts).unwrap();
    assert_eq!(computed.text, "Desde septiembre de 2024, en Vega Labs.");
}

#[test]
fn every_language_has_its_words() {
    for language in Language::ALL {
        let wording = Wording::of(language);
        let when = When { from: Some(Date::month(2021, 4)), to: Some(End::Present) };
        assert!(wording.period(when).contains("2021"), "{language}");
    }
}
