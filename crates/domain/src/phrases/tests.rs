#![allow(clippy::unwrap_used, reason = "a broken phrase file must fail the test loudly")]

use super::*;

fn card() -> ContactCard {
    ContactCard {
        name: Some("Anna".into()),
        email: Some("anna@example.org".into()),
        phone: None,
        url: Some("https://example.org".into()),
        links: vec!["https://git.example.org/anna".into()],
    }
}

/// Everything that is said in a language, with and without a name.
fn everything(language: Language) -> Vec<String> {
    let topics = ["RAG".to_owned(), "FastAPI".to_owned(), "React".to_owned()];
    let mut said = Vec::new();
    for owner in [None, Some("Anna"), Some("María")] {
        let questions = suggestions(language, owner);
        assert_eq!(questions.len(), 5);
        said.push(greeting(language, owner, &questions));
        said.push(greeting(language, owner, &[]));
        said.push(identity(language, owner, &questions));
        said.extend(questions);
        said.extend([thanks(language, owner), farewell(language, owner)]);
        said.extend(Language::ALL.map(|quoted| introduction(language, owner, quoted)));
        for contact in [card(), ContactCard::default()] {
            said.push(not_known(language, owner, &topics, &contact));
            said.push(not_known(language, owner, &[], &contact));
            said.push(predefined(language, owner, &contact));
        }
        said.push(declined(language, owner, "RAG?"));
    }
    said.extend(
        [
            Refusal::BudgetSpent,
            Refusal::TooLong { limit: 2_000 },
            Refusal::RateLimited { retry_after_s: 30 },
            Refusal::Empty,
            Refusal::Failed,
        ]
        .map(|why| refusal(language, why)),
    );
    said
}

#[test]
fn no_phrase_is_left_with_a_gap() {
    for language in Language::ALL {
        for said in everything(language) {
            assert!(!said.contains(['{', '}']), "{language}: {said}");
            assert!(!said.contains("  ") && !said.trim().is_empty(), "{language}: {said}");
        }
    }
}

#[test]
fn the_owner_has_no_gender() {
    let gendered = [
        (Language::En, " he | she | his | her | him | hers "),
        (Language::Es, " ella | él | la profesional | el profesional "),
        (Language::Fr, " elle | il | lui "),
        (Language::De, " sie hat | er | ihr | sein "),
        (Language::Pt, " ela | ele | dela | dele "),
        (Language::It, " lei | lui | ella "),
        (Language::Ca, " ella | ell "),
    ];
    for (language, words) in gendered {
        for said in everything(language) {
            let padded = format!(" {} ", said.replace(['.', ',', ':', '?', '\n'], " "));
            for word in words.split('|') {
                assert!(!padded.contains(word), "{language}: `{word}` in {said}");
            }
        }
    }
}

#[test]
fn names_are_put_in_as_a_speaker_would() {
    for (language, owner, expected) in [
        (Language::Es, "Anna", "Según el portfolio de Anna:"),
        (Language::En, "Anna", "According to Anna's portfolio:"),
        (Language::En, "Carlos", "According to Carlos' portfolio:"),
        (Language::Fr, "Anna", "D'après le portfolio d'Anna :"),
        (Language::Fr, "Éloïse", "D'après le portfolio d'Éloïse :"),
        (Language::Ca, "Núria", "Segons el portafolis de Núria:"),
        (Language::De, "Jörg", "Im Portfolio von Jörg steht:"),
    ] {
        assert_eq!(introduction(language, Some(owner), language), expected);
    }
    assert_eq!(introduction(Language::En, Some("María"), Language::Es), "María's portfolio says (in Spanish):");
}

#[test]
fn the_given_name_is_said() {
    for (owner, said) in [
        ("María Ansorena Vidal", "María"),
        ("Anna", "Anna"),
        ("J. R. Smith", "J. R. Smith"),
        ("Dr. Jörg Weiß", "Dr. Jörg Weiß"),
        ("Li Wei", "Li Wei"),
    ] {
        assert_eq!(introduction(Language::De, Some(owner), Language::De), format!("Im Portfolio von {said} steht:"));
    }
}

#[test]
fn silence_names_the_nearest_topics_and_a_way_to_ask() {
    let topics = ["RAG".to_owned(), "FastAPI".to_owned()];
    for language in Language::ALL {
        let said = not_known(language, Some("Anna"), &topics, &card());
        assert!(said.contains("RAG") && said.contains("FastAPI") && said.contains("anna@example.org"), "{said}");
        let alone = not_known(language, None, &[], &ContactCard::default());
        assert!(!alone.contains('@') && !alone.is_empty(), "{alone}");
    }
}

#[test]
fn the_contact_card_says_only_what_it_holds() {
    let said = predefined(Language::Es, Some("Anna"), &card());
    assert!(said.contains("Correo: anna@example.org") && !said.contains("Teléfono"), "{said}");
}

#[test]
fn what_was_kept_back_is_said_by_its_kinds() {
    let kinds = [ClaimKind::Number, ClaimKind::Date, ClaimKind::Number, ClaimKind::Proposition];
    let said = withheld(Language::Es, Some("Anna"), &kinds);
    assert_eq!(said, "El portfolio de Anna no confirma nada más al respecto (cifras, fechas).");
    for language in Language::ALL {
        let bare = withheld(language, None, &[ClaimKind::Proposition]);
        assert!(bare.ends_with('.') && !bare.contains(['{', '(']), "{bare}");
    }
}
