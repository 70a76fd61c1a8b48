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
/// Contributions that would be shown as zero are only named.
const SHOWN_FROM: f32 = 0.0005;

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
            lines.extend(explanation(hit));
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

/// What each feature added to the passage's score, the weightiest first, so that the reason is read before the rest.
fn explanation(hit: &Hit) -> Vec<String> {
    let (mut weighty, idle): (Vec<_>, Vec<_>) =
        hit.features.iter().partition(|feature| feature.contribution.abs() >= SHOWN_FROM);
    weighty.sort_by(|left, right| right.contribution.abs().total_cmp(&left.contribution.abs()));
    let width = weighty.iter().map(|feature| feature.name.chars().count()).max().unwrap_or(0).max("feature".len());
    let heading = format!("      {:width$}  {:>8}  {:>12}", "feature", "value", "contribution");
    let mut lines = vec![dim().apply_to(heading).to_string()];
    for feature in &weighty {
        let value = format!("{:>8.3}  {:>+12.3}", feature.value, feature.contribution);
        lines.push(format!("      {:width$}  {value}", feature.name));
    }
    let sum: f32 = hit.features.iter().map(|feature| feature.contribution).sum();
    lines.push(format!("      {:width$}  {:>8}  {sum:>+12.3}", "sum", ""));
    if !idle.is_empty() {
        let names: Vec<&str> = idle.iter().map(|feature| feature.name).collect();
        lines.push(dim().apply_to(format!("      no part in it: {}", names.join(", "))).to_string());
    }
    lines
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
