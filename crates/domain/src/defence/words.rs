//! The concepts of `data/defence/words.txt`, and where a text speaks of them.
//!
//! All entries stand in one tree of bytes, walked once from each word, so that the length of the list costs nothing.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::lane::Lane;

/// A concept: its place in [`Words::concepts`].
pub(super) type Concept = usize;

/// A concept spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mention {
    /// The first word.
    pub(super) start: usize,
    /// One after the last word.
    pub(super) end: usize,
    pub(super) sentence: usize,
    /// At the beginning of a clause.
    pub(super) opens: bool,
}

/// All mentions in a text, by concept, in order.
pub(super) type Mentions = Vec<Vec<Mention>>;

/// Concepts that no list holds: the lane's own marks.
pub(super) const MARKS: [&str; 5] = ["\"", ":", "end", "number", "name"];

/// The words that may stand before a verb which opens a clause: "and say", "bitte schreibe".
const OPENERS: &str = include_str!("../../data/defence/openers.txt");

#[derive(Debug)]
pub(super) struct Words {
    concepts: Vec<&'static str>,
    nodes: Vec<Node>,
    /// The root's branches, by byte; 0 for none. Most words part from the list at their first letters.
    first: [usize; 256],
    opener: Concept,
    neutral: Concept,
}

#[derive(Debug, Default)]
struct Node {
    next: Vec<(u8, usize)>,
    ends: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    concept: Concept,
    any_ending: bool,
    opening: bool,
}

/// The list, read at first use.
pub(super) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::read(include_str!("../../data/defence/words.txt")))
}

