#![allow(clippy::unwrap_used, reason = "tests may stop at once")]

use portavoz_domain::document::{Block, BlockKind, Document, Facet, Format};
use portavoz_domain::ids::DocumentId;
use portavoz_text::language::Language;
use proptest::prelude::*;

use super::*;

const SMALL: ChunkLimits = ChunkLimits { min_tokens: 6, target_tokens: 10, max_tokens: 14 };

fn words_of(text: &str) -> usize {
    text.split_whitespace().count()
}

/// A document whose text is its blocks' texts, one per line.
fn document(id: &str, title: &str, blocks: &[(BlockKind, &str)]) -> Document {
    let mut document = Document {
        id: DocumentId::new(id),
        title: title.to_owned(),
        url: None,
        language: Language::Es,
        facet: None,
        tags: Vec::new(),
        priority: 1.0,
        format: Format::Markdown,
        text: String::new(),
        blocks: Vec::new(),
    };
    for (kind, text) in blocks {
        let start = document.text.len();
        document.text.push_str(text);
        let span = start..document.text.len();
        document.text.push('\n');
        document.blocks.push(Block { kind: *kind, text: (*text).to_owned(), span, page: None, facet: None });
    }
    document
}

fn heading(level: u8) -> BlockKind {
    BlockKind::Heading { level }
}

const PARAGRAPH: BlockKind = BlockKind::Paragraph;
const ITEM: BlockKind = BlockKind::ListItem;

/// `headings | question | text` of each chunk.
fn outline(document: &Document, limits: ChunkLimits) -> Vec<String> {
    chunk(document, &words_of, limits)
        .iter()
        .map(|chunk| {
            let question = chunk.question.as_deref().map(|question| format!("{question}? ")).unwrap_or_default();
            format!("{} | {question}{}", chunk.heading_path.join("/"), chunk.text.replace('\n', " / "))
        })
        .collect()
}

#[test]
fn headings_divide_and_paragraphs_below_one_heading_are_joined() {
    let document = document(
        "cv.md",
        "Ana",
        &[
            (heading(1), "Ana"),
            (PARAGRAPH, "uno"),
            (heading(2), "Experiencia"),
            (PARAGRAPH, "dos"),
            (PARAGRAPH, "tres"),
            (heading(3), "Acme"),
            (PARAGRAPH, "cuatro"),
            (heading(2), "Proyectos"),
            (PARAGRAPH, "cinco"),
        ],
    );
    let expected = [" | uno", "Experiencia | dos / tres", "Experiencia/Acme | cuatro", "Proyectos | cinco"];
    assert_eq!(outline(&document, SMALL), expected);
    let facets: Vec<Facet> = chunk(&document, &words_of, SMALL).iter().map(|chunk| chunk.facet).collect();
    assert_eq!(facets, [Facet::About, Facet::Experience, Facet::Experience, Facet::Projects]);
}

#[test]
fn headings_with_nothing_below_them_are_lines_of_their_parent() {
    let document = document(
        "a.md",
        "Ana",
        &[(heading(2), "Lenguajes"), (heading(3), "Rust"), (heading(3), "Python"), (heading(2), "Fin")],
    );
    assert_eq!(outline(&document, SMALL), ["Lenguajes | Rust / Python", " | Fin"]);
}

#[test]
fn a_list_stays_with_the_line_that_introduces_it() {
    let document = document(
        "a.md",
        "Ana",
        &[
            (PARAGRAPH, "a b c d e f"),
            (PARAGRAPH, "Uso a diario:"),
            (ITEM, "Rust"),
            (ITEM, "Python y Go"),
            (PARAGRAPH, "g h i j k l m"),
        ],
    );
    assert_eq!(
        outline(&document, SMALL),
        [" | a b c d e f", " | Uso a diario: / - Rust / - Python y Go", " | g h i j k l m"]
    );
}

