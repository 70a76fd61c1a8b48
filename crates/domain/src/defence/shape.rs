//! Signs that are in how a text is built, not in its words: faked turns, shouted passages, links that carry data away.

use portavoz_text::unmask::Mask;

use super::lane::Lane;
use super::words::{Mentions, Words};

/// The signs of this file, in the order of [`of`]. Disguises have their own names in [`mask`].
pub(super) const NAMES: [&str; 7] =
    ["fake_turn", "turn_label", "shouted", "line_breaks", "open_turn", "carries_away", "two_voices"];

/// Delimiters of chat templates: no visitor types them.
const DELIMITERS: [&str; 36] = [
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|endoftext|>",
    "<|start_header_id|>",
    "<|eot_id|>",
    "[inst]",
    "[/inst]",
    "<<sys>>",
    "<</sys>>",
    "<s>",
    "</s>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<system>",
    "</system>",
    "### system",
    "### instruction",
    "[system]",
    "<user>",
    "</user>",
    "<assistant>",
    "<instructions>",
    "</instructions>",
    "</context>",
    "\"role\":\"system\"",
    "\"role\": \"system\"",
    "end of prompt",
    "end of instructions",
    "end of context",
    "end of document.",
    "=end=",
    "[system message]",
];

/// The signs that `text`, read as `lane`, shows.
pub(super) fn of(text: &str, lane: &Lane, words: &Words, mentions: &Mentions) -> Vec<&'static str> {
    let lower = text.to_ascii_lowercase();
    let labels = labels(lane, words, mentions);
    let signs = [
        has_delimiter(&lower),
        labels > 0,
        is_shouted(lane),
        has_line_breaks(text),
        opens_turn(text),
        carries_away(&lower),
        labels > 1 || cast_speaks(text),
    ];
    NAMES.into_iter().zip(signs).filter(|(_, shown)| *shown).map(|(name, _)| name).collect()
}

/// The name of the sign that a disguise is.
pub(super) fn mask(mask: Mask) -> &'static str {
    match mask {
        Mask::Invisible => "invisible",
        Mask::Bidi | Mask::Tags => "unseen",
        Mask::Homoglyphs => "homoglyphs",
        Mask::Spaced => "spaced",
        Mask::Base64 | Mask::Digits => "encoded",
        Mask::Escapes => "escapes",
        Mask::Comment => "comment",
        Mask::Cut | Mask::Leet | Mask::Rot13 | Mask::Reversed => HIDDEN,
    }
}

/// The sign that words were found only under a disguise.
pub(super) const HIDDEN: &str = "hidden";

/// The names that [`mask`] gives.
pub(super) const MASKS: [&str; 8] =
    ["invisible", "unseen", "homoglyphs", "spaced", "encoded", "escapes", "comment", HIDDEN];

/// True if `lower`, in lower case, has delimiters of a chat template.
pub(super) fn has_delimiter(lower: &str) -> bool {
    DELIMITERS.iter().any(|delimiter| lower.contains(delimiter))
}

/// Labels of turns (`System:`) that a message has no business to hold.
fn labels(lane: &Lane, words: &Words, mentions: &Mentions) -> usize {
    let labels = words.concept("labelturn").and_then(|concept| mentions.get(concept)).map_or(&[][..], Vec::as_slice);
    let is_label = |end: usize| lane.places.get(end).is_some_and(|place| place.colon);
    labels.iter().filter(|mention| mention.opens && is_label(mention.end)).count()
}

/// Three words or more in capitals in a row, in a text that is not in capitals throughout.
fn is_shouted(lane: &Lane) -> bool {
    let capitals = lane.places.iter().filter(|place| place.capitals).count();
    let longest = lane.places.split(|place| !place.capitals).map(<[_]>::len).max().unwrap_or(0);
    longest >= 4 && capitals * 10 < lane.places.len() * 9
}

/// Line breaks written out, or many in a row, to push the command away from what came before.
fn has_line_breaks(text: &str) -> bool {
    text.contains("\\n") || text.contains("\\ n") || text.contains("\\\\") || text.contains("\n\n\n\n")
}

/// Ends in a speaker's name and a colon: somebody else is to go on.
fn opens_turn(text: &str) -> bool {
    let Some(last) = text.trim_end().strip_suffix(':') else { return false };
    let start = last.rfind(['\n', '.', '?', '!', '"']).map_or(0, |at| at + 1);
    let name = last.get(start..).unwrap_or_default().trim();
    !name.is_empty() && start > 0 && name.split_whitespace().count() <= 2 && name.starts_with(char::is_uppercase)
}

/// A speaker's name begins more than one line.
fn cast_speaks(text: &str) -> bool {
    let mut speakers: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim_start().split_once(':'))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(char::is_uppercase) && !name.contains(' '))
        .collect();
    speakers.sort_unstable();
    speakers.windows(2).any(|pair| pair.first() == pair.last())
}

/// An image, or a link whose address has a place for what is to be carried away.
fn carries_away(lower: &str) -> bool {
    let has_address = lower.contains("http://") || lower.contains("https://");
    let has_slot =
        ["={", "=[", "=<", "={{", "=$", "?q=", "?d=", "?data=", "/{"].iter().any(|slot| lower.contains(slot));
    lower.contains("![") || lower.contains("<img") || lower.contains("<script") || (has_address && has_slot)
}
