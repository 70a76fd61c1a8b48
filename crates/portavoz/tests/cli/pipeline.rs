//! From documents to answers, with no key and no network.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use crate::program::World;

/// A small portfolio in a world of its own.
fn portfolio() -> World {
    let world = World::new();
    world.write(
        "portavoz.toml",
        "[owner]\nname = \"Ana Ruiz\"\nemail = \"ana@ruiz.example\"\n[model]\nname = \"none\"\n",
    );
    world.write(
        "knowledge/projects.md",
        "---\ntitle: Proyectos\nlang: es\n---\n\n# Proyectos\n\n## Buscador de recetas\n\n\
         Ana construyó un buscador de recetas con Rust y PostgreSQL. Responde en 20 milisegundos.\n\n\
         ## Panel de riego\n\nEl panel de riego ahorra un 30 % de agua en doce huertos de Valencia.\n",
    );
    world.write(
        "knowledge/education.md",
        "---\ntitle: Formación\nlang: es\n---\n\n# Formación\n\nAna estudió Agronomía en la Universidad de Lleida entre 2010 y 2014.\n",
    );
    world
}

#[test]
fn documents_are_ingested_found_and_quoted() {
    let world = portfolio();
    let report = world.run(&["ingest", "--json"]).fine().json();
    assert_eq!(report["documents"], 2, "{report}");
    assert_eq!(report["added"].as_array().unwrap().len(), 2);

    let found = world.run(&["search", "¿Cuánta agua ahorra el panel de riego?", "--json"]).fine().json();
    assert_eq!(found["hits"][0]["document"], "projects.md", "{found}");
    let relevance = found["hits"][0]["relevance"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&relevance));

    let explained = world.run(&["search", "riego", "--explain", "--limit", "1"]).fine();
    assert!(explained.stdout.contains("projects.md#"), "{}", explained.stdout);

    let answer = world.run(&["ask", "¿Cuánta agua ahorra el panel de riego?", "--json"]).fine().json();
    assert_eq!(answer["outcome"], "answered", "{answer}");
    assert_eq!(answer["cost_usd"], 0.0);
    assert!(answer["answer"].as_str().unwrap().contains("30"), "{answer}");
    assert_eq!(answer["citations"][0]["document"], "projects.md");

    let told = world.run(&["ask", "¿Cuánta agua ahorra el panel de riego?"]).fine();
    assert!(told.stdout.contains("30") && told.stdout.contains("[1]"), "{}", told.stdout);
    assert!(told.stderr.contains("answered · "), "{}", told.stderr);
    assert!(!told.stdout.contains('\u{1b}'), "colours only on terminals");
}

#[test]
fn what_the_documents_do_not_say_is_not_invented() {
    let world = portfolio();
    let answer = world.run(&["ask", "¿Ha trabajado con COBOL en bancos?", "--json"]).fine().json();
    assert_eq!(answer["outcome"], "not_known", "{answer}");
    assert_eq!(answer["citations"].as_array().unwrap().len(), 0);
}

