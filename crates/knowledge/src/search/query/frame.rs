//! Frame words: words that a question is built with rather than about ("knows", "tell me", "main", "mejores").
//!
//! They are not stop words, because in a document they may matter; in a question they hardly tell one passage from
//! another. Start at [`is_frame_word`].

use std::sync::OnceLock;

use portavoz_text::language::Language;

use crate::analysis::word_table::WordTable;

/// Folded words and, with a `*`, beginnings of words, in the order of [`Language::ALL`].
const WORDS: [&str; 7] = [
    // Spanish
    "domin* sabe saber sabes conoc* usa usar usas usado utiliz* manej* hace hacer hecho hizo crea* cread* realiz* llev* \
     cuenta contar cuentame dime dame explic* muestra* principal* mejor mejores tipo tipos clase persona puede puedes podria \
     gustaria quisiera saber desarroll* construy* construid* trabajado trabaja actual* cosas algo alguna algun favor lista \
     detall* describ* cuanto tiempo dispone ofrec* tambien hola gracias hablame habla hablas hablar ganado gano \
     recibi* obten* obtuv* dado dar da dio profesional* consta posee tenido sido estado ido",
    // English
    "know knows known use uses used using master masters mastered make makes made do done create* tell show give explain \
     describ* main best top kind kinds type types sort person able like want build builds built develop* work works worked \
     working currently current things something please list detail* also say speak speaks hello thanks long has have won win \
     received receive gets got give gave given professional* able about hold holds ever",
    // Portuguese
    "sabe conhec* usa utiliz* faz fez fazer feito cri* diga conte explique mostre principa* melhor* tipo* pessoa pode gostaria \
     constru* desenvolv* trabalha trabalhou atual* coisas algo lista ola obrigad* fala falar ganhou recebeu deu profissiona* ja \
     possui",
    // French
    "sait savoir connai* utilis* fait faire cree* dis dites raconte* expliqu* montre* principa* meilleur* type* sorte* \
     personne peut peux voudrais aimerais construi* developp* travaille travailler actuel* choses liste bonjour merci \
     maitrise* parle parler gagne recu donne professionnel* realis* possede",
    // German
    "kennt kennen kann konnen weiss nutzt nutzen benutz* verwend* macht machen gemacht erstell* sag sagen erzahl* erklar* zeig* \
     wichtigst* beste* hauptsach* art arten person mochte gebaut entwickel* arbeitet gearbeitet aktuell* dinge liste hallo \
     danke beherrsch* spricht sprechen gewonnen erhalten gegeben beruflich* besitzt",
    // Italian
    "sa sapere conosc* usa utilizz* fa fare fatto crea* dimmi racconta* spiega* mostra* principal* miglior* tipo tipi persona \
     puo vorrei costrui* svilupp* lavora lavorato attual* cose lista ciao grazie padroneggi* parla parlare vinto ricevuto dato professional* realizz* possiede",
    // Catalan
    "sap saber coneix* usa utilitz* fa fer fet crea* digues explica* mostra* principal* millor* tipus persona pot voldria \
     constru* desenvolup* treballa treballat actual* coses llista hola gracies hi puc poden podria parla parlar guanyat rebut donat professional* realitz*",
];

/// True if the folded word only frames a question in `language`.
pub(super) fn is_frame_word(folded: &str, language: Language) -> bool {
    static TABLES: [OnceLock<WordTable<()>>; 7] = [const { OnceLock::new() }; 7];
    let (Some(table), Some(row)) = (TABLES.get(language.index()), WORDS.get(language.index())) else { return false };
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
