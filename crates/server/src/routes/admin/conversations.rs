//! `/admin/conversations`: what visitors asked. Without a filter a list of conversations; with an outcome or a language,
//! of the questions that had it.

use askama::Template;
use portavoz_app::records::{self, TurnFilter};
use portavoz_domain::answer::Outcome;
use portavoz_domain::ids::{ConversationId, TurnId};
use portavoz_domain::turn::{ConversationFilter, ConversationSummary, Turn};
use portavoz_text::language::Language;
use serde::Deserialize;

use super::conversation::ending;
use super::desk::{Asked, Desk, Frame, Page, Section, render};
use super::tongue::Tongue;
use super::trouble::Trouble;

/// Rows of a page.
const ROWS: usize = 50;
/// Below this, a score is marked.
const LOW_QUALITY: f32 = 0.8;

#[derive(Template)]
#[template(path = "admin/conversations.html")]
struct ConversationsPage {
    ui: Frame,
    sentence: &'static str,
    choices: Choices,
    rows: Vec<Row>,
    /// The address of the next page, if there is one.
    next: Option<String>,
}

/// What can be chosen: value, words, whether it is chosen.
struct Choices {
    periods: Vec<(&'static str, &'static str, bool)>,
    outcomes: Vec<(&'static str, &'static str, bool)>,
    languages: Vec<(&'static str, &'static str, bool)>,
}

/// A conversation, or a question of one.
struct Row {
    conversation: String,
    question: String,
    /// How many questions, or how it ended, with a colour.
    marks: Vec<(&'static str, String)>,
    language: &'static str,
    when: String,
    cost: String,
    quality: Option<(f32, &'static str)>,
}

/// What the owner chose.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    period: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    after: String,
}

/// The page.
pub(super) async fn conversations(desk: Desk, Asked(chosen): Asked<Chosen>) -> Page {
    let tongue = desk.tongue;
    let outcome = Outcome::parse(&chosen.outcome);
    let language = Language::ALL.into_iter().find(|language| language.code() == chosen.language);
    let from = days(&chosen.period).map(|days| desk.site.now().days_earlier(days));
    // One more than is shown tells whether there is a next page.
    let limit = ROWS as u32 + 1;
    let mut rows: Vec<(String, Row)> = if outcome.is_some() || language.is_some() {
        let after = parsed(&chosen.after, |text| TurnId::parse(text).ok())?;
        let filter = TurnFilter { from, outcome, language, after, limit, ..TurnFilter::default() };
        let turns = records::turns(&desk.site, &filter).await?;
        turns.into_iter().map(|turn| (turn.admitted.id.to_string(), of_turn(tongue, turn))).collect()
    } else {
        let after = parsed(&chosen.after, |text| ConversationId::parse(text).ok())?;
        let filter = ConversationFilter { from, to: None, after, limit };
        let found = records::conversations(&desk.site, &filter).await?;
        found.into_iter().map(|found| (found.conversation.id.to_string(), of_conversation(tongue, found))).collect()
    };
    let is_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let last = rows.last().map(|(id, _)| id.clone()).filter(|_| is_more);
    render(&ConversationsPage {
        sentence: match rows.is_empty() {
            true => tongue.say("Nada que coincida todavía.", "Nothing that matches yet."),
            false => tongue.say("Lo que han preguntado, lo último primero.", "What was asked, newest first."),
        },
        next: last.map(|after| {
            let Chosen { period, outcome, language, .. } = &chosen;
            format!("/admin/conversations?period={period}&outcome={outcome}&language={language}&after={after}")
        }),
        choices: Choices::of(tongue, &chosen),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        ui: desk.frame(Section::Conversations),
    })
}

/// An id that goes with the address; none is none, a wrong one is an error.
fn parsed<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Trouble> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some).ok_or(Trouble::BadRequest) }
}

fn days(period: &str) -> Option<i64> {
    match period {
        "day" => Some(1),
        "week" => Some(7),
        "month" => Some(30),
        _ => None,
    }
}

fn of_conversation(tongue: Tongue, found: ConversationSummary) -> Row {
    let mut marks =
        vec![("plain", tongue.counted(found.turns.into(), ("pregunta", "question"), ("preguntas", "questions")))];
    if found.not_known > 0 {
        marks.push((
            "warn",
            tongue.counted(found.not_known.into(), ("sin saber", "not known"), ("sin saber", "not known")),
        ));
    }
    if found.withheld > 0 {
        marks.push((
            "warn",
            tongue.counted(
                found.withheld.into(),
                ("frase retenida", "sentence withheld"),
                ("frases retenidas", "sentences withheld"),
            ),
        ));
    }
    Row {
        conversation: found.conversation.id.to_string(),
        question: found.first_question,
        marks,
        language: found.conversation.language.code(),
        when: tongue.moment(found.last),
        cost: tongue.money(found.cost_usd_micros),
        quality: found.lowest_quality.map(graded),
    }
}

fn of_turn(tongue: Tongue, turn: Turn) -> Row {
    let settlement = turn.settlement.as_ref();
    let (words, tone) = ending(tongue, settlement);
    Row {
        conversation: turn.admitted.conversation.to_string(),
        marks: vec![(tone, words.to_owned())],
        language: turn.admitted.language.code(),
        when: tongue.moment(turn.admitted.created),
        cost: settlement
            .and_then(|settled| settled.cost_usd_micros)
            .map_or_else(|| "–".to_owned(), |cost| tongue.money(cost)),
        quality: settlement.and_then(|settled| settled.quality.as_ref()).map(|quality| graded(quality.score)),
        question: turn.admitted.question,
    }
}

fn graded(score: f32) -> (f32, &'static str) {
    (score, if score < LOW_QUALITY { "tone-bad" } else { "" })
}

impl Choices {
    fn of(tongue: Tongue, chosen: &Chosen) -> Self {
        let mark = |value: &'static str, words, chosen: &str| (value, words, value == chosen);
        let any = tongue.say("todas", "all");
        let periods = [
            ("", tongue.say("siempre", "any time")),
            ("day", tongue.say("24 horas", "24 hours")),
            ("week", tongue.say("7 días", "7 days")),
            ("month", tongue.say("30 días", "30 days")),
        ];
        let outcomes = Outcome::ALL.map(|outcome| (outcome.name(), tongue.outcome(outcome)));
        let languages = Language::ALL.map(|language| (language.code(), language.code()));
        Self {
            periods: periods.into_iter().map(|(value, words)| mark(value, words, &chosen.period)).collect(),
            outcomes: [("", any)]
                .into_iter()
                .chain(outcomes)
                .map(|(value, words)| mark(value, words, &chosen.outcome))
                .collect(),
            languages: [("", tongue.say("todos", "all"))]
                .into_iter()
                .chain(languages)
                .map(|(value, words)| mark(value, words, &chosen.language))
                .collect(),
        }
    }
}
