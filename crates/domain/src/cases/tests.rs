use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

fn toml(text: &str) -> CaseFile {
    read(text, Format::Toml)
}

fn told(file: &CaseFile) -> Vec<String> {
    file.problems.iter().map(ToString::to_string).collect()
}

/// Every part of a text must be in the problem at its place.
fn check(file: &CaseFile, expected: &[&[&str]]) {
    let told = told(file);
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (problem, parts) in told.iter().zip(expected) {
        for part in *parts {
            assert!(problem.contains(part), "{problem:?} does not say {part:?}");
        }
    }
}

#[test]
fn a_file_with_every_key_is_read() {
    let file = toml(
        r#"
# A comment.
[[case]]
id = "rag-year"
question = "¿Y en qué año?"
before = ["¿Qué ha hecho con RAG?"]
language = "es-ES"
expect = "answered"
topics = ["RAG|recuperación aumentada", "Legajo"]
must = ["2024|2025"]
must_not = ["2019"]
reference = "Entre 2024 y 2025."
sources = ["proyectos/rag.md#Resultado"]
without = ["cv.pdf"]
tags = ["dates"]
origin = { kind = "turn", note = "0199" }
"#,
    );
    assert_eq!(told(&file), Vec::<String>::new());
    assert_eq!(file.lines, [3]);
    let case = &file.cases[0];
    assert_eq!(case.language, Some(Language::Es));
    assert_eq!(case.expect, Some(Outcome::Answered));
    assert_eq!(case.topics, ["RAG|recuperación aumentada", "Legajo"]);
    assert_eq!(case.origin, Some(Origin { kind: OriginKind::Turn, note: "0199".to_owned() }));
    assert_eq!(toml(&to_toml(&file.cases)).cases, file.cases);
}

#[test]
fn the_same_case_is_read_from_json_lines() {
    let text =
        "{\"question\": \"What?\", \"topics\": [\"a|b\"], \"reference\": null}\r\n\r\n{\"question\": \"Who?\"}\r\n";
    let file = read(text, Format::JsonLines);
    assert_eq!(told(&file), Vec::<String>::new());
    assert_eq!(file.lines, [1, 3]);
    assert_eq!(file.cases[0].topics, ["a|b"]);
    assert_eq!(file.cases[0].id, "what");
    assert_eq!(file.cases[1].reference, None);
}

#[test]
fn all_problems_of_a_file_are_told_with_their_lines() {
    let file = toml(
        r#"[[case]]
question = "What?"
topic = ["RAG"]
language = "xx"

[[case]]
topics = "RAG"
expect = "refused"

[[case]]
question = 5
must = ["", 3]
answer = "It."
zzzzzz = "?"

[[case]]
question = "Which?"
"#,
    );
    check(
        &file,
        &[
            &["line 3", "unknown key `topic`", "did you mean `topics`?"],
            &["line 4", "unknown language `xx`", "`es`"],
            &["line 6", "no `question`"],
            &["line 7", "`topics` is a text", "`topics = [\"RAG\"]`"],
            &["line 8", "`refused`", "`not_known`"],
            &["line 11", "`question` is a number"],
            &["line 12", "`must` holds a number"],
            &["line 12", "`must` holds an empty text"],
            &["line 13", "unknown key `answer`", "`reference`"],
            &["line 14", "unknown key `zzzzzz`", "a case has `id`"],
        ],
    );
    assert_eq!(file.cases.len(), 1);
    assert_eq!(file.lines, [16]);
}

#[test]
fn what_no_answer_can_be_found_to_have_is_told() {
    let file =
        toml("[[case]]\nquestion = \"How much?\"\nmust_not = [\"€|euros\"]\nmust = [\"40 %\"]\ntags = [\"%\"]\n");
    check(&file, &[&["line 3", "`€` in `must_not`", "in words"]]);
}

#[test]
fn a_mistake_of_syntax_hides_no_other_problem() {
    let file = toml(
        "[[case]]\nquestion = \"What\n\n[[case]]\nquestion = \"Who?\"\ntopic = []\n\n[[case]]\nquestion = \"When?\"\n",
    );
    check(&file, &[&["line 2"], &["line 6", "`topics`"]]);
    assert_eq!(file.cases.len(), 1);
    let file = read("{\"question\": \"What?\",}\n[1]\n{\"question\": \"a\", \"question\": \"b\"}\n", Format::JsonLines);
    check(&file, &[&["line 1", "column 22"], &["line 2", "no JSON object"], &["line 3", "`question` stands twice"]]);
}

