//! `stats`: what it says of nothing, and of a few turns.

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
fn nothing_yet_says_what_would_fill_the_screen() {
    let world = world();
    let run = world.run(&["stats"]).fine();
    for words in ["no turns in this period", "portavoz ask", "spent today $0.00"] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
}

#[test]
fn turns_are_counted_and_compared() {
    let world = world();
    world.run(&["ask", "¿Qué construyó Ada en 2022?"]).fine();
    world.run(&["ask", "hola"]).fine();
    let report = world.run(&["stats", "--json", "--days", "1"]).fine().json();
    let current = &report["overview"]["current"];
    assert_eq!((&current["turns"], &current["conversations"]), (&2.into(), &2.into()));
    assert_eq!(report["overview"]["previous"]["turns"], 0);
    assert_eq!(report["overview"]["step"], "hour");
    assert_eq!(report["spend"]["day_usd"], 0.0);
    let screen = world.run(&["stats"]).fine().stdout;
    for words in ["turns", "answered by", "first words, half within", "answered within 2,000 ms"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    assert!(screen.lines().count() <= 40, "more than a screen: {screen}");
    for by in ["model", "prompt", "variant", "day", "hour"] {
        assert!(world.run(&["stats", "--by", by]).fine().stdout.contains(by), "{by}");
    }
}

#[test]
fn a_moment_that_is_none_is_explained() {
    let world = world();
    for arguments in [
        ["stats", "--from", "yesterday"].as_slice(),
        &["stats", "--from", "2026-11-22", "--to", "2026-11-20"],
        &["stats", "--from", "2020-01-01", "--by", "hour"],
    ] {
        let run = world.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("hint") || run.stderr.contains('→'), "{}", run.stderr);
    }
}
