//! `verify`, and what `doctor` and the configuration say of it.

use std::io::Write;
use std::process::Stdio;

use crate::program::{Run, World};

/// A small portfolio in a world of its own.
fn portfolio() -> World {
    let world = World::new();
    world.write("portavoz.toml", "[owner]\nname = \"Ana Ruiz\"\n[model]\nname = \"none\"\n");
    world.write(
        "knowledge/riego.md",
        "---\nlang: es\n---\n\n# Riego\n\nEl panel de riego ahorra agua en doce huertos.\n",
    );
    world
}

/// Runs a command with something on its standard input.
fn run_on(world: &World, arguments: &[&str], input: &str) -> Run {
    let mut command = world.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn an_answer_that_the_documents_support_is_fine_and_any_other_exits_with_1() {
    let world = portfolio();
    let right = "El panel de riego ahorra agua en doce huertos.";
    world.write("right.txt", right);
    let said = world.run(&["verify", "right.txt"]).fine().stdout;
    assert!(said.contains(&format!("✓  {right}")) && said.contains("1 supported, 0 contradicted"), "{said}");

    let wrong = format!("{right} Ana pilota helicópteros.");
    for arguments in [&["verify"][..], &["verify", "-"]] {
        let run = run_on(&world, arguments, &wrong);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stdout.contains("?  Ana pilota helicópteros."), "{}", run.stdout);
    }
    let run = run_on(&world, &["verify", "--json"], &wrong);
    let json = run.json();
    let statuses: Vec<&str> =
        json["sentences"].as_array().unwrap().iter().map(|sentence| sentence["status"].as_str().unwrap()).collect();
    assert_eq!((run.code, &statuses[..]), (1, &["supported", "unsupported"][..]));
}

#[test]
fn texts_of_ones_own_take_the_documents_place() {
    let world = portfolio();
    world.write("flights.txt", "Ana pilota helicópteros los domingos.");
    let run = run_on(&world, &["verify", "--context", "flights.txt"], "Ana pilota helicópteros.");
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    let run = run_on(&world, &["verify", "--context", "flights.txt"], "El panel ahorra agua.");
    assert_eq!(run.code, 1, "{}", run.stdout);
}

#[test]
fn what_cannot_be_checked_is_a_wrong_use_with_a_hint() {
    let world = portfolio();
    world.write("cv.pdf", b"%PDF-1.7 \xff\xfe");
    for (arguments, complaint) in [
        (&["verify", "none.txt"][..], "cannot read `none.txt`"),
        (&["verify", "cv.pdf"], "`cv.pdf` is not text in UTF-8"),
        (&["verify"], "the answer is empty"),
        (&["verify", "portavoz.toml", "--language", "tlh"], "tlh"),
    ] {
        let run = world.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}\n{}", run.stderr);
        assert!(run.stderr.contains(complaint), "{}", run.stderr);
    }
}

#[test]
fn doctor_tells_what_is_checked() {
    let world = portfolio();
    for (mode, state, words) in
        [("strict", "fine", "strict: "), ("annotate", "fine", "annotate: "), ("off", "warning", "off: ")]
    {
        let run = world.run_with(&["doctor", "--json"], &[("PORTAVOZ_VERIFY__MODE", mode)]);
        let report = run.json();
        let line = report["checks"].as_array().unwrap().iter().find(|line| line["check"] == "verification").unwrap();
        assert_eq!(line["state"], state, "{line}");
        assert!(line["finding"].as_str().unwrap().starts_with(words), "{line}");
    }
    let run = world.run_with(&["config", "check"], &[("PORTAVOZ_VERIFY__MODE", "sometimes")]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("allowed: \"strict\", \"annotate\", \"off\""), "{}", run.stderr);
}

#[test]
fn a_database_server_that_is_down_is_named_as_the_cause() {
    let world = portfolio();
    // Nothing listens on port 1.
    let url = "postgres://ana:secret@127.0.0.1:1/portavoz";
    let report = world.run_with(&["doctor", "--json"], &[("PORTAVOZ_STORAGE__URL", url)]).json();
    let line = report["checks"].as_array().unwrap().iter().find(|line| line["check"] == "storage").unwrap();
    assert_eq!(line["state"], "broken", "{line}");
    assert_eq!(line["mend"], "check that the server runs and that `storage.url` is right");
    assert!(!line.to_string().contains("secret"), "{line}");
}
