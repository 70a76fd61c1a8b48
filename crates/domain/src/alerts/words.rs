//! What the owner is told, in English and in Spanish: the figure, what it should have kept to, over which time, and what
//! to do. Start at [`Notice`].

use portavoz_text::language::Language;

use super::rules::Finding;
use super::{Episode, Kind};
use crate::ids::SiteId;
use crate::inbox::LeftMessage;
use crate::timestamp::Timestamp;

mod en;
mod es;

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something is wrong.
    Alert,
    /// It is right again.
    Recovery,
    /// Nothing: the owner wants to see whether messages arrive.
    Test,
    /// A visitor left a message. What is in it is theirs: it is for channels that only the owner reads.
    Message,
}

/// Who gets the answer to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo {
    /// How they want to be called, if they said.
    pub name: Option<String>,
    /// Their e-mail address, as they wrote it.
    pub email: String,
}

/// One message to the owner, ready to be sent by any channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The portfolio.
    pub site: SiteId,
    /// Why it is sent.
    pub tone: Tone,
    /// A few words, for a subject line.
    pub title: String,
    /// Sentences.
    pub text: String,
    /// The same as names and figures, for those who only glance.
    pub fields: Vec<(String, String)>,
    /// The language of all that.
    pub language: Language,
    /// Whom to answer, if there is somebody.
    pub reply_to: Option<ReplyTo>,
}

impl Notice {
    /// Tells that an episode began.
    pub fn of_opening(episode: &Episode, language: Language) -> Self {
        let words = words_in(language);
        Self {
            site: episode.site.clone(),
            tone: Tone::Alert,
            title: title(episode, language),
            text: episode.message.clone(),
            fields: fields(episode, language, &[(words.since, moment(episode.opened))]),
            language: spoken(language),
            reply_to: None,
        }
    }

    /// Tells that an episode is over; complete, for whom the first message never reached.
    pub fn of_end(episode: &Episode, language: Language) -> Self {
        let words = words_in(language);
        let end = episode.closed.unwrap_or(episode.opened);
        let lasted = duration(end.millis_since(episode.opened));
        let title = title(episode, language);
        let worst = shown(episode, episode.value, language);
        Self {
            site: episode.site.clone(),
            tone: Tone::Recovery,
            text: (words.over)(&moment(episode.opened), &lasted, &worst),
            title: format!("{}: {title}", words.recovered),
            fields: fields(episode, language, &[(words.since, moment(episode.opened)), (words.until, moment(end))]),
            language: spoken(language),
            reply_to: None,
        }
    }

    /// Proves that messages arrive.
    pub fn test(site: SiteId, now: Timestamp, language: Language) -> Self {
        let words = words_in(language);
        Self {
            site,
            tone: Tone::Test,
            title: words.test_title.to_owned(),
            text: words.test_text.to_owned(),
            fields: vec![(words.since.to_owned(), moment(now))],
            language: spoken(language),
            reply_to: None,
        }
    }

    /// Tells what a visitor left. `desk` is where the owner reads it.
    pub fn of_message(message: &LeftMessage, desk: &str, language: Language) -> Self {
        let words = words_in(language);
        let said = |name: &'static str, value: &Option<String>| value.clone().map(|value| (name.to_owned(), value));
        let fields = [said(words.name, &message.name), said(words.email, &message.email)].into_iter().flatten();
        let times = [(words.received.to_owned(), moment(message.received)), (words.desk.to_owned(), desk.to_owned())];
        Self {
            site: message.site.clone(),
            tone: Tone::Message,
            title: (words.message_title)(message.name.as_deref()),
            text: message.text.clone(),
            fields: fields.chain(times).collect(),
            language: spoken(language),
            reply_to: message.email.clone().map(|email| ReplyTo { name: message.name.clone(), email }),
        }
    }

    /// The title behind a mark that tells alerts from good news, and the portfolio if it has a name of its own.
    pub fn subject(&self) -> String {
        let mark = match self.tone {
            Tone::Alert => "⚠",
            Tone::Recovery => "✓",
            Tone::Test | Tone::Message => "✉",
        };
        let site = if self.site == SiteId::default() { String::new() } else { format!(" ({})", self.site) };
        format!("{mark} portavoz{site}: {}", self.title)
    }
}

