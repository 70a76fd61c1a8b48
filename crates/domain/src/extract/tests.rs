#![allow(clippy::unwrap_used, reason = "a missing extract must fail the test loudly")]

use std::sync::Arc;

use portavoz_text::language::Language;

use super::*;
use crate::chunk::Chunk;
use crate::document::Facet;
use crate::ids::{ChunkId, DocumentId};
use crate::question::Understood;
use crate::understanding::understand;

/// A passage: document, headings, facet, language, text.
fn hit(document: &str, headings: &[&str], facet: Facet, language: Language, text: &str) -> Hit {
    let id = DocumentId::new(document);
    let chunk = Chunk {
        id: ChunkId::new(&id, headings.len()),
        document: id,
        title: document.trim_end_matches(".md").to_owned(),
        url: None,
        heading_path: headings.iter().map(|heading| (*heading).to_owned()).collect(),
        facet,
        language,
        text: text.to_owned(),
        question: None,
        span: 0..text.len(),
        page: None,
        tokens: 50,
        priority: 1.0,
    };
    Hit { chunk: Arc::new(chunk), relevance: 0.9, features: Vec::new() }
}

fn at(mut hit: Hit, start: usize) -> Hit {
    let mut chunk = (*hit.chunk).clone();
    chunk.span = start..start + chunk.text.len();
    hit.chunk = Arc::new(chunk);
    hit
}

fn understood(message: &str) -> Question {
    match understand(message, None, &[], Language::Es) {
        Understood::Question(question) => question,
        Understood::Smalltalk(..) => unreachable!("{message} is a question"),
    }
}

/// Words of every passage weigh less; the rest weigh the same.
fn idf(stem: &str) -> f32 {
    if ["mar", "trabaj", "proyect"].contains(&stem) { 0.7 } else { 3.0 }
}

fn answer(message: &str, hits: &[Hit]) -> Option<Extract> {
    extract(&understood(message), hits, &idf, ExtractLimits::default())
}

fn said(message: &str, hits: &[Hit]) -> String {
    let extract = answer(message, hits).unwrap_or_else(|| unreachable!("nothing is said of {message}"));
    extract.quoted.iter().map(|quoted| quoted.text.as_str()).collect::<Vec<_>>().join(if extract.list {
        "\n"
    } else {
        " "
    })
}

fn portfolio() -> Vec<Hit> {
    vec![
        hit(
            "buscador.md",
            &["Buscador jurídico", "Resultados"],
            Facet::Projects,
            Language::Es,
            "La precisión de las respuestas subió un 40 % frente al buscador anterior. El despacho lo usa a diario desde mayo de 2025.",
        ),
        hit(
            "buscador.md",
            &["Buscador jurídico", "Qué se construyó"],
            Facet::Projects,
            Language::Es,
            "Es un sistema RAG que cita cada sentencia. Lo hizo con Pinecone y FastAPI, sobre 12.000 documentos.\n\
             - Fragmentación por apartados\n- Búsqueda híbrida de palabras y significado\n- Reordenación de los pasajes",
        ),
        hit(
            "cv.md",
            &["Experiencia"],
            Facet::Experience,
            Language::Es,
            "- Lumbre Estudio (2021–2024), ingeniera de IA. Dirigió un equipo de cuatro personas.\n\
             - Telares Digitales (2017–2021), desarrolladora web.",
        ),
        at(
            hit("cv.md", &["Habilidades", "Back end"], Facet::Skills, Language::Es, "- Python\n- FastAPI\n- PyTorch"),
            500,
        ),
        at(
            hit(
                "cv.md",
                &["Habilidades", "Front end"],
                Facet::Skills,
                Language::Es,
                "- React\n- Next.js\n- TypeScript",
            ),
            600,
        ),
        at(
            hit(
                "cv.md",
                &["Formación"],
                Facet::Education,
                Language::Es,
                "Máster en Inteligencia Artificial por la Universidad del Jalón (2018–2020). Grado en Ingeniería Informática, 2017.",
            ),
            700,
        ),
        at(
            hit("cv.md", &["Contacto"], Facet::Contact, Language::Es, "Escribe a maria@example.org. Vive en Zaragoza."),
            900,
        ),
    ]
}

