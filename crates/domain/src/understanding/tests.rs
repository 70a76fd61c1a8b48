use super::*;
use crate::document::Facet;
use crate::question::{Smalltalk, Wants};

fn ask(message: &str, default: Language) -> Understood {
    understand(message, None, &[], default)
}

fn question(understood: Understood) -> Option<Question> {
    match understood {
        Understood::Question(question) => Some(question),
        Understood::Smalltalk(..) => None,
    }
}

fn past(question: &str, answer: &str, language: Language) -> PastTurn {
    PastTurn { question: question.to_owned(), answer: answer.to_owned(), language }
}

#[test]
fn smalltalk_is_all_that_is_said() {
    let mut wrong = Vec::new();
    for (kind, language, messages) in [
        (Smalltalk::Greeting, Language::Es, "hola!|Buenos días|¡Hola, buenas tardes!|hola, ¿qué tal?|👋"),
        (Smalltalk::Greeting, Language::En, "Hello|hi there!|Good morning :)|hey, how are you?"),
        (Smalltalk::Greeting, Language::Pt, "Olá!|Bom dia|oi, tudo bem?"),
        (Smalltalk::Greeting, Language::Fr, "Bonjour !|salut|Bonsoir"),
        (Smalltalk::Greeting, Language::De, "Hallo|Guten Tag!|Guten Morgen|moin"),
        (Smalltalk::Greeting, Language::It, "ciao|Buongiorno!|salve"),
        (Smalltalk::Greeting, Language::Ca, "bon dia|Bona tarda!|bones"),
        (Smalltalk::Identity, Language::Es, "¿Quién eres?|hola, ¿eres un robot?|¿Quién te ha creado?"),
        (Smalltalk::Identity, Language::En, "What can you do?|Are you a bot?|Hi, who made you?|are you an AI?"),
        (Smalltalk::Identity, Language::Pt, "Quem é você?|Você é um robô?"),
        (Smalltalk::Identity, Language::Fr, "Qui êtes-vous ?|Es-tu un robot ?"),
        (Smalltalk::Identity, Language::De, "Wer bist du?|Sind Sie ein Roboter?|Wer hat dich gemacht?"),
        (Smalltalk::Identity, Language::It, "Chi sei?|sei un bot?"),
        (Smalltalk::Identity, Language::Ca, "Qui ets?|Ets una persona?"),
        (
            Smalltalk::Thanks,
            Language::Es,
            "gracias|¡Muchas gracias por todo!|ok gracias|vale, gracias|perfecto, gracias",
        ),
        (Smalltalk::Thanks, Language::En, "thanks a lot :)|Thank you so much!|ok, thanks|great, thank you|cool"),
        (Smalltalk::Thanks, Language::Pt, "obrigado|muito obrigada!"),
        (Smalltalk::Thanks, Language::Fr, "merci beaucoup|Merci !|ok merci"),
        (Smalltalk::Thanks, Language::De, "danke|Vielen Dank!|super, danke"),
        (Smalltalk::Thanks, Language::It, "grazie mille|grazie!"),
        (Smalltalk::Thanks, Language::Ca, "gràcies|moltes gràcies!"),
        (Smalltalk::Farewell, Language::Es, "adiós|hasta luego|gracias, adiós"),
        (Smalltalk::Farewell, Language::En, "bye!|see you later|thanks, bye"),
        (Smalltalk::Farewell, Language::Pt, "tchau|até logo"),
        (Smalltalk::Farewell, Language::Fr, "au revoir|à bientôt"),
        (Smalltalk::Farewell, Language::De, "tschüss|Auf Wiedersehen"),
        (Smalltalk::Farewell, Language::It, "arrivederci|a presto"),
        (Smalltalk::Farewell, Language::Ca, "adéu|fins aviat"),
    ] {
        for message in messages.split('|') {
            let understood = ask(message, Language::Es);
            if understood != Understood::Smalltalk(kind, language) {
                wrong.push(format!("{message}: {understood:?}, not {kind:?} {language}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_question_stays_one_behind_a_greeting() {
    for message in [
        "hola, ¿qué experiencia tiene?",
        "Hi! Which technologies does María master?",
        "gracias, ¿y dónde estudió?",
        "thanks, and when was that?",
        "Bonjour, quels projets a-t-elle réalisés ?",
        "hello world in Rust",
        "RAG",
        "bon dia, quina experiència té?",
    ] {
        assert!(matches!(ask(message, Language::Es), Understood::Question(_)), "{message}");
    }
}

#[test]
fn the_kind_of_answer_is_told_by_the_question() {
    let mut wrong = Vec::new();
    for (wants, messages) in [
        (
            Wants::List,
            "¿Qué tecnologías domina?|Which technologies does she master?|What projects has María built?|¿Cuáles son sus proyectos?|\
             Quais tecnologias domina?|Quelles sont ses compétences ?|Welche Projekte hat María umgesetzt?|Quali tecnologie conosce?|\
             Quins projectes ha fet?|list her projects|¿En qué proyectos ha trabajado?|Which programming languages does she know?|\
             What are her skills?|Tell me about her projects|Háblame de sus proyectos|¿Qué idiomas habla?|Can you list her certifications?|projects|What has she built?",
        ),
        (
            Wants::Figure,
            "¿Cuánto mejoró la precisión?|How much did it improve?|How many users does it have?|¿Qué porcentaje redujo?|\
             Combien d'utilisateurs ?|Wie viele Nutzer hat das System?|Quanti utenti ha?|Quants usuaris té?|Quantos usuários tem?",
        ),
        (
            Wants::Date,
            "¿Cuándo terminó el máster?|and in which year?|When did she start?|¿En qué año?|e em que ano?|Quand a-t-elle commencé ?|\
             und in welchem Jahr?|In che anno si è laureata?|En quin any va començar?",
        ),
        (
            Wants::Duration,
            "¿Cuántos años de experiencia tiene?|How many years of experience does she have?|How long has she worked there?|\
             Quantos anos de experiência tem?|Combien d'années d'expérience ?|Wie viele Jahre Erfahrung hat sie?|\
             Quanti anni di esperienza ha?|Quants anys d'experiència té?|¿Cuánto tiempo estuvo en la empresa?",
        ),
        (
            Wants::Place,
            "¿Dónde estudió?|Where did she study?|Onde estudou?|Où a-t-elle étudié ?|Wo hat sie studiert?|Dove ha studiato?|On va estudiar?|\
             Cuando empezó a programar, ¿dónde vivía?",
        ),
        (
            Wants::Name,
            "¿Quién dirigió el proyecto?|Which company does she work for?|Who led the team?|Qui a dirigé l'équipe ?|Wer leitete das Team?",
        ),
        (
            Wants::Contact,
            "¿Cómo puedo contactar con María?|What's her email?|How can I get in touch?|¿Cuál es su correo?|Comment contacter María ?|\
             Wie kann ich sie kontaktieren?|Come posso contattare María?|Com puc contactar amb la María?|¿Me das su teléfono?",
        ),
        (
            Wants::YesNo,
            "¿Ha trabajado con COBOL?|Has she worked with COBOL?|Does she speak German?|Hat sie mit COBOL gearbeitet?|\
             A-t-elle travaillé avec COBOL ?|Ha lavorato con COBOL?|¿Habla inglés?|Está disponível?|Ha treballat amb COBOL?",
        ),
        (
            Wants::Open,
            "¿Qué experiencia tiene María en IA?|What is María's experience in AI?|¿Quién es María?|Who is María?|Tell me about the RAG project|\
             ¿Cómo funciona el sistema RAG?|Could you tell me about her work?|Welche Erfahrung hat sie?|Háblame de su trabajo",
        ),
    ] {
        for message in messages.split('|').map(str::trim) {
            let got = question(ask(message, Language::Es)).map(|question| question.wants);
            if got != Some(wants) {
                wrong.push(format!("{message}: {got:?}, not {wants:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_facet_is_told_by_its_words() {
    let mut wrong = Vec::new();
    for (facet, messages) in [
        (
            Facet::Experience,
            "¿Qué experiencia tiene?|What is her work experience?|Berufserfahrung?|Dove ha lavorato?|On ha treballat?",
        ),
        (
            Facet::Projects,
            "¿Qué proyectos ha construido?|What projects has she built?|Quels projets ?|Welche Projekte?|Quins projectes?",
        ),
        (
            Facet::Skills,
            "¿Qué tecnologías domina?|Which technologies does she master?|Quelles compétences ?|Quali strumenti usa?",
        ),
        (
            Facet::Education,
            "¿Qué estudió?|Where did she get her degree?|Où a-t-elle étudié ?|Welchen Abschluss hat sie?",
        ),
        (Facet::Achievements, "¿Qué premios ha ganado?|Which awards?|Quelles publications ?|Vorträge?"),
        (Facet::Contact, "¿Cómo contacto con ella?|her email please|Kontakt?|How can I reach her?"),
    ] {
        for message in messages.split('|') {
            let facets = question(ask(message, Language::Es)).map(|question| question.facets).unwrap_or_default();
            if facets.first() != Some(&facet) {
                wrong.push(format!("{message}: {facets:?}, not {facet}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(question(ask("¿Y COBOL?", Language::Es)).map(|question| question.facets), Some(vec![]));
}

#[test]
fn followups_carry_what_they_lean_on() {
    let rag = [past(
        "¿Qué experiencia tiene María con RAG?",
        "Según el portfolio de María: Construyó un sistema RAG con Pinecone en Andamio Legal [1].",
        Language::Es,
    )];
    let english = [past(
        "What experience does María have with fine-tuning?",
        "She fine-tuned GPT-3.5 for Faro [1].",
        Language::En,
    )];
    let mut wrong = Vec::new();
    for (history, messages) in [
        (
            &rag,
            "¿Y cuánto mejoró?|¿y con qué tecnologías?|cuéntame más|¿en qué año?|¿y cuándo?|¿Qué resultados dio eso?|¿por qué?|\
             and in which year?|e em que ano?|et en quelle année ?|und in welchem Jahr?|e in che anno?|i en quin any?|más detalles|\
             ¿para qué empresa?|pon un ejemplo",
        ),
        (
            &english,
            "what about RAG?|and in which year?|how long did it take?|tell me more|why?|with which tools?|for example?|how much did it cost?",
        ),
    ] {
        for message in messages.split('|').map(str::trim) {
            let carried =
                question(understand(message, None, history, Language::Es)).and_then(|question| question.carried);
            let expected = if history == &rag { "RAG" } else { "fine" };
            if !carried.as_deref().unwrap_or_default().contains(expected) && !message.contains("RAG") {
                wrong.push(format!("{message}: {carried:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_part_that_is_needed_is_carried() {
    let long =
        "Según el portfolio de María: Lleva tres años [1]. Usó GPT-4 y DALL-E en Lumbre [1]. Antes, en Cierzo [2].";
    for (question_before, answer, message, expected) in [
        ("¿Qué experiencia tiene María con RAG?", long, "¿Y cuánto mejoró?", "María RAG"),
        ("¿Qué experiencia tiene María con RAG?", long, "¿y fine-tuning?", "experiencia"),
        ("¿Qué experiencia tiene María con RAG?", long, "¿y con Pinecone?", "experiencia"),
        ("¿Qué experiencia tiene María con RAG?", long, "what about Pinecone?", "experiencia"),
        ("¿Qué experiencia tiene María?", long, "¿y en qué año?", "experiencia María"),
        (
            "¿Cuál fue su último proyecto?",
            "Fue el panel Mirador, con GPT-4 [1].",
            "¿y con qué tecnologías?",
            "último proyecto Mirador GPT-4",
        ),
        ("What is the dashboard project?", long, "and in which year?", "dashboard project"),
        ("¿Cómo fue el proyecto de chatbot?", long, "¿y en qué año?", "proyecto chatbot"),
        ("What did she do at Cierzo Logística?", "She read delivery notes [1].", "and when?", "Cierzo Logística"),
    ] {
        let spoken = portavoz_text::language::detect(question_before).unwrap_or(Language::Es);
        let history = [past(question_before, answer, spoken)];
        let carried = question(understand(message, None, &history, Language::Es)).and_then(|question| question.carried);
        assert_eq!(carried.as_deref(), Some(expected), "{question_before} {message}");
    }
}

#[test]
fn questions_that_stand_alone_carry_nothing() {
    let history = [past("¿Qué experiencia tiene María con RAG?", "Construyó un sistema RAG [1].", Language::Es)];
    let mut wrong = Vec::new();
    for message in [
        "¿Qué tecnologías domina?",
        "¿Ha trabajado con COBOL?",
        "Where did María study?",
        "¿Qué proyectos ha construido?",
        "What projects has she built?",
        "¿Cómo puedo contactar con María?",
        "How many years of experience does María have?",
        "Welche Technologien beherrscht María?",
        "projects",
        "¿Y qué proyectos de chatbot ha hecho?",
        "what about education?",
        "Cuéntame más sobre sus proyectos",
        "¿Habla alemán?",
        "Quelles sont ses compétences ?",
    ] {
        if let Some(carried) =
            question(understand(message, None, &history, Language::Es)).and_then(|question| question.carried)
        {
            wrong.push(format!("{message}: {carried}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_chain_of_followups_reaches_its_subject() {
    let history = [
        past("¿Qué experiencia tiene con Pinecone?", "La tiene [1].", Language::Es),
        past("¿Y cuánto mejoró?", "Un 40 % [1].", Language::Es),
        past("gracias", "De nada.", Language::Es),
    ];
    let carried =
        question(understand("¿y en qué año?", None, &history, Language::Es)).and_then(|question| question.carried);
    assert_eq!(carried.as_deref(), Some("experiencia Pinecone"));
}

#[test]
fn what_was_not_known_is_not_carried() {
    let history =
        [past("¿Sabe COBOL?", "El portfolio no menciona nada sobre eso. Lo más cercano: Java, Kotlin.", Language::Es)];
    let carried =
        question(understand("¿y cuándo?", None, &history, Language::Es)).and_then(|question| question.carried);
    assert!(
        carried.as_deref().is_some_and(|words| words.contains("COBOL") && !words.contains("Kotlin")),
        "{carried:?}"
    );
}

#[test]
fn the_language_is_told_then_shown_then_kept() {
    let spanish = [past("¿Qué experiencia tiene?", "Tres años [1].", Language::Es)];
    let english = [past("What experience does she have?", "Three years [1].", Language::En)];
    for (message, told, history, default, expected) in [
        ("¿Qué experiencia tiene?", Some(Language::De), &[][..], Language::En, Language::De),
        ("Which technologies?", None, &[], Language::Es, Language::En),
        ("RAG?", None, &spanish, Language::En, Language::Es),
        ("RAG?", None, &english, Language::Es, Language::En),
        ("RAG?", None, &[], Language::Fr, Language::Fr),
        ("email?", None, &english, Language::Es, Language::En),
        ("And where did she study?", None, &spanish, Language::Es, Language::En),
        ("¿y dónde estudió?", None, &english, Language::En, Language::Es),
        ("ok", None, &english, Language::Es, Language::En),
        ("e quando?", None, &[past("Che esperienza ha?", "x [1]", Language::It)], Language::Es, Language::It),
        ("e quando?", None, &[past("Que experiência tem?", "x [1]", Language::Pt)], Language::Es, Language::Pt),
        ("que tecnologias domina", None, &[], Language::Es, Language::Es),
        ("hola", None, &[past("Quina experiència té?", "x [1]", Language::Ca)], Language::Es, Language::Ca),
    ] {
        let language = match understand(message, told, history, default) {
            Understood::Smalltalk(_, language) => language,
            Understood::Question(question) => question.language,
        };
        assert_eq!(language, expected, "{message}");
    }
}

#[test]
fn the_language_of_the_answer_can_be_ordered() {
    let before = [past("¿Qué tecnologías domina?", "Python. [1]", Language::Es)];
    for (message, language, text) in [
        ("In English please: which technologies does she master?", Language::En, "which technologies does she master?"),
        ("¿Qué tecnologías domina? Responde en inglés.", Language::En, "¿Qué tecnologías domina?"),
        ("Auf Deutsch bitte: Welche Projekte hat sie gemacht?", Language::De, "Welche Projekte hat sie gemacht?"),
        ("Which projects has she built? In Spanish.", Language::Es, "Which projects has she built?"),
        ("en français s'il vous plaît", Language::Fr, "¿Qué tecnologías domina?"),
        ("In English please", Language::En, "¿Qué tecnologías domina?"),
        ("Does she speak English?", Language::En, "Does she speak English?"),
        ("¿Dio la charla en inglés?", Language::Es, "¿Dio la charla en inglés?"),
    ] {
        let question = question(understand(message, None, &before, Language::Es)).unwrap();
        assert_eq!((question.language, question.text.as_str()), (language, text), "{message}");
    }
    assert_eq!(ask("in English, please", Language::Es), Understood::Smalltalk(Smalltalk::Greeting, Language::En));
}

#[test]
fn an_ordered_language_leaves_the_question_what_it_was() {
    let question = question(ask("Responde en inglés: ¿Qué tecnologías domina?", Language::Es)).unwrap();
    assert_eq!((question.wants, question.facets), (Wants::List, vec![Facet::Skills]));
}

#[test]
fn a_slip_of_the_pen_still_tells_the_facet() {
    for (message, facet) in [
        ("que experencia tiene", Facet::Experience),
        ("que proyetos tiene", Facet::Projects),
        ("whats her experiance", Facet::Experience),
        ("a qué se dedica?", Facet::About),
        ("hi, what does she do?", Facet::About),
        ("Hallo, was macht Jörg?", Facet::About),
    ] {
        let question = question(ask(message, Language::Es)).unwrap();
        assert_eq!(question.facets, [facet], "{message}");
    }
}

#[test]
fn two_questions_are_two_parts() {
    let both = question(ask("What is Legajo? And in which year was it built?", Language::En)).unwrap();
    let parts = parts(&both);
    assert_eq!(parts.iter().map(|part| part.wants).collect::<Vec<_>>(), [Wants::Open, Wants::Date]);
    assert_eq!(parts.last().unwrap().carried.as_deref(), Some("Legajo"));
    assert_eq!(super::parts(&question(ask("What is Legajo?", Language::En)).unwrap()).len(), 1);
}

#[test]
fn asking_for_more_is_told_from_asking_for_something() {
    for (message, language, more) in [
        ("tell me more", Language::En, true),
        ("cuéntame más", Language::Es, true),
        ("erzähl mir mehr", Language::De, true),
        ("tell me more about her projects", Language::En, false),
        ("¿Y el más importante?", Language::Es, false),
        ("¿Qué proyectos ha hecho?", Language::Es, false),
    ] {
        assert_eq!(asks_for_more(message, language), more, "{message}");
    }
}
