#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use super::*;

/// Words by their number of syllables, as the dictionaries of each language part them.
const SYLLABLES: [(Language, usize, &str); 30] = [
    (Language::Es, 1, "qué quién muy y"),
    (Language::Es, 2, "aún prohibir años guía ahí líder día ciudad"),
    (Language::Es, 3, "proyecto oía construyó dirige equipo héroe pingüino causaba"),
    (Language::Es, 4, "experiencia ingeniera desarrolló aumentada"),
    (Language::Es, 5, "tecnología inteligencia generativa recuperación aeropuerto universidad"),
    (Language::Ca, 1, "quin riu peu"),
    (Language::Ca, 2, "guia noia caixa equip treure iogurt viuen país"),
    (Language::Ca, 3, "projecte qualitat qüestió aïllar"),
    (Language::Ca, 4, "enginyera història formació aplaudiment"),
    (Language::Ca, 5, "tecnologia"),
    (Language::Ca, 6, "experiència intelligència"),
    (Language::Pt, 1, "ções mãe"),
    (Language::Pt, 2, "país cair muito depois juiz"),
    (Language::Pt, 3, "projeto formação equipe história saúde ainda rainha ideia linguagem pessoa"),
    (Language::Pt, 4, "qualidade maioria"),
    (Language::Pt, 5, "experiência tecnologia inteligência economia"),
    (Language::Fr, 1, "eau feuille oui jouaient le"),
    (Language::Fr, 2, "technique projet nation naïf noël client travail équipe construire"),
    (Language::Fr, 3, "expérience ingénieur ouvrier employé travailler"),
    (Language::Fr, 4, "réaliser européen"),
    (Language::De, 1, "wie"),
    (Language::De, 2, "steuer neue bauen quelle server"),
    (
        Language::De,
        3,
        "erfahrung projekte entwicklung künstliche medien theater energie geeignet beamte arbeitet datenbank",
    ),
    (Language::De, 4, "familie"),
    (Language::De, 5, "information"),
    (Language::En, 1, "the worked built makes"),
    (
        Language::En,
        2,
        "project science table wanted nation special create system boxes quiet fluent statement million doing",
    ),
    (Language::En, 3, "idea languages retrieval management video museum actual realism"),
    (Language::En, 4, "experience technology society portfolio"),
    (Language::It, 3, "progetto lavoro"),
];

#[test]
fn syllables_are_those_of_the_dictionary() {
    let mut wrong = Vec::new();
    let mut all = 0;
    for (language, expected, list) in SYLLABLES {
        for word in list.split_whitespace() {
            let found = syllables(word, language);
            all += 1;
            if found != expected {
                wrong.push(format!("{language} {word}: {found} instead of {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {all}: {wrong:#?}", wrong.len());
}

#[test]
fn figures_and_abbreviations_are_read_out() {
    for (word, expected) in [("GPT-4", 4), ("2022", 4), ("RAG", 1), ("l", 1), ("40%", 2)] {
        assert_eq!(syllables(word, Language::Es), expected, "{word}");
    }
}

/// Two sentences with the scores that the literature gives as examples of Flesch's formula.
#[test]
fn flesch_gives_the_scores_of_the_textbook() {
    for (text, expected) in [
        ("The cat sat on the mat.", 116.1),
        ("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 37.5),
    ] {
        let score = reading(text, Language::En).unwrap().score;
        assert!((score - expected).abs() < 0.1, "{text}: {score}");
    }
}

/// Every formula on round numbers, worked by hand from the published coefficients.
#[test]
fn each_formula_is_worked_as_published() {
    let counts = |sentences, syllables, letters| Counts { words: 100, sentences, syllables, letters };
    for (language, counts, expected, ease) in [
        // 206.835 - 62.3 x 2.0 - 20
        (Language::Es, counts(5, 200, 0), 62.235, 1.0),
        // 206.835 - 62.3 x 2.2 - 25 = 44.775: a third of the way from 40 to 55.
        (Language::Es, counts(4, 220, 0), 44.775, 0.659),
        (Language::Ca, counts(4, 220, 0), 44.775, 0.659),
        // Flesch's own example of "standard" prose: 17 words a sentence and 147 syllables a hundred words, 65.
        (Language::En, Counts { words: 1_700, sentences: 100, syllables: 2_499, letters: 0 }, 65.2, 1.0),
        // 180 - 20 - 58.5 x 1.8
        (Language::De, counts(5, 180, 0), 54.7, 0.912),
        // 207 - 1.015 x 20 - 73.6 x 1.7
        (Language::Fr, counts(5, 170, 0), 61.58, 1.0),
        // 248.835 - 1.015 x 20 - 84.6 x 2.2
        (Language::Pt, counts(5, 220, 0), 42.415, 0.848),
        // 89 + (300 x 5 - 10 x 500) / 100
        (Language::It, counts(5, 0, 500), 54.0, 0.85),
        // 206.835 - 62.3 x 3 - 100: sentences of a hundred words are beyond the scale.
        (Language::Es, counts(1, 300, 0), -80.065, 0.0),
    ] {
        let formula = formula(language);
        let score = formula.score(counts);
        assert!((score - expected).abs() < 0.05, "{}: {score}", formula.name);
        assert!((formula.ease(score) - ease).abs() < 0.002, "{}: {}", formula.name, formula.ease(score));
    }
}

#[test]
fn every_formula_finds_the_plain_text_easier() {
    for (language, plain, heavy) in [
        (
            Language::Es,
            "Creó un buscador. Lo usan cien personas al día.",
            "La implementación contextualizada de metodologías interdisciplinares posibilitó simultáneamente la optimización organizativa.",
        ),
        (
            Language::Ca,
            "Va crear un cercador. El fan servir cent persones al dia.",
            "La implementació contextualitzada de metodologies interdisciplinàries possibilità simultàniament l'optimització organitzativa.",
        ),
        (
            Language::En,
            "She built a search tool. A hundred people use it each day.",
            "The contextualised implementation of interdisciplinary methodologies simultaneously facilitated organisational optimisation.",
        ),
        (
            Language::Pt,
            "Ela fez um sistema de busca. Cem pessoas usam isso por dia.",
            "A implementação contextualizada de metodologias interdisciplinares possibilitou simultaneamente a otimização organizacional.",
        ),
        (
            Language::Fr,
            "Elle a fait un moteur. Cent gens s'en servent par jour.",
            "L'implémentation contextualisée de méthodologies interdisciplinaires a simultanément favorisé l'optimisation organisationnelle.",
        ),
        (
            Language::De,
            "Sie baute eine Suche. Hundert Leute nutzen sie am Tag.",
            "Die kontextualisierte Implementierung interdisziplinärer Methodologien ermöglichte gleichzeitig organisatorische Optimierungen.",
        ),
        (
            Language::It,
            "Ha fatto un motore. Cento persone lo usano al giorno.",
            "L'implementazione contestualizzata di metodologie interdisciplinari ha simultaneamente favorito l'ottimizzazione organizzativa.",
        ),
    ] {
        let [plain, heavy] = [plain, heavy].map(|text| reading(text, language).unwrap());
        assert!(plain.ease >= 0.9 && heavy.ease <= 0.25, "{language}: {} {}", plain.ease, heavy.ease);
    }
}

#[test]
fn addresses_are_not_read_aloud() {
    let counted = counts("Escribe a ada@example.org o mira https://example.org/muy/largo.", Language::Es);
    assert_eq!((counted.words, counted.sentences), (4, 1));
    assert_eq!(reading("¿?", Language::Es), None);
}
