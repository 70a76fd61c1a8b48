//! Sentences of documents that speak to the assistant instead of the reader: they are kept out of the index, so that no
//! answer is quoted from them and no model reads them, and the owner is told.
//!
//! What such a sentence is decides [`portavoz_domain::defence::suspicious`].

use portavoz_domain::chunk::Chunk;
use portavoz_domain::defence::suspicious;
use portavoz_domain::document::Problem;
use portavoz_domain::ids::DocumentId;
use portavoz_domain::tokens::CountTokens;

/// Begins the cause of every remark about one.
const CAUSE: &str = "speaks to the assistant, which is kept from answers";
/// Enough of a sentence to find it by. Unit: characters.
const QUOTE_CHARS: usize = 160;

/// Whether a remark is about a sentence that speaks to the assistant.
pub fn is_steering(problem: &Problem) -> bool {
    !problem.skipped && problem.cause.starts_with(CAUSE)
}

/// Takes such sentences out of a document's passages; a passage of which nothing is left goes with them.
pub(super) fn take_out(chunks: Vec<Chunk>, tokenizer: &dyn CountTokens) -> (Vec<Chunk>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut kept = Vec::with_capacity(chunks.len());
    for mut chunk in chunks {
        let asked = chunk.question.as_deref().unwrap_or_default();
        if !suspicious(asked).is_empty() {
            problems.push(remark(&chunk.document, asked));
            continue;
        }
        let found = suspicious(&chunk.text);
        if found.is_empty() {
            kept.push(chunk);
            continue;
        }
        let mut rest = String::with_capacity(chunk.text.len());
        let mut from = 0;
        for span in found {
            rest.push_str(chunk.text.get(from..span.start).unwrap_or_default());
            problems.push(remark(&chunk.document, chunk.text.get(span.clone()).unwrap_or_default()));
            from = span.end;
        }
        rest.push_str(chunk.text.get(from..).unwrap_or_default());
        // A line of which nothing but its list marker is left says nothing.
        let lines: Vec<&str> =
            rest.lines().map(str::trim).filter(|line| line.contains(char::is_alphanumeric)).collect();
        if !lines.is_empty() {
            chunk.text = lines.join("\n");
            chunk.tokens = u32::try_from(tokenizer.count(&chunk.text)).unwrap_or(u32::MAX);
            kept.push(chunk);
        }
    }
    (kept, problems)
}

fn remark(document: &DocumentId, sentence: &str) -> Problem {
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = sentence.char_indices().nth(QUOTE_CHARS).and_then(|(end, _)| sentence.get(..end));
    let quote = cut.map_or_else(|| sentence.clone(), |cut| format!("{} …", cut.trim_end()));
    Problem { document: document.clone(), cause: format!("{CAUSE}: «{quote}»"), skipped: false }
}
