//! Which words of a run of capitals are a name, and where the sources have it.

use std::ops::Range;

use portavoz_text::language::Language;
use portavoz_text::lexicon;

use super::Name;
use crate::verification::Status;
use crate::verification::facts::Fact;
use crate::verification::facts::names::kind;
use crate::verification::index::{Index, Posting};
use crate::verification::lists;
use crate::verification::reading::{Capital, Token};
use crate::verification::said::{Hit, Said, within};

/// How a word of a run of capitals belongs to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It must stand in the sources as it is.
    Name,
    /// The same, but the capital alone may be the beginning of the sentence.
    Opening,
    /// A word like any other with a capital: its translation will do, or nothing.
    Word,
    /// Not of the name at all.
    None,
}

fn part(at: usize, said: &Said, language: Language, index: &Index) -> Part {
    let Some(token) = said.reading.tokens.get(at) else { return Part::None };
    if token.is_stop && token.capital != Capital::Shape && !lists::names().capital.contains(token.folded.as_str()) {
        return Part::None;
    }
    let list = lists::names();
    let folded = token.folded.as_str();
    let is_listed =
        list.technology.contains(folded) || list.company.contains(folded) || list.alias.contains_key(folded);
    let is_word = !lexicon::concepts(&token.stem, language).is_empty();
    match token.capital {
        Capital::Shape => Part::Name,
        Capital::None if is_listed => Part::Name,
        Capital::None => Part::None,
        _ if is_listed => Part::Name,
        Capital::Name if !is_word => Part::Name,
        Capital::Expected if is_named_in(token, index) && at == 0 => Part::Opening,
        _ if is_named_in(token, index) => Part::Name,
        Capital::Name => Part::Word,
        Capital::Expected if language == Language::De && is_german_name(at, said) => Part::Name,
        Capital::Expected if language == Language::De => Part::Word,
        Capital::Expected if at == 0 && is_opening_name(said, language, index) => Part::Name,
        Capital::Expected => Part::None,
    }
}

/// True if a sentence begins with a word that the sources never write small, and goes on as one about a name does:
/// with a verb, or with what the name is.
fn is_opening_name(said: &Said, language: Language, index: &Index) -> bool {
    let mut tokens = said.reading.tokens.iter();
    let (Some(first), Some(second)) = (tokens.next(), tokens.next()) else { return false };
    let capital_at = |at: &Posting| Some(index.units.get(at.unit)?.reading.tokens.get(at.index)?.capital);
    let places = index.surfaces.find(&first.folded);
    let never_small = !places.is_empty() && places.iter().all(|at| capital_at(at) != Some(Capital::None));
    let is_foreign = never_small || said.hits.first().is_some_and(Vec::is_empty);
    let is_unknown = is_foreign && lexicon::concepts(&first.stem, language).is_empty();
    let is_adverb = ["mente", "ment", "ly"].iter().any(|ending| first.folded.ends_with(ending));
    if !is_unknown || is_adverb {
        return false;
    }
    let list = lists::words(language);
    let parted = second.place > first.place + 1;
    if parted {
        return list.article.contains(second.folded.as_str());
    }
    // A word that stands behind a name in the sources is taken for a verb.
    let follows_name = said.hits.get(1).into_iter().flatten().any(|hit| {
        let unit = index.units.get(hit.at.unit);
        let before = unit.zip(hit.at.index.checked_sub(1)).and_then(|(unit, at)| unit.reading.tokens.get(at));
        before.is_some_and(|before| before.capital != Capital::None && !before.is_stop)
    });
    list.verb.contains(second.folded.as_str()) || !second.is_stop && follows_name
}

/// German prepositions that stand before names without an article, folded.
const BEFORE_NAMES: &[&str] = &["bei", "in", "aus", "nach", "von", "fur", "mit", "an"];
/// Endings of German nouns.
const NOUN_ENDINGS: &[&str] = &[
    "ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tion", "tionen", "tat", "taten",
    "ismus", "logie", "logien", "ik", "en", "er", "ern", "nz", "nzen", "ment", "mente", "betrieb", "arbeit",
];

/// German writes every noun with a capital: a name is one that stands after a preposition without an article and is
/// neither known to sources or lexicon nor formed as nouns are.
fn is_german_name(at: usize, said: &Said) -> bool {
    let token = |at: usize| said.reading.tokens.get(at);
    let is_unknown = said.hits.get(at).is_some_and(Vec::is_empty);
    let is_strange = is_unknown
        && token(at).is_some_and(|token| {
            lexicon::concepts(&token.stem, Language::De).is_empty()
                && !NOUN_ENDINGS.iter().any(|ending| token.folded.ends_with(ending))
        });
    let after = at.checked_sub(1).and_then(token);
    is_strange && after.is_some_and(|word| BEFORE_NAMES.contains(&word.folded.as_str()))
}

/// True if the sources write the word as a name.
fn is_named_in(token: &Token, index: &Index) -> bool {
    index.surfaces.find(&token.folded).iter().any(|at| {
        let word = index.units.get(at.unit).and_then(|unit| unit.reading.tokens.get(at.index));
        word.is_some_and(|word| matches!(word.capital, Capital::Name | Capital::Shape))
    })
}

