//! `portavoz ingest`: reads what is new or changed, and says what became of it.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use portavoz_app::ingest::{IngestError, IngestReport, ingest, is_steering};
use portavoz_app::site::Site;

use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Ingest;
use crate::config::Settings;
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{Output, bold, counted, dim};
use crate::problems;
use crate::progress::Progress;

/// More than this many names of documents are counted, not listed.
const NAMES_SHOWN: usize = 10;

/// Brings the index up to date.
pub fn run(invocation: &Invocation, args: &Ingest) -> anyhow::Result<Ending> {
    let settings = invocation.load(args.site_dir.as_deref(), &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let report = with_progress(&assembled.site, &settings, &invocation.output).await;
        assembled.close().await;
        let report = report?;
        if args.json {
            invocation.output.json(&report)?;
        } else {
            invocation.output.line(render(&report))?;
        }
        Ok(Ending::Fine)
    })
}

/// Ingests with a progress bar, if somebody looks.
pub async fn with_progress(site: &Site, settings: &Settings, output: &Output) -> anyhow::Result<IngestReport> {
    let progress = Progress::new(output.shows_progress());
    let report = ingest(site, &|step| progress.show(&step)).await;
    progress.finish();
    report.map_err(|error| explain(error, settings))
}

fn explain(error: IngestError, settings: &Settings) -> anyhow::Error {
    let folder = shown(&settings.knowledge.folder);
    let context = match &error {
        IngestError::Scan(_) => Failure::user(format!("cannot read the documents in `{folder}`"))
            .hint("check that the folder exists and can be read; `knowledge.folder` names it"),
        _ => Failure::internal("the ingest stopped; the previous index goes on answering")
            .hint("run it again; `portavoz doctor` checks everything"),
    };
    anyhow::Error::new(error).context(context)
}

/// The closing table.
pub fn render(report: &IngestReport) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["documents", "chunks", "tokens", "added", "changed", "removed", "unchanged"]);
    table.add_row([
        report.documents.to_string(),
        report.chunks.to_string(),
        report.tokens.to_string(),
        report.added.len().to_string(),
        report.changed.len().to_string(),
        report.removed.len().to_string(),
        report.unchanged.to_string(),
    ]);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2)).set_cell_alignment(CellAlignment::Right);
    }
    let mut text = table.trim_fmt();
    for (what, documents) in [("added", &report.added), ("changed", &report.changed), ("removed", &report.removed)] {
        // The first ingest adds everything: that is no news.
        if !documents.is_empty() && documents.len() <= NAMES_SHOWN && report.unchanged > 0 {
            let names: Vec<String> = documents.iter().map(|id| format!("`{id}`")).collect();
            text.push_str(&format!("\n{what}: {}", names.join(", ")));
        }
    }
    if let Some(embedding) = &report.embedding {
        let cost = embedding.cost_usd.map_or_else(|| "unknown cost".to_owned(), |cost| format!("${cost:.6}"));
        text.push_str(&format!(
            "\nvectors of {}: {} new, {} remembered, {} tokens, {cost}",
            embedding.model, embedding.embedded, embedding.cached, embedding.tokens
        ));
    }
    let (worth_a_line, other_kinds) = problems::sort(&report.problems);
    for problem in worth_a_line {
        let what = if problem.skipped { bold().yellow().apply_to("skipped") } else { dim().apply_to("note") };
        text.push_str(&format!("\n{what} `{}`: {}", problem.document, problem.cause));
    }
    if let Some(other_kinds) = other_kinds {
        text.push_str(&format!("\n{} {other_kinds}", dim().apply_to("not read:")));
    }
    text.push_str(&to_look_at(report));
    let news = if report.reindexed { "the new index answers now" } else { "nothing to do" };
    text.push_str(&format!("\n{news} ({} ms)", report.took_ms));
    text
}

/// What the owner should look at, though all of it was read: a line each.
fn to_look_at(report: &IngestReport) -> String {
    let look = bold().yellow().apply_to("look:");
    let mut lines = String::new();
    if report.contradictions > 0 {
        let found = counted(report.contradictions, "contradiction");
        lines.push_str(&format!("\n{look} {found} between documents; `portavoz facts` shows them"));
    }
    let steering = report.problems.iter().filter(|&problem| is_steering(problem)).count();
    if steering > 0 {
        let found = counted(steering, "sentence");
        lines.push_str(&format!(
            "\n{look} {found} for the assistant instead of readers; `portavoz doctor` says what to do"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use portavoz_domain::document::Problem;
    use portavoz_domain::ids::DocumentId;

    use super::*;

    #[test]
    fn the_table_names_what_changed_and_what_was_skipped() {
        let report = IngestReport {
            documents: 12,
            chunks: 80,
            tokens: 9_000,
            added: vec![DocumentId::new("new.md")],
            changed: vec![DocumentId::new("cv.pdf")],
            removed: Vec::new(),
            unchanged: 10,
            problems: [
                ("broken.pdf", "is encrypted"),
                ("me.png", "is an image; images are not read"),
                ("site.css", "belongs to a site's design and is not read"),
                ("you.PNG", "is an image; images are not read"),
            ]
            .map(|(name, cause)| Problem { document: DocumentId::new(name), cause: cause.to_owned(), skipped: true })
            .to_vec(),
            contradictions: 2,
            generation: 3,
            reindexed: true,
            embedding: None,
            took_ms: 42,
        };
        insta::assert_snapshot!(console::strip_ansi_codes(&render(&report)), @r"
        documents  chunks  tokens  added  changed  removed  unchanged
               12      80    9000      1        1        0         10
        added: `new.md`
        changed: `cv.pdf`
        skipped `broken.pdf`: is encrypted
        not read: 3 files of other kinds: .png, .css
        look: 2 contradictions between documents; `portavoz facts` shows them
        the new index answers now (42 ms)
        ");
    }
}
