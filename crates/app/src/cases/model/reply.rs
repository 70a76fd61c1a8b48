//! Reading what a model wrote instead of the JSON that it was asked for: with words and fences around, as a bare list, with
//! other keys, or cut in the middle.

use serde_json::Value;

/// A case that a model proposes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Proposal {
    pub(super) question: String,
    pub(super) answer: String,
    pub(super) topics: Vec<String>,
}

/// Every object of a reply that has a question, in their order. One that was cut is left out.
pub(super) fn proposals(reply: &str) -> Vec<Proposal> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = reply.get(at..).and_then(|rest| rest.find('{')).map(|offset| at + offset) {
        let rest = reply.get(start..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                gather(&value, &mut found);
                at = start + values.byte_offset().max(1);
            }
            // The object around a list that was cut: those inside are whole.
            _ => at = start + 1,
        }
    }
    found
}

fn gather(value: &Value, found: &mut Vec<Proposal>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Object(fields) => {
            let text = |keys: &[&str]| keys.iter().find_map(|key| fields.get(*key)?.as_str()).map(str::to_owned);
            match text(&["question", "pregunta", "q"]) {
                Some(question) => found.push(Proposal {
                    question,
                    answer: text(&["answer", "reference", "respuesta", "a"]).unwrap_or_default(),
                    topics: topics(fields.get("topics").or_else(|| fields.get("keywords"))),
                }),
                None => fields.values().for_each(|inner| gather(inner, found)),
            }
        }
        _ => {}
    }
}

/// A list, or one text with commas.
fn topics(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned).or_else(|| item.as_number().map(ToString::to_string)))
            .collect(),
        Some(Value::String(text)) => text.split(',').map(|topic| topic.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions(reply: &str) -> Vec<String> {
        proposals(reply).into_iter().map(|proposal| proposal.question).collect()
    }

    #[test]
    fn whatever_stands_around_the_objects_they_are_read() {
        for reply in [
            r#"{"cases": [{"question": "A?", "answer": "B.", "topics": ["B"]}, {"question": "C?", "answer": "D."}]}"#,
            "Sure!\n```json\n[{\"question\": \"A?\", \"answer\": \"B.\"}, {\"question\": \"C?\"}]\n```\nAnything else?",
            "{\"question\": \"A?\"}\n{\"question\": \"C?\"}",
            r#"{"cases": [{"question": "A?", "answer": "{B}"}, {"question": "C?", "answer": "D."}, {"question": "E"#,
        ] {
            assert_eq!(questions(reply), ["A?", "C?"], "{reply}");
        }
        assert_eq!(questions("I cannot do that."), Vec::<String>::new());
        assert_eq!(questions("{{{"), Vec::<String>::new());
    }

    #[test]
    fn topics_are_a_list_or_a_text() {
        let topics = |json: &str| proposals(json).remove(0).topics;
        assert_eq!(topics(r#"{"question": "A?", "topics": ["x", 3]}"#), ["x", "3"]);
        assert_eq!(topics(r#"{"question": "A?", "keywords": "x, y"}"#), ["x", "y"]);
        assert_eq!(topics(r#"{"question": "A?"}"#), Vec::<String>::new());
    }
}