/// The names that a run of capitals holds: the whole run where the sources know it so, otherwise its parts.
pub(super) fn known(fact: &Fact, said: &Said, language: Language, index: &Index) -> Vec<Name> {
    let mut parts: Vec<(usize, Part)> = fact.tokens.clone().map(|at| (at, part(at, said, language, index))).collect();
    settle_opening(&mut parts, said, index);
    let of =
        |wanted: Part| parts.iter().filter(move |(_, part)| *part == wanted).map(|(at, _)| *at).collect::<Vec<_>>();
    let required = of(Part::Name);
    let (Some(first), Some(last)) = (required.first(), required.last()) else { return Vec::new() };
    let name = |tokens: Range<usize>, required: &[usize]| {
        let kind = kind(said.reading.tokens.get(tokens.clone()).unwrap_or_default());
        let units = together(required, said, index);
        let status = if units.is_empty() { Status::Unsupported } else { Status::Supported };
        let at = units.first().copied();
        Name { kind, tokens, units: distinct(&units), at, status }
    };
    let whole = name(*first..last + 1, &required);
    let heads = of(Part::Word).iter().any(|at| {
        said.reading.tokens.get(*at).is_some_and(|token| lists::names().organisation.contains(token.folded.as_str()))
    });
    if !heads && (whole.status == Status::Supported || required.len() == 1) {
        return vec![whole];
    }
    if heads {
        // `Universidad de X`: the word that makes it an organisation must stand with the rest.
        let all: Vec<usize> = parts.iter().filter(|(_, part)| *part != Part::None).map(|(at, _)| *at).collect();
        let with_head = name(*first.min(all.first().unwrap_or(first))..last + 1, &all);
        return vec![with_head];
    }
    let is_technical = |at: &usize| said.reading.tokens.get(*at).is_some_and(|token| token.capital == Capital::Shape);
    let mut found: Vec<Name> = Vec::new();
    for run in required.chunk_by(|one, other| is_technical(one) == is_technical(other)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if is_technical(first) {
            found.extend(run.iter().map(|at| name(*at..at + 1, &[*at])));
        } else {
            found.push(name(*first..last + 1, run));
        }
    }
    found
}

/// Decides of a first word with a capital whether it begins the name that follows: `Lumbre Estudio`, `Built Legajo`.
fn settle_opening(parts: &mut [(usize, Part)], said: &Said, index: &Index) {
    let required: Vec<usize> = parts.iter().filter(|(_, part)| *part != Part::None).map(|(at, _)| *at).collect();
    let is_alone = required.len() == 1;
    let begins = is_alone || !together(&required, said, index).is_empty();
    if let Some((_, first)) = parts.first_mut().filter(|(_, part)| *part == Part::Opening) {
        *first = if begins { Part::Name } else { Part::None };
    }
}

fn distinct(places: &[Posting]) -> Vec<usize> {
    let mut units: Vec<usize> = places.iter().map(|place| place.unit).collect();
    units.dedup();
    units
}

/// Where the sources have all the words `required` within a few words.
fn together(required: &[usize], said: &Said, index: &Index) -> Vec<Posting> {
    let Some((first, rest)) = required.split_first() else { return Vec::new() };
    let reach = required.len() + 2;
    let literal = |at: &usize| said.hits.get(*at).map_or(Vec::new(), |hits| literal(*at, hits, said, index));
    let others: Vec<Vec<Hit>> = rest.iter().map(literal).collect();
    literal(first)
        .into_iter()
        .filter(|hit| {
            others.iter().all(|hits| {
                within(hits, hit.at.unit).iter().any(|other| other.at.index.abs_diff(hit.at.index) <= reach)
            })
        })
        .map(|hit| hit.at)
        .collect()
}

/// The hits that are the name's own word: as written, an alias, or without the `s` that a language adds.
fn literal(at: usize, hits: &[Hit], said: &Said, index: &Index) -> Vec<Hit> {
    let Some(token) = said.reading.tokens.get(at) else { return Vec::new() };
    let alias = lists::names().alias.get(token.folded.as_str());
    let bare = token.folded.strip_suffix('s').filter(|bare| bare.len() >= 4);
    let is_name = matches!(token.capital, Capital::Name | Capital::Shape | Capital::None);
    hits.iter()
        .filter(|hit| {
            let Some(word) = index.units.get(hit.at.unit).and_then(|unit| unit.reading.tokens.get(hit.at.index)) else {
                return false;
            };
            let folded = word.folded.as_str();
            let is_same = folded == token.folded
                || bare == Some(folded)
                || folded.strip_suffix('s') == Some(token.folded.as_str())
                || alias.is_some_and(|alias| alias.contains(&folded));
            // A word of the lexicon may be told by its translation: `Universität`, `University`.
            is_same || !is_name && hit.worth >= 0.75 || is_common(token, folded)
        })
        .copied()
        .collect()
}

/// Spellings of a word that sister languages share: `Logistics`, `Logística`.
fn is_common(token: &Token, other: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "tion", "cion", "sion", "zione", "cao", "cio", "ics", "ica", "ique", "ik", "logy", "logia", "logie", "ity",
        "idad", "idade", "itat", "ite", "ita", "ence", "encia", "enz", "enza", "ia", "al", "ale",
    ];
    let listed = lists::names().organisation.contains(other);
    let ends = |word: &str| ENDINGS.iter().any(|ending| word.ends_with(ending));
    let alike = token.folded.get(..4).is_some_and(|start| other.starts_with(start));
    alike && (listed || ends(&token.folded) && ends(other) && token.folded.len() >= 7)
}
