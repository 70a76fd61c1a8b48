//! `/admin/documents`: what is indexed and how well it is: what could not be read, what changed or went away since, what is old,
//! and where documents disagree. One document, with its passages, is [`preview`].

use askama::Template;
use portavoz_app::documents::{Freshness, Shelf, ShelvedDocument, shelf};
use portavoz_app::facts::ledger;
use portavoz_domain::document::Problem;
use portavoz_domain::facts::{Fact, FactSource};
use portavoz_domain::ids::DocumentId;

use super::desk::{Desk, Frame, Page, Section, encoded, render};
use super::tongue::Tongue;

pub(super) mod preview;

#[derive(Template)]
#[template(path = "admin/documents.html")]
struct DocumentsPage {
    ui: Frame,
    /// What stands in the search bench's field.
    query: &'static str,
    /// Figures of health: how many, of what, colour, and where on the page they are explained.
    health: Vec<Health>,
    unread: Vec<String>,
    documents: Vec<Row>,
    chunks: u64,
    tokens: u64,
    problems: Vec<ProblemShown>,
    contradictions: Vec<Disagreement>,
}

struct Health {
    count: String,
    what: &'static str,
    tone: &'static str,
    place: &'static str,
}

/// A document of the list.
struct Row {
    document: ShelvedDocument,
    /// The address of its preview.
    address: String,
    language: &'static str,
    facets: String,
    written: Option<String>,
    /// Colour and words, if anything is to be said of it.
    mark: Option<(&'static str, &'static str)>,
}

struct ProblemShown {
    problem: Problem,
    todo: &'static str,
}

/// Two documents that say different things.
struct Disagreement {
    message: String,
    sides: [Side; 2],
}

struct Side {
    says: String,
    title: String,
    document: String,
    quote: String,
    /// Where it is read.
    address: String,
}

/// The page.
pub(super) async fn documents(desk: Desk) -> Page {
    let tongue = desk.tongue;
    let shelf = shelf(&desk.site).await?;
    let ledger = ledger(&desk.site);
    let contradictions: Vec<Disagreement> = ledger
        .contradictions
        .iter()
        .map(|found| Disagreement {
            message: found.sentence(),
            sides: [side(&found.left_says, &found.left), side(&found.right_says, &found.right)],
        })
        .collect();
    // What was skipped stands among the problems.
    let is_new = |id: &DocumentId| !shelf.problems.iter().any(|problem| problem.document == *id);
    let unread: Vec<String> = shelf.waiting.iter().filter(|id| is_new(id)).map(ToString::to_string).collect();
    let health = health(tongue, &shelf, unread.len(), contradictions.len());
    render(&DocumentsPage {
        ui: desk.frame(Section::Documents),
        query: "",
        health,
        unread,
        chunks: shelf.documents.iter().map(|document| u64::from(document.chunks)).sum(),
        tokens: shelf.documents.iter().map(|document| document.tokens).sum(),
        documents: shelf.documents.into_iter().map(|document| row(tongue, document)).collect(),
        problems: shelf.problems.into_iter().map(|problem| shown(tongue, problem)).collect(),
        contradictions,
    })
}

fn health(tongue: Tongue, shelf: &Shelf, unread: usize, contradictions: usize) -> Vec<Health> {
    let (documents, problems) = (&shelf.documents, &shelf.problems);
    let say = |es, en| tongue.say(es, en);
    let are = |wanted: &[Freshness]| documents.iter().filter(|document| wanted.contains(&document.freshness)).count();
    let skipped = problems.iter().filter(|problem| problem.skipped).count();
    let stale = are(&[Freshness::Changed, Freshness::Gone]);
    let figures = [
        (documents.len(), say("leídos", "read"), "plain", "#list"),
        (skipped, say("omitidos", "skipped"), "bad", "#problems"),
        (problems.len() - skipped, say("leídos en parte", "read in part"), "warn", "#problems"),
        (unread, say("por leer", "not read yet"), "warn", "#unread"),
        (stale, say("sin poner al día", "out of date"), "warn", "#list"),
        (are(&[Freshness::Old]), say("de hace más de un año", "older than a year"), "warn", "#list"),
        (contradictions, say("contradicciones", "disagreements"), "warn", "#contradictions"),
    ];
    // What needs nothing stays quiet.
    let told = figures.into_iter().filter(|(count, _, tone, _)| *count > 0 || *tone == "plain");
    told.map(|(count, what, tone, place)| Health { count: tongue.count(count as u64), what, tone, place }).collect()
}

fn row(tongue: Tongue, document: ShelvedDocument) -> Row {
    let say = |es, en| tongue.say(es, en);
    let facets: Vec<&str> = document.facets.iter().map(|facet| tongue.facet(*facet)).collect();
    Row {
        address: format!("/admin/documents/preview?document={}", encoded(document.id.as_str())),
        language: document.language.map_or("–", |language| tongue.language_name(language)),
        facets: facets.join(", "),
        written: document.written.map(|at| tongue.day(&at.to_rfc3339())),
        mark: match document.freshness {
            Freshness::Fresh | Freshness::Unknown => None,
            Freshness::Old => Some(("warn", say("más de un año", "over a year old"))),
            Freshness::Changed => Some(("warn", say("editado después", "edited since"))),
            Freshness::Gone => Some(("warn", say("el fichero ya no está", "the file is gone"))),
        },
        document,
    }
}

/// A problem with what to do about it.
fn shown(tongue: Tongue, problem: Problem) -> ProblemShown {
    let todo = if problem.skipped {
        tongue.say(
            "Nada de él se puede encontrar. Arréglalo o guárdalo en otro formato (Markdown, PDF con texto, DOCX), o quítalo de la carpeta; se vuelve a leer solo.",
            "Nothing of it can be found. Mend it or save it in another format (Markdown, PDF with text, DOCX), or take it out of the folder; it is read again by itself.",
        )
    } else {
        tongue.say(
            "El resto del documento se ha leído. Mira en su vista previa qué falta.",
            "The rest of the document was read. Its preview shows what is missing.",
        )
    };
    ProblemShown { problem, todo }
}

fn side(says: &str, fact: &Fact) -> Side {
    let FactSource { document, title, span, quote, .. } = &fact.source;
    Side {
        says: says.to_owned(),
        title: title.clone(),
        document: document.to_string(),
        quote: quote.clone(),
        address: format!("/source?document={}&from={}&to={}#place", encoded(document.as_str()), span.start, span.end),
    }
}
