//! Whether a sentence offers the kind of answer that is asked for: a number, a date, a name, a way to reach someone.

use std::collections::HashSet;
use std::sync::OnceLock;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::stem::stem;
use portavoz_text::words::{Word, words};

use crate::question::Wants;

/// 0..=1. `asked` are the folded words of the question: what it names itself is no answer to it.
pub(super) fn offers(sentence: &str, language: Language, wants: Wants, asked: &[String]) -> f32 {
    match wants {
        Wants::Open | Wants::YesNo => 0.0,
        Wants::Figure => figure(sentence, asked),
        Wants::Date => date(sentence, asked),
        Wants::Duration => duration(sentence, language),
        Wants::Name | Wants::Place => name(sentence, asked),
        Wants::Contact => share(is_contact(sentence)),
        Wants::List => {
            let separators = sentence.matches([',', ';']).count();
            (separators as f32 / 3.0).min(1.0)
        }
    }
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

/// A number; a bare year is rarely the figure that is asked for.
fn figure(sentence: &str, asked: &[String]) -> f32 {
    let numbers = new_words(sentence, asked).into_iter().filter(|word| is_number(&word.text.to_lowercase()));
    numbers.map(|word| if is_year(word.text) { 0.3 } else { 1.0 }).fold(0.0, f32::max)
}

fn share(is: bool) -> f32 {
    if is { 1.0 } else { 0.0 }
}

fn new_words<'a>(sentence: &'a str, asked: &[String]) -> Vec<Word<'a>> {
    words(sentence).into_iter().filter(|word| !asked.contains(&fold(word.text))).collect()
}

/// Number words up to twelve and the round ones, in all seven languages, folded.
const NUMBERS: &str = " dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cien mil millon millones mitad doble \
    two three four five six seven eight nine ten eleven twelve twenty thirty hundred thousand million millions billion half twice \
    dois duas quatro sete oito nove dez vinte trinta cem milhao milhoes metade \
    deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent mille moitie \
    zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig dreissig hundert tausend halfte \
    due quattro cinque sei sette otto nove dieci undici dodici venti trenta cento milione milioni meta \
    dues cinc sis set vuit nou deu vint milio milions meitat ";

fn is_number(lower: &str) -> bool {
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    lower.starts_with(|c: char| c.is_ascii_digit())
        || WORDS.get_or_init(|| NUMBERS.split_whitespace().collect()).contains(fold(lower).as_str())
}

fn is_year(word: &str) -> bool {
    word.len() == 4
        && word.bytes().all(|byte| byte.is_ascii_digit())
        && (word.starts_with('1') || word.starts_with('2'))
}

/// Months in all seven languages, by their first folded letters, which no other common words share at this length.
const MONTHS: [&str; 38] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "janeiro",
    "fevereiro",
    "setembro",
    "outubro",
    "janvier",
    "fevrier",
    "juillet",
    "septembre",
    "octobre",
    "januar",
    "februar",
    "oktober",
    "dezember",
    "gennaio",
    "febbraio",
    "settembre",
];

fn date(sentence: &str, asked: &[String]) -> f32 {
    let found = new_words(sentence, asked);
    if found.iter().any(|word| is_year(word.text)) {
        return 1.0;
    }
    let has_month = found.iter().any(|word| MONTHS.contains(&fold(word.text).as_str()));
    let has_number = found.iter().any(|word| word.text.starts_with(|c: char| c.is_ascii_digit()));
    if has_month {
        0.9
    } else if has_number {
        0.4
    } else {
        0.0
    }
}

/// A number before a unit of time, or a period from year to year.
fn duration(sentence: &str, language: Language) -> f32 {
    let found = words(sentence);
    let is_unit = |word: &Word<'_>| {
        let concepts = lexicon::concepts(&stem(word.text, language), language);
        concepts.contains(&"year") || concepts.contains(&"month")
    };
    let counted = found.windows(2).any(|pair| match pair {
        [number, unit] => is_number(&number.text.to_lowercase()) && !is_year(number.text) && is_unit(unit),
        _ => false,
    });
    let years = found.iter().filter(|word| is_year(word.text)).count();
    match (counted, years) {
        (true, _) => 1.0,
        (false, 2..) => 0.9,
        (false, 1) => 0.5,
        (false, 0) => 0.0,
    }
}

/// Names that the question does not hold itself. A capital at the beginning of the sentence proves nothing.
fn name(sentence: &str, asked: &[String]) -> f32 {
    let mut found = words(sentence).into_iter();
    found.next();
    share(found.any(|word| word.text.starts_with(char::is_uppercase) && !asked.contains(&fold(word.text))))
}
