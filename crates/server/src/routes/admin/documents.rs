//! `/admin/documents`: what is indexed, what could not be read, and where documents disagree.

use askama::Template;
use portavoz_app::documents::{ShelvedDocument, shelf};
use portavoz_app::facts::ledger;
use portavoz_domain::document::Problem;

use super::desk::{Desk, Frame, Page, Section, render};

#[derive(Template)]
#[template(path = "admin/documents.html")]
struct DocumentsPage {
    ui: Frame,
    /// What stands in the search bench's field.
    query: &'static str,
    documents: Vec<ShelvedDocument>,
    chunks: u64,
    tokens: u64,
    problems: Vec<Problem>,
    contradictions: Vec<Disagreement>,
}

/// Two documents that say different things.
struct Disagreement {
    message: String,
    sides: [Side; 2],
}

struct Side {
    says: String,
    document: String,
    quote: String,
}

/// The page.
pub(super) async fn documents(desk: Desk) -> Page {
    let shelf = shelf(&desk.site).await?;
    let ledger = ledger(&desk.site);
    let side = |says: &str, fact: &portavoz_domain::facts::Fact| Side {
        says: says.to_owned(),
        document: fact.source.document.to_string(),
        quote: fact.source.quote.clone(),
    };
    let contradictions = ledger.contradictions.iter().map(|found| Disagreement {
        message: found.sentence(),
        sides: [side(&found.left_says, &found.left), side(&found.right_says, &found.right)],
    });
    render(&DocumentsPage {
        ui: desk.frame(Section::Documents),
        query: "",
        chunks: shelf.documents.iter().map(|document| u64::from(document.chunks)).sum(),
        tokens: shelf.documents.iter().map(|document| document.tokens).sum(),
        documents: shelf.documents,
        problems: shelf.problems,
        contradictions: contradictions.collect(),
    })
}
