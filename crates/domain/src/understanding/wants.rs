//! The kind of answer a question asks for, from its question words.

use std::sync::OnceLock;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::terms::terms;
use portavoz_text::words::slice;

use super::facets::names_facet;
use super::lists::{self, FoldedWord, Line};
use crate::question::Wants;

/// Kinds in the order in which they are looked for: the narrower one first, so that "how many years" is a duration
/// and no figure.
const KINDS: [(&str, Wants); 9] = [
    ("contact", Wants::Contact),
    ("open", Wants::Open),
    ("duration", Wants::Duration),
    ("date", Wants::Date),
    ("figure", Wants::Figure),
    ("name", Wants::Name),
    ("place", Wants::Place),
    ("list", Wants::List),
    ("yesno", Wants::YesNo),
];

/// What the question wants.
pub(super) fn wanted(message: &str, language: Language) -> Wants {
    // Spanish marks where the question begins: "cuando llueve, ¿dónde trabaja?" asks for a place.
    let asked = message.rsplit_once('¿').map_or(message, |(_, question)| question);
    let words = lists::folded_words(asked);
    let concepts = concepts(asked, language);
    let has = |name: &str| concepts.contains(&name);
    let plain = without_opening(&words);
    for (kind, wants) in KINDS {
        let Some(at) = lists::of(lines(), kind, language).iter().filter_map(|phrase| phrase.find(plain)).min() else {
            continue;
        };
        return match wants {
            // "Could you tell me which ...": the question is what comes after.
            Wants::Open if opens(plain, language) => inner(plain, language),
            // "quais", "quels": singular in sense when nothing plural follows is rare enough.
            Wants::Figure if at > 0 && is_contact(&has) => Wants::Contact,
            wants => wants,
        };
    }
    if is_contact(&has) {
        return Wants::Contact;
    }
    let asks = lists::of(lines(), "question", language).iter().filter_map(|phrase| phrase.find(plain)).min();
    match asks {
        Some(at) if asks_for_several(plain, at, language) => Wants::List,
        Some(_) if has("build") && !has("project") && concepts.len() <= 2 && plain.len() <= 5 => Wants::List,
        Some(_) => Wants::Open,
        None if message.trim_end().ends_with('?') && plain.len() > 3 => Wants::YesNo,
        None if is_bare_plural(plain, language) || is_about_several(message, plain, language) => Wants::List,
        None => Wants::Open,
    }
}

/// True for requests such as "can you ...", whose own verb is not the question.
fn opens(words: &[FoldedWord], language: Language) -> bool {
    lists::of(lines(), "open", language).iter().any(|phrase| phrase.begins(words))
}

/// The question inside a request: "could you tell me when ...".
fn inner(words: &[FoldedWord], language: Language) -> Wants {
    let rest = words.get(1..).unwrap_or_default();
    for (kind, wants) in KINDS {
        let narrow = matches!(wants, Wants::Duration | Wants::Date | Wants::Figure | Wants::Place | Wants::List);
        if narrow && lists::of(lines(), kind, language).iter().any(|phrase| phrase.find(rest).is_some()) {
            return wants;
        }
    }
    let asks = lists::of(lines(), "question", language).iter().filter_map(|phrase| phrase.find(rest)).min();
    if asks.is_some_and(|at| asks_for_several(rest, at, language)) { Wants::List } else { Wants::Open }
}

/// Leaves out "hello," and "and": anchored phrases mean the beginning of the question itself.
fn without_opening(words: &[FoldedWord]) -> &[FoldedWord] {
    const OPENINGS: [&str; 26] = [
        "hola", "buenas", "hello", "hi", "hey", "ola", "bonjour", "salut", "hallo", "ciao", "y", "and", "e", "et",
        "und", "i", "pero", "but", "bueno", "ok", "vale", "so", "por", "favor", "please", "then",
    ];
    let skipped = words.iter().take_while(|word| OPENINGS.contains(&word.folded.as_str())).count();
    words.get(skipped..).filter(|rest| !rest.is_empty()).unwrap_or(words)
}

fn is_contact(has: &impl Fn(&str) -> bool) -> bool {
    (has("contact") && !has("write") || has("email") || (has("phone") && !has("name"))) && !has("project")
}

/// True if the question word at `at` is followed by a noun in the plural: "which technologies", "qué proyectos".
fn asks_for_several(words: &[FoldedWord], at: usize, language: Language) -> bool {
    let is_plural = |word: &FoldedWord| looks_plural(&word.folded, language);
    words.get(at + 1).is_some_and(is_plural)
        || words.get(at + 2).is_some_and(|word| {
            let between = words.get(at + 1).map_or("", |word| word.folded.as_str());
            is_plural(word) && !between.is_empty() && !looks_like_verb(between, language)
        })
}

/// Auxiliaries after a question word: what follows them is no noun it asks for.
fn looks_like_verb(folded: &str, language: Language) -> bool {
    portavoz_text::stopwords::is_stopword(folded, language)
}

fn is_bare_plural(words: &[FoldedWord], language: Language) -> bool {
    words.len() <= 2 && words.last().is_some_and(|word| looks_plural(&word.folded, language))
}

/// "Tell me about her projects": a request, not a question, for things of one kind and nothing by name.
fn is_about_several(message: &str, words: &[FoldedWord], language: Language) -> bool {
    let named = terms(message, language);
    let names_kind = named.iter().filter(|term| {
        let word = slice(message, term.span.clone());
        looks_plural(&fold(word), language) && names_facet(&term.stem, language)
    });
    let is_name =
        |word: &str| word.chars().skip(1).any(char::is_uppercase) || word.contains(|c: char| c.is_ascii_digit());
    words.len() <= 8 && names_kind.count() == 1 && !named.iter().any(|term| is_name(slice(message, term.span.clone())))
}

/// True for nouns in the plural, as far as their ending shows.
fn looks_plural(folded: &str, language: Language) -> bool {
    const SINGULAR_S: [&str; 18] = [
        "analisis",
        "ingles",
        "frances",
        "portugues",
        "does",
        "has",
        "is",
        "was",
        "this",
        "status",
        "process",
        "business",
        "mes",
        "crisis",
        "tesis",
        "campus",
        "fois",
        "mas",
    ];
    if folded.chars().count() < 4
        || SINGULAR_S.contains(&folded)
        || portavoz_text::stopwords::is_stopword(folded, language)
    {
        return false;
    }
    match language {
        Language::En => folded.ends_with('s') && !["ss", "ous", "us", "is"].iter().any(|end| folded.ends_with(end)),
        Language::Es | Language::Pt | Language::Ca => folded.ends_with('s'),
        Language::Fr => folded.ends_with('s') || folded.ends_with("aux"),
        Language::It => folded.ends_with('i') || (folded.ends_with('e') && !folded.ends_with("ione")),
        Language::De => {
            !["ung", "heit", "keit", "ion", "schaft", "tat"].iter().any(|ending| folded.ends_with(ending))
                && ["en", "er", "e", "s", "n"].iter().any(|ending| folded.ends_with(ending))
        }
    }
}

fn concepts(message: &str, language: Language) -> Vec<lexicon::Concept> {
    terms(message, language).iter().flat_map(|term| lexicon::concepts(&term.stem, language)).copied().collect()
}

fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| lists::read(include_str!("../../data/understanding/wants.txt")))
}
