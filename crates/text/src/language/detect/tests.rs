use super::*;

#[test]
fn short_messages_are_recognised() {
    let messages = [
        (
            Language::Es,
            "¿Qué experiencia tiene?|hola|y cuándo?|cuéntame más|¿Y cuánto mejoró?|gracias|experiencia con RAG|\
             ha trabajado con COBOL?|Cuántos años de experiencia tiene María en IA|proyectos|dónde estudió|buenos días|adiós|quien es maria|\
             cual es su correo|¿Habla inglés?|en qué año|y con qué tecnologías?|Háblame de sus proyectos de chatbot",
        ),
        (
            Language::En,
            "Which technologies does she master?|hello|and in which year?|what about RAG?|thanks a lot|tell me more|experience with RAG|\
             Has she worked with COBOL?|How many years of experience does María have?|where did she study|who is maria|\
             what's her email|projects|is she available|What is María's experience in AI|hi there|and then?|good morning|can I hire her",
        ),
        (
            Language::Pt,
            "e em que ano?|Quais são as tecnologias que ela domina?|olá|obrigado|quantos anos de experiência tem?|fale mais|\
             e com quais tecnologias?|Ela já trabalhou com COBOL?|onde ela estudou|bom dia|Qual é o seu e-mail?|você fala português?|\
             que projetos fez a María?|experiência com RAG",
        ),
        (
            Language::Fr,
            "Quelle est son expérience ?|bonjour|merci beaucoup|et en quelle année ?|Quelles technologies maîtrise-t-elle ?|\
             où a-t-elle étudié ?|Combien d'années d'expérience ?|parle-moi de ses projets|Est-elle disponible ?|et avec quoi ?|\
             quels projets a-t-elle réalisés|au revoir",
        ),
        (
            Language::De,
            "Welche Erfahrung hat sie?|hallo|danke|und in welchem Jahr?|Wie viele Jahre Erfahrung hat María?|Wo hat sie studiert?|\
             Welche Technologien beherrscht sie?|Erzähl mir mehr|Hat sie mit COBOL gearbeitet?|guten Tag|und wann?|Projekte|\
             Ist sie verfügbar|was kann sie",
        ),
        (
            Language::It,
            "Che esperienza ha?|ciao|grazie mille|e in che anno?|Quali tecnologie conosce?|Quanti anni di esperienza ha?|\
             Dove ha studiato?|raccontami di più|Ha lavorato con COBOL?|Quali progetti ha realizzato?|buongiorno",
        ),
        (
            Language::Ca,
            "Quina experiència té?|bon dia|gràcies|i en quin any?|Quines tecnologies domina?|Quants anys d'experiència té?|\
             On va estudiar?|explica'm més coses|Ha treballat amb COBOL?|i quan?|Quins projectes ha fet?|adéu|intel·ligència artificial",
        ),
    ];
    let mut wrong = Vec::new();
    for (language, list) in messages {
        for message in list.split('|').map(str::trim) {
            let detected = detect(message);
            if detected != Some(language) {
                wrong.push(format!("{message}: {detected:?}, not {language:?} ({:?})", weigh(message)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_said_about_names_and_terms() {
    for message in ["", "  ", "RAG?", "Python", "GPT-4", "42", "ok", "???", "María", "React, Next.js"] {
        assert_eq!(detect(message), None, "{message}: {:?}", weigh(message));
    }
}

#[test]
fn plain_sentences_need_no_model() {
    for sentence in [
        "Diseñé un lago de datos con Apache Iceberg y reduje el coste mensual un 38 %.",
        "She led a team of five and cut the answering time by a third.",
        "Liderei cinco pessoas na aplicação usada por milhares de passageiros.",
        "Elle a dirigé la refonte du site et formé les équipes.",
        "Sie leitete ein Team von sieben Personen und senkte den Stromverbrauch.",
        "Ha guidato la squadra che ha riscritto il sistema di ricerca.",
        "Vaig augmentar la conversió amb un nou disseny de la botiga.",
    ] {
        assert!(weigh(sentence).clear().is_some(), "{sentence}: {:?}", weigh(sentence));
        assert_eq!(weigh(sentence).clear(), detect(sentence));
    }
}

#[test]
fn the_model_decides_what_words_leave_open() {
    for (text, language) in
        [("Wasserwirtschaft Stadtwerke Hochbau", Language::De), ("bookkeeping throughout warehouses", Language::En)]
    {
        assert_eq!(weigh(text).clear(), None, "{text}");
        assert_eq!(detect(text), Some(language), "{text}");
    }
}
