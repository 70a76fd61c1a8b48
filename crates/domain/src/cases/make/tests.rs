use std::collections::BTreeSet;

use super::*;
use crate::document::Facet;
use crate::facts::{contradictions, draw};
use crate::ids::{ChunkId, DocumentId};

fn passage(document: &str, headings: &[&str], language: Language, text: &str) -> Chunk {
    let document = DocumentId::new(document);
    Chunk {
        id: ChunkId::new(&document, 0),
        document,
        title: headings.first().copied().unwrap_or("Notas").to_owned(),
        url: None,
        heading_path: headings.iter().skip(1).map(|heading| (*heading).to_owned()).collect(),
        facet: Facet::About,
        language,
        text: text.to_owned(),
        question: None,
        span: 0..text.len(),
        page: None,
        tokens: 10,
        priority: 1.0,
    }
}

fn portfolio() -> Vec<Chunk> {
    let es = Language::Es;
    vec![
        passage("cv.md", &["CV", "Experiencia"], es, "Ingeniera de datos, Taller Numérico, 2019 – 2022"),
        passage("cv.md", &["CV", "Experiencia"], es, "Desarrolladora web, Telares Sur, 2014 – 2017"),
        passage("cv.md", &["CV", "Formación"], es, "Grado en Matemáticas, Universidad del Ebro, 2010 – 2014"),
        passage("cv.md", &["CV", "Idiomas"], es, "- Inglés: C1\n- Español: lengua materna"),
        passage("tecnologias.md", &["Tecnologías"], es, "- Python: desde 2015\n- Rust\n- SQL"),
        passage("about.md", &["About", "Experience"], Language::En, "Data engineer, Taller Numérico, 2019 – 2022"),
        passage("blog.md", &["Blog"], es, "Ada escribe sobre mapas y sobre COBOL."),
        passage("otros.md", &["Aficiones"], es, "A Ada le gusta el monte."),
    ]
}

fn made(chunks: &[Chunk]) -> Vec<Case> {
    let facts = draw(chunks);
    let contradictions = contradictions(&facts);
    make(&Material { facts: &facts, contradictions: &contradictions, chunks, owner: Some("Ada Ruiz") })
}

fn case<'a>(cases: &'a [Case], question: &str, expect: Outcome) -> Option<&'a Case> {
    cases.iter().find(|case| case.question == question && case.expect == Some(expect))
}

fn begun(organisation: &str) -> [String; 2] {
    [format!("¿En qué año empezó Ada en {organisation}?"), format!("¿Cuándo entró Ada en {organisation}?")]
}

fn asked_when_begun<'a>(cases: &'a [Case], organisation: &str, expect: Outcome) -> Option<&'a Case> {
    begun(organisation).iter().find_map(|question| case(cases, question, expect))
}

#[test]
fn facts_become_questions_with_their_answers_and_the_documents_that_state_them() {
    let cases = made(&portfolio());
    let begun = asked_when_begun(&cases, "Taller Numérico", Outcome::Answered).unwrap();
    assert_eq!((&begun.topics[..], &begun.must[..]), (&["2019".to_owned()][..], &["2019".to_owned()][..]));
    assert_eq!(begun.sources, ["about.md", "cv.md"]);
    assert_eq!(begun.tags, ["job"]);
    assert!(begun.origin.as_ref().unwrap().note.contains("Taller Numérico"));
    let role =
        cases.iter().find(|case| case.question.contains("Ada") && case.topics == ["Ingeniera de datos|Data engineer"]);
    assert!(role.is_some_and(|role| role.must.is_empty()), "a title can be put in other words: {cases:#?}");
    assert!(cases.iter().any(|case| case.must == ["C1"]), "{cases:#?}");
}

#[test]
fn questions_are_asked_in_the_language_of_the_passage() {
    let cases = made(&portfolio());
    let english: Vec<&Case> = cases
        .iter()
        .filter(|case| case.question.contains("Taller Numérico") && case.question.contains("did Ada"))
        .collect();
    assert!(english.len() >= 3, "{cases:#?}");
    assert!(!cases.iter().any(|case| case.question.contains("did Ada") && case.question.contains("Telares")));
}

#[test]
fn leaving_out_every_document_that_could_say_it_makes_a_question_unanswerable() {
    let cases = made(&portfolio());
    let twin = asked_when_begun(&cases, "Taller Numérico", Outcome::NotKnown).unwrap();
    assert_eq!(twin.without, ["about.md", "cv.md"]);
    assert!(twin.topics.is_empty() && twin.must.is_empty() && twin.sources.is_empty());

    // Another document has the name and the year, in no passage together: it might say it.
    let mut chunks = portfolio();
    chunks.push(passage("diario.md", &["Diario"], Language::Es, "Hoy paso por el Taller."));
    chunks.push(passage("diario.md", &["Diario", "2019"], Language::Es, "Un buen año."));
    let cases = made(&chunks);
    let twin = asked_when_begun(&cases, "Taller Numérico", Outcome::NotKnown).unwrap();
    assert_eq!(twin.without, ["about.md", "cv.md", "diario.md"]);
    let begun = asked_when_begun(&cases, "Taller Numérico", Outcome::Answered).unwrap();
    assert_eq!(begun.sources, ["about.md", "cv.md"]);
}