#[test]
fn long_paragraphs_are_cut_between_sentences_and_long_sentences_between_words() {
    let text = "Primera frase con seis palabras justas. Segunda frase con seis palabras justas. Tercera frase con seis \
                palabras justas. Esta otra frase es muy larga porque nadie puso nunca un solo punto en ella y sigue \
                adelante sin parar hasta aquí.";
    let document = document("a.md", "Ana", &[(PARAGRAPH, text)]);
    let chunks = chunk(&document, &words_of, SMALL);
    assert!(chunks.len() >= 4, "{chunks:#?}");
    for chunk in &chunks {
        assert!(chunk.tokens as usize <= SMALL.max_tokens, "{chunk:?}");
        assert_eq!(document.text.get(chunk.span.clone()), Some(chunk.text.as_str()), "the place is the part's own");
    }
    assert!(chunks.first().unwrap().text.ends_with('.'));
    let together: Vec<&str> = chunks.iter().flat_map(|chunk| chunk.text.split_whitespace()).collect();
    assert_eq!(together, text.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn each_faq_pair_is_its_own_chunk_and_a_question_without_answer_is_none() {
    let document = document(
        "faq.md",
        "Preguntas",
        &[
            (heading(1), "Preguntas"),
            (BlockKind::Question, "¿Cómo te contacto"),
            (PARAGRAPH, "Por correo."),
            (BlockKind::Question, "¿Y eso"),
            (BlockKind::Question, "¿Qué proyectos tienes"),
            (PARAGRAPH, "Dos."),
        ],
    );
    assert_eq!(outline(&document, SMALL), [" | ¿Cómo te contacto? Por correo.", " | ¿Qué proyectos tienes? Dos."]);
    let chunks = chunk(&document, &words_of, SMALL);
    assert_eq!(chunks.iter().map(|chunk| chunk.facet).collect::<Vec<_>>(), [Facet::Contact, Facet::Projects]);
}

#[test]
fn the_facet_comes_from_the_nearest_authority() {
    let blocks = [(heading(2), "Proyectos"), (PARAGRAPH, "uno")];
    let facet = |change: &dyn Fn(&mut Document)| {
        let mut document = document("docs/formacion.md", "Notas", &blocks);
        change(&mut document);
        chunk(&document, &words_of, SMALL).first().unwrap().facet
    };
    assert_eq!(facet(&|_| {}), Facet::Projects);
    assert_eq!(facet(&|document| document.facet = Some(Facet::Skills)), Facet::Skills);
    assert_eq!(
        facet(&|document| {
            document.facet = Some(Facet::Skills);
            document.blocks.iter_mut().for_each(|block| block.facet = Some(Facet::Contact));
        }),
        Facet::Contact
    );
    assert_eq!(facet(&|document| document.blocks.retain(|block| block.kind == PARAGRAPH)), Facet::Education);
    assert_eq!(
        facet(&|document| {
            document.id = DocumentId::new("x.md");
            document.blocks.retain(|block| block.kind == PARAGRAPH);
        }),
        Facet::About
    );
}

#[test]
fn blocks_of_different_facets_are_not_mixed() {
    let mut document = document("cv.json", "Ana", &[(PARAGRAPH, "uno"), (PARAGRAPH, "dos"), (PARAGRAPH, "tres")]);
    for (block, facet) in document.blocks.iter_mut().zip([Facet::Skills, Facet::Skills, Facet::Education]) {
        block.facet = Some(facet);
    }
    assert_eq!(outline(&document, SMALL), [" | uno / dos", " | tres"]);
}

#[test]
fn a_passage_long_enough_has_its_own_language() {
    let english = "She has built retrieval systems for three years and likes to explain how they work to everyone.";
    let document =
        document("a.md", "Ana", &[(heading(2), "A"), (PARAGRAPH, english), (heading(2), "B"), (PARAGRAPH, "Hi there")]);
    let languages: Vec<Language> =
        chunk(&document, &words_of, ChunkLimits::default()).iter().map(|chunk| chunk.language).collect();
    assert_eq!(languages, [Language::En, Language::Es]);
}

#[test]
fn documents_without_text_have_no_chunks() {
    for blocks in [&[][..], &[(PARAGRAPH, "  ")], &[(BlockKind::Question, "¿?")]] {
        assert!(chunk(&document("a.md", "Ana", blocks), &words_of, SMALL).is_empty());
    }
}

fn any_block() -> impl Strategy<Value = (BlockKind, String)> {
    let kind = prop_oneof![
        (1..=4_u8).prop_map(heading),
        Just(PARAGRAPH),
        Just(PARAGRAPH),
        Just(ITEM),
        Just(BlockKind::TableRow),
        Just(BlockKind::Code),
    ];
    (kind, "[a-zñé]{1,9}([ .:,-] ?[A-Za-zçü]{1,12}){0,40}\\.?")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_is_lost_and_every_place_is_real(blocks in prop::collection::vec(any_block(), 0..25)) {
        let borrowed: Vec<(BlockKind, &str)> = blocks.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        let document = document("a.md", "Título", &borrowed);
        let chunks = chunk(&document, &words_of, SMALL);
        prop_assert_eq!(&chunks, &chunk(&document, &words_of, SMALL));

        let mut last_start = 0;
        for (ordinal, chunk) in chunks.iter().enumerate() {
            prop_assert_eq!(&chunk.id, &ChunkId::new(&document.id, ordinal));
            prop_assert!(!chunk.text.trim().is_empty());
            prop_assert!(document.text.get(chunk.span.clone()).is_some_and(|text| !text.is_empty()));
            prop_assert!(chunk.span.start >= last_start, "places are in reading order");
            last_start = chunk.span.start;
            prop_assert!(chunk.tokens as usize <= SMALL.max_tokens, "{} {}", chunk.tokens, chunk.text);
        }

        let mut said = String::new();
        for chunk in &chunks {
            for line in chunk.heading_path.iter().map(String::as_str).chain(chunk.text.lines()) {
                said.push_str(line.strip_prefix("- ").unwrap_or(line));
                said.push(' ');
            }
        }
        for (_, text) in &blocks {
            for word in text.split_whitespace() {
                prop_assert!(said.contains(word), "`{}` is lost", word);
            }
        }
    }
}
