//! FAQ files: pairs of a question and its answer, which later become approved answers.
//!
//! Markdown with questions for headings or in bold ([`questions_of`]), and pairs in YAML, TOML or JSON
//! ([`read_pairs`]). A pair becomes a [`BlockKind::Question`] and the paragraphs of its answer.

use portavoz_domain::document::{BlockKind, Format};
use portavoz_text::language::Language;

use super::draft::Draft;
use super::markdown::Part;
use super::yaml;

/// Keys under which people write the parts of a pair.
const QUESTION_KEYS: &[&str] = &["question", "q", "pregunta", "pergunta", "frage", "domanda"];
const ANSWER_KEYS: &[&str] = &["answer", "a", "respuesta", "resposta", "réponse", "antwort", "risposta"];
/// Beginnings of the names of FAQ files.
const FAQ_NAMES: &[&str] = &["faq", "preguntas", "perguntas", "preguntes", "questions", "fragen", "domande", "foire"];

/// The languages of pairs, in which a file of pairs can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `- question: ...` items.
    Yaml,
    /// `[[faq]]` tables.
    Toml,
    /// An array of objects.
    Json,
}

/// True if a file's name says that it holds questions and answers: `faq.md`, `preguntas-frecuentes.md`, `x.faq.toml`.
pub(super) fn is_faq_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let Some((stem, _)) = name.rsplit_once('.') else { return false };
    stem.ends_with(".faq") || FAQ_NAMES.iter().any(|prefix| stem.starts_with(prefix))
}

/// Reads a file of pairs. The error is the cause why it is skipped.
pub(super) fn read_pairs(text: &str, syntax: Syntax) -> Result<Draft, String> {
    let pairs = match syntax {
        Syntax::Yaml => yaml::mappings(text).into_iter().filter_map(yaml_pair).collect(),
        Syntax::Toml => {
            let table =
                text.parse::<toml::Table>().map_err(|error| format!("is not valid TOML: {}", error.message()))?;
            let json = serde_json::to_value(table).map_err(|error| format!("is not valid TOML: {error}"))?;
            json_pairs(&json)
        }
        Syntax::Json => json_pairs(&serde_json::from_str(text).map_err(|error| format!("is not valid JSON: {error}"))?),
    };
    if pairs.is_empty() {
        return Err("has no pairs of `question` and `answer`".to_owned());
    }
    let mut draft = Draft::new(Format::Faq);
    let languages: Vec<Option<Language>> =
        pairs.iter().map(|pair| pair.language.as_deref().and_then(Language::parse)).collect();
    // A document has one language; pairs in several leave it to be found from the text.
    draft.language = languages.first().copied().flatten().filter(|first| languages.iter().all(|l| *l == Some(*first)));
    for pair in pairs {
        draft.push(BlockKind::Question, &pair.question);
        for paragraph in pair.answer.split("\n\n") {
            draft.push(BlockKind::Paragraph, paragraph);
        }
    }
    Ok(draft)
}

/// True if a JSON value holds pairs.
pub(super) fn holds_pairs(json: &serde_json::Value) -> bool {
    !json_pairs(json).is_empty()
}

struct Pair {
    question: String,
    answer: String,
    language: Option<String>,
}

fn pair_of(get: impl Fn(&str) -> Option<String>) -> Option<Pair> {
    let any = |keys: &[&str]| keys.iter().find_map(|key| get(key)).filter(|text| !text.trim().is_empty());
    Some(Pair { question: any(QUESTION_KEYS)?, answer: any(ANSWER_KEYS)?, language: any(&["lang", "language"]) })
}

fn yaml_pair(mapping: Vec<(String, yaml::Value)>) -> Option<Pair> {
    pair_of(|key| mapping.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone().into_text()))
}

/// The pairs of an array of objects, or of the arrays in an object.
fn json_pairs(json: &serde_json::Value) -> Vec<Pair> {
    match json {
        serde_json::Value::Array(items) => {
            items.iter().filter_map(|item| pair_of(|key| item.get(key)?.as_str().map(str::to_owned))).collect()
        }
        serde_json::Value::Object(members) => {
            members.values().filter(|member| member.is_array()).flat_map(json_pairs).collect()
        }
        _ => Vec::new(),
    }
}

