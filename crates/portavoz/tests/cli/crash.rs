//! `kill -9` at any moment of an ingest leaves the previous index answering.

use std::fmt::Write;
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use crate::program::World;

/// Enough documents that an ingest takes a while even on a fast machine.
const DOCUMENTS: usize = 120;

/// Fills the folder; every edition changes every document.
fn write_documents(world: &World, edition: &str) {
    for number in 0..DOCUMENTS {
        let mut text = format!("# Project {number}\n\nThe marker of this edition is {edition}.\n");
        for paragraph in 0..8 {
            let _ = write!(
                text,
                "\n## Part {paragraph}\n\nIn part {paragraph} of project {number} a team of {paragraph} people built \
                 a warehouse number {number} for the town of Villanueva with bricks, glass and {number} doors.\n"
            );
        }
        world.write(&format!("knowledge/project-{number}.md"), text);
    }
}

/// What an index of the whole folder, of whichever edition, finds.
fn hits(world: &World) -> usize {
    let found = world.run(&["search", "marker of this edition", "--limit", "100", "--json"]).fine().json();
    found["hits"].as_array().unwrap().len()
}

#[test]
fn an_ingest_killed_at_any_moment_leaves_an_index_that_answers() {
    let world = World::new();
    world.write("portavoz.toml", "[model]\nname = \"none\"\n");
    write_documents(&world, "amber");
    world.run(&["ingest"]).fine();

    let before = hits(&world);
    assert!(before > 10);
    // Moments from the first read to the last write: as fractions of what an undisturbed ingest takes here.
    write_documents(&world, "basalt");
    let whole = world.run(&["ingest", "--json"]).fine().json()["took_ms"].as_u64().unwrap().max(20);
    for (round, percent) in [5_u64, 30, 60, 80, 95].into_iter().enumerate() {
        write_documents(&world, &format!("edition{round}"));
        let mut child = world.command(&["ingest"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Killing at a moment is the point of this test; no outcome depends on which moment it was.
        std::thread::sleep(Duration::from_millis(whole * percent / 100));
        child.kill().unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        assert!(!said.contains("error:"), "{said}");
        assert_eq!(hits(&world), before, "killed at {percent} %");
    }

    // The next ingest makes up for everything, and then there is nothing left to do.
    let report = world.run(&["ingest", "--json"]).fine().json();
    assert_eq!(report["documents"], DOCUMENTS as u64, "{report}");
    let found = world.run(&["search", "marker of this edition", "--json"]).fine().stdout;
    assert!(found.contains("edition4") && !found.contains("amber"), "{found}");
    assert_eq!(world.run(&["ingest", "--json"]).fine().json()["reindexed"], false);
}
