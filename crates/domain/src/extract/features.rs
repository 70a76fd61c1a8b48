//! What speaks for a sentence: one number a feature, for all sentences of a passage.
//!
//! To add one more: 1. its name in [`NAMES`] and its place in [`Features`]; 2. its value here; 3. a row in
//! `extract/weights.rs`, fitted by the crate `knowledge`'s example `sentence_quality`.

use std::ops::Range;

use portavoz_text::fold::fold;
use portavoz_text::sentences::sentences;
use portavoz_text::terms::terms;
use portavoz_text::words::words;

use super::cover::{Cover, cover, cover_heading};
use super::offer::{Offer, offers};
use super::probe::{NAMED_FROM, Probe, is_frame};
use crate::chunk::Chunk;
use crate::question::{Question, Wants};

/// Features of a sentence.
pub const COUNT: usize = 36;

/// Their names, in the order of their values.
pub const NAMES: [&str; COUNT] = [
    "own",
    "distinct",
    "rest",
    "kin",
    "headings",
    "before",
    "after",
    "previous",
    "next",
    "passage",
    "pairs",
    "nearness",
    "leads",
    "anchors",
    "anchors_around",
    "misses",
    "figure",
    "unit_near",
    "date",
    "duration",
    "name",
    "names",
    "place",
    "enumerates",
    "offer_near",
    "length",
    "opens",
    "relevance",
    "rank",
    "facet",
    "defines",
    "replies",
    "later",
    "announces",
    "fragment",
    "foreign",
];

/// A sentence with all that is known of it.
pub(super) struct Seen {
    pub(super) span: Range<usize>,
    pub(super) values: [f32; COUNT],
    /// What the sentence itself covers.
    pub(super) own: Cover,
    /// What it covers with its headings and the sentence before it, 0..=1.
    pub(super) share: f32,
    /// How much it offers the kind of answer asked for, 0..=1.
    pub(super) offer: f32,
    /// What the heading right above covers, 0..=1.
    pub(super) above: f32,
    /// True if the passage and its headings have nothing of a thing that the question names.
    pub(super) misses: bool,
    /// How much the passage's own question or heading asks what the visitor asks, 0..=1.
    pub(super) replies: f32,
}

/// A passage with what is needed to look at its sentences.
pub(super) struct Passage<'a> {
    pub(super) question: &'a Question,
    pub(super) chunk: &'a Chunk,
    pub(super) probes: &'a [Probe],
    /// How rare a stem is.
    pub(super) idf: &'a dyn Fn(&str) -> f32,
    /// The folded words of the question.
    pub(super) asked: &'a [String],
    /// Log-odds of the passage's relevance beside the best passage's, not above 0.
    pub(super) relevance: f32,
    /// Its place among the hits.
    pub(super) hit: usize,
}

/// A sentence on its own.
struct Alone {
    span: Range<usize>,
    cover: Cover,
    offer: Offer,
    announces: bool,
    /// Words with capitals that the question does not hold.
    names: usize,
}

/// Looks at every sentence of a passage.
pub(super) fn look(passage: &Passage<'_>) -> Vec<Seen> {
    let Passage { question, chunk, probes, .. } = passage;
    let headings = cover_heading(&above(chunk), chunk.language, probes);
    let nearest = chunk.heading_path.last().map_or(chunk.title.as_str(), String::as_str);
    let above = cover_heading(nearest, chunk.language, probes).share(probes);
    let replies = same_question(passage);
    let alone: Vec<Alone> = sentences(&chunk.text)
        .into_iter()
        .map(|span| {
            let sentence = chunk.text.get(span.clone()).unwrap_or_default();
            let words = words(sentence);
            let cover = cover((sentence, &words), chunk.language, probes);
            let offer = offers((sentence, &words), chunk.language, question.wants, passage.asked);
            let names = words.iter().skip(1).filter(|word| word.text.starts_with(char::is_uppercase));
            let names = names.filter(|word| !passage.asked.contains(&fold(word.text))).count();
            Alone { span, cover, offer, announces: sentence.ends_with(':'), names }
        })
        .collect();
    let nothing = Cover { matched: vec![0.0; probes.len()], ..Cover::default() };
    let whole = alone.iter().fold(nothing.clone(), |whole, sentence| best_of(&whole, &sentence.cover, 1.0));
    let common: Vec<f32> = (0..probes.len())
        .map(|probe| alone.iter().filter_map(|sentence| sentence.cover.matched.get(probe)).sum::<f32>().max(1.0))
        .collect();
    let around = best_of(&whole, &headings, 1.0);
    let misses = missing(&around, probes);
    let shares: Vec<f32> = alone.iter().map(|sentence| sentence.cover.share(probes)).collect();
    let neighbour = |place: Option<usize>| place.and_then(|place| alone.get(place)).map_or(&nothing, |s| &s.cover);
    let mut seen = Vec::with_capacity(alone.len());
    for (place, sentence) in alone.iter().enumerate() {
        let rivals = shares.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, share)| *share);
        let around = Around {
            headings: &headings,
            before: neighbour(place.checked_sub(1)),
            after: neighbour(Some(place + 1)),
            whole: whole.share(probes),
            rival: rivals.fold(0.0, f32::max),
            common: &common,
        };
        let mut values = of_sentence(sentence, &around, passage);
        let told =
            [("replies", replies), ("later", replies * place as f32), ("opens", flag(place == 0)), ("misses", misses)];
        told.into_iter().for_each(|(name, value)| set(&mut values, name, value));
        let context = best_of(&best_of(&sentence.cover, &headings, HEADING), around.before, BEFORE);
        seen.push(Seen {
            span: sentence.span.clone(),
            values,
            share: context.share(probes),
            offer: sentence.offer.worth,
            own: sentence.cover.clone(),
            above,
            misses: misses > 0.0,
            replies,
        });
    }
    seen
}

