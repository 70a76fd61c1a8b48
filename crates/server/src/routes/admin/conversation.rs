//! `/admin/conversations/{id}`: one conversation with everything that is known of each answer.

use askama::Template;
use axum::extract::Path;
use portavoz_app::conversation::{RecordedSentence, RecordedTurn, record};
use portavoz_domain::answer::{Citation, RungTried};
use portavoz_domain::feedback::Feedback;
use portavoz_domain::ids::ConversationId;
use portavoz_domain::turn::{Settlement, TurnStatus};

use super::answer::{Bit, Part, QualityShown, parts};
use super::conversations::rated;
use super::desk::{Desk, Frame, Page, Section, render};
use super::tongue::Tongue;
use super::trouble::Trouble;

#[derive(Template)]
#[template(path = "admin/conversation.html")]
struct ConversationPage {
    ui: Frame,
    id: String,
    visitor: String,
    language: &'static str,
    /// Micro-dollars of all turns whose cost is known.
    cost: u64,
    turns: Vec<TurnShown>,
}

struct TurnShown {
    id: String,
    asked: String,
    question: String,
    /// How it ended, in words and as a colour.
    ending: &'static str,
    tone: &'static str,
    /// What the visitor thought of it.
    feedback: Option<FeedbackShown>,
    settled: Option<SettledShown>,
}

