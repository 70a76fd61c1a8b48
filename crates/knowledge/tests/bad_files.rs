//! Files that cannot be read, or not as their name says: each is named with its cause or read for what it is.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write};

use portavoz_domain::document::{Document, Format, Problem};
use portavoz_domain::ids::DocumentId;
use portavoz_knowledge::readers::{ReadOptions, read};

fn at(name: &str, bytes: &[u8]) -> Result<(Document, Vec<Problem>), Problem> {
    read(&DocumentId::new(name), bytes, &ReadOptions::default())
}

fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

/// A whole PDF of one line, made by hand; `trailer` is added to its trailer.
fn pdf(text: &str, trailer: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 720 Td ({text}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(file.len());
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<</Size {}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    ));
    file.into_bytes()
}

/// A PDF with a standard security handler and a user password nobody knows.
fn encrypted_pdf() -> Vec<u8> {
    let key = "00".repeat(32);
    let handler = format!("/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<{key}>/U<{key}>>>/ID[<00><00>]");
    pdf("hola", &handler)
}

#[test]
fn every_bad_file_is_named_with_its_cause() {
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice();
    let encrypted_docx: Vec<u8> =
        ole.iter().copied().chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let whole_pdf = pdf("Hola", "");
    let bomb = zipped("word/document.xml", &vec![b' '; 40 * 1024 * 1024]);
    let noise: Vec<u8> = (0..4_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (name, bytes, cause) in [
        ("vacio.md", Vec::new(), "is empty"),
        ("blanco.txt", b" \n\t\n \n".to_vec(), "has no readable text"),
        ("marca.txt", b"\xef\xbb\xbf".to_vec(), "has no readable text"),
        ("solo.md", b"---\ntitle: X\n---\n\n***\n".to_vec(), "has no readable text"),
        ("pagina.html", b"<html><body><script>x</script></body></html>".to_vec(), "has no readable text"),
        ("borrador.md", b"---\ndraft: true\n---\nHola\n".to_vec(), "is marked as a draft in its front matter"),
        ("ruido.txt", noise, "is not text in any encoding we know"),
        ("foto.md", b"\x89PNG\r\n\x1a\n....".to_vec(), "is an image; images are not read"),
        ("cv.doc.docx", ole.to_vec(), "is an old Word document; save it as DOCX or PDF"),
        ("cv.docx", encrypted_docx, "is encrypted; save it without a password"),
        ("cv.docx", zipped("nota.txt", b"hola"), "is a zip archive, not a Word document"),
        ("cv.docx", b"hola".to_vec(), "is not a DOCX file; its content is plain text"),
        ("cv.docx", bomb, "inflates to more than 32 MB"),
        ("cv.docx", zipped("word/document.xml", b"<w:p><w:t>hola")[..40].to_vec(), "is cut off or damaged"),
        ("cv.docx", zipped("word/document.xml", &b"<w:p>".repeat(5_000)), "is nested deeper than 1000 elements"),
        ("cv.pdf", b"hola".to_vec(), "is not a PDF file; its content is plain text"),
        ("cv.pdf", encrypted_pdf(), "is encrypted; save it without a password"),
        ("cv.pdf", b"%PDF-1.7\n%%EOF".to_vec(), "is cut off or damaged"),
        ("cv.pdf", whole_pdf[..60].to_vec(), "is cut off or damaged"),
        ("escaneado.pdf", pdf("", ""), "has no readable text"),
        ("hondo.html", b"<div>".repeat(50_000), "is nested deeper than 2000 elements"),
        ("datos.json", br#"{"name": "x"}"#.to_vec(), "is JSON, but neither a JSON Resume nor a FAQ"),
        ("hondo.json", b"[".repeat(100_000), "is not valid JSON: recursion limit exceeded at line 1 column 128"),
        ("roto.json", b"{".to_vec(), "is not valid JSON: EOF while parsing an object at line 1 column 1"),
        ("x.faq.toml", b"x = ".to_vec(), "is not valid TOML: string values must be quoted, expected literal string"),
        ("x.faq.yaml", b"hola".to_vec(), "has no pairs of `question` and `answer`"),
        ("nota.rtf.txt", b"{\\rtf1 hola}".to_vec(), "is an RTF document; save it as DOCX or PDF"),
    ] {
        let problem = at(name, &bytes).map(|(document, _)| document.text).unwrap_err();
        assert_eq!((problem.document.as_str(), problem.cause.as_str(), problem.skipped), (name, cause, true));
    }
}

#[test]
fn a_file_above_the_limit_is_refused() {
    let options = ReadOptions { max_bytes: 1_000_000, ..ReadOptions::default() };
    let problem = read(&DocumentId::new("a.md"), &vec![b'a'; 1_000_001], &options).unwrap_err();
    assert_eq!(problem.cause, "is larger than 1 MB");
}

#[test]
fn more_text_than_anybody_reads_is_refused_however_it_is_written() {
    let endless = "ñ".repeat(2_000_001);
    let lines = "una línea de texto\n\n".repeat(120_000);
    let pages = format!("<html><body>{}</body></html>", "<p>una línea de texto</p>".repeat(120_000));
    for (name, text) in [("palabra.txt", &endless), ("lineas.txt", &lines), ("lineas.md", &lines), ("a.html", &pages)] {
        let problem = at(name, text.as_bytes()).map(|(document, _)| document.title).unwrap_err();
        assert_eq!(problem.cause, "has more than 2,000,000 characters of text; split it", "{name}");
    }
    // Counted are characters, not bytes.
    assert!(at("palabra.txt", "ñ".repeat(2_000_000).as_bytes()).is_ok());
}

#[test]
fn mislabelled_files_are_read_for_what_they_are() {
    let html = "<!DOCTYPE html><title>X</title><p>Hola, Lucía.</p>";
    let resume = r#"{"basics": {"name": "Lucía", "label": "Ingeniera"}}"#;
    let document =
        r#"<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Hola, Lucía.</w:t></w:r></w:p></w:body></w:document>"#;
    for (name, bytes, format) in [
        ("cv.md", pdf("Hola", ""), Format::Pdf),
        ("pagina.txt", html.as_bytes().to_vec(), Format::Html),
        ("cv.pdf", zipped("word/document.xml", document.as_bytes()), Format::Docx),
        ("cv.txt", resume.as_bytes().to_vec(), Format::Resume),
        ("https://a.example/sobre-mi", html.as_bytes().to_vec(), Format::Html),
        ("pdf.txt", b"Los ficheros que empiezan por %PDF-1.7 son documentos.".to_vec(), Format::Text),
    ] {
        assert_eq!(at(name, &bytes).unwrap().0.format, format, "{name}");
    }
}

#[test]
fn every_encoding_gives_the_same_text() {
    let text = "Formación en Ñuñoa: niñez, pingüinos y «más» cosas que contar.\n";
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let marked = [b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat();
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    for bytes in [text.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), marked, latin] {
        for name in ["a.txt", "a.md"] {
            assert_eq!(at(name, &bytes).unwrap().0.text, text);
        }
    }
}

#[test]
fn the_damaged_rest_of_a_pdf_does_not_lose_its_text() {
    let mut bytes = pdf("Hola, soy un texto que se lee.", "");
    let cut = bytes.len() - 120;
    bytes.truncate(cut);
    if let Ok((document, _)) = at("cv.pdf", &bytes) {
        assert!(document.text.contains("Hola, soy un texto"));
    }
    // Whatever the recovery can do, it must not crash; the cause is named otherwise.
    let damaged = pdf("Hola", "").into_iter().rev().collect::<Vec<u8>>();
    assert!(at("cv.pdf", &damaged).is_err());
}