impl Words {
    fn read(list: &'static str) -> Self {
        let mut words =
            Self { concepts: MARKS.to_vec(), nodes: vec![Node::default()], first: [0; 256], opener: 0, neutral: 0 };
        let mut known: BTreeMap<&str, Concept> = BTreeMap::new();
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            let Some((head, entries)) = line.split_once(": ") else { continue };
            let name = head.split(' ').next().unwrap_or(head);
            let concept = *known.entry(name).or_insert_with(|| {
                words.concepts.push(name);
                words.concepts.len() - 1
            });
            entries.split(" | ").for_each(|entry| words.insert(entry.trim(), concept));
        }
        words.neutral = known.get("neutral").copied().unwrap_or(0);
        words.opener = words.concepts.len();
        words.concepts.push("opener");
        let openers = OPENERS.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        for word in openers {
            words.insert(word, words.opener);
        }
        words
    }

    /// The concept called `name`.
    pub(super) fn concept(&self, name: &str) -> Option<Concept> {
        self.concepts.iter().position(|known| *known == name)
    }

    fn insert(&mut self, entry: &str, concept: Concept) {
        let (opening, entry) = entry.strip_prefix('^').map_or((false, entry), |rest| (true, rest));
        let (any_ending, entry) = entry.strip_suffix('*').map_or((false, entry), |rest| (true, rest));
        // Folded by the lane, so that both sides part words alike.
        let folded = Lane::of(entry).folded;
        if folded.is_empty() {
            return;
        }
        let mut at = 0;
        for byte in folded.bytes() {
            at = self.step(at, byte).unwrap_or_else(|| self.grow(at, byte));
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.ends.push(Entry { concept, any_ending, opening });
        }
    }

    fn step(&self, at: usize, byte: u8) -> Option<usize> {
        if at == 0 {
            return self.first.get(usize::from(byte)).copied().filter(|node| *node != 0);
        }
        let next = &self.nodes.get(at)?.next;
        next.iter().find(|(known, _)| *known == byte).map(|(_, node)| *node)
    }

    fn grow(&mut self, at: usize, byte: u8) -> usize {
        let new = self.nodes.len();
        self.nodes.push(Node::default());
        if at == 0 {
            if let Some(first) = self.first.get_mut(usize::from(byte)) {
                *first = new;
            }
        } else if let Some(node) = self.nodes.get_mut(at) {
            node.next.push((byte, new));
        }
        new
    }

    /// Everything that `lane` speaks of.
    pub(super) fn mentions(&self, lane: &Lane) -> Mentions {
        let mut mentions: Mentions = vec![Vec::new(); self.concepts.len()];
        for (place, word) in lane.places.iter().enumerate() {
            let before = place
                .checked_sub(1)
                .filter(|last| lane.places.get(*last).is_some_and(|last| last.sentence == word.sentence));
            let opens = word.opens || before.is_some_and(|last| self.is_opener(&mentions, last));
            self.mark(lane, place, &mut mentions);
            self.walk(lane, place, opens, &mut mentions);
        }
        mentions.iter_mut().for_each(Vec::dedup);
        self.hide_neutral(&mut mentions);
        mentions
    }

    fn is_opener(&self, mentions: &Mentions, place: usize) -> bool {
        mentions.get(self.opener).and_then(|list| list.last()).is_some_and(|mention| mention.start == place)
    }

    fn mark(&self, lane: &Lane, place: usize, mentions: &mut Mentions) {
        let Some(word) = lane.places.get(place) else { return };
        let at = Mention { start: place, end: place, sentence: word.sentence, opens: word.opens };
        let is_number = lane.word(place).starts_with(|c: char| c.is_ascii_digit());
        let is_last = place + 1 == lane.places.len();
        let is_name = word.capital && !word.opens;
        // The first three stand before the word, which may be a step of its own; the others are the word.
        for (concept, holds) in [word.quoted, word.colon, is_last, is_number, is_name].into_iter().enumerate() {
            if let Some(list) = mentions.get_mut(concept).filter(|_| holds) {
                list.push(Mention { end: place + usize::from(concept >= 3), ..at });
            }
        }
    }

    /// Walks the tree from the word at `place`; entries of several words go on over the spaces.
    fn walk(&self, lane: &Lane, place: usize, opens: bool, mentions: &mut Mentions) {
        let Some(first) = lane.places.get(place) else { return };
        let bytes = lane.folded.as_bytes();
        let mut at = 0;
        let mut last = place;
        for (offset, byte) in bytes.iter().enumerate().skip(first.start) {
            let Some(next) = self.step(at, *byte) else { return };
            at = next;
            if *byte == b' ' {
                last += 1;
                if lane.places.get(last).is_none_or(|word| word.sentence != first.sentence) {
                    return;
                }
            }
            let ends_word = bytes.get(offset + 1).is_none_or(|next| *next == b' ');
            let Some(node) = self.nodes.get(at) else { return };
            for entry in &node.ends {
                if (entry.any_ending || ends_word)
                    && (opens || !entry.opening)
                    && let Some(list) = mentions.get_mut(entry.concept)
                {
                    list.push(Mention { start: place, end: last + 1, sentence: first.sentence, opens });
                }
            }
        }
    }

    /// `word` with spaces around the listed words in it, the longest first come; the rest stays as it is.
    pub(super) fn parted(&self, word: &str) -> String {
        let mut parted = String::with_capacity(word.len() * 2);
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let taken = self.longest(rest).unwrap_or(0);
            let (piece, next) = rest.split_at(if taken > 0 { taken } else { first.len_utf8() });
            if taken > 0 {
                parted.push(' ');
            }
            parted.push_str(piece);
            if taken > 0 {
                parted.push(' ');
            }
            rest = next;
        }
        parted
    }

    /// The length of the longest entry of three letters or more that `text` begins with.
    fn longest(&self, text: &str) -> Option<usize> {
        let mut at = 0;
        let mut longest = None;
        for (offset, byte) in text.bytes().enumerate() {
            let Some(next) = self.step(at, byte) else { break };
            at = next;
            if offset >= 2 && self.nodes.get(at).is_some_and(|node| !node.ends.is_empty()) {
                longest = Some(offset + 1);
            }
        }
        longest.filter(|length| text.is_char_boundary(*length))
    }

    /// Takes away what stands within a neutral phrase: "prompt engineering" is no prompt.
    fn hide_neutral(&self, mentions: &mut Mentions) {
        let Some(phrases) = mentions.get(self.neutral).filter(|phrases| !phrases.is_empty()).cloned() else { return };
        for list in mentions.iter_mut() {
            list.retain(|mention| {
                !phrases.iter().any(|phrase| phrase.start <= mention.start && mention.start < phrase.end)
            });
        }
    }
}
