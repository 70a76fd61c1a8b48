//! What portavoz says without a model, in the visitor's language: greetings, introductions, what is not known.
//!
//! The sentences are files of `data/phrases/`, one a language, compiled in; owners' names go into them without
//! giving the owner a gender. What is said is decided elsewhere. Start at [`introduction`] and [`not_known`].
//! To add a phrase: 1. a field in `phrases/file.rs`; 2. its text in all seven files; 3. a function here.

mod file;

use portavoz_text::language::Language;

use crate::contact::ContactCard;
use crate::document::Facet;
use crate::verification::ClaimKind;
use file::{Owned, phrases};

/// A friendly line that says what to ask, with the suggested questions below it as a list.
pub fn greeting(language: Language, owner: Option<&str>, suggestions: &[String]) -> String {
    with_suggestions(say(&phrases(language).greeting, language, owner), suggestions)
}

/// Says that an assistant answers, no person, and what it can be asked.
pub fn identity(language: Language, owner: Option<&str>, suggestions: &[String]) -> String {
    with_suggestions(say(&phrases(language).identity, language, owner), suggestions)
}

fn with_suggestions(line: String, suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        return line.trim_end_matches(|c: char| c == ':' || c.is_whitespace()).to_owned() + ".";
    }
    suggestions.iter().fold(line, |text, question| format!("{text}\n- {question}"))
}

/// Questions to suggest when the owner has set none, in order of preference: experience, projects, technologies,
/// education, contact. Offer those that the documents answer.
pub fn suggestions(language: Language, owner: Option<&str>) -> Vec<String> {
    let choices = &phrases(language).suggestions;
    let templates = if owner.is_some() { &choices.named } else { &choices.unnamed };
    templates.iter().map(|template| fill(template, language, owner)).collect()
}

/// The reply to thanks.
pub fn thanks(language: Language, owner: Option<&str>) -> String {
    say(&phrases(language).thanks, language, owner)
}

/// The reply to a goodbye.
pub fn farewell(language: Language, owner: Option<&str>) -> String {
    say(&phrases(language).farewell, language, owner)
}

/// What stands before sentences quoted from the documents; names the quotes' language when it is not the visitor's.
pub fn introduction(language: Language, owner: Option<&str>, quoted: Language) -> String {
    if quoted == language {
        return say(&phrases(language).introduction, language, owner);
    }
    say(&phrases(language).introduction_translated, language, owner)
        .replace("{language}", language_name(quoted, language))
}

/// Says that the documents are silent, which is no "no": names what is nearest, and how to ask the owner.
pub fn not_known(language: Language, owner: Option<&str>, topics: &[String], contact: &ContactCard) -> String {
    let file = phrases(language);
    let mut said = say(&file.not_known, language, owner);
    if !topics.is_empty() {
        said.push(' ');
        said.push_str(&file.plain.nearest.replace("{topics}", &enumerate(topics, &file.plain.and)));
    }
    said.push(' ');
    match contact_way(contact) {
        Some(way) => said.push_str(&say(&file.ask_owner, language, owner).replace("{contact}", way)),
        None => said.push_str(&say(&file.leave_question, language, owner)),
    }
    said
}

/// The last rung: no answer at all, but a way on. The contact card stands below, one line a way to reach the owner.
pub fn predefined(language: Language, owner: Option<&str>, contact: &ContactCard) -> String {
    let file = phrases(language);
    let mut said = say(&file.predefined, language, owner);
    if contact.is_empty() {
        said.push(' ');
        said.push_str(&say(&file.leave_question, language, owner));
        return said;
    }
    for line in contact_lines(language, contact) {
        said.push_str("\n- ");
        said.push_str(&line);
    }
    said
}

/// The contact card as lines such as `Correo: ana@example.org`.
pub fn contact_lines(language: Language, contact: &ContactCard) -> Vec<String> {
    let labels = &phrases(language).labels;
    let colon = if language == Language::Fr { " :" } else { ":" };
    let single = [(&labels.email, &contact.email), (&labels.phone, &contact.phone), (&labels.website, &contact.url)];
    let mut lines: Vec<String> = single
        .into_iter()
        .filter_map(|(label, value)| value.as_ref().map(|value| format!("{label}{colon} {value}")))
        .collect();
    lines.extend(contact.links.iter().cloned());
    lines
}

/// Turns an off-topic or hostile message down in one light line, with a question that would get an answer.
pub fn declined(language: Language, owner: Option<&str>, suggestion: &str) -> String {
    say(&phrases(language).declined, language, owner).replace("{suggestion}", suggestion)
}