/// What a word in the headings, and one in the sentence before, is worth to a sentence that leans on them.
const HEADING: f32 = 0.45;
const BEFORE: f32 = 0.3;

/// What stands around a sentence.
struct Around<'a> {
    headings: &'a Cover,
    before: &'a Cover,
    after: &'a Cover,
    /// What all sentences of the passage cover together.
    whole: f32,
    /// What the best other sentence of the passage covers.
    rival: f32,
    /// In how many sentences of the passage each probe is found.
    common: &'a [f32],
}

fn of_sentence(sentence: &Alone, around: &Around<'_>, passage: &Passage<'_>) -> [f32; COUNT] {
    let Passage { question, chunk, probes, .. } = passage;
    let own = &sentence.cover;
    let share = own.share(probes);
    let beyond = |known: &Cover, other: &Cover| best_of(known, other, 1.0).share(probes) - known.share(probes);
    let with_headings = best_of(own, around.headings, 1.0);
    let with_before = best_of(&with_headings, around.before, 1.0);
    let anchors = own.anchored(probes);
    let asks_openly = matches!(question.wants, Wants::Open | Wants::List);
    let mut values = [0.0; COUNT];
    let found = [
        ("own", share),
        ("headings", beyond(own, around.headings)),
        ("before", beyond(&with_headings, around.before)),
        ("after", beyond(&with_before, around.after)),
        ("passage", around.whole),
        ("pairs", own.pairs.min(3.0) / 3.0),
        ("anchors", anchors),
        ("anchors_around", with_before.anchored(probes) - anchors),
        ("nearness", own.nearness()),
        ("leads", share - around.rival),
        (offer_name(question.wants), sentence.offer.worth),
        ("offer_near", offer_near(sentence)),
        ("length", (own.words.clamp(3, 60) as f32 / 20.0).ln()),
        ("relevance", passage.relevance),
        ("rank", 1.0 / (1.0 + passage.hit as f32)),
        ("defines", defines(sentence, passage)),
        ("facet", flag(question.facets.contains(&chunk.facet))),
        ("announces", flag(sentence.announces)),
        ("fragment", flag(own.words <= 2) + 0.3 * flag((3..=4).contains(&own.words))),
        ("distinct", distinct(own, probes, around.common)),
        ("rest", share - own.anchors_share(probes)),
        ("previous", around.before.share(probes)),
        ("next", around.after.share(probes)),
        ("kin", own.kin.iter().zip(*probes).map(|(kin, probe)| kin * probe.weight).sum()),
        ("unit_near", if question.wants == Wants::Figure { unit_near(sentence, probes) } else { 0.0 }),
        ("names", if asks_openly { sentence.names.min(4) as f32 / 4.0 } else { 0.0 }),
        ("foreign", flag(chunk.language != question.language)),
    ];
    found.into_iter().for_each(|(name, value)| set(&mut values, name, value));
    values
}

/// Which feature shows that what is wanted is offered; contacts are never a matter of degree.
fn offer_name(wants: Wants) -> &'static str {
    match wants {
        Wants::Figure => "figure",
        Wants::Date => "date",
        Wants::Duration | Wants::Contact => "duration",
        Wants::Name => "name",
        Wants::Place => "place",
        Wants::List | Wants::YesNo | Wants::Open => "enumerates",
    }
}

fn set(values: &mut [f32; COUNT], name: &str, value: f32) {
    let place = NAMES.iter().position(|known| *known == name);
    if let Some(slot) = place.and_then(|place| values.get_mut(place)) {
        *slot = value;
    }
}

fn flag(is: bool) -> f32 {
    if is { 1.0 } else { 0.0 }
}

