#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

/// Kind, text and the slice of the file that the span names, one line per block.
fn shown(text: &str) -> String {
    let draft = read(text.to_owned(), false).unwrap();
    let line = |block: &portavoz_domain::document::Block| {
        let kind = match block.kind {
            BlockKind::Heading { level } => format!("h{level}"),
            BlockKind::Paragraph => "p".to_owned(),
            BlockKind::ListItem => "li".to_owned(),
            BlockKind::TableRow => "tr".to_owned(),
            BlockKind::Code => "code".to_owned(),
            BlockKind::Question => "q".to_owned(),
        };
        format!("{kind}|{}|{}", block.text, draft.text().get(block.span.clone()).unwrap().replace('\n', "⏎"))
    };
    draft.blocks().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn blocks_know_their_place_in_the_file() {
    insta::assert_snapshot!(shown("---\ntitle: X\n---\n# Uno *dos*\n\nUn párrafo\ncon **dos** líneas.\n\n- a\n  - b `c`\n\n    más\n- d\n\n> cita\n\n```rust\nfn x() {}\n```\n"), @r"
    h1|Uno dos|# Uno *dos*
    p|Un párrafo con dos líneas.|Un párrafo⏎con **dos** líneas.
    li|a|- a
    li|b c|- b `c`
    p|más|más
    li|d|- d
    p|cita|cita
    code|fn x() {}|fn x() {}
    ");
}

#[test]
fn tables_links_images_and_markup_become_plain_words() {
    insta::assert_snapshot!(shown("| Año | Rol |\n|---|---|\n| 2020 | Dev |\n| | Jefa |\n\n[LinkedIn](https://linkedin.com/in/m), <m@example.org>, [web](/x) ![logo](a.png) ![El panel de control en uso](b.png)\n\n<!-- nada -->\n\n<div align=\"center\">Hola<br>mundo</div>\n\nUna<br/>dos <b>tres</b>\n"), @r#"
    tr|Año: 2020; Rol: Dev|| 2020 | Dev |
    tr|Rol: Jefa|| | Jefa |
    p|LinkedIn (https://linkedin.com/in/m), m@example.org, web El panel de control en uso|[LinkedIn](https://linkedin.com/in/m), <m@example.org>, [web](/x) ![logo](a.png) ![El panel de control en uso](b.png)
    p|Hola mundo|<div align="center">Hola<br>mundo</div>
    p|Una dos tres|Una<br/>dos <b>tres</b>
    "#);
}

#[test]
fn front_matter_speaks_for_the_document_and_bad_values_are_named() {
    let text = "+++\ntitle = \"Panel\"\nlang = \"es\"\nfacet = \"projects\"\ntags = [\"ia\", \"web\"]\npriority = 99\nurl = \"ftp://x\"\nweight = 3\n+++\nTexto.\n";
    let draft = read(text.to_owned(), false).unwrap();
    assert_eq!(draft.title.as_deref(), Some("Panel"));
    assert_eq!(draft.language, Some(portavoz_text::language::Language::Es));
    assert_eq!(draft.facet, Some(portavoz_domain::document::Facet::Projects));
    assert_eq!(draft.tags, ["ia", "web"]);
    assert_eq!(draft.priority, 1.0);
    assert_eq!(
        draft.oddities,
        [
            "front matter: `priority` `99` is not a number from 0.1 to 10",
            "front matter: `url` `ftp://x` is not an http or https URL",
        ]
    );
}

#[test]
fn what_only_looks_like_front_matter_is_text() {
    assert_eq!(shown("---\n\nhola\n"), "p|hola|hola");
    assert_eq!(
        read("---\ndraft: true\n---\nhola\n".to_owned(), false).unwrap_err(),
        "is marked as a draft in its front matter"
    );
}
