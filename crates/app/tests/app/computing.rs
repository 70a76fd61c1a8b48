//! The ledger of facts: what it answers, and where it finds that documents disagree.

use portavoz_app::facts::ledger;
use portavoz_app::testing::Setup;
use portavoz_domain::answer::Outcome;

const CV: &str = "# CV de Ada\n\n## Experiencia\n\n\
    - Lumbre Estudio (enero de 2020 – agosto de 2024), ingeniera de datos.\n\
    - Vega Labs (septiembre de 2024 – actualidad), ingeniera jefe.\n";

#[tokio::test]
async fn lengths_of_time_are_computed_from_the_documents_and_cited() {
    let site = Setup::default().open().await;
    site.write("cv.md", CV);
    site.ingest().await;
    for (question, expected) in [
        (
            "¿Cuánto tiempo trabajó Ada en Lumbre Estudio?",
            "4 años en Lumbre Estudio: de enero de 2020 a agosto de 2024. [1]",
        ),
        (
            "How long has Ada been working at Vega Labs?",
            "2 years at Vega Labs, since September 2024 (as of 22 November 2026). [1]",
        ),
        (
            "¿Dónde trabajaba en 2021?",
            "En 2021: ingeniera de datos en Lumbre Estudio, de enero de 2020 a agosto de 2024. [1]",
        ),
    ] {
        let answer = site.ask(question).await;
        assert_eq!(answer.text, expected, "{question}");
        assert_eq!(answer.done.outcome, Outcome::Answered);
        let citation = &answer.citations[0];
        assert_eq!(citation.document.as_str(), "cv.md");
        assert!(citation.quote.contains("Lumbre") || citation.quote.contains("Vega"), "{}", citation.quote);
    }
}

#[tokio::test]
async fn documents_that_disagree_are_known_until_they_are_mended() {
    let site = Setup::default().open().await;
    site.write("cv.md", CV);
    site.write("bio.md", "# Sobre Ada\n\nAda fue ingeniera de datos en Lumbre Estudio de 2020 a 2023.\n");
    site.ingest().await;
    let found: Vec<String> = ledger(&site.site).contradictions.iter().map(|found| found.sentence()).collect();
    let expected =
        "documents disagree about when the job at Lumbre Estudio ended: `bio.md` says 2023, `cv.md` says 2024-08";
    assert_eq!(found, [expected]);
    site.write("bio.md", "# Sobre Ada\n\nAda fue ingeniera de datos en Lumbre Estudio de 2020 a 2024.\n");
    site.ingest().await;
    assert!(ledger(&site.site).contradictions.is_empty());
}
