//! `experiment`: from the plan to the archive, with two ways of quoting the documents.

use crate::program::World;

fn world() -> World {
    let world = World::new();
    world.write(
        "knowledge/rag.md",
        "# Buscador RAG\n\nEn 2022 Ada construyó un sistema RAG para una biblioteca jurídica. La precisión subió un 40 %.\n",
    );
    world.write("portavoz.toml", "[owner]\nname = \"Ada\"\nemail = \"ada@example.org\"\n");
    world
}

#[test]
fn an_experiment_is_planned_started_shipped_and_put_away() {
    let world = world();
    world.run(&["ingest"]).fine();
    let none = world.run(&["experiment", "list"]).fine().stdout;
    assert!(none.contains("no experiment"), "{none}");
    let draft = ["strict", "--variant", "strict:threshold=0.9", "--effect", "0.2"];
    let plan = world.run(&[&["experiment", "plan"], draft.as_slice()].concat()).fine().stdout;
    for words in ["Nobody comes yet", "portavoz compare"] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    let start = [&["experiment", "start"], draft.as_slice()].concat();
    let unasked = world.run(&start);
    assert_eq!(unasked.code, 2, "{}", unasked.stderr);
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    world.run(&[start.as_slice(), &["--yes"]].concat()).fine();
    let doctor = world.run(&["doctor", "--json"]).json().to_string();
    assert!(doctor.contains("No visitor has asked anything yet"), "{doctor}");

    world.run(&["experiment", "shares", "strict", "900", "100"]).fine();
    let shown = world.run(&["experiment", "show", "strict"]).fine().stdout;
    for words in ["running", "90 %", "10 %", "guardrails not yet known: cost, waiting", "proportions as planned"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 110), "{shown}");
    let json = world.run(&["experiment", "show", "strict", "--json"]).fine().json();
    assert_eq!(json["judgement"]["variants"][0]["verdict"], "running");

    let shipped = world.run(&["experiment", "ship", "strict", "strict"]).fine().stdout;
    assert!(shipped.contains("retrieval.threshold = 0.9"), "{shipped}");
    let watched = world.run(&["experiment", "watch", "strict"]).fine().stdout;
    assert!(watched.starts_with("strict shipped:") && watched.lines().count() == 1, "{watched}");
    let models = world.run(&["models", "list"]).fine().stdout;
    assert!(models.contains("experiment stop strict"), "{models}");
    let answer = world.run(&["ask", "--json", "¿Qué construyó Ada en 2022?"]).fine().json();
    assert!(answer["answer"].is_string(), "{answer}");
    world.run(&["experiment", "stop", "strict"]).fine();
    world.run(&["experiment", "archive", "strict"]).fine();
    assert!(world.run(&["experiment", "list"]).fine().stdout.contains("no experiment"));
    assert!(world.run(&["experiment", "list", "--all"]).fine().stdout.contains("archived"));
}

#[test]
fn what_cannot_be_is_explained() {
    let world = world();
    world.run(&["ingest"]).fine();
    for (arguments, words) in [
        (["experiment", "plan", "x"].as_slice(), "nothing is to be tried"),
        (&["experiment", "plan", "x", "--variant", "b:treshold=0.9"], "treshold"),
        (&["experiment", "plan", "Große", "--variant", "b:threshold=0.9"], "no name of a variant"),
        (&["experiment", "plan", "x", "--variant", "b:threshold=0.9", "--shares", "1,2"], "come to 1000"),
        (&["experiment", "show", "nobody"], "there is no experiment `nobody`"),
        (&["experiment", "stop", "nobody"], "experiment list"),
    ] {
        let run = world.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
}
