//! Counts tokens as a model's provider does, offline.
//!
//! Owns the tokenizers (built at first use, because building takes a good part of the start-up budget) and a memo of
//! counts (the static prompt and the passages of popular answers come back in every turn). Start at [`tokenizer_for`].

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use moka::sync::Cache;
use portavoz_domain::tokens::CountTokens;
use tiktoken_rs::CoreBPE;

use crate::catalogue::{Card, Encoding};

/// Texts shorter than this are counted faster than looked up.
const MEMO_FROM_BYTES: usize = 64;
/// Counts kept per encoding; an entry takes some 100 bytes.
const MEMO_ENTRIES: u64 = 65_536;
/// Texts are cut into pieces of at most this size before counting. The tokenizer's regular expression gives up
/// (and would end the program) on runs of blanks of some hundred thousand characters, as scanned documents have them.
const PIECE_BYTES: usize = 32 * 1024;

/// The tokenizer of a model. Cheap: the tables are loaded when something is first counted.
pub fn tokenizer_for(card: &Card) -> &'static dyn CountTokens {
    tokenizer(card.encoding)
}

/// Loads the tables of a model's tokenizer now, which takes tens of milliseconds: for a thread that is not waited for.
pub fn preload(card: &Card) {
    LazyLock::force(&tokenizer(card.encoding).tables);
}

/// The longest beginning of `text` that has at most `max_tokens` tokens and ends between characters.
pub fn truncate<'a>(card: &Card, text: &'a str, max_tokens: usize) -> &'a str {
    // A token is at least one byte, so a text of few bytes needs no counting.
    if text.len() <= max_tokens || tokenizer_for(card).count(text) <= max_tokens {
        return text;
    }
    let tables = &tokenizer(card.encoding).tables;
    let mut left = max_tokens;
    let mut end = 0;
    for piece in pieces(text) {
        let tokens = tables.encode_ordinary(piece);
        if let Some(kept) = tokens.get(..left).filter(|_| tokens.len() > left) {
            // The tokenizer made these tokens, so it can read them; failing that, the piece is dropped.
            end += tables.decode_bytes(kept).map_or(0, |bytes| bytes.len());
            break;
        }
        left -= tokens.len();
        end += piece.len();
    }
    text.get(..text.floor_char_boundary(end)).unwrap_or_default()
}

struct Tokenizer {
    tables: LazyLock<CoreBPE>,
    memo: LazyLock<Cache<(u64, usize), usize>>,
    hasher: LazyLock<RandomState>,
}

impl Tokenizer {
    const fn new(load: fn() -> CoreBPE) -> Self {
        Self {
            tables: LazyLock::new(load),
            memo: LazyLock::new(|| Cache::new(MEMO_ENTRIES)),
            hasher: LazyLock::new(RandomState::new),
        }
    }

    fn count_now(&self, text: &str) -> usize {
        pieces(text).map(|piece| self.tables.count_ordinary(piece)).sum()
    }
}

impl CountTokens for Tokenizer {
    /// Text that looks like a control token (`<|endoftext|>`) counts as the ordinary text it is.
    fn count(&self, text: &str) -> usize {
        if text.len() < MEMO_FROM_BYTES {
            return self.count_now(text);
        }
        // Two texts of one length and one keyed 64-bit hash: once in billions, and the harm is a wrong count.
        let key = (self.hasher.hash_one(text), text.len());
        if let Some(count) = self.memo.get(&key) {
            return count;
        }
        let count = self.count_now(text);
        self.memo.insert(key, count);
        count
    }
}

fn tokenizer(encoding: Encoding) -> &'static Tokenizer {
    static O200K: Tokenizer =
        Tokenizer::new(|| tiktoken_rs::o200k_base().expect("the tables are part of the program, which a test loads"));
    static CL100K: Tokenizer =
        Tokenizer::new(|| tiktoken_rs::cl100k_base().expect("the tables are part of the program, which a test loads"));
    match encoding {
        Encoding::O200kBase => &O200K,
        Encoding::Cl100kBase => &CL100K,
    }
}

/// `text` in pieces of at most [`PIECE_BYTES`], cut before a blank where there is one, so that words stay whole.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let limit = rest.floor_char_boundary(PIECE_BYTES);
        let cut = if rest.len() <= PIECE_BYTES {
            rest.len()
        } else {
            rest.get(..limit).and_then(|head| head.rfind(char::is_whitespace)).filter(|&at| at > 0).unwrap_or(limit)
        };
        let (piece, after) = rest.split_at(cut);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn count(model: &str, text: &str) -> usize {
        tokenizer_for(&Catalogue::embedded().card(model)).count(text)
    }

    #[test]
    fn counts_agree_with_the_published_tokenizers() {
        for (model, text, tokens) in [
            ("gpt-4o-mini", "", 0),
            ("gpt-4o-mini", "hello world", 2),
            ("gpt-4o-mini", "antidisestablishmentarianism", 6),
            ("gpt-4", "antidisestablishmentarianism", 6),
            ("gpt-4o-mini", "お誕生日おめでとう", 8),
            ("gpt-4", "お誕生日おめでとう", 9),
        ] {
            assert_eq!(count(model, text), tokens, "{model}: {text}");
        }
    }

    #[test]
    fn control_tokens_in_a_text_are_ordinary_text() {
        assert!(count("gpt-4o-mini", "<|endoftext|>") > 1);
        assert!(count("gpt-4", "<|im_start|>") > 1);
    }

    #[test]
    fn a_memoised_count_is_the_same_count() {
        let text = "María ha trabajado en proyectos de RAG y ajuste fino durante más de tres años.";
        assert_eq!(count("gpt-4o-mini", text), count("gpt-4o-mini", text));
        assert_eq!(count("gpt-4o-mini", text), tokenizer(Encoding::O200kBase).count_now(text));
    }

    #[test]
    fn endless_runs_do_not_stop_the_count() {
        for text in [
            " ".repeat(300_000),
            "\n".repeat(300_000),
            "a".repeat(300_000),
            "ñ".repeat(150_000),
            "\u{3000}x".repeat(80_000),
        ] {
            let counted = count("gpt-4o-mini", &text);
            assert!((1..=text.len()).contains(&counted));
        }
    }

    #[test]
    fn pieces_are_the_text() {
        for text in ["", "a", &"palabra ".repeat(20_000), &"ñ".repeat(50_000)] {
            assert_eq!(pieces(text).collect::<String>(), text);
            assert!(pieces(text).all(|piece| piece.len() <= PIECE_BYTES));
        }
    }

    #[test]
    fn a_truncated_text_is_a_beginning_that_fits() {
        let card = Catalogue::embedded().card("text-embedding-3-small");
        for text in ["corto", &"ingeniería de datos ".repeat(9_000), &"日本語".repeat(9_000)] {
            for limit in [0, 1, 7, 8_191] {
                let cut = truncate(&card, text, limit);
                assert!(text.starts_with(cut));
                // A cut inside a character may cost one token more than its bytes had.
                assert!(tokenizer_for(&card).count(cut) <= limit.max(1), "{limit}");
            }
        }
    }
}
