#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use portavoz_text::dates::End;

use super::*;
use crate::document::Facet;

/// A passage of a document: its headings, and its text.
pub(super) fn passage(document: &str, language: Language, headings: &[&str], text: &str) -> Chunk {
    let document = DocumentId::new(document);
    Chunk {
        id: ChunkId::new(&document, 0),
        document,
        title: "Ana Ruiz".to_owned(),
        url: None,
        heading_path: headings.iter().map(|&heading| heading.to_owned()).collect(),
        facet: Facet::About,
        language,
        text: text.to_owned(),
        question: None,
        span: 10..10 + text.len(),
        page: None,
        tokens: 1,
        priority: 1.0,
    }
}

fn time(when: When) -> String {
    let to = when.to.map_or("?".to_owned(), |to| match to {
        End::Date(to) => to.to_string(),
        End::Present => "now".to_owned(),
    });
    format!("{}..{to}", when.from.map_or("?".to_owned(), |from| from.to_string()))
}

/// A fact in one line.
pub(super) fn told(fact: &Fact) -> String {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    match &fact.statement {
        Statement::Employment { title, organisation, when } => {
            format!("job {} @ {} {}", or(title), or(organisation), time(*when))
        }
        Statement::Education { degree, institution, when } => {
            format!("degree {degree} @ {} {}", or(institution), time(*when))
        }
        Statement::Skill { name, since, years } => match (since, years) {
            (Some(since), _) => format!("skill {name} since {since}"),
            (_, Some(years)) => format!("skill {name} {:?} {}", years.bound, years.years),
            _ => format!("skill {name}"),
        },
        Statement::Tongue { code, level, .. } => format!("tongue {code} {level}"),
        Statement::Project { name, when } => format!("project {name} {}", time(*when)),
        Statement::Milestone { milestone, name, by, date } => format!("{milestone:?} {name} @ {} {date}", or(by)),
        Statement::Link { url } => format!("link {url}"),
        Statement::Email { address } => format!("email {address}"),
        Statement::Experience { years, topic } => format!("claim {:?} {} in {}", years.bound, years.years, or(topic)),
        Statement::Birth { date } => format!("birth {date}"),
    }
}

fn check(language: Language, headings: &[&str], text: &str, expected: &[&str]) {
    let facts = draw(&[passage("a.md", language, headings, text)]);
    assert_eq!(facts.iter().map(told).collect::<Vec<_>>(), expected, "{headings:?} {text}");
    for fact in facts {
        let quoted = text.get(fact.source.within.clone()).unwrap();
        assert!(fact.source.quote.ends_with(quoted), "{}", fact.source.quote);
    }
}

#[test]
fn lines_of_a_cv_are_jobs_in_seven_languages() {
    for (language, heading, line, expected) in [
        (
            Language::Es,
            "Experiencia",
            "- Lumbre (2019–2022), ingeniera de datos. Hizo mucho.",
            "job ingeniera de datos @ Lumbre 2019..2022",
        ),
        (
            Language::En,
            "Work experience",
            "- Senior Engineer, Lumbre (2019–2022)",
            "job Senior Engineer @ Lumbre 2019..2022",
        ),
        (
            Language::En,
            "Experience",
            "Senior Engineer at Lumbre, 2019 - present",
            "job Senior Engineer @ Lumbre 2019..now",
        ),
        (
            Language::En,
            "Experience",
            "May 2019 – June 2021 | Data Analyst | Lumbre Ltd",
            "job Data Analyst @ Lumbre Ltd 2019-05..2021-06",
        ),
        (
            Language::Pt,
            "Experiência",
            "- Lumbre Lda. (2016–2020), programador Java; integrei pagamentos.",
            "job programador Java @ Lumbre Lda 2016..2020",
        ),
        (
            Language::Fr,
            "Expérience",
            "- Lumbre (2019–aujourd'hui), développeuse React",
            "job développeuse React @ Lumbre 2019..now",
        ),
        (
            Language::De,
            "Berufserfahrung",
            "- Lumbre GmbH (seit 2019), Softwareentwicklerin",
            "job Softwareentwicklerin @ Lumbre GmbH 2019..now",
        ),
        (
            Language::It,
            "Esperienza",
            "- Sviluppatrice presso Lumbre, da marzo 2021 a giugno 2024",
            "job Sviluppatrice @ Lumbre 2021-03..2024-06",
        ),
        (
            Language::Ca,
            "Experiència",
            "- Lumbre (2018–2024), dissenyadora de producte; vaig fer molt.",
            "job dissenyadora de producte @ Lumbre 2018..2024",
        ),
        (
            Language::Es,
            "Experiencia",
            "- Por cuenta propia (2020 – actualidad), consultora",
            "job consultora @ - 2020..now",
        ),
    ] {
        check(language, &[heading], line, &[expected]);
    }
}

