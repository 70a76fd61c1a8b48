#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

fn shown(markup: &str) -> String {
    let draft = read(markup).unwrap();
    let lines = draft.blocks().iter().map(|block| format!("{:?}|{}", block.kind, block.text));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn only_the_article_is_read() {
    let page = r##"<!doctype html><html lang="es-ES"><head><title>Panel | María</title><script>var x="no";</script>
<link rel="canonical" href="https://maria.example/panel"></head><body>
<header><nav><a href="/">Inicio</a></nav></header><div class="cookie-banner">Usamos cookies</div>
<main><header><h1>Panel de <em>IA</em></h1></header><p>Atiende mil peticiones<br>al día. <a href="https://github.com/maria">Código</a></p>
<h2>Resultados</h2><ul><li>Menos tiempo<ul><li>un 70 %</li></ul></li><li><p>Más orden</p></li></ul>
<table><tr><th>Año</th><th>Uso</th></tr><tr><td>2023</td><td>alto</td></tr></table>
<dl><dt>Pila</dt><dd>Rust</dd></dl><pre>let a = 1;
let b = 2;</pre><details><summary>¿Es libre?</summary><p>Sí.</p></details><form>Correo <input></form>
<p hidden>oculto</p></main><aside>Otros</aside><footer>© 2024</footer></body></html>"##;
    insta::assert_snapshot!(shown(page), @r"
    Heading { level: 1 }|Panel de IA
    Paragraph|Atiende mil peticiones al día. Código (https://github.com/maria)
    Heading { level: 2 }|Resultados
    ListItem|Menos tiempo
    ListItem|un 70 %
    ListItem|Más orden
    TableRow|Año: 2023; Uso: alto
    ListItem|Pila: Rust
    Code|let a = 1;
    let b = 2;
    Question|¿Es libre?
    Paragraph|Sí.
    ");
    let draft = read(page).unwrap();
    assert_eq!(draft.title.as_deref(), Some("Panel de IA"));
    assert_eq!(draft.url.as_deref(), Some("https://maria.example/panel"));
    assert_eq!(draft.language, Some(Language::Es));
}

#[test]
fn a_page_without_main_is_read_without_its_furniture() {
    let page =
        "<title>Sobre mí</title><body><nav>Menú</nav><div>Soy <b>Ana</b>.</div><div><p>Trabajo en Vigo.</p></div>";
    assert_eq!(shown(page), "Paragraph|Soy Ana.\nParagraph|Trabajo en Vigo.");
    assert_eq!(read(page).unwrap().title.as_deref(), Some("Sobre mí"));
}

#[test]
fn a_page_nested_too_deeply_is_refused() {
    assert_eq!(read(&"<div>".repeat(100_000)).unwrap_err(), "is nested deeper than 2000 elements");
    assert!(read(&"<p>uno ".repeat(5_000)).is_ok());
}
