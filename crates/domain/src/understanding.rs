//! Understanding a visitor's message without a model: its language, whether it is smalltalk, what it asks for and
//! what it leans on.
//!
//! Rules over word lists in seven languages (`data/understanding/`), because this runs on every message, must cost
//! microseconds, and must work with no key and no network. Start at [`understand`].

mod facets;
mod followup;
mod language;
mod lists;
mod orders;
mod parts;
mod slips;
mod smalltalk;
mod wants;

use portavoz_text::language::Language;

use crate::question::{PastTurn, Question, Smalltalk, Understood};

pub(crate) use facets::{asks_ability, asks_of_deeds, names_facet};
pub use followup::asks_for_more;
pub use parts::parts;
pub(crate) use smalltalk::is_courtesy;

/// Understands `message` as the next one after `history` (oldest first). `told` is the language the client asked for;
/// `default` is the site's. A language that the visitor orders in words ("in English, please") goes before both.
pub fn understand(message: &str, told: Option<Language>, history: &[PastTurn], default: Language) -> Understood {
    let order = orders::ordered(message);
    let Some(ordered) = order.language else { return understand_plain(message, told, history, default) };
    let asked = match orders::repeated(&order, history) {
        orders::Asked::This(question) => understand_plain(&question, None, history, default),
        // The last question once more, as it was asked: what came before it is still what it leans on.
        orders::Asked::Again(question, before) => understand_plain(&question, None, before, default),
        orders::Asked::Nothing => return Understood::Smalltalk(Smalltalk::Greeting, ordered),
    };
    match asked {
        Understood::Smalltalk(kind, _) => Understood::Smalltalk(kind, ordered),
        Understood::Question(question) => Understood::Question(Question { language: ordered, ..question }),
    }
}

fn understand_plain(message: &str, told: Option<Language>, history: &[PastTurn], default: Language) -> Understood {
    let words = lists::folded_words(message);
    let language = language::choose(message, told, history, default);
    if let Some((kind, spoken)) = smalltalk::recognise(message, &words) {
        let expected = history.last().map_or(default, |turn| turn.language);
        return Understood::Smalltalk(kind, told.unwrap_or_else(|| smalltalk_language(&spoken, language, expected)));
    }
    let wants = wants::wanted(message, language);
    Understood::Question(Question {
        text: message.trim().to_owned(),
        language,
        carried: followup::carried(message, language, history),
        facets: facets::asked(message, language, wants),
        wants,
    })
}

/// `hola` and `ok` belong to several languages and stay with the `expected` one; `ciao` is Italian although no
/// sentence proves it.
fn smalltalk_language(spoken: &[Language], chosen: Language, expected: Language) -> Language {
    match spoken {
        [] => expected,
        [only] => *only,
        several if several.contains(&expected) => expected,
        several if several.contains(&chosen) => chosen,
        [first, ..] => *first,
    }
}

#[cfg(test)]
mod tests;
