#![allow(clippy::unwrap_used, reason = "tests")]
use std::io::Write;

use super::*;

/// A file with the given parts.
fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn document(body: &str) -> Vec<u8> {
    let xml = format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="w" xmlns:r="r" xmlns:mc="mc"><w:body>{body}</w:body></w:document>"#
    );
    let rels = r#"<Relationships><Relationship Id="r1" Target="https://linkedin.com/in/m" TargetMode="External"/></Relationships>"#;
    let styles =
        r#"<w:styles xmlns:w="w"><w:style w:styleId="Ttulo2"><w:name w:val="heading 2"/></w:style></w:styles>"#;
    let core = r#"<cp xmlns:dc="d"><dc:title>CV de M &amp; N</dc:title></cp>"#;
    zipped(&[
        ("word/document.xml", &xml),
        ("word/_rels/document.xml.rels", rels),
        ("word/styles.xml", styles),
        ("docProps/core.xml", core),
    ])
}

fn shown(body: &str) -> String {
    let draft = read(&document(body)).unwrap();
    let lines = draft.blocks().iter().map(|block| format!("{:?}|{}", block.kind, block.text));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn paragraphs_know_their_style_and_links_their_target() {
    let body = r#"<w:p><w:pPr><w:pStyle w:val="Ttulo2"/></w:pPr><w:r><w:t>Experiencia</w:t></w:r></w:p>
    <w:p><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t xml:space="preserve">Naranjal </w:t></w:r><w:r><w:t>&amp; Co</w:t><w:tab/><w:t>2021</w:t></w:r></w:p>
    <w:p><w:del><w:r><w:delText>nunca</w:delText></w:r></w:del><w:r><w:t>Ver </w:t></w:r><w:hyperlink r:id="r1"><w:r><w:t>LinkedIn</w:t></w:r></w:hyperlink><w:r><w:t>.</w:t></w:r></w:p>
    <w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "mailto:m@example.org" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Escríbeme</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>
    <w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>Caja</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>Caja</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>Fuera</w:t></w:r></w:p>"#;
    insta::assert_snapshot!(shown(body), @r"
    Heading { level: 2 }|Experiencia
    ListItem|Naranjal & Co 2021
    Paragraph|Ver LinkedIn (https://linkedin.com/in/m).
    Paragraph|Escríbeme (m@example.org)
    Paragraph|Caja
    Paragraph|Fuera
    ");
    assert_eq!(read(&document("")).unwrap().title.as_deref(), Some("CV de M & N"));
}

#[test]
fn tables_of_facts_become_rows_and_tables_for_layout_become_text() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let bold = |text: &str| format!("<w:tc><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let facts = format!(
        "<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
        bold("Idioma"),
        bold("Nivel"),
        cell("Inglés"),
        cell("C1")
    );
    assert_eq!(shown(&facts), "TableRow|Idioma: Inglés; Nivel: C1");
    let layout = format!(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Uno</w:t></w:r></w:p><w:p><w:r><w:t>Dos</w:t></w:r></w:p></w:tc>{}</w:tr></w:tbl>",
        cell("Tres")
    );
    assert_eq!(shown(&layout), "Paragraph|Uno\nParagraph|Dos\nParagraph|Tres");
}

#[test]
fn headings_made_by_hand_count_where_no_style_makes_them() {
    let body = r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Formación</w:t></w:r></w:p><w:p><w:r><w:t>Grado en Física.</w:t></w:r></w:p>"#;
    assert_eq!(shown(body), "Heading { level: 2 }|Formación\nParagraph|Grado en Física.");
}

#[test]
fn other_archives_bombs_and_cut_files_are_named() {
    let bomb = format!("<w:document>{}</w:document>", " ".repeat(MAX_PART_BYTES as usize));
    let whole = document("<w:p><w:r><w:t>Hola</w:t></w:r></w:p>");
    let deep = "<w:sdt>".repeat(5_000);
    for (bytes, cause) in [
        (zipped(&[("nota.txt", "hola")]), "is a zip archive, not a Word document"),
        (zipped(&[("xl/workbook.xml", "<x/>")]), "is a spreadsheet; save it as PDF or CSV text"),
        (zipped(&[("word/document.xml", &bomb)]), "inflates to more than 32 MB"),
        (whole.get(..whole.len() / 2).unwrap().to_vec(), "is cut off or damaged"),
        (document(&deep), "is nested deeper than 1000 elements"),
    ] {
        assert_eq!(read(&bytes).unwrap_err(), cause);
    }
}
