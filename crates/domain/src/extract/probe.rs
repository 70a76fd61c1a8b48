//! The question's words as they are looked for in passages of one language.

use portavoz_text::dates::{FIRST_YEAR, LAST_YEAR};
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::ngrams::Trigrams;
use portavoz_text::stem::stem;
use portavoz_text::terms::{normal_form, query_terms};
use portavoz_text::words::slice;

use crate::question::{Question, Wants};
use crate::understanding::{self, asks_of_deeds, is_courtesy, names_facet};

/// What a word carried from earlier turns weighs beside one of the question itself.
const CARRIED: f32 = 0.4;
/// What a synonym or a translation is worth beside the word itself.
const SYNONYM: f32 = 0.5;
const TRANSLATION: f32 = 0.85;
/// What a word that only names the kind of answer keeps of its weight.
const KIND: f32 = 0.3;
/// What a compound is worth that has the word in it.
const COMPOUND: f32 = 0.7;
/// From this weight of a stem on, fewer than half of the passages have it.
pub(super) const NAMED_FROM: f32 = 1.1;
/// From this overlap on, two words of one language are spellings of one word; of two languages, kin.
const SLIP: f32 = 0.7;
const KIN: f32 = 0.5;

/// One word of the question.
pub(super) struct Probe {
    /// Its share of what the question asks for; all probes together weigh 1.
    pub(super) weight: f32,
    /// True for names and numbers, which nothing else can stand for.
    pub(super) is_anchor: bool,
    /// True for words that a question has for its grammar ("projects that she *built*") and for those that only name a
    /// facet ("which *projects*").
    pub(super) is_frame: bool,
    /// See `is_frame`.
    pub(super) is_facet: bool,
    /// How rare it is: [`NAMED_FROM`] tells what few passages have from the owner's name, which most have.
    pub(super) rarity: f32,
    /// The year it is, if it is one.
    pub(super) year: Option<i32>,
    /// Stems that count as the word, with what they are worth.
    forms: Vec<(String, f32)>,
    trigrams: Trigrams,
    folded: String,
    /// True for words long enough to be recognised in another spelling.
    is_comparable: bool,
    /// Overlap from which a word that is none of the forms still counts.
    alike_from: f32,
}

impl Probe {
    /// True if it says nothing of its own: a frame, a facet, or what most passages speak of.
    pub(super) fn is_general(&self) -> bool {
        self.is_frame || self.is_facet || (self.is_anchor && !self.is_named())
    }

    /// The word, folded.
    pub(super) fn word(&self) -> &str {
        &self.folded
    }

    /// True if it names a thing that the answer must speak of.
    pub(super) fn is_named(&self) -> bool {
        self.is_anchor && self.rarity >= NAMED_FROM
    }

    /// What a word of the passage is worth as this one, 0..=1.
    pub(super) fn matched(&self, word: &mut SeenWord<'_>) -> f32 {
        let mut worth = 0.0_f32;
        for (form, value) in &self.forms {
            if *value > worth && share_beginning(form, &word.folded, 3) && word.stem() == form {
                worth = *value;
            }
        }
        // Kin and slips of the pen share their first letters and most of their length.
        let lengths = self.folded.len().abs_diff(word.folded.len());
        if worth == 0.0 && self.is_comparable && word.folded.len() >= 4 && lengths <= 4 {
            let overlap = if share_beginning(&self.folded, &word.folded, 2) {
                self.trigrams.overlap(word.trigrams())
            } else {
                0.0
            };
            if overlap >= self.alike_from {
                worth = overlap * 0.9;
            }
        }
        if worth == 0.0 && word.language == Language::De {
            worth = self.in_compound(&word.folded);
        }
        worth
    }

    /// What a German compound is worth that begins or ends with the word: `Teamleiter`, `Strömungssensoren`.
    fn in_compound(&self, compound: &str) -> f32 {
        const LEAST: usize = 4;
        let is_part = |(form, _): &&(String, f32)| {
            let inside = compound.find(form.as_str());
            form.len() >= LEAST
                && compound.len() >= form.len() + LEAST
                && inside.is_some_and(|at| at == 0 || at + form.len() + 3 >= compound.len())
        };
        self.forms.iter().filter(is_part).map(|(_, worth)| worth * COMPOUND).fold(0.0, f32::max)
    }

    /// How much of the longer word the beginning of both is, if they share enough of it to be of one family.
    pub(super) fn kin(&self, word: &SeenWord<'_>) -> f32 {
        if !self.is_comparable || self.is_anchor {
            return 0.0;
        }
        let shared = self.folded.bytes().zip(word.folded.bytes()).take_while(|(left, right)| left == right).count();
        let longest = self.folded.len().max(word.folded.len()).max(1);
        if shared >= 4 && shared * 2 >= longest { shared as f32 / longest as f32 } else { 0.0 }
    }
}

/// True if the first `count` bytes agree, as far as both words go.
fn share_beginning(left: &str, right: &str, count: usize) -> bool {
    left.bytes().zip(right.bytes()).take(count).all(|(left, right)| left == right)
}

/// A word of a passage; what is costly to know of it is found out when first asked for.
pub(super) struct SeenWord<'a> {
    normal: &'a str,
    language: Language,
    folded: String,
    stem: Option<String>,
    trigrams: Option<Trigrams>,
}