#[test]
fn headings_are_jobs_degrees_and_projects_with_the_time_below() {
    for (language, headings, text, expected) in [
        (
            Language::Es,
            &["Experiencia", "Lumbre — Ingeniera (2019 – 2022)"][..],
            "- Hizo mucho.",
            "job Ingeniera @ Lumbre 2019..2022",
        ),
        (
            Language::Es,
            &["Experiencia", "Ingeniera de datos, Lumbre"],
            "Marzo de 2019 – hoy · Zaragoza\n- Mucho.",
            "job Ingeniera de datos @ Lumbre 2019-03..now",
        ),
        (Language::En, &["CV", "Employment", "SRE, Lumbre (2015–2019)"], "Ran things.", "job SRE @ Lumbre 2015..2019"),
        (
            Language::Fr,
            &["Formation", "Master en informatique, Université de Rennes"],
            "2015 – 2017",
            "degree Master en informatique @ Université de Rennes 2015..2017",
        ),
        (
            Language::De,
            &["Projekte", "Leuchtturm, ein Werkzeug"],
            "Mai 2021 – Juli 2021",
            "project Leuchtturm 2021-05..2021-07",
        ),
        (
            Language::Es,
            &["Proyectos", "Faro"],
            "Application, Puerto Norte, de mayo de 2025 a julio de 2025.",
            "project Faro 2025-05..2025-07",
        ),
    ] {
        check(language, headings, text, &[expected]);
    }
}

#[test]
fn sentences_tell_jobs_and_degrees() {
    for (language, text, expected) in [
        (
            Language::Es,
            "De marzo de 2023 a agosto de 2024, Ana fue ingeniera de IA en Lumbre Estudio, una consultora.",
            &["job ingeniera de IA @ Lumbre Estudio 2023-03..2024-08"][..],
        ),
        (
            Language::Es,
            "Ana fue ingeniera de datos en Lumbre (2020-2023) y desarrolladora web en Telar (2017-2019).",
            &["job ingeniera de datos @ Lumbre 2020..2023", "job desarrolladora web @ Telar 2017..2019"],
        ),
        (
            Language::Es,
            "Ana trabajó como Analista en Lumbre (Zaragoza), de enero de 2020 a febrero de 2023.",
            &["job Analista @ Lumbre 2020-01..2023-02"],
        ),
        (
            Language::En,
            "From May 2019 to June 2021, Ana was a machine learning engineer at Lumbre.",
            &["job machine learning engineer @ Lumbre 2019-05..2021-06"],
        ),
        (Language::En, "She worked at Lumbre from 2019 to 2021.", &["job - @ Lumbre 2019..2021"]),
        (
            Language::En,
            "Since September 2024, Ana has worked as an independent specialist in law.",
            &["job independent specialist in law @ - 2024-09..now"],
        ),
        (
            Language::De,
            "Von 2019 bis 2021 arbeitete Ana als Analystin bei der Lumbre GmbH.",
            &["job Analystin @ Lumbre GmbH 2019..2021"],
        ),
        (
            Language::Fr,
            "De 2019 à 2021, Ana a été développeuse chez Lumbre.",
            &["job développeuse @ Lumbre 2019..2021"],
        ),
        (
            Language::It,
            "Ana ha lavorato come analista presso Lumbre dal 2019 al 2021.",
            &["job analista @ Lumbre 2019..2021"],
        ),
        (Language::Pt, "Ana trabalhou como designer na Lumbre de 2019 a 2021.", &["job designer @ Lumbre 2019..2021"]),
        (Language::Ca, "Ana va ser dissenyadora a Lumbre de 2019 a 2021.", &["job dissenyadora @ Lumbre 2019..2021"]),
        (
            Language::Es,
            "Ana es graduada en Historia por la Universidad del Ebro (2013-2017) y tiene un máster en Datos de la Escuela Norte (2018-2020).",
            &[
                "degree graduada en Historia @ Universidad del Ebro 2013..2017",
                "degree máster en Datos @ Escuela Norte 2018..2020",
            ],
        ),
        (
            Language::Es,
            "Faro es un buscador que Ana construyó entre mayo y julio de 2021.",
            &["project Faro 2021-05..2021-07"],
        ),
    ] {
        check(language, &[], text, expected);
    }
}