#[test]
fn the_sentence_that_answers_is_quoted() {
    let hits = portfolio();
    let mut wrong = Vec::new();
    for (message, expected) in [
        ("¿Cuánto mejoró la precisión?", "40 %"),
        ("How much did the accuracy improve?", "40 %"),
        ("¿Con qué base vectorial hizo el sistema RAG?", "Pinecone"),
        ("¿Dónde estudió el máster?", "Universidad del Jalón"),
        ("Where did she study her master's degree?", "Universidad del Jalón"),
        ("Wo hat sie studiert?", "Universidad del Jalón"),
        ("¿Cuál es su correo?", "maria@example.org"),
        ("How can I contact her?", "maria@example.org"),
        ("Com hi puc contactar?", "maria@example.org"),
        ("¿Cuándo se graduó en Ingeniería Informática?", "2017"),
        ("¿Ha dirigido equipos?", "equipo de cuatro personas"),
        ("Has she led a team?", "equipo de cuatro personas"),
        ("Quanto tempo lavorò a Telares Digitales?", "2017–2021"),
        ("¿Cuánto tiempo trabajó en Lumbre Estudio?", "2021–2024"),
    ] {
        let text = said(message, &hits);
        if !text.contains(expected) || text.chars().count() > 400 {
            wrong.push(format!("{message}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn headings_are_context_for_the_sentences_below_them() {
    let hits = [
        hit(
            "a.md",
            &["Chatbot", "Resultados"],
            Facet::Projects,
            Language::Es,
            "Las consultas bajaron un 60 % en tres meses de uso.",
        ),
        hit(
            "b.md",
            &["Panel", "Resultados"],
            Facet::Projects,
            Language::Es,
            "El tiempo de los informes bajó un 70 % en un año.",
        ),
    ];
    assert!(said("¿Cuánto bajó con el panel?", &hits).contains("70 %"));
    assert!(said("¿Qué resultados tuvo el chatbot?", &hits).contains("60 %"));
}

#[test]
fn a_list_is_answered_as_the_document_groups_it() {
    let hits = portfolio();
    for message in [
        "¿Qué tecnologías domina María?",
        "Which technologies does María master?",
        "Welche Technologien beherrscht María?",
    ] {
        let extract = answer(message, &hits).unwrap();
        assert!(extract.list, "{message}");
        let lines: Vec<&str> = extract.quoted.iter().map(|quoted| quoted.text.as_str()).collect();
        assert_eq!(
            lines,
            ["Back end: Python, FastAPI, PyTorch.", "Front end: React, Next.js, TypeScript."],
            "{message}"
        );
    }
}

#[test]
fn of_a_list_only_what_is_asked_for_is_told() {
    let hits = [hit(
        "legajo.md",
        &["Resultado"],
        Facet::Achievements,
        Language::Es,
        "- La precisión es un 40 % mayor.\n- Buscar un precedente lleva seis minutos.\n- Ganó el premio de las Jornadas Ebro 2025.",
    )];
    assert_eq!(said("¿Qué premios ha ganado?", &hits), "Ganó el premio de las Jornadas Ebro 2025.");
}

#[test]
fn passages_that_are_each_about_one_thing_make_a_list() {
    let job = |place: &str, start: usize, text: &str| {
        at(hit("cv.json", &["Experiencia", place], Facet::Experience, Language::Es, text), start)
    };
    let hits = [
        job("Telares", 400, "Trabajó como desarrolladora web en Telares Digitales. Hizo muchas páginas."),
        job("Cierzo", 200, "Trabajó como ingeniera en Cierzo Logística. Leyó albaranes."),
    ];
    assert_eq!(
        said("¿En qué empresas ha trabajado?", &hits),
        "Trabajó como ingeniera en Cierzo Logística.\nTrabajó como desarrolladora web en Telares Digitales."
    );
}

#[test]
fn the_same_fact_from_elsewhere_is_not_added() {
    let hits = [
        hit("faq.md", &[], Facet::Education, Language::Es, "Tiene un máster en Inteligencia Artificial."),
        hit("cv.md", &["Máster en IA"], Facet::Education, Language::Es, "2018 – 2020 · Trabajo final sobre albaranes."),
    ];
    assert_eq!(said("¿Tiene un máster?", &hits), "Tiene un máster en Inteligencia Artificial.");
}

#[test]
fn a_sentence_that_enumerates_is_a_list_too() {
    let hits = [hit(
        "faq.md",
        &["¿Qué tecnologías domina María?"],
        Facet::Skills,
        Language::Es,
        "María domina Python, FastAPI y PyTorch en el back end; React, Next.js y TypeScript en el front end.",
    )];
    assert!(said("What technologies does María master?", &hits).starts_with("María domina Python"));
}

#[test]
fn the_owners_own_answer_to_the_same_question_wins() {
    let mut faq = hit(
        "faq.md",
        &[],
        Facet::About,
        Language::Es,
        "Más de tres años, desde marzo de 2023. Es especialista en RAG y en ajuste fino. Antes hizo otras cosas.",
    );
    let mut chunk = (*faq.chunk).clone();
    chunk.question = Some("¿Qué experiencia tiene María en IA?".to_owned());
    faq.chunk = Arc::new(chunk);
    let mut hits = portfolio();
    hits.push(faq);
    let text = said("¿Qué experiencia tiene María en IA?", &hits);
    assert!(text.starts_with("Más de tres años, desde marzo de 2023."), "{text}");
}

#[test]
fn the_visitors_language_is_preferred_among_equals() {
    let hits = [
        hit("es.md", &[], Facet::Skills, Language::Es, "Trabaja con Kubernetes y Terraform en producción."),
        hit("en.md", &[], Facet::Skills, Language::En, "Works with Kubernetes and Terraform in production."),
    ];
    assert!(said("Does she know Kubernetes and Terraform?", &hits).starts_with("Works"));
    assert!(said("¿Sabe de Kubernetes y Terraform?", &hits).starts_with("Trabaja"));
}

#[test]
fn what_is_not_touched_is_not_quoted() {
    let hits = [hit("a.md", &[], Facet::Projects, Language::Es, "El panel redujo el tiempo un 70 %.")];
    assert_eq!(answer("¿Sabe tocar el violonchelo?", &hits), None);
    assert_eq!(answer("¿Qué es Kubernetes?", &[]), None);
}

#[test]
fn a_question_in_general_words_gets_what_the_passage_begins_with() {
    let hits = [hit("cv.pdf", &[], Facet::About, Language::De, "Jörg ist Entwickler in Köln. Danach mehr.")];
    assert_eq!(said("Where does he work?", &hits), "Jörg ist Entwickler in Köln.");
}

#[test]
fn nothing_is_said_twice_and_nothing_is_cut() {
    let sentence = "Diseñó el buscador jurídico con Pinecone y FastAPI para un despacho de abogados.";
    let hits = [
        hit("a.md", &[], Facet::Projects, Language::Es, sentence),
        hit("b.md", &[], Facet::Projects, Language::Es, sentence),
    ];
    assert_eq!(answer("¿Quién diseñó el buscador jurídico?", &hits).unwrap().quoted.len(), 1);
    let long = format!("Usó Pinecone para {}.", "buscar pasajes y ".repeat(60));
    let hits = [hit("a.md", &[], Facet::Projects, Language::Es, &long)];
    let extract = answer("¿Para qué usó Pinecone?", &hits).unwrap();
    assert_eq!(extract.quoted.first().unwrap().text, long);
}

#[test]
fn sentences_stand_in_the_order_of_the_documents() {
    let hits = [hit(
        "a.md",
        &[],
        Facet::Projects,
        Language::Es,
        "El panel se hizo con React. Fue un encargo privado. El panel de React redujo un 70 % el tiempo.",
    )];
    let extract = answer("¿Cuánto redujo el tiempo el panel de React?", &hits).unwrap();
    let starts: Vec<usize> = extract.quoted.iter().map(|quoted| quoted.span.start).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    for quoted in &extract.quoted {
        let hit = hits.get(quoted.hit).unwrap();
        assert_eq!(hit.chunk.text.get(quoted.span.clone()), Some(quoted.text.as_str()));
    }
}

#[test]
fn carried_words_find_the_subject_of_a_followup() {
    let mut question = understood("¿Y cuánto mejoró?");
    question.carried = Some("experiencia precisión buscador jurídico".to_owned());
    let extract = extract(&question, &portfolio(), &idf, ExtractLimits::default()).unwrap();
    assert!(extract.quoted.iter().any(|quoted| quoted.text.contains("40 %")), "{extract:?}");
}

#[test]
fn a_year_finds_the_job_whose_period_covers_it() {
    let hits = portfolio();
    for message in ["¿Dónde trabajaba en 2019?", "Where did she work in 2019?", "Wo arbeitete sie 2019?"] {
        assert!(said(message, &hits).contains("Telares Digitales"), "{message}: {}", said(message, &hits));
    }
    assert!(said("¿Dónde trabajaba en 2022?", &hits).contains("Lumbre Estudio"));
}

#[test]
fn a_german_word_is_found_in_a_compound() {
    let hits = [hit(
        "lebenslauf.md",
        &["Berufserfahrung"],
        Facet::Experience,
        Language::De,
        "Seit 2020 Teamleiter mit sieben Personen. Vorher Entwickler bei einem Zulieferer in Bonn. Er mag das Meer.",
    )];
    assert!(said("Welches Team leitet er?", &hits).contains("sieben Personen"));
}

#[test]
fn a_list_of_one_project_is_not_taken_from_another() {
    let tools = |document: &str, project: &str, text: &str| {
        hit(document, &[project, "Tecnologías"], Facet::Projects, Language::Es, text)
    };
    let hits = [
        tools("acequia.md", "Acequia", "- Next.js\n- Redis\n- GPT-4"),
        tools("legajo.md", "Legajo", "- Pinecone\n- FastAPI\n- PostgreSQL"),
    ];
    let told = said("¿Qué tecnologías usó en Legajo?", &hits);
    assert!(told.contains("Pinecone") && !told.contains("Redis"), "{told}");
}

#[test]
fn every_item_is_told_of_the_list_whose_heading_is_asked_for() {
    let hits = [hit(
        "charlas.md",
        &["Premios"],
        Facet::Achievements,
        Language::Es,
        "- Premio a la mejor aplicación de las Jornadas Ebro 2025.\n- Finalista en el concurso Moncayo de 2023.",
    )];
    let told = said("¿Qué premios ha ganado?", &hits);
    assert!(told.contains("mejor aplicación") && told.contains("Finalista"), "{told}");
}

#[test]
fn who_someone_is_begins_where_their_text_begins() {
    let about = |start: usize, heading: &str, text: &str| {
        at(hit("sobre.md", &["Sobre María", heading], Facet::About, Language::Es, text), start)
    };
    let hits = [
        about(500, "Idiomas", "María habla español, inglés y francés."),
        about(0, "Perfil", "María es ingeniera de datos. Trabaja con modelos de lenguaje."),
    ];
    for message in ["¿Quién es María?", "¿A qué se dedica?", "hi, what does she do?"] {
        assert!(said(message, &hits).starts_with("María es ingeniera de datos."), "{message}");
    }
}

#[test]
fn a_question_without_the_thing_named_is_another_question() {
    let mut faq = hit("faq.md", &[], Facet::Experience, Language::Es, "Tres años. Empezó en un banco.");
    let mut chunk = (*faq.chunk).clone();
    chunk.question = Some("¿Qué experiencia tiene María en IA?".to_owned());
    faq.chunk = Arc::new(chunk);
    let mut hits = portfolio();
    hits.insert(0, faq);
    let told = said("¿Qué experiencia tiene María con Pinecone?", &hits);
    assert!(told.contains("Lo hizo con Pinecone"), "{told}");
}

#[test]
fn whoever_asks_for_more_is_told_something_else() {
    let hits = [hit(
        "a.md",
        &["Legajo"],
        Facet::Projects,
        Language::Es,
        "Legajo es un buscador jurídico. Legajo cita cada sentencia que usa.",
    )];
    let mut question = understood("cuéntame más");
    question.carried = Some("Legajo".to_owned());
    let told = "Según el portfolio: Legajo es un buscador jurídico. [1]";
    let sources = Sources { hits: &hits, idf: &idf, told, weights: &WEIGHTS };
    let extract = extract_from(&question, sources, ExtractLimits::default()).unwrap();
    let texts: Vec<&str> = extract.quoted.iter().map(|quoted| quoted.text.as_str()).collect();
    assert_eq!(texts, ["Legajo cita cada sentencia que usa."]);
}

#[test]
fn both_of_two_questions_are_answered() {
    let told = said("¿Dónde estudió el máster? ¿Y cuál es su correo?", &portfolio());
    assert!(told.contains("Universidad del Jalón") && told.contains("maria@example.org"), "{told}");
}

#[test]
fn the_weights_stand_in_the_order_of_the_features() {
    let names: Vec<&str> = WEIGHTS.iter().map(|weight| weight.name).collect();
    assert_eq!(names, features::NAMES);
}