/// Ends an answer of which a part was kept back: says that the documents do not confirm it, and what it was about.
pub fn withheld(language: Language, owner: Option<&str>, kinds: &[ClaimKind]) -> String {
    let names = &phrases(language).withheld_kinds;
    let mut named: Vec<&str> = Vec::new();
    for kind in kinds {
        let name = match kind {
            ClaimKind::Number => &names.number,
            ClaimKind::Date => &names.date,
            ClaimKind::Duration => &names.duration,
            ClaimKind::Name => &names.name,
            ClaimKind::Organisation => &names.organisation,
            ClaimKind::Technology => &names.technology,
            ClaimKind::Link => &names.link,
            ClaimKind::Email => &names.email,
            ClaimKind::Promise => &names.promise,
            // There is no word for what a sentence says as a whole.
            ClaimKind::Proposition => continue,
        };
        if !named.contains(&name.as_str()) {
            named.push(name);
        }
    }
    let kinds = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    say(&phrases(language).withheld, language, owner).replace("{kinds}", &kinds)
}

/// Why a message got no ordinary answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The day's or month's money is spent; answers go on below the models.
    BudgetSpent,
    /// More characters than allowed.
    TooLong {
        /// How many are allowed.
        limit: usize,
    },
    /// Too many messages in a short time.
    RateLimited {
        /// Seconds until the next one is let through.
        retry_after_s: u64,
    },
    /// Nothing but white space.
    Empty,
    /// Something broke.
    Failed,
}

/// One line for the visitor.
pub fn refusal(language: Language, refusal: Refusal) -> String {
    let plain = &phrases(language).plain;
    match refusal {
        Refusal::BudgetSpent => plain.budget_spent.clone(),
        Refusal::TooLong { limit } => plain.too_long.replace("{limit}", &limit.to_string()),
        Refusal::RateLimited { retry_after_s } => plain.rate_limited.replace("{seconds}", &retry_after_s.to_string()),
        Refusal::Empty => plain.empty.clone(),
        Refusal::Failed => plain.failed.clone(),
    }
}

/// The heading of a facet.
pub fn facet_heading(language: Language, facet: Facet) -> &'static str {
    let facets = &phrases(language).facets;
    match facet {
        Facet::Experience => &facets.experience,
        Facet::Projects => &facets.projects,
        Facet::Skills => &facets.skills,
        Facet::Achievements => &facets.achievements,
        Facet::Education => &facets.education,
        Facet::Contact => &facets.contact,
        Facet::About => &facets.about,
    }
}

/// A word of the interface around answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Above the list of sources.
    Sources,
    /// Above the contact card.
    Contact,
    /// Before a page number.
    Page,
    /// Above the owner's other profiles.
    Links,
}

/// The word for `label`.
pub fn label(language: Language, label: Label) -> &'static str {
    let labels = &phrases(language).labels;
    match label {
        Label::Sources => &labels.sources,
        Label::Contact => &labels.contact,
        Label::Page => &labels.page,
        Label::Links => &labels.links,
    }
}

/// The name of the language `named`, in `language`, as it stands in the middle of a sentence.
pub fn language_name(named: Language, language: Language) -> &'static str {
    let names = &phrases(language).languages;
    match named {
        Language::Es => &names.es,
        Language::En => &names.en,
        Language::Pt => &names.pt,
        Language::Fr => &names.fr,
        Language::De => &names.de,
        Language::It => &names.it,
        Language::Ca => &names.ca,
    }
}

fn say(phrase: &Owned<String>, language: Language, owner: Option<&str>) -> String {
    fill(if owner.is_some() { &phrase.named } else { &phrase.unnamed }, language, owner)
}

/// Puts the owner's name, as an assistant says it, in the place of `{name}`.
pub(crate) fn fill(template: &str, language: Language, owner: Option<&str>) -> String {
    let Some(name) = owner.map(spoken_name) else { return template.to_owned() };
    let english_s = if language == Language::En && name.ends_with(['s', 'S']) { "{name}'" } else { "{name}'s" };
    template.replace("{name}'s", english_s).replace("{of}", &of(name, language)).replace("{name}", name)
}

/// The name as an assistant says it: the given name alone, unless what stands first is a title or an initial.
fn spoken_name(name: &str) -> &str {
    let first = name.split_whitespace().next().unwrap_or(name);
    if first.chars().count() > 2 && !first.ends_with('.') && first.starts_with(char::is_uppercase) {
        first
    } else {
        name
    }
}

/// "of" with a name: French and Catalan drop the vowel before another (`d'Anna`).
fn of(name: &str, language: Language) -> String {
    let vowel = portavoz_text::fold::fold(name).starts_with(['a', 'e', 'i', 'o', 'u']);
    match language {
        Language::Fr | Language::Ca if vowel => format!("d'{name}"),
        Language::Es | Language::Pt | Language::Fr | Language::Ca => format!("de {name}"),
        Language::En => format!("of {name}"),
        Language::De => format!("von {name}"),
        Language::It => format!("di {name}"),
    }
}

/// `a, b and c`.
fn enumerate(topics: &[String], and: &str) -> String {
    match topics.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} {and} {last}", others.join(", ")),
    }
}

/// The one way to reach the owner that is named in passing.
fn contact_way(contact: &ContactCard) -> Option<&str> {
    contact
        .email
        .as_deref()
        .or(contact.phone.as_deref())
        .or(contact.url.as_deref())
        .or(contact.links.first().map(String::as_str))
}

#[cfg(test)]
mod tests;
