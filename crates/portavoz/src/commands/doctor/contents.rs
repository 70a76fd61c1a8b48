//! The lines of the checklist about what the site holds: database, documents, contact card, vectors.

use portavoz_app::checklist::{self, Line};
use portavoz_app::facts::ledger;
use portavoz_app::ingest::{is_steering, readable_files};
use portavoz_domain::facts::Contradiction;
use portavoz_text::language::Language;

use super::super::facts::quoted;
use crate::assemble::{self, Assembled};
use crate::config::Settings;
use crate::config::place::shown;
use crate::config::storage::StorageSettings;
use crate::failure;
use crate::output::counted;
use crate::problems;

/// Names of skipped documents shown.
const NAMES_SHOWN: usize = 3;

/// What the site holds.
pub struct Contents {
    /// The lines of the guide that the site can tell.
    pub checklist: Vec<Line>,
    /// The others.
    pub lines: Vec<Line>,
}

/// Can the database be written, what is in the index, does the embedder fit it, and how does the site do?
pub async fn contents(settings: &Settings) -> Contents {
    const STORAGE: &str = "storage";
    let assembled = match assemble::open(settings).await {
        Ok(assembled) => assembled,
        Err(error) => {
            let mend = failure::hint_of(&error).unwrap_or_else(|| storage_mend(settings).to_owned());
            let lines = vec![Line::broken(STORAGE, format!("{error:#}"), mend)];
            return Contents { checklist: Vec::new(), lines };
        }
    };
    let storage = match assembled.storage.ping().await {
        Ok(()) => Line::fine(STORAGE, format!("{}, reads and writes", settings.storage.describe())),
        Err(error) => Line::broken(STORAGE, error.to_string(), storage_mend(settings)),
    };
    let knowledge = knowledge(&assembled, settings).await;
    let mut lines = vec![storage, knowledge, contact(&assembled), embedder(&assembled)];
    lines.extend(contradictions(&assembled, settings));
    lines.push(steering(&assembled, settings).await);
    let checklist = checklist::examine(&assembled.site, Language::En).await;
    assembled.close().await;
    Contents { checklist, lines }
}

/// Do the documents agree with each other? A line each: every one is to be mended in another place.
fn contradictions(assembled: &Assembled, settings: &Settings) -> Vec<Line> {
    const CHECK: &str = "contradictions";
    let ledger = ledger(&assembled.site);
    if ledger.contradictions.is_empty() {
        let facts = counted(ledger.facts.len(), "fact");
        return vec![Line::fine(CHECK, format!("none between the documents, in {facts} drawn from them"))];
    }
    let line = |found: &Contradiction| {
        let words = format!("{}\n{}\n{}", found.sentence(), quoted(&found.left), quoted(&found.right));
        let mend = format!("correct the one that is wrong, then `{}`", ingest_command(settings));
        Line::warning(CHECK, words, mend)
    };
    ledger.contradictions.iter().map(line).collect()
}

/// What to look at when the database says no.
const fn storage_mend(settings: &Settings) -> &'static str {
    match settings.storage {
        StorageSettings::Sqlite { .. } => "check that the data folder can be written; `--data DIR` names another",
        StorageSettings::Postgres { .. } => "check that the server runs and that `storage.url` is right",
    }
}

/// Do sentences of the documents speak to the assistant?
async fn steering(assembled: &Assembled, settings: &Settings) -> Line {
    const CHECK: &str = "documents' orders";
    let site = &assembled.site;
    let problems = match site.storage().knowledge().problems(site.id()).await {
        Ok(problems) => problems,
        Err(error) => return Line::broken(CHECK, error.to_string(), storage_mend(settings)),
    };
    let found: Vec<String> = problems
        .iter()
        .filter(|&problem| is_steering(problem))
        .map(|problem| format!("`{}` {}", problem.document, problem.cause))
        .collect();
    if found.is_empty() {
        return Line::fine(CHECK, "none: no sentence speaks to the assistant");
    }
    let mend = "remove the sentence; put it in quotation marks if it is an example; then";
    Line::warning(CHECK, found.join("\n"), format!("{mend} `{}`", ingest_command(settings)))
}

