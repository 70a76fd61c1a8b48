//! What a question wants to have computed, and about which employer, skill, project or field.

use portavoz_text::dates::{Date, dates};
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::ngrams::overlap;
use portavoz_text::stem::stem;
use portavoz_text::words::words;

use super::Asking;
use crate::facts::tokens::Tokens;
use crate::facts::{Fact, Statement};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// How old the person is.
    Age,
    /// Where they worked at a date.
    Worked(Date),
    /// What they do now.
    Now,
    /// Since when.
    Since(Named),
    /// How long.
    HowLong(Named),
    /// How old a project is.
    Old(String),
    /// How many years in the field of the claim at this place of the facts.
    Topic(usize),
    /// How many years in all.
    Total,
}

/// Something that a question names and facts speak of, as the facts write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Employer(String),
    Skill(String),
    Project(String),
    /// Work on one's own account.
    OwnAccount,
    /// The job that is held now.
    Current,
}

/// Roles of words that such questions are made of beside names.
const KNOWN: [&str; 8] = ["at", "ask.long", "ask.years", "ask.since", "ask.now", "ask.work", "ask.old", "ask.filler"];
/// How alike two words of different languages are that mean the same.
const COGNATE: f32 = 0.6;

impl Asked {
    /// `None` if the question asks for nothing that is computed, or names what no fact speaks of.
    pub(super) fn read(asking: &Asking<'_>, facts: &[Fact]) -> Option<Self> {
        let language = asking.question.language;
        let words = Tokens::of(&asking.question.text, language);
        let is = |role: &str| words.any_here(role);
        let is_length = is("ask.long") || is("ask.years") || is("ask.since") || is("ask.old");
        let found_dates = dates(&asking.question.text);
        if !(is_length || (is("ask.work") && (is("ask.now") || found_dates.len() == 1))) {
            return None;
        }
        let is_current = is("ask.now") && is("ask.work") && is_length;
        let named = named(&words, facts).or_else(|| is_current.then_some(Named::Current)).or_else(|| {
            // "And since when?" leans on what was spoken of.
            let carried = Tokens::of(asking.question.carried.as_deref()?, language);
            let own: Vec<String> = unknown(&words, asking.owner, None);
            if own.is_empty() { named(&carried, facts) } else { None }
        });
        let unknown = unknown(&words, asking.owner, named.as_ref());
        let is_plain = unknown.is_empty();
        if let ([date], true, false) = (found_dates.as_slice(), is("ask.work"), is_length) {
            return (is_plain && named.is_none()).then_some(Self::Worked(date.value));
        }
        if !is_length {
            return (is_plain && named.is_none()).then_some(Self::Now);
        }
        match named {
            Some(Named::Project(name)) if is_plain && is("ask.old") => Some(Self::Old(name)),
            Some(named) if is_plain && is("ask.since") => Some(Self::Since(named)),
            Some(named) if is_plain => Some(Self::HowLong(named)),
            Some(_) => None,
            None if is("ask.old") && is_plain && !words.any("experience") && !is("ask.work") => Some(Self::Age),
            None => experience(&words, &unknown, facts, language),
        }
    }
}

/// "How many years of experience", in all or in a field that the documents make a claim about.
fn experience(words: &Tokens<'_>, unknown: &[String], facts: &[Fact], language: Language) -> Option<Asked> {
    let is_experience = words.any("experience") || words.any_here("ask.work");
    if !is_experience || words.any_here("ask.old") && !words.any("experience") {
        return None;
    }
    if unknown.is_empty() {
        let is_total = words.any_here("ask.years") || words.any("experience");
        return is_total.then_some(Asked::Total);
    }
    let is_about = |fact: &&Fact| match &fact.statement {
        Statement::Experience { topic: Some(topic), .. } => is_covered(unknown, language, topic, fact.source.language),
        _ => false,
    };
    let claim = preferred(facts.iter().filter(is_about), language).into_iter().next()?;
    facts.iter().position(|fact| std::ptr::eq(fact, claim)).map(Asked::Topic)
}

/// Facts of the visitor's language first, otherwise in their order.
pub(super) fn preferred<'a>(facts: impl Iterator<Item = &'a Fact>, language: Language) -> Vec<&'a Fact> {
    let mut facts: Vec<&Fact> = facts.collect();
    facts.sort_by_key(|fact| fact.source.language != language);
    facts
}

/// True if every word asked is a word of the topic, in its language or across.
fn is_covered(asked: &[String], language: Language, topic: &str, of: Language) -> bool {
    let topic = folded(topic);
    let means = |asked: &str, word: &str| {
        let (left, right) = (stem(asked, language), stem(word, of));
        let concepts = lexicon::concepts(&right, of);
        left == right
            || lexicon::concepts(&left, language).iter().any(|concept| concepts.contains(concept))
            || overlap(asked, word) >= COGNATE
    };
    asked.iter().all(|asked| topic.iter().any(|word| means(asked, word)))
}