#[test]
fn facts_in_doubt_are_not_asked_about() {
    let mut chunks = portfolio();
    let other =
        passage("resume.md", &["CV", "Experiencia"], Language::Es, "Ingeniera de datos, Taller Numérico, 2020 – 2022");
    chunks.push(other);
    let cases = made(&chunks);
    assert!(asked_when_begun(&cases, "Taller Numérico", Outcome::Answered).is_none(), "{cases:#?}");
    assert!(asked_when_begun(&cases, "Telares Sur", Outcome::Answered).is_some());
}

#[test]
fn a_question_never_holds_its_answer() {
    for case in made(&portfolio()) {
        for topic in &case.topics {
            let language = case.spoken(Language::Es);
            let covered = topics_covered(std::slice::from_ref(topic), &case.question, language);
            assert!(covered.score < 1.0, "{case:?}");
        }
    }
}

#[test]
fn only_what_no_document_mentions_is_asked_as_unknown() {
    let cases = made(&portfolio());
    let nobody: Vec<&str> = cases
        .iter()
        .filter(|case| case.tags.iter().any(|tag| tag == "nobody"))
        .map(|case| case.question.as_str())
        .collect();
    assert!(nobody.iter().any(|question| question.contains("Bosch")), "{nobody:?}");
    assert!(!nobody.iter().any(|question| question.contains("COBOL")), "{nobody:?}");
}

#[test]
fn what_is_made_is_a_file_without_problems() {
    let cases = made(&portfolio());
    let file = crate::cases::read(&crate::cases::to_toml(&cases), crate::cases::Format::Toml);
    assert_eq!(file.problems, []);
    assert_eq!(file.cases, cases);
}

#[test]
fn the_choice_is_balanced_and_the_same_for_the_same_seed() {
    let cases = made(&portfolio());
    let chosen = balanced(cases.clone(), 10, 7);
    assert_eq!(chosen, balanced(cases.clone(), 10, 7));
    assert_ne!(chosen, balanced(cases.clone(), 10, 8));
    let unanswerable = chosen.iter().filter(|case| case.tags.iter().any(|tag| tag == UNANSWERABLE)).count();
    assert_eq!((chosen.len(), unanswerable), (10, 2));
    let kinds: BTreeSet<&String> = chosen.iter().filter_map(|case| case.tags.last()).collect();
    assert!(kinds.len() >= 4, "{kinds:?}");
    let all = balanced(cases.clone(), usize::MAX, 1);
    assert_eq!(all.len(), cases.len());
}

#[test]
fn one_prize_under_two_names_is_one_and_what_is_a_talk_here_and_an_article_there_is_none() {
    let es = Language::Es;
    let mut chunks = portfolio();
    chunks.extend([
        passage("cv.md", &["CV", "Premios"], es, "Mejor aplicación de mapas, Jornadas Sur, 2021"),
        passage("premios.md", &["Premios"], es, "Premio a la mejor aplicación de mapas, Jornadas Sur, 2021"),
        passage("cv.md", &["CV", "Charlas"], es, "«Medir mapas antiguos», Revista Norte, marzo de 2020"),
        passage("articulos.md", &["Publicaciones"], es, "«Medir mapas antiguos», Revista Norte, marzo de 2020"),
    ]);
    let cases = made(&chunks);
    let prizes: Vec<&Case> =
        cases.iter().filter(|case| case.question.contains("mejor aplicación") && case.must == ["2021"]).collect();
    let [prize] = prizes.as_slice() else { panic!("{prizes:#?}") };
    assert!(prize.question.contains("Premio a la mejor"), "{prize:?}");
    assert_eq!(prize.sources, ["cv.md", "premios.md"]);
    assert!(!cases.iter().any(|case| case.question.contains("Medir mapas")), "{cases:#?}");
}

#[test]
fn organisations_have_their_article_where_the_language_has_one() {
    let cases = made(&portfolio());
    assert!(cases.iter().any(|case| case.question.contains("en la Universidad del Ebro")), "{cases:#?}");
}

#[test]
fn a_portfolio_without_facts_gives_no_cases() {
    assert_eq!(made(&[passage("a.md", &["Nota"], Language::Es, "Nada que decir.")]), []);
}
