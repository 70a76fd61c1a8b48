//! `cases`: checking a file, and making one that is worth reading.

use crate::program::World;

fn portfolio() -> World {
    let world = World::new();
    world.write("portavoz.toml", "[owner]\nname = \"Ana Ruiz\"\n[site]\nlanguage = \"es\"\n[model]\nname = \"none\"\n");
    world.write(
        "knowledge/cv.md",
        "---\nlang: es\n---\n# CV\n\n## Experiencia\n\n- Ingeniera de datos, Taller Numérico, 2019 – 2022\n\
         - Desarrolladora web, Telares Sur, 2014 – 2017\n\n## Idiomas\n\n- Inglés: C1\n- Español: lengua materna\n",
    );
    world.write("knowledge/riego.md", "---\nlang: es\n---\n# Riego\n\nEl panel de riego ahorra agua.\n");
    world.write("knowledge/monte.md", "---\nlang: es\n---\n# Monte\n\nA Ana le gusta el monte.\n");
    world
}

#[test]
fn a_file_is_checked_with_every_problem_on_its_line() {
    let world = portfolio();
    world.run(&["ingest"]).fine();
    world.write("cases.toml", "[[case]]\nquestion = \"¿Qué hace Ana?\"\ntopic = [\"riego\"]\n\n[[case]]\nquestion = \"¿Y el riego?\"\nsources = [\"riego.txt\"]\n");
    let run = world.run(&["cases", "check", "cases.toml"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    for part in [
        "line 3: unknown key `topic`; did you mean `topics`?",
        "line 5: `riego.txt`",
        "did you mean `riego.md`?",
        "2 problems",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let json = world.run(&["cases", "check", "cases.toml", "--json"]).json();
    assert_eq!(
        (&json["cases"], &json["problems"][0]["line"], &json["documents_checked"]),
        (&1.into(), &3.into(), &true.into())
    );

    world.write("cases.jsonl", "{\"question\": \"¿Qué hace Ana?\", \"must\": [\"riego\"], \"tags\": [\"a\"]}\n");
    let run = world.run(&["cases", "check", "cases.jsonl"]).fine();
    assert!(
        run.stdout.contains("1 case in `cases.jsonl`") && run.stdout.contains("nothing is wrong"),
        "{}",
        run.stdout
    );
    for (file, complaint) in [("none.toml", "cannot read `none.toml`"), ("knowledge/cv.md", "neither in `.toml`")] {
        let run = world.run(&["cases", "check", file]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(complaint) && run.stderr.contains("hint:"), "{}", run.stderr);
    }
}

#[test]
fn the_demos_cases_are_unpacked_with_it_and_nothing_is_wrong_with_them() {
    let world = World::new();
    world.run(&["ingest"]).fine();
    let file = world.path().join("home/.local/share/portavoz/demo/portfolio/cases.toml");
    let run = world.run(&["cases", "check", file.to_str().unwrap()]).fine();
    assert!(
        run.stdout.contains("nothing is wrong") && !run.stderr.contains("not looked for"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

#[test]
fn cases_are_made_into_a_file_that_is_never_written_over_unasked() {
    let world = portfolio();
    let printed = world.run(&["cases", "make", "--count", "8", "--quiet"]).fine().stdout;
    assert!(printed.contains("[[case]]") && printed.starts_with("# Made on "), "{printed}");
    // Below the first line, which names the day.
    let cases = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(cases(&printed), cases(&world.run(&["cases", "make", "--count", "8", "--quiet"]).fine().stdout));

    let made = world.run(&["cases", "make", "--count", "8", "--out", "cases.toml"]).fine();
    assert!(made.stderr.contains("8 cases written to cases.toml"), "{}", made.stderr);
    assert_eq!(cases(&world.read("cases.toml")), cases(&printed));
    world.run(&["cases", "check", "cases.toml"]).fine();

    let again = world.run(&["cases", "make", "--out", "cases.toml"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    assert!(again.stderr.contains("`cases.toml` exists") && again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(cases(&world.read("cases.toml")), cases(&printed));
    world.run(&["cases", "make", "--seed", "2", "--count", "8", "--out", "cases.toml", "--force"]).fine();
    assert_ne!(cases(&world.read("cases.toml")), cases(&printed));

    world.run(&["cases", "make", "--out", "cases.jsonl"]).fine();
    world.run(&["cases", "check", "cases.jsonl"]).fine();
    let json = world.run(&["cases", "make", "--json"]).fine().json();
    assert!(json["cases"].as_array().unwrap().len() > 8, "{json}");
}

#[test]
fn without_a_model_or_turns_it_is_said_what_to_do() {
    let world = portfolio();
    for (from, complaint) in [("model", "there is no model to ask"), ("turns", "no such turns are kept")] {
        let run = world.run(&["cases", "make", "--from", from]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(complaint) && run.stderr.contains("hint:"), "{}", run.stderr);
    }
    // With a model, nothing is asked before its cost is agreed to.
    world.write("portavoz.toml", "[owner]\nname = \"Ana Ruiz\"\n[model]\nname = \"gpt-4o-mini\"\n");
    let run = world.run_with(
        &["cases", "make", "--from", "model"],
        &[("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "http://127.0.0.1:9")],
    );
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("costs at most $") && run.stderr.contains("agree to it with `--yes`"),
        "{}",
        run.stderr
    );
}