#[test]
fn a_key_that_is_set_twice_is_told() {
    check(&toml("[[case]]\nquestion = \"a\"\nquestion = \"b\"\n"), &[&["line 3", "duplicate key"]]);
}

#[test]
fn an_empty_file_says_how_to_begin() {
    for text in ["", "\u{feff}", "# nothing\r\n"] {
        check(&toml(text), &[&["line 1", "holds no case", "`[[case]]`"]]);
    }
    check(&read(" \r\n", Format::JsonLines), &[&["line 1", "holds no case", "{\"question\""]]);
}

#[test]
fn keys_outside_of_cases_are_told() {
    check(&toml("question = \"a\"\n"), &[&["line 1", "`question` outside of a case", "[[case]]"]]);
    check(&toml("[case]\nquestion = \"a\"\n"), &[&["line 1", "two brackets"]]);
    check(&toml("[[cases]]\nquestion = \"a\"\n"), &[&["line 1", "`cases`", "[[case]]"]]);
}

#[test]
fn byte_order_marks_and_line_ends_of_windows_do_not_matter() {
    let file = toml("\u{feff}[[case]]\r\nquestion = \"What?\"\r\ntopic = [\"a\"]\r\n");
    check(&file, &[&["line 3", "`topic`"]]);
    let file = read("\u{feff}{\"question\": \"What?\"}\r\n", Format::JsonLines);
    assert_eq!(file.cases.len(), 1, "{file:?}");
}

#[test]
fn what_is_there_twice_is_told() {
    let file = toml(
        r#"[[case]]
id = "a"
question = "What has she built?"
[[case]]
id = "a"
question = "Which prize?"
[[case]]
question = "what has  SHE built?"
[[case]]
question = "What has she built?"
without = ["projects.md"]
[[case]]
question = "What has she built?"
before = ["Hello"]
"#,
    );
    check(&file, &[&["line 4", "id `a`", "line 1"], &["line 7", "question", "line 1"]]);
}

#[test]
fn cases_that_no_answer_can_fulfil_are_told() {
    let file = toml(
        r#"[[case]]
question = "How much does she earn?"
expect = "not_known"
topics = ["salary"]
[[case]]
question = "Which prize?"
sources = ["awards.md#2025"]
without = ["awards.md"]
must = ["Gold"]
must_not = ["gold"]
"#,
    );
    check(
        &file,
        &[
            &["line 1", "`not_known`", "`topics`"],
            &["line 5", "`Gold`", "`must_not`"],
            &["line 5", "`awards.md#2025`", "`without`"],
        ],
    );
}

#[test]
fn a_name_is_made_from_the_case_alone() {
    let named = |question: &str, before: &[&str]| {
        let before = before.iter().map(|text| (*text).to_owned()).collect();
        name_of(&Case { question: question.to_owned(), before, ..Case::default() })
    };
    assert_eq!(named("¿Qué proyectos ha construido María?", &[]), "que-proyectos-ha-construido-maria");
    let follow_up = named("And when?", &["What has she built?"]);
    assert!(follow_up.starts_with("and-when-") && follow_up != named("And when?", &["What is Legajo?"]), "{follow_up}");
    assert!(named("¿?", &[]).starts_with("case-"));
    assert!(named(&"long words ".repeat(20), &[]).len() <= 64);
}

#[test]
fn an_id_in_the_file_is_not_given_to_another_case() {
    let file = toml("[[case]]\nquestion = \"What?\"\n[[case]]\nid = \"what\"\nquestion = \"Who?\"\n");
    assert_eq!(file.cases[0].id, "what-2");
}

#[test]
fn a_case_expects_an_answer_if_it_says_anything_of_it() {
    let bare = Case { question: "What?".to_owned(), ..Case::default() };
    assert_eq!(bare.expected(), None);
    assert_eq!(Case { must: vec!["a".to_owned()], ..bare.clone() }.expected(), Some(Outcome::Answered));
    assert_eq!(Case { expect: Some(Outcome::NotKnown), ..bare }.expected(), Some(Outcome::NotKnown));
}

