//! What `init` writes.

use portavoz_text::language::Language;

use super::probe::ModelSource;

/// What the owner said.
#[derive(Debug, Clone)]
pub struct Answers {
    /// May be empty.
    pub name: String,
    /// May be empty.
    pub email: String,
    /// Of the site.
    pub language: Language,
}

/// What was found, for people.
pub fn describe(source: &ModelSource) -> String {
    match source {
        ModelSource::OpenAi => "found `OPENAI_API_KEY`: answers come from gpt-4o-mini".to_owned(),
        ModelSource::Local { server, model, .. } => {
            format!("found {server} on this machine: answers come from {model}")
        }
        ModelSource::None => "found no model: answers are quoted from your documents, which costs nothing".to_owned(),
    }
}

/// `portavoz.toml`.
pub fn configuration(answers: &Answers, source: &ModelSource) -> String {
    let owner = |key: &str, value: &str| {
        if value.is_empty() { format!("# {key} = \"\"\n") } else { format!("{key} = {}\n", quoted(value)) }
    };
    let model = match source {
        ModelSource::OpenAi => "[model]\n\
             # The key is taken from OPENAI_API_KEY. Write \"none\" for answers quoted from the documents, without a model.\n\
             name = \"gpt-4o-mini\"\n"
            .to_owned(),
        ModelSource::Local { model, base_url, server } => format!(
            "[model]\nname = {}\n\n[provider]\n# {server} on this machine: no key, no cost.\nbase_url = {}\n",
            quoted(model),
            quoted(base_url)
        ),
        ModelSource::None => "[model]\n\
             # Answers are quoted from the documents, at no cost. As soon as OPENAI_API_KEY is set, this model words them;\n\
             # \"none\" keeps it off. A server of your own: its model here, its address in [provider].\n\
             # name = \"gpt-4o-mini\"\n\n\
             # [provider]\n\
             # base_url = \"http://127.0.0.1:11434/v1\"\n"
            .to_owned(),
    };
    format!(
        "# The portfolio's configuration. `portavoz config example` prints every key with its default;\n\
         # `portavoz doctor` checks that everything works.\n\n\
         [site]\n\
         # For visitors whose language cannot be told. Everyone else is answered in their own.\n\
         language = \"{language}\"\n\
         # suggestions = [\"A question to offer\", \"Another one\"]\n\n\
         [owner]\n\
         # What visitors get when the documents do not answer.\n\
         {name}{email}\
         # links = [\"https://github.com/someone\"]\n\n\
         {model}\n\
         [retrieval]\n\
         # How sure a passage must be to answer the question, 0 to 1. Lower answers more and errs more.\n\
         # threshold = 0.75\n",
        language = answers.language,
        name = owner("name", &answers.name),
        email = owner("email", &answers.email),
    )
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The starter document's name, without its ending.
pub fn starter_name(language: Language) -> &'static str {
    words(language).file
}

/// A first document. It says only what is known; the rest are notes to the owner, headings included, since a heading
/// that stands alone would be quoted to visitors. A document of notes alone is skipped for having no text.
pub fn starter(answers: &Answers) -> String {
    let words = words(answers.language);
    let name = if answers.name.is_empty() { words.nameless } else { &answers.name };
    let contact = if answers.email.is_empty() {
        String::new()
    } else {
        format!("\n{}\n", words.reach.replace("{name}", name).replace("{email}", &answers.email))
    };
    let sections: String = words.sections.iter().map(|section| format!("\n## {section}\n")).collect();
    format!(
        "---\ntitle: {}\nlang: {}\n---\n{contact}\n<!--\n{}\n{}\n{sections}-->\n",
        quoted(name),
        answers.language,
        words.hidden,
        words.note
    )
}