#[test]
fn entries_that_a_reader_joined_are_told_apart() {
    check(
        Language::It,
        &["Esperienza"],
        "2020 - oggi Sviluppatrice presso Onda S.r.l., Torino 2017 - 2020 Analista, Bottega",
        &["job Sviluppatrice @ Onda S.r.l 2020..now", "job Analista @ Bottega 2017..2020"],
    );
    check(
        Language::En,
        &["Work"],
        "Engineer, Lumbre (2019–2021) Analyst, Vega (2017–2019)",
        &["job Engineer @ Lumbre 2019..2021", "job Analyst @ Vega 2017..2019"],
    );
}

#[test]
fn what_is_not_understood_is_no_fact() {
    for (language, headings, text) in [
        (Language::Es, &["Experiencia"][..], "- Entre 2019 y 2022 el coste bajó un 40 %."),
        (Language::Es, &[], "Ana trabajó como ingeniera en Madrid de 2019 a 2021."),
        (Language::Es, &[], "Ana trabaja desde 2019 en IA generativa."),
        (Language::En, &["Experience"], "The 2019–2021 season was hard."),
        (Language::Es, &["Voluntariado"], "- Cruz Roja (2019–2021), coordinadora"),
        (Language::En, &[], "My manager, Jane Doe, was an engineer at Vega from 2010 to 2015."),
        (Language::En, &["References"], "I was her manager at Lumbre from 2019 to 2021."),
        (Language::Es, &["Aficiones"], "Montaña desde 2010"),
        (
            Language::Pt,
            &["Experiência"],
            "Designer, Lumbre\nFormulários.\n2017–2020\nEstagiário, Telar\nLivros.\n2015–2017",
        ),
        (Language::Es, &["Tecnologías"], "Ana es especialista en RAG: busca y cita. Lo practica desde 2023."),
        (Language::Es, &["Tecnologías"], "Ana es usuaria de Python desde 2017."),
        (Language::Es, &["Tecnologías"], "- React es su biblioteca preferida, dice; en 2021 la dejó."),
    ] {
        check(language, headings, text, &[]);
    }
}

#[test]
fn times_on_lines_of_their_own_belong_to_the_entry_beside_them() {
    check(
        Language::En,
        &["Appointments"],
        "Mar 2019 – Dec 2024\nSenior architect, Storm Studio\nRepairs.\nJan 2014 – Feb 2019\nArchitect, Firth\nSurveys.",
        &["job Senior architect @ Storm Studio 2019-03..2024-12", "job Architect @ Firth 2014-01..2019-02"],
    );
    check(
        Language::En,
        &["Employment"],
        "Senior architect, Storm Studio\nMar 2019 – Dec 2024\nRepairs.\nArchitect, Firth\nJan 2014 – Feb 2019",
        &["job Senior architect @ Storm Studio 2019-03..2024-12", "job Architect @ Firth 2014-01..2019-02"],
    );
}