/// What a visitor said of an answer.
struct FeedbackShown {
    /// Colour and word.
    rated: (&'static str, String),
    reason: Option<&'static str>,
    comment: Option<String>,
    when: String,
}

/// What is known once the turn has ended.
struct SettledShown {
    answer: Vec<Part>,
    /// Who answered: the last rung, and its model.
    by: Option<(&'static str, String)>,
    citations: Vec<Citation>,
    sentences: Vec<RecordedSentence>,
    withheld: usize,
    ladder: Vec<RungTried>,
    quality: Option<QualityShown>,
    /// Name and figure, in the order of interest.
    figures: Vec<(&'static str, String)>,
    /// What the answer can be made again from.
    hashes: Vec<(&'static str, String)>,
}

/// The page.
pub(super) async fn conversation(desk: Desk, Path(id): Path<String>) -> Page {
    let conversation = ConversationId::parse(&id).map_err(|_| Trouble::NotFound)?;
    let record = record(&desk.site, conversation).await?.ok_or(Trouble::NotFound)?;
    let costs = record.turns.iter().filter_map(|recorded| recorded.turn.settlement.as_ref()?.cost_usd_micros);
    render(&ConversationPage {
        cost: costs.sum(),
        id,
        visitor: record.visitor.to_string(),
        language: record.language.code(),
        turns: record.turns.into_iter().map(|recorded| shown(desk.tongue, recorded)).collect(),
        ui: desk.frame(Section::Conversations),
    })
}

fn shown(tongue: Tongue, recorded: RecordedTurn) -> TurnShown {
    let RecordedTurn { turn, sentences } = recorded;
    let (ending, tone) = ending(tongue, turn.settlement.as_ref());
    TurnShown {
        id: turn.admitted.id.to_string(),
        asked: tongue.moment(turn.admitted.created),
        question: turn.admitted.question,
        ending,
        tone,
        feedback: turn.feedback.map(|feedback| said(tongue, feedback)),
        settled: turn.settlement.map(|settlement| SettledShown {
            answer: parts(&settlement.answer, &sentences),
            by: settlement
                .ladder
                .last()
                .filter(|_| settlement.outcome.is_some())
                .map(|tried| (tongue.rung(tried.rung), tried.model.clone().unwrap_or_default())),
            sentences,
            withheld: settlement.withheld as usize,
            figures: figures(tongue, &settlement),
            hashes: hashes(tongue, &settlement),
            quality: settlement.quality.map(|quality| QualityShown::of(tongue, quality)),
            citations: settlement.citations,
            ladder: settlement.ladder,
        }),
    }
}

fn said(tongue: Tongue, feedback: Feedback) -> FeedbackShown {
    FeedbackShown {
        rated: rated(tongue, &feedback),
        reason: feedback.reason.map(|reason| tongue.complaint(reason)),
        comment: feedback.comment,
        when: tongue.moment(feedback.rated),
    }
}

/// How a turn ended, in words and as a colour.
pub(super) fn ending(tongue: Tongue, settlement: Option<&Settlement>) -> (&'static str, &'static str) {
    use portavoz_domain::answer::Outcome::{Answered, Declined, NotKnown, Smalltalk};
    let Some(settlement) = settlement else { return (tongue.say("en curso", "under way"), "plain") };
    let tone = match (settlement.status, settlement.outcome) {
        (TurnStatus::Abandoned, _) => return (tongue.say("se fue antes del final", "left before the end"), "plain"),
        (TurnStatus::Failed, _) | (_, None) => return (tongue.say("sin respuesta", "no answer"), "bad"),
        (_, Some(Answered)) => "good",
        (_, Some(NotKnown)) => "warn",
        (_, Some(Declined | Smalltalk)) => "plain",
    };
    (settlement.outcome.map_or("", |outcome| tongue.outcome(outcome)), tone)
}

fn figures(tongue: Tongue, settlement: &Settlement) -> Vec<(&'static str, String)> {
    let say = |es, en| tongue.say(es, en);
    let usage = &settlement.usage;
    let mut figures = vec![(say("Tiempo total", "Total time"), tongue.duration(settlement.took_ms as f64))];
    if let Some(first) = settlement.first_token_ms {
        figures.push((say("Primeras palabras", "First words"), tongue.duration(first as f64)));
    }
    let unpriced = || say("precio desconocido", "price unknown").to_owned();
    figures.push((say("Coste", "Cost"), settlement.cost_usd_micros.map_or_else(unpriced, |cost| tongue.money(cost))));
    if usage.prompt_tokens + usage.completion_tokens > 0 {
        let estimated = if usage.estimated { say(" (estimados)", " (estimated)") } else { "" };
        let tokens = [
            (say("Tokens de entrada", "Prompt tokens"), usage.prompt_tokens),
            (say("… de la caché", "… from the cache"), usage.cached_tokens),
            (say("… escritos en la caché", "… written to the cache"), usage.cache_write_tokens),
            (say("Tokens de salida", "Completion tokens"), usage.completion_tokens),
            (say("… de razonamiento", "… of reasoning"), usage.reasoning_tokens),
        ];
        let told = tokens.into_iter().filter(|(_, count)| *count > 0);
        figures.extend(told.map(|(name, count)| (name, format!("{}{estimated}", tongue.count(count)))));
    }
    if let Some(efficiency) = settlement.efficiency {
        figures.push((say("Eficiencia de tokens", "Token efficiency"), tongue.decimal(efficiency.into(), 2)));
    }
    let names = [
        (say("Modelo", "Model"), &settlement.model),
        (say("Servido por", "Served by"), &settlement.served_model),
        (say("Nivel de servicio", "Service tier"), &settlement.service_tier),
        (say("Variante", "Variant"), &settlement.variant),
    ];
    figures.extend(names.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    figures
}

fn hashes(tongue: Tongue, settlement: &Settlement) -> Vec<(&'static str, String)> {
    let say = |es, en| tongue.say(es, en);
    let generation = format!(
        "{} {}",
        settlement.knowledge_hash.as_deref().unwrap_or("—"),
        match tongue {
            Tongue::Es => format!("(generación {})", settlement.knowledge_generation),
            Tongue::En => format!("(generation {})", settlement.knowledge_generation),
        }
    );
    let known = [
        (say("Instrucción", "Prompt"), settlement.prompt_hash.clone()),
        (say("Versión de la plantilla", "Template version"), settlement.prompt_version.clone()),
        (say("Documentos", "Documents"), Some(generation)),
    ];
    known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
