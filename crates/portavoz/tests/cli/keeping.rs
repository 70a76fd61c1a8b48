//! What is kept of visitors: handing it out, removing it, moving it.

use std::path::Path;

use crate::program::World;

/// A small portfolio in which somebody asked two questions.
fn asked(config: &str) -> World {
    let world = World::new();
    world.write("portavoz.toml", format!("[owner]\nname = \"Ana Ruiz\"\n[model]\nname = \"none\"\n{config}"));
    world.write("knowledge/projects.md", "# Proyectos\n\nAna construyó un buscador de recetas con Rust.\n");
    world.run(&["ask", "¿Qué construyó Ana?"]).fine();
    world.run(&["ask", "¿Sabe Ana criar capibaras?"]).fine();
    world
}

/// Whether a word stands in any file of the database, whatever SQLite thinks of that place.
fn is_on_disk(world: &World, word: &str) -> bool {
    let folder = world.path().join(".portavoz");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let databases: Vec<_> = files.filter(|path| path.is_file()).collect();
    assert!(databases.iter().any(|path| path.ends_with("portavoz.db")), "{databases:?}");
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    };
    databases.iter().any(|path| holds(path))
}

fn turns(world: &World) -> usize {
    let exported = world.run(&["export"]).fine().stdout;
    exported.lines().filter(|line| line.starts_with("{\"kind\":\"turns\"")).count()
}

#[test]
fn what_is_kept_is_handed_out_line_by_line() {
    let world = asked("");
    assert_eq!(turns(&world), 2);
    let found = world.run(&["export", "--grep", "CAPIBARAS"]).fine();
    let turn = found.json();
    assert_eq!((turn["kind"].as_str(), turn["outcome"].as_str()), (Some("turns"), Some("not_known")));
    let day = turn["created"].as_str().unwrap()[..10].to_owned();
    let visitor = world.run(&["export", "--on", &day, "--output", "day.jsonl"]).fine();
    assert!(visitor.stdout.is_empty() && visitor.stderr.contains("in `day.jsonl`"), "{}", visitor.stderr);
    let lines = world.read("day.jsonl");
    let conversation = lines.lines().find(|line| line.starts_with("{\"kind\":\"conversations\"")).unwrap();
    let conversation: serde_json::Value = serde_json::from_str(conversation).unwrap();
    let mine = world.run(&["export", "--visitor", conversation["visitor"].as_str().unwrap()]).fine().stdout;
    assert_eq!(mine.lines().filter(|line| line.starts_with("{\"kind\":\"turns\"")).count(), 1, "{mine}");
    for wrong in [&["export", "--on", "yesterday"], &["export", "--visitor", "me"]] {
        let run = world.run(wrong);
        assert_eq!((run.code, run.stderr.contains("hint:")), (2, true), "{}", run.stderr);
    }
}

#[test]
fn what_is_erased_is_nowhere_on_the_disk() {
    let world = asked("");
    assert!(is_on_disk(&world, "capibaras"));
    let would = world.run(&["erase", "--all-turns", "--dry-run", "--json"]).fine().json();
    assert_eq!((&would["turns"], &would["gaps"]), (&2.into(), &1.into()), "{would}");
    let unasked = world.run(&["erase", "--all-turns"]);
    assert_eq!(unasked.code, 2);
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    assert_eq!(turns(&world), 2);
    assert_eq!(world.run(&["erase"]).code, 2);
    assert_eq!(world.run(&["erase", "--all-turns", "--before", "2026-01-01"]).code, 2);

    let early = world.run(&["erase", "--before", "2020-01-01", "--yes"]).fine().stdout;
    assert!(early.starts_with("removed 0 turns"), "{early}");
    let erased = world.run(&["erase", "--all-turns", "--yes"]).fine().stdout;
    assert_eq!(erased.trim(), "removed 2 turns in 2 whole conversations, 1 of them listed as gaps");
    assert_eq!(turns(&world), 0);
    assert!(!is_on_disk(&world, "capibaras"));
}

#[test]
fn who_keeps_nothing_has_no_word_on_the_disk() {
    let world = asked("[privacy]\nretention_days = 0\n");
    assert_eq!(turns(&world), 2);
    for word in ["capibaras", "construyó Ana"] {
        assert!(!is_on_disk(&world, word), "{word}");
    }
}

#[test]
fn a_backup_restores_what_was_lost() {
    let world = asked("");
    let made = world.run(&["backup", "kept.gz"]).fine();
    assert!(made.stdout.contains("2 turns, 1 document"), "{}", made.stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(world.path().join("kept.gz")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = world.run(&["backup", "kept.gz"]);
    assert_eq!((again.code, again.stderr.contains("--force")), (2, true), "{}", again.stderr);
    world.run(&["backup", "kept.gz", "--force"]).fine();
    assert!(world.run(&["restore", "--check", "kept.gz"]).fine().stdout.starts_with("whole: "));

    world.run(&["erase", "--all-turns", "--yes"]).fine();
    let refused = world.run(&["restore", "kept.gz"]);
    assert_eq!((refused.code, refused.stderr.contains("--replace")), (2, true), "{}", refused.stderr);
    let restored = world.run(&["restore", "kept.gz", "--replace"]).fine();
    assert!(restored.stdout.starts_with("restored: "), "{}", restored.stdout);
    assert_eq!(turns(&world), 2);

    // In an empty place, with the documents' files gone, it answers from what was in the backup.
    std::fs::remove_dir_all(world.path().join(".portavoz")).unwrap();
    world.run(&["restore", "kept.gz"]).fine();
    let found = world.run(&["search", "recetas", "--json"]).fine().json();
    assert_eq!(found["hits"][0]["document"], "projects.md", "{found}");
}

#[test]
fn a_damaged_backup_is_refused_and_nothing_is_lost() {
    let world = asked("");
    world.run(&["backup", "kept.gz"]).fine();
    let whole = std::fs::read(world.path().join("kept.gz")).unwrap();
    world.write("cut.gz", &whole[..whole.len() / 2]);
    world.write("no.gz", "nothing of the kind");
    for (file, code) in [("cut.gz", 2), ("no.gz", 2), ("missing.gz", 2)] {
        for arguments in [&["restore", file, "--replace"][..], &["restore", file, "--check"]] {
            let run = world.run(arguments);
            assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        }
    }
    assert_eq!(turns(&world), 2);
}