/// The one employer, skill or project that a question names; `None` if it names none, or two kinds of things.
fn named(words: &Tokens<'_>, facts: &[Fact]) -> Option<Named> {
    let mut found: Option<Named> = None;
    if words.any("self") {
        found = Some(Named::OwnAccount);
    }
    for fact in facts {
        let named = match &fact.statement {
            Statement::Employment { organisation: Some(name), .. } => Named::Employer(name.clone()),
            Statement::Skill { name, since, years } if since.is_some() || years.is_some() => Named::Skill(name.clone()),
            Statement::Project { name, .. } => Named::Project(name.clone()),
            _ => continue,
        };
        if named.name().is_none_or(|name| position(words, name).is_none()) {
            continue;
        }
        match &found {
            None => found = Some(named),
            Some(known) if known.is_kin(&named) => {}
            Some(_) => return None,
        }
    }
    found
}

impl Named {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Employer(name) | Self::Skill(name) | Self::Project(name) => Some(name),
            Self::OwnAccount | Self::Current => None,
        }
    }

    /// True if both are of one kind and name the same.
    fn is_kin(&self, other: &Self) -> bool {
        let same_name = match (self.name(), other.name()) {
            (Some(left), Some(right)) => is_named(left, right),
            (left, right) => left == right,
        };
        std::mem::discriminant(self) == std::mem::discriminant(other) && same_name
    }
}

/// True if one name is the other, or its beginning: "Lumbre" for "Lumbre Estudio".
pub(super) fn is_named(left: &str, right: &str) -> bool {
    let (left, right) = (folded(left), folded(right));
    !left.is_empty() && !right.is_empty() && (left.starts_with(&right) || right.starts_with(&left))
}

/// Where a question says a name: all of it, or its first word if that is long enough and written with a capital.
fn position(question: &Tokens<'_>, name: &str) -> Option<std::ops::Range<usize>> {
    let parts = folded(name);
    let says = |at: usize, length: usize| {
        let said = parts.iter().take(length).enumerate();
        length > 0
            && said.clone().count() == length
            && said
                .into_iter()
                .all(|(offset, part)| question.get(at + offset).is_some_and(|token| token.folded == *part))
    };
    let whole = (0..question.len()).find(|&at| says(at, parts.len())).map(|at| at..at + parts.len());
    let is_distinct = parts.first().is_some_and(|first| first.chars().count() >= 5);
    let first =
        || (0..question.len()).find(|&at| is_distinct && says(at, 1) && question.get(at).is_some_and(|t| t.is_capital));
    whole.or_else(|| first().map(|at| at..at + 1))
}

/// The words of a question that are neither its frame, nor a date, nor the owner, nor the thing named.
fn unknown(words: &Tokens<'_>, owner: Option<&str>, named: Option<&Named>) -> Vec<String> {
    let owner: Vec<String> = owner.map(folded).unwrap_or_default();
    let place = named.and_then(Named::name).and_then(|name| position(words, name)).unwrap_or_default();
    let mut framed = vec![false; words.len()];
    // "The project Faro" is Faro; "which project" asks for a project.
    let is_project = matches!(named, Some(Named::Project(_)));
    for at in 0..words.len() {
        let of_frame = KNOWN.iter().map(|role| words.is_here(at, role));
        let anywhere = ["experience", "self"].iter().map(|role| words.is(at, role));
        let project = is_project.then(|| words.is_here(at, "ask.project"));
        let length = of_frame.chain(anywhere).chain(project).max().unwrap_or(0);
        framed.iter_mut().skip(at).take(length).for_each(|framed| *framed = true);
    }
    let is_unknown = |(at, framed): (usize, &bool)| {
        let token = words.get(at)?;
        let is_known = *framed
            || words.is_stopword(at)
            || owner.contains(&token.folded)
            || place.contains(&at)
            || is_part_of_date(&token.folded)
            || token.folded.chars().count() < 2;
        (!is_known).then(|| token.folded.clone())
    };
    framed.iter().enumerate().filter_map(is_unknown).collect()
}

fn folded(text: &str) -> Vec<String> {
    words(text).iter().map(|word| fold(word.text)).collect()
}

/// A number, or the name of a month.
fn is_part_of_date(word: &str) -> bool {
    let is_month = || dates(&format!("1 {word} 2020")).first().is_some_and(|date| date.value.month.is_some());
    word.bytes().all(|byte| byte.is_ascii_digit()) || is_month()
}