impl<'a> SeenWord<'a> {
    /// A word in its normal form.
    pub(super) fn new(normal: &'a str, language: Language) -> Self {
        Self { normal, language, folded: fold(normal), stem: None, trigrams: None }
    }

    fn stem(&mut self) -> &str {
        self.stem.get_or_insert_with(|| stem(self.normal, self.language))
    }

    fn trigrams(&mut self) -> &Trigrams {
        self.trigrams.get_or_insert_with(|| Trigrams::of(&self.folded))
    }
}

/// The probes of `question` for passages in `language`.
pub(super) fn probes(question: &Question, language: Language, idf: &dyn Fn(&str) -> f32) -> Vec<Probe> {
    let mut probes: Vec<Probe> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let carried = question.carried.as_deref().map(|text| (text, CARRIED));
    for (text, weight) in [(question.text.as_str(), 1.0)].into_iter().chain(carried) {
        for term in query_terms(text, question.language, &[language]) {
            let is_courtesy = is_courtesy(&fold(slice(text, term.span.clone())), question.language);
            if !seen.contains(&term.stem) && !is_courtesy {
                let begins = !slice(text, 0..term.span.start).contains(char::is_alphanumeric);
                let named = (slice(text, term.span), term.stem.as_str());
                let mut probe = probe(named, weight, (question.language, language), question.wants, idf);
                probe.is_anchor = is_anchor(named.0, begins, question.language);
                probes.push(probe);
                seen.push(term.stem);
            }
        }
    }
    let total: f32 = probes.iter().map(|probe| probe.weight).sum();
    if total > 0.0 {
        probes.iter_mut().for_each(|probe| probe.weight /= total);
    }
    probes
}

/// Concepts of words that a question needs only for its grammar: "projects that she built" are "her projects".
const FRAME: [&str; 6] = ["build", "develop", "work", "use", "know", "speak"];

/// True if the stem's concepts are all but grammar.
pub(super) fn is_frame(stem: &str, language: Language) -> bool {
    lexicon::concepts(stem, language).iter().any(|concept| FRAME.contains(concept))
}

/// True for numbers and words with capitals, which show names except where a message begins and in German.
fn is_anchor(word: &str, begins: bool, language: Language) -> bool {
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let is_name = capitals > 1 || (capitals == 1 && !begins && language != Language::De);
    is_name || word.contains(|c: char| c.is_ascii_digit())
}

fn year(word: &str) -> Option<i32> {
    let year = word.parse().ok().filter(|_| word.len() == 4)?;
    (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(year)
}

/// True if the word only names the kind of answer: "in which year", "what percentage". The answer shows it by being one.
fn asks_kind(stem: &str, language: Language, wants: Wants) -> bool {
    let kinds: &[&str] = match wants {
        Wants::Date => &["year", "date", "month", "day"],
        Wants::Duration => &["year", "month", "time"],
        Wants::Figure => &["percentage", "number"],
        Wants::Place => &["place", "country"],
        Wants::Name => &["name", "person"],
        Wants::List | Wants::Contact | Wants::YesNo | Wants::Open => &[],
    };
    lexicon::concepts(stem, language).iter().any(|concept| kinds.contains(concept))
}

/// True if the word only asks whether someone can: "does she *know* Rust?"
fn asks_ability(folded: &str, language: Language, wants: Wants) -> bool {
    matches!(wants, Wants::YesNo | Wants::List) && understanding::asks_ability(folded, language)
}

/// The word `word` of the question, whose stem in its own language is `own`.
fn probe(
    (word, own): (&str, &str),
    weight: f32,
    (from, to): (Language, Language),
    wants: Wants,
    idf: &dyn Fn(&str) -> f32,
) -> Probe {
    let normal = normal_form(word).into_owned();
    let mut forms = vec![(stem(&normal, to), 1.0)];
    let others = lexicon::translations(own, from, to);
    let worth = if from == to { SYNONYM } else { TRANSLATION };
    let own_form = forms.first().map(|(form, _)| form.clone()).unwrap_or_default();
    forms.extend(others.iter().filter(|other| ***other != *own_form).map(|other| (other.to_string(), worth)));
    // A word that the other language says in its own way weighs as that does, not as the stranger it is there.
    let translated: Vec<f32> = others.iter().map(|other| idf(other)).collect();
    let rarity = if from == to || translated.is_empty() {
        forms.first().map_or(1.0, |(form, _)| idf(form))
    } else {
        translated.iter().sum::<f32>() / translated.len() as f32
    };
    let has_letters_only = normal.chars().all(char::is_alphabetic) && normal.chars().count() >= 5;
    let folded = fold(&normal);
    Probe {
        weight: weight
            * rarity.max(0.05)
            * if asks_kind(own, from, wants) || asks_ability(&folded, from, wants) { KIND } else { 1.0 },
        is_anchor: false,
        is_frame: is_frame(own, from) || asks_of_deeds(&folded, from),
        is_facet: names_facet(own, from),
        rarity,
        year: year(&normal),
        is_comparable: has_letters_only,
        trigrams: Trigrams::of(&folded),
        folded,
        forms,
        alike_from: if from == to { SLIP } else { KIN },
    }
}