struct Words {
    file: &'static str,
    nameless: &'static str,
    reach: &'static str,
    sections: [&'static str; 4],
    /// That these are notes, and what to do with them.
    hidden: &'static str,
    note: &'static str,
}

fn words(language: Language) -> Words {
    match language {
        Language::Es => Words {
            file: "sobre-mi",
            nameless: "Mi portafolio",
            reach: "Se puede contactar con {name} por correo electrónico en {email}.",
            sections: ["Experiencia", "Proyectos", "Tecnologías", "Formación"],
            hidden: "Los visitantes no ven nada entre estas marcas. Escribe fuera de ellas, en apartados como estos.",
            note: "Frases cortas y concretas: qué, con qué, desde cuándo, con qué resultado.",
        },
        Language::En => Words {
            file: "about-me",
            nameless: "My portfolio",
            reach: "{name} can be reached by e-mail at {email}.",
            sections: ["Experience", "Projects", "Technologies", "Education"],
            hidden: "Visitors see nothing between these marks. Write outside them, in sections such as these.",
            note: "Short, concrete sentences: what, with what, since when, with what result.",
        },
        Language::Pt => Words {
            file: "sobre-mim",
            nameless: "O meu portefólio",
            reach: "Pode contactar {name} por e-mail em {email}.",
            sections: ["Experiência", "Projetos", "Tecnologias", "Formação"],
            hidden: "Os visitantes não veem nada entre estas marcas. Escreva fora delas, em secções como estas.",
            note: "Frases curtas e concretas: o quê, com quê, desde quando, com que resultado.",
        },
        Language::Fr => Words {
            file: "a-propos",
            nameless: "Mon portfolio",
            reach: "{name} est joignable par courriel à l'adresse {email}.",
            sections: ["Expérience", "Projets", "Technologies", "Formation"],
            hidden: "Les visiteurs ne voient rien entre ces marques. Écrivez en dehors, par exemple sous ces titres.",
            note: "Des phrases courtes et concrètes : quoi, avec quoi, depuis quand, avec quel résultat.",
        },
        Language::De => Words {
            file: "ueber-mich",
            nameless: "Mein Portfolio",
            reach: "{name} ist per E-Mail unter {email} erreichbar.",
            sections: ["Erfahrung", "Projekte", "Technologien", "Ausbildung"],
            hidden: "Zwischen diesen Zeichen sehen Besucher nichts. Schreiben Sie außerhalb, etwa unter diesen Überschriften.",
            note: "Kurze, konkrete Sätze: was, womit, seit wann, mit welchem Ergebnis.",
        },
        Language::It => Words {
            file: "chi-sono",
            nameless: "Il mio portfolio",
            reach: "È possibile contattare {name} via e-mail all'indirizzo {email}.",
            sections: ["Esperienza", "Progetti", "Tecnologie", "Formazione"],
            hidden: "I visitatori non vedono nulla tra questi segni. Scriva fuori da essi, in sezioni come queste.",
            note: "Frasi brevi e concrete: che cosa, con che cosa, da quando, con quale risultato.",
        },
        Language::Ca => Words {
            file: "sobre-mi",
            nameless: "El meu portafolis",
            reach: "Es pot contactar amb {name} per correu electrònic a {email}.",
            sections: ["Experiència", "Projectes", "Tecnologies", "Formació"],
            hidden: "Els visitants no veuen res entre aquestes marques. Escriu fora d'elles, en apartats com aquests.",
            note: "Frases curtes i concretes: què, amb què, des de quan, amb quin resultat.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_says_nothing_to_visitors_but_how_to_reach_the_owner() {
        for language in Language::ALL {
            let said = |name: &str, email: &str| {
                let text = starter(&Answers { name: name.to_owned(), email: email.to_owned(), language });
                let (_, body) = text.split_once("\n---\n").unwrap_or_default();
                let (before, notes) = body.split_once("<!--\n").unwrap_or_default();
                assert!(notes.ends_with("-->\n") && notes.matches("-->").count() == 1, "{text}");
                assert_eq!(notes.matches("\n## ").count(), 4, "{text}");
                before.trim().to_owned()
            };
            assert_eq!(said("Ana Ruiz", ""), "");
            let contact = said("Ana Ruiz", "ana@ruiz.example");
            assert!(contact.contains("Ana Ruiz") && contact.contains("ana@ruiz.example"), "{contact}");
            assert!(!contact.contains(['#', '\n']), "{contact}");
        }
    }
}