#[test]
fn a_conversation_goes_on_where_it_was() {
    let world = portfolio();
    let first = world.run(&["ask", "¿Qué estudió Ana?", "--json"]).fine().json();
    let id = first["conversation_id"].as_str().unwrap();
    let second = world.run(&["ask", "¿Y dónde?", "--json", "--conversation", id]).fine().json();
    assert_eq!(second["conversation_id"], id);

    let unknown = world.run(&["ask", "hola", "--conversation", "0199aaaa-0000-7000-8000-000000000000"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("there is no conversation"), "{}", unknown.stderr);
}

#[test]
fn a_second_ingest_does_nothing_and_an_edit_is_all_that_is_read() {
    let world = portfolio();
    world.run(&["ingest"]).fine();
    let again = world.run(&["ingest", "--json"]).fine().json();
    assert_eq!(again["reindexed"], false, "{again}");
    assert_eq!(again["unchanged"], 2);

    world.write("knowledge/education.md", "# Formación\n\nAna estudió Botánica en Girona.\n");
    std::fs::remove_file(world.path().join("knowledge/projects.md")).unwrap();
    let third = world.run(&["ingest", "--json"]).fine().json();
    assert_eq!(third["changed"], serde_json::json!(["education.md"]), "{third}");
    assert_eq!(third["removed"], serde_json::json!(["projects.md"]));
    let found = world.run(&["search", "riego", "--json"]).fine().stdout;
    assert!(!found.contains("projects.md"), "{found}");
}

#[test]
fn broken_files_are_named_with_their_cause_and_the_rest_is_read() {
    let world = portfolio();
    world.write("knowledge/empty.md", "");
    world.write("knowledge/broken.pdf", b"%PDF-1.7 and then nothing of the kind");
    world.write("knowledge/broken.docx", b"PK\x03\x04 not a zip");
    let run = world.run(&["ingest"]).fine();
    for name in ["empty.md", "broken.pdf", "broken.docx"] {
        assert!(run.stdout.contains(&format!("skipped `{name}`: ")), "{}", run.stdout);
    }
    let report = world.run(&["ingest", "--json"]).fine().json();
    assert_eq!(report["documents"], 2, "{report}");
    assert_eq!(report["problems"].as_array().unwrap().len(), 3, "still reported when nothing changed");
}

#[test]
fn images_and_style_sheets_share_one_line_for_people_and_are_all_named_for_programs() {
    let world = portfolio();
    for name in ["me.png", "team.PNG", "site.css", "broken.md"] {
        world.write(&format!("knowledge/{name}"), "");
    }
    let said = world.run(&["ingest"]).fine().stdout;
    assert!(said.contains("skipped `broken.md`: is empty"), "{said}");
    assert!(said.contains("3 files of other kinds: .png, .css"), "{said}");
    assert!(!said.contains("me.png") && !said.contains("site.css"), "{said}");
    let report = world.run(&["ingest", "--json"]).fine().json();
    assert_eq!(report["problems"].as_array().unwrap().len(), 4, "{report}");

    let knowledge = |world: &World| {
        let report = world.run(&["doctor", "--json"]).fine().json();
        report["checks"].as_array().unwrap().iter().find(|line| line["check"] == "knowledge").unwrap().clone()
    };
    assert!(knowledge(&world)["finding"].as_str().unwrap().ends_with("1 skipped: `broken.md` is empty"));
    std::fs::remove_file(world.path().join("knowledge/broken.md")).unwrap();
    world.run(&["ingest"]).fine();
    assert_eq!(knowledge(&world)["state"], "fine", "an image beside the documents is no reason to look");
}

#[test]
fn pages_alone_are_knowledge_enough() {
    let site = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = site.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in site.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            BufReader::new(&stream).read_line(&mut request).unwrap();
            let (status, body) = match request.split_whitespace().nth(1) {
                Some("/") => ("200 OK", "<html><body><article><p>Ana poda olivos en Jaén.</p></article></body></html>"),
                _ => ("404 Not Found", ""),
            };
            let length = body.len();
            write!(stream, "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
        }
    });
    let world = World::new();
    world.write("portavoz.toml", format!("[model]\nname = \"none\"\n[knowledge]\nurls = [\"http://{address}/\"]\n"));
    let doctor = world.run(&["doctor"]).stdout;
    assert!(doctor.contains("the pages of `knowledge.urls` and `knowledge.sitemaps` wait"), "{doctor}");
    let report = world.run(&["ingest", "--json"]).fine().json();
    assert_eq!(report["documents"], 1, "{report}");

    // A folder that was read before is missed: its documents stay.
    world.write("knowledge/a.md", "# Cursos\n\nAna da cursos de poda.\n");
    assert_eq!(world.run(&["ingest", "--json"]).fine().json()["documents"], 2);
    std::fs::remove_dir_all(world.path().join("knowledge")).unwrap();
    let missed = world.run(&["ingest"]);
    assert!(missed.code != 0 && missed.stderr.contains("knowledge` does not exist"), "{}", missed.stderr);
    assert!(world.run(&["search", "cursos", "--json"]).fine().stdout.contains("a.md"));
}

#[test]
fn a_limit_is_told_as_it_is_configured() {
    let world = portfolio();
    world.write("knowledge/large.txt", "palabra ".repeat(150_000));
    let ingested = world.run_with(&["ingest"], &[("PORTAVOZ_KNOWLEDGE__MAX_FILE_MB", "1")]).fine();
    assert!(ingested.stdout.contains("skipped `large.txt`: is larger than 1 MB"), "{}", ingested.stdout);
}

#[test]
fn a_variable_changes_what_is_answered() {
    let world = portfolio();
    let question = ["ask", "¿Cuánta agua ahorra el panel de riego?", "--json"];
    let refused = world.run_with(&question, &[("PORTAVOZ_RETRIEVAL__THRESHOLD", "1.0")]).fine().json();
    assert_eq!(refused["outcome"], "not_known", "{refused}");
}

