//! Frame words: words that a question is built with rather than about ("knows", "tell me", "main", "mejores").
//!
//! They are not stop words, because in a document they may matter; in a question they hardly tell one passage from
//! another. Start at [`is_frame_word`].

/// Folded words and, with a `*`, beginnings of words, by language.
const WORDS: [&str; 7] = [
    // Spanish
    "domin* sabe saber sabes conoc* usa usar usas usado utiliz* manej* hace hacer hecho hizo crea* cread* realiz* llev* \
     cuenta contar cuentame dime dame explic* muestra* principal* mejor mejores tipo tipos clase persona puede puedes podria \
     gustaria quisiera saber desarroll* construy* construid* trabajado trabaja actual* cosas algo alguna algun favor lista \
     detall* describ* cuanto tiempo dispone ofrec* tambien hola gracias",
    // English
    "know knows known use uses used using master masters mastered make makes made do done create* tell show give explain \
     describ* main best top kind kinds type types sort person able like want build builds built develop* work works worked \
     working currently current things something please list detail* also say speak hello thanks long has have",
    // Portuguese
    "sabe conhec* usa utiliz* faz fez fazer feito cri* diga conte explique mostre principa* melhor* tipo* pessoa pode gostaria \
     constru* desenvolv* trabalha trabalhou atual* coisas algo lista ola obrigad*",
    // French
    "sait savoir connai* utilis* fait faire cree* dis dites raconte* expliqu* montre* principa* meilleur* type* sorte* \
     personne peut peux voudrais aimerais construi* developp* travaille travailler actuel* choses liste bonjour merci \
     maitrise*",
    // German
    "kennt kennen kann konnen weiss nutzt nutzen benutz* verwend* macht machen gemacht erstell* sag sagen erzahl* erklar* zeig* \
     wichtigst* beste* hauptsach* art arten person mochte gebaut entwickel* arbeitet gearbeitet aktuell* dinge liste hallo \
     danke beherrsch*",
    // Italian
    "sa sapere conosc* usa utilizz* fa fare fatto crea* dimmi racconta* spiega* mostra* principal* miglior* tipo tipi persona \
     puo vorrei costrui* svilupp* lavora lavorato attual* cose lista ciao grazie padroneggi*",
    // Catalan
    "sap saber coneix* usa utilitz* fa fer fet crea* digues explica* mostra* principal* millor* tipus persona pot voldria \
     constru* desenvolup* treballa treballat actual* coses llista hola gracies",
];

/// True if the folded word only frames a question, in any of the languages: short questions are easily taken for
/// another one's.
pub(super) fn is_frame_word(folded: &str) -> bool {
    WORDS.iter().flat_map(|row| row.split_whitespace()).any(|entry| match entry.strip_suffix('*') {
        Some(beginning) => folded.starts_with(beginning),
        None => entry == folded,
    })
}

#[cfg(test)]
mod tests {
    use super::is_frame_word;

    #[test]
    fn words_about_something_are_not_frame_words() {
        for (word, expected) in [
            ("domina", true),
            ("mastered", true),
            ("beherrscht", true),
            ("cobol", false),
            ("python", false),
            ("salario", false),
            ("kubernetes", false),
            ("", false),
        ] {
            assert_eq!(is_frame_word(word), expected, "{word}");
        }
    }
}
