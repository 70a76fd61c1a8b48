use super::*;
use crate::facts::draw;
use crate::facts::tests::passage;
use portavoz_text::language::Language;

type Passage<'a> = (&'a str, Language, &'a str, &'a str);

fn found(passages: &[Passage<'_>]) -> Vec<String> {
    let chunks: Vec<_> = passages
        .iter()
        .map(|(document, language, heading, text)| passage(document, *language, &[heading], text))
        .collect();
    let contradictions = contradictions(&draw(&chunks));
    contradictions.iter().map(|c| format!("{:?} {} {}", c.subject, c.left_says, c.right_says)).collect()
}

fn check(passages: &[Passage<'_>], expected: &[&str]) {
    assert_eq!(found(passages), expected, "{passages:?}");
}

const JOBS: &str = "Experience";

#[test]
fn two_times_of_one_job_are_found() {
    let en = Language::En;
    for (left, right, expected) in [
        ("Engineer, Lumbre (2019–2022)", "Engineer, Lumbre (2019–2021)", "JobEnd 2022 2021"),
        ("Engineer, Lumbre (2019–2022)", "Engineer, Lumbre (2018–2022)", "JobBegin 2019 2018"),
        ("Engineer, Lumbre (2019–2022)", "Engineer, Lumbre S.L. (2019–present)", "JobEnd 2022 present"),
        ("Engineer, Lumbre (May 2019 – June 2022)", "Lumbre (2019–2023), engineer", "JobEnd 2022-06 2023"),
        (
            "Data engineer, Lumbre Estudio (2019–2022)",
            "She was a data engineer at Lumbre from 2019 to 2021.",
            "JobEnd 2022 2021",
        ),
        ("Senior data engineer, Lumbre (2019–2022)", "Engineer, Lumbre (2019–2021)", "JobEnd 2022 2021"),
    ] {
        check(&[("cv.md", en, JOBS, left), ("bio.md", en, JOBS, right)], &[expected]);
    }
    check(
        &[
            ("cv.md", Language::Es, "Experiencia", "Ingeniera, Lumbre (2019–2022)"),
            ("en.md", en, JOBS, "Engineer, Lumbre (2019–2021)"),
            ("bio.md", en, JOBS, "Engineer, Lumbre (2019–2021)"),
        ],
        &["JobEnd 2022 2021"],
    );
}

#[test]
fn statements_that_can_both_be_true_are_silent() {
    let en = Language::En;
    for (left, right) in [
        ("Engineer, Lumbre (2019–2022)", "Engineer, Lumbre (May 2019 – June 2022)"),
        ("Engineer, Lumbre (2019–2022)", "She worked at Lumbre from 2019 to 2022."),
        ("Engineer, Lumbre (2019–2021)", "Engineer, Vega (2019–2022)"),
        ("Engineer, Lumbre (2019–2021)", "Designer, Lumbre (2021–2023)"),
        ("Junior engineer, Lumbre (2019–2020)", "Senior engineer, Lumbre (2020–2022)"),
        ("Engineer, Lumbre (2015–2017)", "Engineer, Lumbre (2019–2021)"),
        ("Engineer, Lumbre (2019–2021)\nLead, Lumbre (2021–2023)", "She worked at Lumbre from 2019 to 2023."),
        ("Engineer, Banco Norte (2019–2021)", "Engineer, Banco Sur (2019–2022)"),
        ("Engineer, Lumbre (2019–2022)", "In 2021 she was an engineer at Lumbre."),
    ] {
        check(&[("cv.md", en, JOBS, left), ("bio.md", en, JOBS, right)], &[]);
    }
}

#[test]
fn degrees_levels_totals_addresses_and_awards_can_disagree() {
    let en = Language::En;
    for (heading, left, right, expected) in [
        (
            "Education",
            "MSc Physics, Ebro University, 2018",
            "MSc in Physics, Ebro University, 2019",
            &["Degree 2018 2019"][..],
        ),
        ("Education", "MSc Physics, Ebro University, 2016 – 2018", "MSc Physics, Ebro University, 2018", &[]),
        ("Education", "BSc Physics, Ebro University, 2016", "MSc Physics, Ebro University, 2018", &[]),
        ("Education", "MSc Physics, Ebro University, 2016", "MSc History, Ebro University, 2018", &[]),
        ("Languages", "English C1, French B1", "English: C2, French: B1", &["Tongue C1 C2"]),
        ("Languages", "English (native)", "English C2", &[]),
        ("Languages", "English, fluent", "English C1", &[]),
        ("About", "Five years of experience.", "Eight years of experience.", &["Experience 5 years 8 years"]),
        ("About", "More than five years of experience.", "Eight years of experience.", &[]),
        (
            "About",
            "More than ten years of experience.",
            "Eight years of experience.",
            &["Experience more than 10 years 8 years"],
        ),
        ("About", "Five years of experience in law.", "Eight years of experience.", &[]),
        ("Contact", "ana@old.example", "ana@new.example", &["Email ana@old.example ana@new.example"]),
        ("Contact", "ana@ruiz.example", "Ana@Ruiz.example", &[]),
        ("Contact", "ana@ruiz.example", "press@ruiz.example", &[]),
        ("Awards", "Gold prize, Ebro, 2021", "Gold prize, Ebro, 2022", &["Milestone 2021 2022"]),
        ("Talks", "“Slow down”, Ebro, 2021", "“Slow down”, Vega, 2022", &[]),
        ("About", "Born in 1990.", "Born on 3 May 1990.", &[]),
    ] {
        check(&[("cv.md", en, heading, left), ("bio.md", en, heading, right)], expected);
    }
}

#[test]
fn a_document_can_disagree_with_itself() {
    let text = "Engineer, Lumbre (2019–2022)\nEngineer, Lumbre (2019–2021)";
    let chunks = [passage("cv.md", Language::En, &[JOBS], text)];
    let found = contradictions(&draw(&chunks));
    let sentence = found.first().map(Contradiction::sentence);
    let expected = "`cv.md` disagrees with itself about when the job at Lumbre ended: 2022 or 2021";
    assert_eq!(sentence.as_deref(), Some(expected));
}