#[test]
fn doctor_checks_and_says_how_to_mend() {
    let world = portfolio();
    let before = world.run(&["doctor", "--json"]);
    assert_eq!(before.code, 1, "no documents were ingested");
    let knowledge = |json: &serde_json::Value| {
        json["checks"].as_array().unwrap().iter().find(|line| line["check"] == "knowledge").unwrap().clone()
    };
    let line = knowledge(&before.json());
    assert_eq!(line["state"], "broken");
    assert_eq!(line["finding"], "nothing ingested yet: 2 files wait in `knowledge`");
    assert!(line["mend"].as_str().unwrap().contains("portavoz ingest"), "{line}");

    world.run(&["ingest"]).fine();
    let after = world.run(&["doctor", "--json"]).fine().json();
    assert_eq!(after["healthy"], true, "{after}");
    assert_eq!(knowledge(&after)["state"], "fine");
    let checks = after["checks"].as_array().unwrap().iter();
    let guide: Vec<&str> = checks.take(10).filter_map(|line| line["check"].as_str()).collect();
    assert_eq!(
        guide,
        [
            "model",
            "generation parameters",
            "prompt",
            "token limits",
            "cost monitoring",
            "fine-tuning data",
            "fallbacks",
            "evaluation metrics",
            "A/B tests",
            "documentation"
        ]
    );

    world.write("portavoz.toml", "[model]\nnam = \"x\"\n");
    let broken = world.run(&["doctor"]);
    assert_eq!(broken.code, 1);
    assert!(broken.stdout.contains("did you mean `model.name`?"), "{}", broken.stdout);
}

#[test]
fn init_ingest_ask_is_a_way_that_works() {
    let world = World::new();
    world.run(&["init", "me", "--yes", "--name", "Ana Ruiz", "--email", "ana@ruiz.example", "--language", "en"]).fine();
    world.write("me/knowledge/work.md", "# Work\n\nAna Ruiz led the irrigation team at Hortus from 2019 to 2023.\n");
    world.run(&["ingest", "me"]).fine();
    let answer = world.run(&["ask", "--site", "me", "Where did Ana lead the irrigation team?", "--json"]).fine().json();
    assert_eq!(answer["outcome"], "answered", "{answer}");
    assert_eq!(answer["language"], "en");
    assert!(answer["answer"].as_str().unwrap().contains("Hortus"), "{answer}");
}

#[test]
fn a_fresh_portfolio_says_honestly_that_it_knows_nothing() {
    for (owner, language, questions) in [
        (
            &["--name", "Ana Ruiz", "--email", "ana@ruiz.example"][..],
            "en",
            ["What projects has she done?", "Which technologies does Ana know?"],
        ),
        (&["--name", "Ana Ruiz"], "es", ["¿Qué proyectos ha hecho?", "¿Qué experiencia tiene Ana?"]),
        (&[], "en", ["What projects has she done?", "What is her experience?"]),
    ] {
        let world = World::new();
        world.run(&[&["init", "--yes", "--language", language], owner].concat()).fine();
        for question in questions {
            let answer = world.run(&["ask", question, "--json"]).fine().json();
            assert_eq!(answer["outcome"], "not_known", "{question} {answer}");
            assert_eq!(answer["citations"], serde_json::json!([]), "{question} {answer}");
        }
    }
}

#[test]
fn doctor_says_that_a_provider_does_not_answer() {
    let world = portfolio();
    world.run(&["ingest"]).fine();
    // Nothing listens on port 9 of this machine, and nothing but this machine is asked.
    let variables = [("PORTAVOZ_MODEL__NAME", "some-model"), ("PORTAVOZ_PROVIDER__BASE_URL", "http://127.0.0.1:9/v1")];
    let run = world.run_with(&["doctor", "--json"], &variables);
    assert_eq!(run.code, 1);
    let json = run.json();
    let model = json["checks"].as_array().unwrap().iter().find(|line| line["check"] == "model").unwrap();
    assert_eq!(model["state"], "broken", "{model}");
    assert!(model["mend"].as_str().unwrap().contains("provider.base_url"), "{model}");

    // The visitor is answered all the same.
    let answer = world.run_with(&["ask", "¿Cuánta agua ahorra el panel de riego?", "--json"], &variables).fine().json();
    assert_eq!(answer["outcome"], "answered", "{answer}");
    let rungs: Vec<&str> =
        answer["ladder"].as_array().unwrap().iter().map(|step| step["rung"].as_str().unwrap()).collect();
    assert_eq!(rungs, ["primary", "extractive"], "{answer}");
}
