//! `/admin/conversations`: what visitors asked. Without a filter a list of conversations; with one that single questions
//! differ in, of the questions that it holds for. What is chosen stands in the address: see [`chosen`].

use askama::Template;
use portavoz_app::records;
use portavoz_domain::feedback::{Feedback, Rating};
use portavoz_domain::ids::ConversationId;
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::reasons::{Asked as ModelAsked, asked};
use portavoz_domain::turn::{ConversationFilter, ConversationSummary, Settlement, Turn};

use self::chosen::{Choice, Chosen, Removable, parsed};
use super::conversation::ending;
use super::desk::{Asked, Desk, Frame, Page, Section, render};
use super::tongue::Tongue;

mod chosen;

/// Rows of a page.
const ROWS: usize = 50;
/// Below this, a score is marked.
const LOW_QUALITY: f32 = 0.8;

#[derive(Template)]
#[template(path = "admin/conversations.html")]
struct ConversationsPage {
    ui: Frame,
    sentence: &'static str,
    /// The words looked for.
    text: String,
    choices: Vec<Choice>,
    chosen: Vec<Removable>,
    rows: Vec<Row>,
    /// True if there is nothing because nobody asked anything at all.
    is_new: bool,
    /// The address of the first page, if this is another one.
    first: Option<String>,
    /// The address of the next page, if there is one.
    next: Option<String>,
}

/// A conversation, or a question of one.
struct Row {
    /// Where it is read.
    address: String,
    question: String,
    /// How many questions, or how it ended, with a colour.
    marks: Vec<(&'static str, String)>,
    language: &'static str,
    when: String,
    cost: String,
    quality: Option<(f32, &'static str)>,
}

/// The page.
pub(super) async fn conversations(desk: Desk, Asked(chosen): Asked<Chosen>) -> Page {
    let tongue = desk.tongue;
    let now = desk.site.now();
    // One more than is shown tells whether there is a next page.
    let limit = ROWS as u32 + 1;
    let of_turns = chosen.of_turns(now, limit)?;
    let lists_turns = of_turns.is_some();
    let mut rows: Vec<(String, Row)> = match of_turns {
        Some(filter) => {
            let turns = records::turns(&desk.site, &filter).await?;
            turns.into_iter().map(|turn| (turn.admitted.id.to_string(), of_turn(tongue, now, turn))).collect()
        }
        None => {
            let after = parsed(&chosen.after, |text| ConversationId::parse(text).ok())?;
            let filter = ConversationFilter { from: chosen.from(now), to: None, after, limit };
            let found = records::conversations(&desk.site, &filter).await?;
            let row =
                |found: ConversationSummary| (found.conversation.id.to_string(), of_conversation(tongue, now, found));
            found.into_iter().map(row).collect()
        }
    };
    let is_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let last = rows.last().map(|(id, _)| id.clone()).filter(|_| is_more);
    let removables = chosen.removables(tongue);
    render(&ConversationsPage {
        sentence: match (rows.is_empty(), lists_turns) {
            (true, _) if removables.is_empty() => "",
            (true, _) => tongue.say("Nada coincide con lo elegido.", "Nothing matches what is chosen."),
            (false, true) => tongue.say("Preguntas sueltas, la última primero.", "Single questions, newest first."),
            (false, false) => tongue.say("Conversaciones, la última primero.", "Conversations, newest first."),
        },
        is_new: rows.is_empty() && removables.is_empty() && chosen.after.is_empty(),
        next: last.map(|after| chosen.address_after(&after)),
        first: (!chosen.after.is_empty()).then(|| chosen.first()),
        text: chosen.text(),
        choices: chosen.choices(tongue),
        chosen: removables,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        ui: desk.frame(Section::Conversations),
    })
}

fn of_conversation(tongue: Tongue, now: Timestamp, found: ConversationSummary) -> Row {
    let mut marks = Vec::new();
    if found.not_known > 0 {
        marks.push((
            "warn",
            tongue.counted(found.not_known.into(), ("no se sabía", "not known"), ("no se sabían", "not known")),
        ));
    }
    marks.extend(withheld(tongue, found.withheld));
    if found.turns > 1 {
        marks.push(("plain", tongue.counted(found.turns.into(), ("pregunta", "question"), ("preguntas", "questions"))));
    }
    Row {
        address: format!("/admin/conversations/{}", found.conversation.id),
        question: found.first_question,
        marks,
        language: found.conversation.language.code(),
        when: tongue.brief(found.last, now),
        cost: tongue.money(found.cost_usd_micros),
        quality: found.lowest_quality.map(graded),
    }
}

fn of_turn(tongue: Tongue, now: Timestamp, turn: Turn) -> Row {
    let settlement = turn.settlement.as_ref();
    let (words, tone) = ending(tongue, settlement);
    let mut marks: Vec<(&'static str, String)> = turn.feedback.iter().map(|feedback| rated(tongue, feedback)).collect();
    marks.extend(withheld(tongue, settlement.map_or(0, |settled| settled.withheld)));
    marks.extend(
        settlement
            .filter(|settled| fell_back(settled))
            .map(|_| ("warn", tongue.say("falló el modelo", "model failed").to_owned())),
    );
    marks.push((tone, words.to_owned()));
    Row {
        address: format!("/admin/conversations/{}#turn-{}", turn.admitted.conversation, turn.admitted.id),
        marks,
        language: turn.admitted.language.code(),
        when: tongue.brief(turn.admitted.created, now),
        cost: settlement
            .and_then(|settled| settled.cost_usd_micros)
            .map_or_else(|| "–".to_owned(), |cost| tongue.money(cost)),
        quality: settlement.and_then(|settled| settled.quality.as_ref()).map(|quality| graded(quality.score)),
        question: turn.admitted.question,
    }
}

/// What the visitor thought of an answer, as a mark.
pub(super) fn rated(tongue: Tongue, feedback: &Feedback) -> (&'static str, String) {
    match feedback.rating {
        Rating::Up => ("good", tongue.say("gustó", "liked").to_owned()),
        Rating::Down => ("bad", tongue.say("no gustó", "disliked").to_owned()),
    }
}

fn withheld(tongue: Tongue, sentences: u32) -> Option<(&'static str, String)> {
    let words = tongue.counted(
        sentences.into(),
        ("frase retenida", "sentence withheld"),
        ("frases retenidas", "sentences withheld"),
    );
    (sentences > 0).then_some(("warn", words))
}

/// Whether a model was asked and failed, whoever answered instead.
fn fell_back(settlement: &Settlement) -> bool {
    settlement.ladder.iter().filter_map(asked).any(|asked| asked == ModelAsked::Failed)
}

fn graded(score: f32) -> (f32, &'static str) {
    (score, if score < LOW_QUALITY { "tone-bad" } else { "" })
}
