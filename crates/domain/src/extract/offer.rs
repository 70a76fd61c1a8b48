//! Whether a sentence offers the kind of answer that is asked for: a number, a date, a name, a way to reach someone.

use std::collections::HashSet;
use std::sync::OnceLock;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::stem::stem;
use portavoz_text::stopwords;
use portavoz_text::words::{Word, words};

use crate::question::Wants;

/// What a sentence offers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Offer {
    /// How well it is of the kind asked for, 0..=1.
    pub(super) worth: f32,
    /// Where the best of it stands, in words of the sentence.
    pub(super) places: Vec<usize>,
}

/// What the sentence, given with its words, offers to a question that wants `wants`. `asked` are the folded words of
/// the question: what it names itself is no answer to it.
pub(super) fn offers(
    (sentence, words): (&str, &[Word<'_>]),
    language: Language,
    wants: Wants,
    asked: &[String],
) -> Offer {
    match wants {
        Wants::Open | Wants::YesNo => Offer::default(),
        Wants::Figure => best(words, asked, |place| figure(words, place)),
        Wants::Date => best(words, asked, |place| date(words, place)),
        Wants::Duration => duration(words, language),
        Wants::Name => best(words, asked, |place| name(words, place)),
        Wants::Place => best(words, asked, |place| location(words, place)),
        Wants::Contact => whole(if is_contact(sentence) { 1.0 } else { 0.0 }),
        Wants::List => whole((sentence.matches([',', ';']).count() as f32 / 3.0).min(1.0)),
    }
}

fn whole(worth: f32) -> Offer {
    Offer { worth, places: Vec::new() }
}

/// The best words that the question does not hold, by `worth` of the word at a place.
fn best(words: &[Word<'_>], asked: &[String], worth: impl Fn(usize) -> f32) -> Offer {
    let mut found = Offer::default();
    for (place, word) in words.iter().enumerate() {
        let worth = worth(place);
        if worth < found.worth.max(f32::EPSILON) || asked.contains(&fold(word.text)) {
            continue;
        }
        if worth > found.worth {
            found.places.clear();
            found.worth = worth;
        }
        found.places.push(place);
    }
    found
}

/// True if an address, a link or a telephone number stands in `text`.
pub(super) fn is_contact(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let has_phone = digits >= 7 && text.contains('+');
    has_phone
        || words(text)
            .iter()
            .any(|word| word.text.contains('@') || word.text.contains("://") || word.text.starts_with("www."))
}

fn text_at<'a>(words: &[Word<'a>], place: usize) -> &'a str {
    words.get(place).map_or("", |word| word.text)
}

/// A number; a bare year is rarely the figure that is asked for.
fn figure(words: &[Word<'_>], place: usize) -> f32 {
    let word = text_at(words, place);
    match is_number(word) {
        true if is_year(word) => 0.3,
        true => 1.0,
        false => 0.0,
    }
}

/// Number words up to twelve and the round ones, in all seven languages, folded. "One" is mostly an article.
const NUMBERS: &str = "dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cien mil millon \
    millones mitad doble tercio two three four five six seven eight nine ten eleven twelve twenty thirty hundred \
    thousand million millions billion half twice third dois duas quatro sete oito nove dez vinte trinta cem milhao \
    milhoes metade deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent mille moitie zwei drei vier \
    funf sechs sieben acht neun zehn elf zwolf zwanzig dreissig hundert tausend halfte due quattro cinque sei sette \
    otto nove dieci undici dodici venti trenta cento milione milioni meta dues cinc sis set vuit nou deu vint milio \
    milions meitat";

/// Months in all seven languages, folded, without those that are common words too.
const MONTHS: &str = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre \
    january february april june july august september october november december janeiro fevereiro setembro outubro \
    janvier fevrier juillet septembre octobre januar februar oktober dezember gennaio febbraio settembre";

fn is_number(word: &str) -> bool {
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    word.starts_with(|c: char| c.is_ascii_digit())
        || WORDS.get_or_init(|| NUMBERS.split_whitespace().collect()).contains(fold(word).as_str())
}

fn is_year(word: &str) -> bool {
    word.len() == 4
        && word.bytes().all(|byte| byte.is_ascii_digit())
        && (word.starts_with('1') || word.starts_with('2'))
}

fn date(words: &[Word<'_>], place: usize) -> f32 {
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let word = text_at(words, place);
    if is_year(word) {
        1.0
    } else if WORDS.get_or_init(|| MONTHS.split_whitespace().collect()).contains(fold(word).as_str()) {
        0.9
    } else if word.starts_with(|c: char| c.is_ascii_digit()) {
        0.4
    } else {
        0.0
    }
}

/// A number before a unit of time, or a period from year to year.
fn duration(words: &[Word<'_>], language: Language) -> Offer {
    let is_unit = |word: &str| {
        let concepts = lexicon::concepts(&stem(word, language), language);
        ["year", "month", "day", "time"].iter().any(|unit| concepts.contains(unit))
    };
    let counted = (0..words.len()).filter(|place| {
        let number = text_at(words, *place);
        is_number(number) && !is_year(number) && is_unit(text_at(words, place + 1))
    });
    let counted: Vec<usize> = counted.collect();
    if !counted.is_empty() {
        return Offer { worth: 1.0, places: counted };
    }
    let years: Vec<usize> = (0..words.len()).filter(|place| is_year(text_at(words, *place))).collect();
    let worth = match years.len() {
        2.. => 0.9,
        1 => 0.5,
        _ => 0.0,
    };
    Offer { worth, places: years }
}

fn has_capital(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// A word with a capital. At the beginning of the sentence it proves little.
fn name(words: &[Word<'_>], place: usize) -> f32 {
    let word = text_at(words, place);
    match place {
        _ if !has_capital(word) => 0.0,
        0 if !stopwords::languages_of(&fold(word)).is_empty() => 0.0,
        _ if has_capital(text_at(words, place + 1)) => 1.0,
        0 => 0.5,
        _ if place > 1 && has_capital(text_at(words, place - 1)) => 1.0,
        _ => 0.8,
    }
}

/// A name behind a preposition of place, in any of the seven languages: most sentences have other names too.
fn location(words: &[Word<'_>], place: usize) -> f32 {
    const PREPOSITIONS: [&str; 36] = [
        "en", "a", "de", "desde", "hasta", "in", "at", "near", "from", "to", "of", "outside", "em", "no", "na", "do",
        "da", "au", "aux", "dans", "chez", "im", "am", "aus", "bei", "nach", "von", "nel", "nella", "di", "al", "del",
        "per", "across", "entre", "between",
    ];
    if name(words, place) < 0.8 {
        return 0.0;
    }
    let is_preposition =
        |place: Option<usize>| place.is_some_and(|place| PREPOSITIONS.contains(&fold(text_at(words, place)).as_str()));
    // "in Valencia", "at the University".
    let before = place.checked_sub(1);
    let behind_article =
        before.is_some_and(|before| !has_capital(text_at(words, before))) && is_preposition(place.checked_sub(2));
    if is_preposition(before) || behind_article { 1.0 } else { 0.6 }
}