/// "What is Legajo?" is answered by a sentence that begins with the name, best where its document begins.
fn defines(sentence: &Alone, passage: &Passage<'_>) -> f32 {
    let Passage { question, chunk, probes, .. } = passage;
    let asks = question.wants == Wants::Open && !probes.is_empty() && probes.iter().all(|probe| probe.is_anchor);
    let begins = sentence.cover.places.iter().flatten().any(|place| *place <= 1);
    if asks && begins { 0.6 + 0.4 * flag(chunk.heading_path.len() <= 1) } else { 0.0 }
}

/// How near what is offered stands to a word of the question, 0..=1.
fn offer_near(sentence: &Alone) -> f32 {
    let matches = || sentence.cover.places.iter().copied().flatten();
    let distances = sentence.offer.places.iter().flat_map(|offered| matches().map(|place| place.abs_diff(*offered)));
    distances.min().map_or(0.0, |distance| 3.0 / (2.0 + distance.max(1) as f32))
}

/// The share of the things named that a passage with its headings does not have, 0..=1.
fn missing(whole: &Cover, probes: &[Probe]) -> f32 {
    let named = || whole.matched.iter().zip(probes).filter(|(_, probe)| probe.is_named());
    let missing = named().filter(|(matched, _)| **matched < 0.3).count();
    missing as f32 / named().count().max(1) as f32
}

/// What the sentence covers, each word of the question weighed by how few sentences of the passage have it.
fn distinct(own: &Cover, probes: &[Probe], common: &[f32]) -> f32 {
    own.matched.iter().zip(probes).zip(common).map(|((matched, probe), common)| matched * probe.weight / common).sum()
}

/// How near a number stands to what is counted: "how many shops" names it first.
fn unit_near(sentence: &Alone, probes: &[Probe]) -> f32 {
    let unit = probes.iter().position(|probe| !probe.is_anchor);
    let place = unit.and_then(|unit| sentence.cover.places.get(unit).copied().flatten());
    let Some(place) = place else { return 0.0 };
    let distances = sentence.offer.places.iter().map(|offered| place.abs_diff(*offered));
    distances.min().map_or(0.0, |distance| if distance <= 3 { 1.0 } else { 0.0 })
}

/// The better match of each probe, those of `other` at a share of their worth.
fn best_of(own: &Cover, other: &Cover, worth: f32) -> Cover {
    let matched = own.matched.iter().zip(&other.matched).map(|(own, other)| own.max(other * worth)).collect();
    Cover { matched, ..own.clone() }
}

/// What stands above a passage: title, headings, and in a FAQ the question.
fn above(chunk: &Chunk) -> String {
    match &chunk.question {
        Some(question) => format!("{} {question}", chunk.heading()),
        None => chunk.heading(),
    }
}

/// How much the passage's own question, or its last heading, asks what the visitor asks: 0 below three quarters, up to 1.
fn same_question(passage: &Passage<'_>) -> f32 {
    let chunk = passage.chunk;
    let last = chunk.heading_path.last().filter(|heading| heading.split_whitespace().count() >= 3);
    let asked = [chunk.question.as_ref(), last].into_iter().flatten();
    asked.map(|asked| agreement(asked, passage)).fold(0.0, f32::max)
}

fn agreement(asked: &str, passage: &Passage<'_>) -> f32 {
    let Passage { chunk, probes, idf, .. } = passage;
    let language = chunk.language;
    let cover = cover_heading(asked, language, probes);
    // A question that leaves out the thing named is another question, however alike.
    if cover.matched.iter().zip(*probes).any(|(matched, probe)| probe.is_named() && *matched < 0.5) {
        return 0.0;
    }
    // Grammar and the owner's name, which stands nearly everywhere, are left out on both sides.
    let says = |stem: &str| !is_frame(stem, language) && idf(stem) >= NAMED_FROM;
    let theirs: f32 = terms(asked, language).iter().filter(|term| says(&term.stem)).map(|term| idf(&term.stem)).sum();
    let ours = || {
        let all = cover.matched.iter().zip(*probes);
        all.filter(|(_, probe)| !probe.is_frame && (probe.rarity >= NAMED_FROM || !probe.is_anchor))
    };
    let weight: f32 = ours().map(|(_, probe)| probe.weight).sum();
    let covered: f32 = ours().map(|(matched, probe)| matched * probe.weight).sum();
    let shared: f32 = ours().filter(|(matched, _)| **matched > 0.5).map(|(_, probe)| probe.rarity).sum();
    if weight == 0.0 || theirs == 0.0 {
        return 0.0;
    }
    // Both must say the same: a short heading inside a long question is no answer to it.
    let agreement = (covered / weight).min(shared / theirs);
    ((agreement - 0.75) / 0.25).clamp(0.0, 1.0)
}
