//! Documents that disagree, and documents that speak to the assistant: what the owner is told.

use crate::program::World;

fn portfolio() -> World {
    let world = World::new();
    world.write(
        "portavoz.toml",
        "[owner]\nname = \"Ana Ruiz\"\nemail = \"ana@ruiz.example\"\n[model]\nname = \"none\"\n",
    );
    for (name, end) in [("cv.md", "marzo de 2022"), ("web.md", "junio de 2023")] {
        let text = format!(
            "---\nlang: es\n---\n\n# {name}\n\n## Experiencia\n\n**Analista**, Huertos Unidos — enero de 2019 – {end}\n"
        );
        world.write(&format!("knowledge/{name}"), text);
    }
    world
}

#[test]
fn a_contradiction_is_told_at_ingest_in_the_ledger_and_by_doctor() {
    let world = portfolio();
    let said = world.run(&["ingest"]).fine().stdout;
    assert!(said.contains("1 contradiction between documents"), "{said}");
    assert_eq!(world.run(&["ingest", "--json"]).fine().json()["contradictions"], 1);

    let table = world.run(&["facts"]).fine().stdout;
    for words in ["Analista, Huertos Unidos", "2019-01 – 2022-03", "2 facts in 2 documents, 1 contradiction"] {
        assert!(table.contains(words), "{words}\n{table}");
    }
    assert!(table.contains("cv.md: «") && table.contains("web.md: «"), "both are quoted: {table}");
    let json = world.run(&["facts", "--json"]).fine().json();
    assert_eq!(json["facts"].as_array().unwrap().len(), 2, "{json}");
    assert_eq!(json["contradictions"][0]["subject"], "job_end", "{json}");

    let report = world.run(&["doctor", "--json"]).fine().json();
    let line = report["checks"].as_array().unwrap().iter().find(|line| line["check"] == "contradictions").unwrap();
    assert_eq!(line["state"], "warning", "{line}");
    let finding = line["finding"].as_str().unwrap();
    assert!(finding.contains("`cv.md` says 2022-03") && finding.contains("web.md: «"), "{finding}");
    assert!(line["mend"].as_str().unwrap().contains("portavoz ingest"), "{line}");
}

#[test]
fn documents_that_agree_are_fine() {
    let world = portfolio();
    std::fs::remove_file(world.path().join("knowledge/web.md")).unwrap();
    let said = world.run(&["ingest"]).fine().stdout;
    assert!(!said.contains("contradiction"), "{said}");
    let report = world.run(&["doctor", "--json"]).fine().json();
    let line = report["checks"].as_array().unwrap().iter().find(|line| line["check"] == "contradictions").unwrap();
    assert_eq!(line["state"], "fine", "{line}");
}
