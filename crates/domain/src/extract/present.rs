//! Who someone is: the beginning of what the portfolio says about its owner.
//!
//! Such a question names nothing but a person, so that no sentence covers it better than another; a text about someone
//! says the most important first.

use super::score::Scored;
use super::{Extract, ExtractLimits, quote, text_of};
use crate::document::Facet;
use crate::question::{Question, Wants};
use crate::search::Hit;

/// The first sentences of the earliest passage of a document about the owner, in the best one's language.
/// `None` for questions that ask for anything else.
pub(super) fn presentation(
    question: &Question,
    sentences: &[Scored],
    hits: &[Hit],
    limits: ExtractLimits,
) -> Option<Extract> {
    let is_general = question.facets == [Facet::About] && matches!(question.wants, Wants::Open | Wants::Name);
    let names_thing = sentences.iter().any(|sentence| sentence.names_thing);
    if !is_general || names_thing || question.carried.is_some() {
        return None;
    }
    let is_about = |hit: &Hit| hit.chunk.facet == Facet::About && hit.chunk.question.is_none();
    let document = sentences.iter().filter_map(|sentence| hits.get(sentence.hit)).find(|hit| is_about(hit))?;
    let of_document =
        |sentence: &&Scored| hits.get(sentence.hit).is_some_and(|hit| hit.chunk.document == document.chunk.document);
    let opening = sentences.iter().filter(of_document).min_by_key(|sentence| {
        let start = hits.get(sentence.hit).map_or(usize::MAX, |hit| hit.chunk.span.start);
        (start, sentence.hit, sentence.span.start)
    })?;
    let mut chars = 0;
    let mut quoted = Vec::new();
    for sentence in sentences.iter().filter(|sentence| sentence.hit == opening.hit).take(limits.max_sentences) {
        chars += text_of(sentence.hit, &sentence.span, hits).chars().count();
        if !quoted.is_empty() && chars > limits.max_chars {
            break;
        }
        quoted.push(quote(sentence.hit, sentence.span.clone(), hits));
    }
    Some(Extract { quoted, list: false })
}