#[test]
fn degrees_skills_languages_and_milestones_are_drawn_from_their_sections() {
    for (language, heading, text, expected) in [
        (
            Language::Es,
            "Formación",
            "- Máster en Datos, Universidad del Ebro, 2018.",
            &["degree Máster en Datos @ Universidad del Ebro ?..2018"][..],
        ),
        (
            Language::De,
            "Ausbildung",
            "- M.Sc. Elektrotechnik, RWTH Aachen, 2015.",
            &["degree M.Sc. Elektrotechnik @ RWTH Aachen ?..2015"],
        ),
        (
            Language::Pt,
            "Formação",
            "2015; Mestrado em Design, Universidade de Aveiro",
            &["degree Mestrado em Design @ Universidade de Aveiro ?..2015"],
        ),
        (Language::Es, "Tecnologías", "Python, Next.js y Redis", &["skill Python", "skill Next.js", "skill Redis"]),
        (
            Language::Es,
            "Tecnologías",
            "Python, Go\n- Python es su lenguaje principal desde 2017; lo usa.",
            &["skill Python", "skill Go", "skill Python since 2017"],
        ),
        (Language::En, "Skills", "Rust (5 years)", &["skill Rust Exactly 5"]),
        (Language::En, "Skills", "Skill: Go; Years: 6; Level: Expert", &["skill Go Exactly 6"]),
        (Language::En, "Skills", "Go: 10+ years", &["skill Go AtLeast 10"]),
        (
            Language::Es,
            "Idiomas",
            "- Español y valenciano (nativos), inglés C1, portugués B2.",
            &["tongue es native", "tongue ca native", "tongue en C1", "tongue pt B2"],
        ),
        (
            Language::Fr,
            "Langues",
            "Français : langue maternelle ; allemand courant",
            &["tongue fr native", "tongue de fluent"],
        ),
        (Language::En, "Languages", "C1 in English and B1 in French", &[]),
        (
            Language::Es,
            "Premios",
            "- Premio Dato, Jornadas Ebro, 2025, por Faro",
            &["Award Premio Dato @ Jornadas Ebro 2025"],
        ),
        (
            Language::En,
            "Talks",
            "- “Error budgets, slowly”, SREcon, 2022.",
            &["Talk Error budgets, slowly @ SREcon 2022"],
        ),
        (Language::It, "Certificazioni", "- CKA (CNCF, marzo 2023).", &["Certificate CKA @ CNCF 2023-03"]),
        (
            Language::En,
            "Contact",
            "ana@ruiz.example, https://ruiz.example",
            &["email ana@ruiz.example", "link https://ruiz.example"],
        ),
        (Language::En, "About", "Born on 3 May 1990 in Lleida.", &["birth 1990-05-03"]),
    ] {
        check(language, &[heading], text, expected);
    }
}

#[test]
fn claimed_experience_is_kept_as_it_is_meant() {
    for (language, text, expected) in [
        (
            Language::Es,
            "Tiene más de tres años de experiencia en IA generativa, desde marzo de 2023.",
            "claim AtLeast 3 in IA generativa",
        ),
        (Language::En, "Engineer with eleven years of experience.", "claim Exactly 11 in -"),
        (Language::En, "Over 10 years' experience in law.", "claim AtLeast 10 in law"),
        (Language::En, "10+ years of experience", "claim AtLeast 10 in -"),
        (Language::De, "Fast fünf Jahre Erfahrung in der Forschung", "claim About 5 in der Forschung"),
        (Language::Fr, "Plus de six ans d'expérience.", "claim AtLeast 6 in -"),
        (Language::It, "Circa otto anni di esperienza", "claim About 8 in -"),
        (Language::Pt, "Uma década de experiência", "claim Exactly 10 in -"),
        (Language::Ca, "Més de deu anys d'experiència", "claim AtLeast 10 in -"),
    ] {
        check(language, &[], text, &[expected]);
    }
    check(Language::Es, &[], "En tres años el coste bajó.", &[]);
    let two = "I have over eight years of experience with SQL and more than six years of experience in Go.";
    check(Language::En, &[], two, &["claim AtLeast 8 in SQL", "claim AtLeast 6 in Go"]);
}
