use serde_json::json;

use super::*;

fn shown(json: &Value) -> String {
    let draft = read(json, Language::Es);
    let lines = draft.blocks().iter().map(|block| {
        let facet = block.facet.map(Facet::name).unwrap_or_default();
        format!("{:?}|{facet}|{}", block.kind, block.text)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn lucia() -> Value {
    json!({
        "meta": {"language": "es"},
        "basics": {
            "name": "Lucía Ferrer", "label": "Ingeniera de datos", "email": "lucia@example.org", "phone": "+34 600 000 000",
            "url": "https://lucia.example", "summary": "Construyo plataformas de datos.",
            "location": {"city": "Valencia", "countryCode": "ES"},
            "profiles": [{"network": "GitHub", "username": "lucia", "url": "https://github.com/lucia"}]
        },
        "work": [
            {"name": "Naranjal", "position": "Ingeniera de datos", "startDate": "2021-03", "endDate": "2024-06",
             "summary": "Lago de datos", "highlights": ["Reduje el coste un 38 %."]},
            {"position": "Consultora", "startDate": "2024-07"}
        ],
        "volunteer": [{"organization": "Cruz Roja", "startDate": "2019", "endDate": "2020"}],
        "education": [{"institution": "UPV", "studyType": "Máster", "area": "Ciencia de Datos", "endDate": "2018", "courses": ["IA", "Grafos"]}],
        "awards": [{"title": "Premio Dato", "awarder": "AED", "date": "2022-11", "summary": "Por el lago"}],
        "certificates": [{"name": "CKA", "issuer": "CNCF", "date": "2023"}],
        "publications": [{"name": "Datos vivos", "publisher": "Editorial X", "releaseDate": "2020-01-15", "url": "https://x.example"}],
        "skills": [{"name": "Backend", "level": "Experta", "keywords": ["Go", "Rust"]}, {"name": "SQL"}],
        "languages": [{"language": "Inglés", "fluency": "C1"}],
        "interests": [{"name": "Montaña", "keywords": ["escalada"]}],
        "references": [{"name": "Ana Gil", "reference": "La mejor colega."}],
        "projects": [{"name": "Ñandú", "description": "Buscador de becas", "keywords": ["pgvector"], "startDate": "2023", "url": "https://n.example", "roles": ["Autora"]}]
    })
}

#[test]
fn every_section_becomes_prose_with_its_facet() {
    insta::assert_snapshot!(shown(&lucia()));
}

#[test]
fn missing_fields_leave_no_holes() {
    let json = json!({"basics": {"name": null}, "work": [{"name": "Acme"}, {}, {"startDate": "2020"}], "skills": ["Rust", {}],
        "education": [{"area": "Física"}], "awards": [{}], "languages": [{"language": "Francés"}]});
    insta::assert_snapshot!(shown(&json), @r"
    Heading { level: 2 }|experience|Experiencia
    Heading { level: 3 }|experience|Acme
    Paragraph|experience|Trabajó en Acme.
    Heading { level: 2 }|education|Formación
    Heading { level: 3 }|education|Física
    Paragraph|education|Estudió Física.
    Heading { level: 2 }|skills|Habilidades
    ListItem|skills|Rust
    Heading { level: 2 }|skills|Idiomas
    ListItem|skills|Francés
    ");
}

#[test]
fn the_contact_card_holds_what_basics_says() {
    let card = contact_card(&lucia());
    let expected = ContactCard {
        name: Some("Lucía Ferrer".to_owned()),
        email: Some("lucia@example.org".to_owned()),
        phone: Some("+34 600 000 000".to_owned()),
        url: Some("https://lucia.example".to_owned()),
        links: vec!["https://github.com/lucia".to_owned()],
    };
    assert_eq!(card, Some(expected));
    assert_eq!(contact_card(&json!({"work": []})), None);
}

#[test]
fn every_language_writes_a_sentence_for_a_job() {
    for (language, expected) in [
        (Language::Es, "Lucía trabajó como X en Y, de marzo de 2021 a junio de 2024."),
        (Language::En, "Lucía worked as X at Y, from March 2021 to June 2024."),
        (Language::Pt, "Lucía trabalhou como X em Y, de março de 2021 a junho de 2024."),
        (Language::Fr, "Lucía a travaillé comme X chez Y, de mars 2021 à juin 2024."),
        (Language::De, "Lucía arbeitete als X bei Y, von März 2021 bis Juni 2024."),
        (Language::It, "Lucía ha lavorato come X presso Y, da marzo 2021 a giugno 2024."),
        (Language::Ca, "Lucía va treballar com a X a Y, de març de 2021 a juny de 2024."),
    ] {
        let json = json!({"meta": {"language": language.code()}, "basics": {"name": "Lucía Ferrer"},
            "work": [{"name": "Y", "position": "X", "startDate": "2021-03", "endDate": "2024-06"}]});
        assert!(shown(&json).contains(expected), "{}", shown(&json));
    }
}
