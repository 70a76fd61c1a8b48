//! Frame words: words that a question is built with rather than about ("knows", "tell me", "main", "mejores").
//!
//! They are not stop words, because in a document they may matter; in a question they hardly tell one passage from
//! another. Start at [`is_frame_word`]. [`IDIOMS`] are the few questions whose words, one by one, mean something else
//! ("¿cuántos años tiene?" asks for an age), and [`is_dwelling`] knows the verbs that ask where somebody is at home.

use std::sync::OnceLock;

use portavoz_text::language::Language;

use crate::analysis::word_table::WordTable;

/// Folded words and, with a `*`, beginnings of words, in the order of [`Language::ALL`].
const WORDS: [&str; 7] = [
    // Spanish
    "domin* sabe saber sabes conoc* usa usar usas usado utiliz* manej* hace hacer hecho hizo crea* cread* realiz* llev* \
     cuenta contar cuentame dime dame explic* muestra* principal* mejor mejores tipo tipos clase persona puede puedes podria \
     gustaria quisiera saber desarroll* construy* construid* trabajado trabaja actual* cosas algo alguna algun favor lista estuvo redact* escrib* escrit* \
     detall* describ* cuanto dispone ofrec* tambien hola gracias hablame habla hablas hablar ganado gano \
     recibi* obten* obtuv* dado dar da dio profesional* consta posee tenido sido estado ido",
    // English
    "know knows known use uses used using master masters mastered make makes made do done create* tell show give explain \
     describ* main best top kind kinds type types sort person able like want build builds built develop* work works worked \
     working currently current things something please list detail* also say speak speaks hello thanks long has have won win \
     hi hey can could write writes wrote written taken took take held given been received receive gets got give gave given professional* able about hold holds ever",
    // Portuguese
    "sabe conhec* usa utiliz* faz fez fazer feito cri* diga conte explique mostre principa* melhor* tipo* pessoa pode gostaria \
     constru* desenvolv* trabalha trabalhou atual* coisas algo lista ola obrigad* fala falar ganhou recebeu deu profissiona* ja oi sei consegue esteve escrev* escrit* \
     possui",
    // French
    "sait savoir connai* utilis* fait faire cree* dis dites raconte* expliqu* montre* principa* meilleur* type* sorte* \
     personne peut peux voudrais aimerais construi* developp* travaille travailler actuel* choses liste bonjour merci \
     maitris* sais savent ecri* salut coucou parle parler gagne recu donne professionnel* realis* possede",
    // German
    "kennt kennen kennst kann kannst konnen wissen gehalten halten lang lange verfass* schreib* geschrieben kennt kann weiss nutzt nutzen benutz* verwend* macht machen gemacht erstell* sag sagen erzahl* erklar* zeig* \
     wichtigst* beste* hauptsach* art arten person mochte gebaut entwickel* arbeitet gearbeitet aktuell* dinge liste hallo \
     danke beherrsch* spricht sprechen gewonnen erhalten gegeben beruflich* besitzt",
    // Italian
    "sa sai sapere conosc* scri* usa utilizz* fa fare fatto crea* dimmi racconta* spiega* mostra* principal* miglior* tipo tipi persona \
     puo vorrei costrui* svilupp* lavora lavorato attual* cose lista ciao grazie padroneggi* parla parlare vinto ricevuto dato professional* realizz* possiede",
    // Catalan
    "sap saps saber coneix* conegu* escri* usa utilitz* fa fer fet crea* digues explica* mostra* principal* millor* tipus persona pot voldria \
     constru* desenvolup* treballa treballat servir actual* coses llista hola gracies hi puc poden podria parla parlar guanyat rebut donat professional* realitz*",
];

/// Questions whose words, taken one by one, mean something else: folded words, the concept that they mean together,
/// and whether they mean it only where nothing else is asked ("cuántos años tiene de experiencia" is no age).
const IDIOMS: [(&str, &str, bool); 22] = [
    ("cuanto mide", "height", true),
    ("cuanto pesa", "height", true),
    ("quanto mede", "height", true),
    // Their stem is that of "caso" and "casa".
    ("casado", "married", false),
    ("casada", "married", false),
    ("casat", "married", false),
    ("cuantos anos tiene", "age", true),
    ("cuantos anos tienes", "age", true),
    ("que edad tiene", "age", true),
    ("quantos anos tem", "age", true),
    ("quants anys te", "age", true),
    ("quanti anni ha", "age", true),
    ("how old is", "age", false),
    ("wie alt ist", "age", false),
    ("que tiempo hace", "weather", false),
    ("que tiempo hara", "weather", false),
    ("que tempo faz", "weather", false),
    ("quel temps fait", "weather", false),
    ("quin temps fa", "weather", false),
    ("quin temps fara", "weather", false),
    ("che tempo fa", "weather", false),
    ("how is the weather", "weather", false),
];

/// Verbs that ask where somebody is at home, in the order of [`Language::ALL`].
const DWELLING: [&str; 7] = [
    "viv* resid* radica afincad* ubicad*",
    "live lives lived living resid* based located",
    "viv* mora morar resid*",
    "habit* vit vivre vis resid*",
    "wohn* lebt lebst leben ansassig",
    "viv* abit* risied* resid*",
    "viu viure vius viv* resid* resideix*",
];

/// The idiom in a question: the words it takes up, counted from 0, what it means, and whether it must stand alone.
pub(super) fn idiom(folded: &[String]) -> Option<(std::ops::Range<usize>, &'static str, bool)> {
    IDIOMS.into_iter().find_map(|(phrase, concept, is_alone)| {
        let words: Vec<&str> = phrase.split(' ').collect();
        let start = folded.windows(words.len()).position(|window| window == words)?;
        Some((start..start + words.len(), concept, is_alone))
    })
}

/// True if the folded word asks where somebody is at home.
pub(super) fn is_dwelling(folded: &str, language: Language) -> bool {
    static TABLES: [OnceLock<WordTable<()>>; 7] = [const { OnceLock::new() }; 7];
    found_in(&TABLES, &DWELLING, folded, language)
}

/// True if the folded word only frames a question in `language`.
pub(super) fn is_frame_word(folded: &str, language: Language) -> bool {
    static TABLES: [OnceLock<WordTable<()>>; 7] = [const { OnceLock::new() }; 7];
    found_in(&TABLES, &WORDS, folded, language)
}

fn found_in(
    tables: &'static [OnceLock<WordTable<()>>; 7],
    rows: &[&'static str; 7],
    folded: &str,
    language: Language,
) -> bool {
    let (Some(table), Some(row)) = (tables.get(language.index()), rows.get(language.index())) else { return false };
    table.get_or_init(|| WordTable::of([((), *row)])).find(folded).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_something_are_not_frame_words() {
        for (word, language, expected) in [
            ("domina", Language::Es, true),
            ("mastered", Language::En, true),
            ("beherrscht", Language::De, true),
            ("sap", Language::Ca, true),
            ("sap", Language::De, false),
            ("cobol", Language::Es, false),
            ("salario", Language::Es, false),
            ("", Language::En, false),
        ] {
            assert_eq!(is_frame_word(word, language), expected, "{word}");
        }
    }
}