/// What is to be said of a finding when it opens an episode.
pub fn message(finding: &Finding, language: Language) -> String {
    match spoken(language) {
        Language::Es => es::message(finding),
        _ => en::message(finding),
    }
}

/// The title of an episode. One of a kind of another version is called by its name.
pub fn title(episode: &Episode, language: Language) -> String {
    let Some(kind) = Kind::parse(&episode.kind) else { return episode.kind.clone() };
    match spoken(language) {
        Language::Es => es::title(kind, &episode.subject),
        _ => en::title(kind, &episode.subject),
    }
}

/// The words that do not depend on what is told.
struct Words {
    figure: &'static str,
    limit: &'static str,
    since: &'static str,
    until: &'static str,
    recovered: &'static str,
    /// Of when it began, how long it lasted, and the worst figure.
    over: fn(&str, &str, &str) -> String,
    test_title: &'static str,
    test_text: &'static str,
    /// Of the visitor's name, if they said it.
    message_title: fn(Option<&str>) -> String,
    name: &'static str,
    email: &'static str,
    received: &'static str,
    desk: &'static str,
}

fn words_in(language: Language) -> &'static Words {
    if spoken(language) == Language::Es { &es::WORDS } else { &en::WORDS }
}

/// Owners are spoken to in Spanish or English.
fn spoken(language: Language) -> Language {
    if language == Language::Es { Language::Es } else { Language::En }
}

fn fields(episode: &Episode, language: Language, times: &[(&str, String)]) -> Vec<(String, String)> {
    let words = words_in(language);
    let figures = [
        (words.figure, shown(episode, episode.value, language)),
        (words.limit, shown(episode, episode.limit, language)),
    ];
    let has_limit =
        !matches!(Kind::parse(&episode.kind), Some(Kind::Orphans | Kind::Lifecycle | Kind::ExperimentRatio));
    let figures = figures.into_iter().filter(|(name, _)| has_limit || *name != words.limit);
    let times = times.iter().map(|(name, time)| (*name, time.clone()));
    figures.chain(times).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn shown(episode: &Episode, value: f64, language: Language) -> String {
    match Kind::parse(&episode.kind) {
        Some(kind) => figure(kind, value, language),
        None => decimal(value, 2, language),
    }
}

/// A figure with its unit.
fn figure(kind: Kind, value: f64, language: Language) -> String {
    match kind {
        Kind::ResponseTime => format!("{} s", decimal(value / 1_000.0, 1, language)),
        Kind::Quality | Kind::Efficiency => decimal(value, 2, language),
        Kind::FallbackRate => format!("{} %", decimal(value * 100.0, 0, language)),
        Kind::ProviderDown => decimal(value, 0, language),
        // A share, or dollars of a single answer.
        Kind::ExperimentGuardrail => decimal(value, 4, language),
        Kind::ExperimentRatio => format!("p = {}", decimal(value, 4, language)),
        Kind::CostDay | Kind::BudgetDay | Kind::BudgetMonth | Kind::Orphans => dollars(value, language),
        Kind::Lifecycle if spoken(language) == Language::Es => format!("{} días", decimal(value, 0, language)),
        Kind::Lifecycle => format!("{} days", decimal(value, 0, language)),
    }
}

/// Small sums with the digits that they need.
fn dollars(value: f64, language: Language) -> String {
    let digits = if value == 0.0 || value >= 1.0 { 2 } else { 4 };
    format!("{} USD", decimal(value, digits, language))
}

fn decimal(value: f64, digits: usize, language: Language) -> String {
    let text = format!("{value:.digits$}");
    if spoken(language) == Language::Es { text.replace('.', ",") } else { text }
}

/// `2026-11-22 09:00 UTC`.
fn moment(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// `2 h 5 min`, `12 min`, `40 s`.
fn duration(millis: u64) -> String {
    let seconds = millis / 1_000;
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests;
