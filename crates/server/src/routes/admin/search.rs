//! `/admin/search`: the search bench. A question as visitors ask it, the passages it finds, and why each is where it is.

use askama::Template;
use portavoz_domain::search::{Feature, Hit};
use serde::Deserialize;

use super::desk::{Asked, Desk, Frame, Page, Section, render};

/// Passages shown: what the context takes, and enough beyond it to see what was nearly found.
const SHOWN: usize = 10;

#[derive(Template)]
#[template(path = "admin/search.html")]
struct SearchPage {
    ui: Frame,
    query: String,
    /// `None` before anything was searched.
    found: Option<Found>,
}

struct Found {
    answerable: f64,
    threshold: f64,
    hits: Vec<Passage>,
}

/// One passage that was found.
struct Passage {
    hit: Hit,
    /// Whether an answer may rest on it, as a word and a colour.
    verdict: (&'static str, &'static str),
    /// What it is made of, the strongest first.
    reasons: Vec<Reason>,
}

/// A feature, and the bar of its contribution: from the middle at 0 to 100 on either side, where the strongest ends.
struct Reason {
    feature: Feature,
    from: f64,
    width: f64,
}

/// What to search.
#[derive(Debug, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// The page.
pub(super) async fn search(desk: Desk, Asked(search): Asked<Search>) -> Page {
    let settings = desk.site.settings();
    let query: String = search.q.trim().chars().take(settings.max_message_chars).collect();
    let found = if query.is_empty() {
        None
    } else {
        let result = portavoz_app::search::search(&desk.site, &query, SHOWN).await?;
        let threshold = settings.retrieval.threshold;
        let hits = result.hits.into_iter().enumerate().map(|(place, hit)| Passage {
            verdict: match (hit.relevance >= threshold, place < settings.retrieval.max_results) {
                (true, true) => (desk.tongue.say("cuenta", "counts"), "good"),
                (true, false) => (desk.tongue.say("ya no cabe", "no room left"), "warn"),
                (false, _) => (desk.tongue.say("no llega", "does not count"), "plain"),
            },
            reasons: strongest_first(&hit.features),
            hit,
        });
        Some(Found { answerable: result.answerable.into(), threshold: threshold.into(), hits: hits.collect() })
    };
    render(&SearchPage { ui: desk.frame(Section::Documents), query, found })
}

/// Features that moved the score, by how far.
fn strongest_first(features: &[Feature]) -> Vec<Reason> {
    let mut reasons: Vec<Feature> = features.iter().filter(|feature| feature.contribution != 0.0).cloned().collect();
    reasons.sort_by(|one, other| {
        other.contribution.abs().total_cmp(&one.contribution.abs()).then_with(|| one.name.cmp(other.name))
    });
    let strongest = reasons.first().map_or(1.0, |feature| f64::from(feature.contribution.abs()));
    let reason = |feature: Feature| {
        let reach = f64::from(feature.contribution) / strongest * 100.0;
        Reason { feature, from: reach.min(0.0), width: reach.abs() }
    };
    reasons.into_iter().map(reason).collect()
}