async fn knowledge(assembled: &Assembled, settings: &Settings) -> Line {
    const CHECK: &str = "knowledge";
    let site = &assembled.site;
    let ingest = ingest_command(settings);
    let (entries, problems) = match tokio::try_join!(
        site.storage().knowledge().documents(site.id()),
        site.storage().knowledge().problems(site.id())
    ) {
        Ok(found) => found,
        Err(error) => return Line::broken(CHECK, error.to_string(), "check the database"),
    };
    let chunks = site.index().len();
    let tokens: u64 = entries.iter().map(|entry| entry.tokens).sum();
    let finding = format!("{}, {}, {tokens} tokens", counted(entries.len(), "document"), counted(chunks, "passage"));
    if entries.is_empty() && problems.is_empty() {
        return nothing_ingested(assembled, settings, CHECK).await;
    }
    // Images and style sheets beside the documents are no reason to look.
    let (skipped, _) = problems::sort(problems.iter().filter(|problem| problem.skipped));
    let skipped: Vec<String> =
        skipped.into_iter().map(|problem| format!("`{}` {}", problem.document, problem.cause)).collect();
    let named = skipped.iter().take(NAMES_SHOWN).cloned().collect::<Vec<_>>().join("; ");
    if entries.is_empty() {
        let folder = shown(&settings.knowledge.folder);
        let skipped = if named.is_empty() { String::new() } else { format!("; {} skipped: {named}", skipped.len()) };
        let mend = format!("put documents into `{folder}`, then `{ingest}`");
        return Line::broken(CHECK, format!("no documents{skipped}"), mend);
    }
    if skipped.is_empty() {
        return Line::fine(CHECK, finding);
    }
    let mend = format!("mend or remove the files, then `{ingest}`");
    Line::warning(CHECK, format!("{finding}; {} skipped: {named}", skipped.len()), mend)
}

/// Nothing is known yet: is it that nothing is there, or that nobody has looked?
async fn nothing_ingested(assembled: &Assembled, settings: &Settings, check: &'static str) -> Line {
    let (folder, ingest) = (shown(&settings.knowledge.folder), ingest_command(settings));
    let pages = settings.knowledge.urls.len() + settings.knowledge.sitemaps.len();
    let files = match readable_files(&assembled.site).await {
        Ok(files) => files,
        // The folder may be missing where all knowledge comes from pages.
        Err(_) if pages > 0 => 0,
        Err(error) => return Line::broken(check, error.to_string(), "check that the folder can be read"),
    };
    let waiting = match (files, pages) {
        (0, 0) => {
            return Line::broken(check, "no documents", format!("put documents into `{folder}`, then `{ingest}`"));
        }
        (0, _) => "the pages of `knowledge.urls` and `knowledge.sitemaps` wait".to_owned(),
        (1, _) => format!("1 file waits in `{folder}`"),
        (files, _) => format!("{files} files wait in `{folder}`"),
    };
    let finding = format!("nothing ingested yet: {waiting}");
    Line::broken(check, finding, format!("run `{ingest}`"))
}

/// Is there a way to reach the owner when nothing else can be said?
fn contact(assembled: &Assembled) -> Line {
    const CHECK: &str = "contact card";
    let card = assembled.site.contact();
    let ways: Vec<&str> = [&card.email, &card.phone, &card.url].into_iter().flatten().map(String::as_str).collect();
    if card.is_empty() {
        return Line::warning(CHECK, "empty: visitors cannot be told how to reach you", "set `owner.email`");
    }
    Line::fine(CHECK, format!("{}: {}", card.name.as_deref().unwrap_or("no name"), ways.join(", ")))
}

/// Does the embedder fit the vectors that the index holds?
fn embedder(assembled: &Assembled) -> Line {
    const CHECK: &str = "embedder";
    let index = assembled.site.index();
    match (assembled.site.embedder(), index.embedder()) {
        (None, _) => Line::fine(CHECK, "none: search is by words"),
        (Some(embedder), Some((made_by, _))) if made_by == embedder.name() => {
            Line::fine(CHECK, format!("{}, {} dimensions", embedder.name(), embedder.dimensions()))
        }
        (Some(embedder), _) => Line::warning(
            CHECK,
            format!("{}, but the index holds no vectors of it: search is by words until then", embedder.name()),
            "`portavoz ingest`",
        ),
    }
}

fn ingest_command(settings: &Settings) -> String {
    let site = shown(&settings.place.site);
    if site.is_empty() || settings.place.demo {
        "portavoz ingest".to_owned()
    } else {
        format!("portavoz ingest {site}")
    }
}