#[test]
fn the_language_is_that_of_the_words_unless_it_is_given() {
    let spoken = |question: &str, before: &[&str], language| {
        let before = before.iter().map(|text| (*text).to_owned()).collect();
        Case { question: question.to_owned(), before, language, ..Case::default() }.spoken(Language::De)
    };
    assert_eq!(spoken("¿Qué ha construido María?", &[], None), Language::Es);
    assert_eq!(spoken("¿Qué ha construido María?", &[], Some(Language::En)), Language::En);
    assert_eq!(spoken("RAG?", &["What projects has she built so far?"], None), Language::En);
    assert_eq!(spoken("RAG", &[], None), Language::De);
}

#[test]
fn a_fingerprint_depends_on_what_is_graded_and_on_nothing_else() {
    let case =
        Case { id: "a".to_owned(), question: "What?".to_owned(), topics: vec!["b".to_owned()], ..Case::default() };
    let origin = Some(Origin { kind: OriginKind::Facts, note: String::new() });
    let renamed = Case { id: "z".to_owned(), tags: vec!["t".to_owned()], origin, ..case.clone() };
    assert_eq!(fingerprint(&case), fingerprint(&renamed));
    assert_eq!(fingerprint(&case), fingerprint(&Case { expect: Some(Outcome::Answered), ..case.clone() }));
    assert_ne!(fingerprint(&case), fingerprint(&Case { expect: Some(Outcome::NotKnown), ..case.clone() }));
    assert_ne!(fingerprint(&case), fingerprint(&Case { must: vec!["b".to_owned()], ..case.clone() }));
    assert_eq!(fingerprint(&case), r#"{"id":"","question":"What?","expect":"answered","topics":["b"]}"#);
}

#[test]
fn a_source_is_a_document_or_a_heading_of_it() {
    let headings = vec!["Proyectos".to_owned(), "Resultado de Legajo".to_owned()];
    assert!(is_source("c#.md", "c#.md", &[]));
    assert!(is_source("rag.md#resultado de legajo", "rag.md", &headings));
    assert!(!is_source("rag.md#Contexto", "rag.md", &headings));
    assert!(!is_source("rag.md", "rag", &headings));
    let exists = |document: &str| ["c#.md", "rag.md"].contains(&document);
    assert_eq!(document_of("c#.md#Why", exists), Some("c#.md"));
    assert_eq!(document_of("rag.md", exists), Some("rag.md"));
    assert_eq!(document_of("cv.pdf#Skills", exists), None);
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec("[^|]{0,8}[a-zé\"'\\\\\n\t]{0,40}[a-z]", 0..4)
}

prop_compose! {
    fn a_case()(
        question in "[a-zÀ-ü\"'\\\\#\r\n\t\u{7f}\u{1b}]{0,40}[a-z?]",
        (before, topics, must, must_not) in (texts(), texts(), texts(), texts()),
        (tags, reference) in (texts(), option::of("\\PC{0,200}[a-z]")),
        language in option::of(proptest::sample::select(Language::ALL.to_vec())),
        origin in option::of((proptest::sample::select(OriginKind::ALL.to_vec()), "\\PC{0,20}")),
    ) -> Case {
        let must_not = must_not.into_iter().filter(|text| must.iter().all(|other| fold(other) != fold(text))).collect();
        let origin = origin.map(|(kind, note)| Origin { kind, note });
        Case { question, before, topics, must, must_not, tags, reference, language, origin, ..Case::default() }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(mut cases in vec(a_case(), 1..6)) {
        for (number, case) in cases.iter_mut().enumerate() {
            case.id = format!("case-{number}");
            case.question.push_str(&number.to_string());
        }
        let file = toml(&to_toml(&cases));
        prop_assert_eq!(told(&file), Vec::<String>::new());
        prop_assert_eq!(&file.cases, &cases);
        let lines: Vec<String> = cases.iter().map(|case| serde_json::to_string(case).unwrap()).collect();
        prop_assert_eq!(read(&lines.join("\n"), Format::JsonLines).cases, cases);
    }

    #[test]
    fn no_text_stops_the_reader(text in "\\PC{0,80}", lines in vec("(\\[\\[case\\]\\]|question = \"a\"|[a-z\"\\[\\]{}=,]{0,12})", 0..8)) {
        for text in [text, lines.join("\n")] {
            for format in [Format::Toml, Format::JsonLines] {
                let file = read(&text, format);
                prop_assert!(!file.cases.is_empty() || !file.problems.is_empty());
                prop_assert_eq!(file.cases.len(), file.lines.len());
            }
        }
    }
}
