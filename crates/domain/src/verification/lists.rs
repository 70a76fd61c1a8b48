//! The word lists of `data/verification/`, and how their phrases are found among words.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use portavoz_text::language::Language;

use crate::promises::Promise;

/// A phrase of folded words; `None` stands for a few words of any kind.
#[derive(Debug)]
pub(super) struct Phrase(Vec<Option<&'static str>>);

/// Words that `*` may stand for.
const GAP: usize = 3;

impl Phrase {
    fn read(text: &'static str) -> Self {
        Self(text.split_whitespace().map(|word| (word != "*").then_some(word)).collect())
    }

    /// Where the phrase ends if it begins at the word `at`.
    pub(super) fn end(&self, words: &[&str], at: usize) -> Option<usize> {
        match_from(&self.0, words, at)
    }
}

fn match_from(phrase: &[Option<&'static str>], words: &[&str], at: usize) -> Option<usize> {
    match phrase.split_first() {
        None => Some(at),
        Some((Some(word), rest)) => (words.get(at) == Some(word)).then(|| match_from(rest, words, at + 1)).flatten(),
        Some((None, rest)) => (at..=at + GAP).find_map(|from| match_from(rest, words, from)),
    }
}

/// The words of one language.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Words that deny what follows them.
    pub(super) not: HashSet<&'static str>,
    /// Phrases with such a word that deny nothing.
    pub(super) but: Vec<Phrase>,
    /// Words after which another thing is said.
    pub(super) turn: HashSet<&'static str>,
    /// Words that say more, and less.
    pub(super) up: HashSet<&'static str>,
    pub(super) down: HashSet<&'static str>,
    /// Words before the beginning of a time and before its end, and words that say that something began.
    pub(super) from: HashSet<&'static str>,
    pub(super) until: HashSet<&'static str>,
    pub(super) began: HashSet<&'static str>,
    /// Articles, and verbs that tell what a thing is, has or uses.
    pub(super) article: HashSet<&'static str>,
    pub(super) verb: HashSet<&'static str>,
    /// Phrases by which a sentence says that the documents are silent; by themselves, or with a word of `subject`.
    pub(super) silent: Vec<Phrase>,
    pub(super) mute: Vec<Phrase>,
    pub(super) subject: HashSet<&'static str>,
    /// Phrases of what the visitor may do.
    pub(super) offer: Vec<Phrase>,
    /// Words by which a speaker talks of themselves, of the listener, and of what they think.
    pub(super) speaker: HashSet<&'static str>,
    pub(super) listener: HashSet<&'static str>,
    pub(super) opinion: HashSet<&'static str>,
    /// Phrases of promises.
    pub(super) promises: Vec<(Promise, Phrase)>,
}

/// The lists of `language`.
pub(super) fn words(language: Language) -> &'static Words {
    static LISTS: OnceLock<[Words; 7]> = OnceLock::new();
    static NONE: OnceLock<Words> = OnceLock::new();
    let lists = LISTS.get_or_init(read_words);
    lists.get(language.index()).unwrap_or_else(|| NONE.get_or_init(Words::default))
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn read_words() -> [Words; 7] {
    let mut lists: [Words; 7] = Default::default();
    let words =
        [include_str!("../../data/verification/negation.txt"), include_str!("../../data/verification/speaker.txt")];
    for line in words.into_iter().flat_map(lines) {
        let mut parts = line.split_whitespace();
        let (Some(kind), Some(tag)) = (parts.next(), parts.next()) else { continue };
        let Some(list) = of(&mut lists, tag) else { continue };
        match kind {
            "not" => list.not.extend(parts),
            "turn" => list.turn.extend(parts),
            "up" => list.up.extend(parts),
            "down" => list.down.extend(parts),
            "article" => list.article.extend(parts),
            "verb" => list.verb.extend(parts),
            "from" => list.from.extend(parts),
            "until" => list.until.extend(parts),
            "began" => list.began.extend(parts),
            "self" => list.speaker.extend(parts),
            "listener" => list.listener.extend(parts),
            "opinion" => list.opinion.extend(parts),
            _ => list.but.extend(parts.map(|phrase| Phrase(phrase.split('_').map(Some).collect()))),
        }
    }
    let phrases =
        [include_str!("../../data/verification/plain.txt"), include_str!("../../data/verification/promises.txt")];
    for line in phrases.into_iter().flat_map(lines) {
        let Some((head, rest)) = line.split_once(':') else { continue };
        let Some((kind, tag)) = head.split_once(' ') else { continue };
        let Some(list) = of(&mut lists, tag) else { continue };
        for phrase in rest.split('|') {
            list.add(kind, phrase.trim());
        }
    }
    lists
}

fn of<'a>(lists: &'a mut [Words; 7], tag: &str) -> Option<&'a mut Words> {
    lists.get_mut(Language::parse(tag)?.index())
}

impl Words {
    fn add(&mut self, kind: &str, phrase: &'static str) {
        let promise = |promise| (promise, Phrase::read(phrase));
        match kind {
            "silent" => self.silent.push(Phrase::read(phrase)),
            "mute" => self.mute.push(Phrase::read(phrase)),
            "offer" => self.offer.push(Phrase::read(phrase)),
            "subject" => {
                self.subject.insert(phrase);
            }
            "availability" => self.promises.push(promise(Promise::Availability)),
            "pay" => self.promises.push(promise(Promise::Pay)),
            "permit" => self.promises.push(promise(Promise::Permit)),
            _ => {}
        }
    }
}

/// Names that are known before any document is read.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Technologies, whatever their case.
    pub(super) technology: HashSet<&'static str>,
    /// Technologies that are common words unless they have a capital.
    pub(super) capital: HashSet<&'static str>,
    /// Organisations.
    pub(super) company: HashSet<&'static str>,
    /// Words that make a name one of an organisation.
    pub(super) organisation: HashSet<&'static str>,
    /// The spellings of one name in several languages: each to its line.
    pub(super) alias: HashMap<&'static str, Vec<&'static str>>,
    /// Words whose exchange makes another claim although they are no names.
    pub(super) fixed: HashSet<&'static str>,
}

/// The known names.
pub(super) fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Names::default();
        for line in lines(include_str!("../../data/verification/names.txt")) {
            let mut parts = line.split_whitespace();
            match parts.next() {
                Some("technology") => names.technology.extend(parts),
                Some("capital") => names.capital.extend(parts),
                Some("company") => names.company.extend(parts),
                Some("organisation") => names.organisation.extend(parts),
                Some("place") => parts.for_each(|place| {
                    names.alias.entry(place).or_default();
                }),
                kind => {
                    let line: Vec<&'static str> = parts.collect();
                    if kind == Some("fixed") {
                        names.fixed.extend(line.iter());
                    }
                    for word in &line {
                        names.alias.entry(word).or_default().extend(line.iter().filter(|other| *other != word));
                    }
                }
            }
        }
        names
    })
}
