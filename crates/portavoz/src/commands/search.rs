//! `portavoz search`: which passages a question finds, and why.

use portavoz_app::search::search;
use portavoz_domain::search::{Hit, SearchResult};
use serde_json::{Value, json};

use super::{Ending, Invocation, ready, wait_for};
use crate::assemble;
use crate::cli::Search;
use crate::logging::Audience;
use crate::output::{bold, dim};

/// Longest passage shown, in characters.
const PASSAGE_CHARS: usize = 300;

/// Searches and prints.
pub fn run(invocation: &Invocation, args: &Search) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        ready(&assembled.site, &settings, &invocation.output).await?;
        let result = search(&assembled.site, &args.query, usize::from(args.limit)).await;
        assembled.close().await;
        let result = result?;
        if args.json {
            invocation.output.json(&as_json(&result))?;
        } else {
            invocation.output.line(render(&result, settings.retrieval.threshold, args.explain))?;
        }
        Ok(Ending::Fine)
    })
}

/// The shape of `POST /api/admin/search`.
fn as_json(result: &SearchResult) -> Value {
    let hits: Vec<Value> = result
        .hits
        .iter()
        .map(|hit| {
            json!({
                "document": hit.chunk.document,
                "chunk_id": hit.chunk.id,
                "heading": hit.chunk.heading(),
                "text": hit.chunk.text,
                "relevance": hit.relevance,
                "features": hit.features,
            })
        })
        .collect();
    json!({ "hits": hits, "answerable": result.answerable })
}

fn render(result: &SearchResult, threshold: f64, explain: bool) -> String {
    if result.hits.is_empty() {
        return "nothing found".to_owned();
    }
    let mut lines = Vec::new();
    for hit in &result.hits {
        let relevance = format!("{:.2}", hit.relevance);
        let enough = f64::from(hit.relevance) >= threshold;
        let relevance = if enough { bold().green().apply_to(relevance) } else { dim().apply_to(relevance) };
        lines.push(format!("{relevance}  {}", bold().apply_to(hit.chunk.heading())));
        lines.push(format!("      {}", dim().apply_to(place(hit))));
        lines.extend(shortened(&hit.chunk.text).lines().map(|line| format!("      {line}")));
        if explain {
            for feature in &hit.features {
                lines.push(format!("      {:>+8.3}  {} = {:.3}", feature.contribution, feature.name, feature.value));
            }
        }
    }
    lines.push(
        dim()
            .apply_to(format!(
                "answerable {:.2}; answers rest on passages from {threshold} on (`retrieval.threshold`)",
                result.answerable
            ))
            .to_string(),
    );
    lines.join("\n")
}

fn place(hit: &Hit) -> String {
    let page = hit.chunk.page.map(|page| format!(", page {page}")).unwrap_or_default();
    format!("{}{page}, {}, {}", hit.chunk.id, hit.chunk.facet, hit.chunk.language)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(PASSAGE_CHARS) {
        Some((end, _)) => format!("{} …", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}