/// Turns headings and bold lines of a FAQ in Markdown into questions.
pub(super) fn questions_of(parts: Vec<Part>) -> Vec<Part> {
    let deepest = parts.iter().filter_map(|part| level(part.kind)).max().unwrap_or(0);
    let asks = parts.iter().any(|part| level(part.kind).is_some() && is_question(&part.text));
    let mut found: Vec<Part> = Vec::with_capacity(parts.len());
    for mut part in parts {
        // Where no heading is worded as a question ("Availability"), the lowest headings still are what is asked.
        let stands_for_one = !asks && level(part.kind).is_some_and(|level| level == deepest && level > 1);
        if level(part.kind).is_some() && (is_question(&part.text) || stands_for_one) {
            part.kind = BlockKind::Question;
            found.push(part);
            continue;
        }
        match split_bold_question(&part) {
            Some((question, answer)) => found.extend([question, answer]),
            None => found.push(part),
        }
    }
    found
}

/// Splits a paragraph that opens with a question in bold. The answer may be empty: it follows in the next paragraph.
fn split_bold_question(part: &Part) -> Option<(Part, Part)> {
    let (length, end) = part.bold_lead?;
    let words = part.text.get(..length)?;
    if part.kind != BlockKind::Paragraph || !is_question(words) {
        return None;
    }
    let question =
        Part { kind: BlockKind::Question, text: words.to_owned(), span: part.span.start..end, bold_lead: None };
    let answer = Part {
        kind: BlockKind::Paragraph,
        text: part.text.get(length..)?.to_owned(),
        span: end..part.span.end,
        bold_lead: None,
    };
    Some((question, answer))
}

fn level(kind: BlockKind) -> Option<u8> {
    match kind {
        BlockKind::Heading { level } => Some(level),
        _ => None,
    }
}

fn is_question(text: &str) -> bool {
    let text = text.trim();
    text.ends_with('?') || text.starts_with('¿')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn shown(draft: &Draft) -> Vec<(bool, String)> {
        draft.blocks().iter().map(|block| (block.kind == BlockKind::Question, block.text.clone())).collect()
    }

    fn pairs() -> Vec<(bool, String)> {
        [(true, "¿Viajas?"), (false, "Sí."), (false, "A menudo."), (true, "¿Dónde vives?"), (false, "En Vigo.")]
            .map(|(asks, text)| (asks, text.to_owned()))
            .to_vec()
    }

    #[test]
    fn every_syntax_gives_the_same_pairs() {
        let yaml = "- question: ¿Viajas?\n  answer: |\n    Sí.\n\n    A menudo.\n- pregunta: \"¿Dónde vives?\"\n  respuesta: En Vigo.\n  lang: es\n";
        let toml = "[[faq]]\nquestion = \"¿Viajas?\"\nanswer = \"\"\"\nSí.\n\nA menudo.\"\"\"\n[[faq]]\nq = \"¿Dónde vives?\"\na = \"En Vigo.\"\n";
        let json = r#"{"faq": [{"question": "¿Viajas?", "answer": "Sí.\n\nA menudo."}, {"q": "¿Dónde vives?", "a": "En Vigo."}]}"#;
        for (text, syntax) in [(yaml, Syntax::Yaml), (toml, Syntax::Toml), (json, Syntax::Json)] {
            assert_eq!(shown(&read_pairs(text, syntax).unwrap()), pairs(), "{syntax:?}");
        }
    }

    #[test]
    fn markdown_asks_with_headings_or_bold() {
        for text in [
            "# Preguntas\n\n## ¿Viajas?\n\nSí.\n\nA menudo.\n\n## ¿Dónde vives?\nEn Vigo.\n",
            "# Preguntas\n\n**¿Viajas?**\n\nSí.\n\nA menudo.\n\n**¿Dónde vives?** En Vigo.\n",
            "# Preguntas\n\n**¿Viajas?**\nSí.\n\nA menudo.\n\n**¿Dónde vives?**  \nEn Vigo.\n",
        ] {
            let draft = super::super::markdown::read(text.to_owned(), true).unwrap();
            assert_eq!(shown(&draft).get(1..).unwrap(), pairs(), "{text}");
            for block in draft.blocks() {
                assert!(draft.text().get(block.span.clone()).unwrap().contains(&block.text));
            }
        }
    }

    #[test]
    fn a_file_without_pairs_is_refused() {
        for (text, syntax) in [("a: 1\n", Syntax::Yaml), ("a = 1\n", Syntax::Toml), ("[1]", Syntax::Json)] {
            assert_eq!(read_pairs(text, syntax).unwrap_err(), "has no pairs of `question` and `answer`");
        }
    }

    #[test]
    fn names_tell_a_faq() {
        for (name, expected) in [
            ("faq.md", true),
            ("es/preguntas-frecuentes.md", true),
            ("x.faq.toml", true),
            ("cv.md", false),
            ("faq", false),
        ] {
            assert_eq!(is_faq_name(name), expected, "{name}");
        }
    }
}
