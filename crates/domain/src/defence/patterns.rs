//! The signals of `data/defence/signals.txt`: which concepts, in which order and how near, make a sign.
//!
//! The grammar is told at the head of that file.

use super::lane::Lane;
use super::words::{Concept, Mention, Mentions, Words};

/// A signal and one way to give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) signal: &'static str,
    mood: Mood,
    steps: Vec<Step>,
    absent: Vec<Concept>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Any,
    Ask,
    Tell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    concept: Concept,
    reach: Reach,
    opens: bool,
}

/// How far a step may be from the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// So many words between, in the same sentence.
    Words(usize),
    /// Anywhere later.
    Any,
}

/// Reads a list of patterns. Lines that speak of unknown concepts are left out; a test sees to it that there is none.
pub(super) fn read(list: &'static str, words: &Words) -> Vec<Pattern> {
    lines(list).filter_map(|(signal, pattern)| Pattern::read(signal, pattern, words)).collect()
}

/// Signal and pattern of each line.
pub(super) fn lines(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

impl Pattern {
    fn read(signal: &'static str, pattern: &str, words: &Words) -> Option<Self> {
        let mut read = Self { signal, mood: Mood::Any, steps: Vec::new(), absent: Vec::new() };
        let mut reach = Reach::Words(0);
        for token in pattern.split_whitespace() {
            match token {
                "ask" => read.mood = Mood::Ask,
                "tell" => read.mood = Mood::Tell,
                ".." => reach = Reach::Any,
                _ if token.bytes().all(|byte| byte.is_ascii_digit()) => reach = Reach::Words(token.parse().ok()?),
                _ => {
                    if let Some(name) = token.strip_prefix('-') {
                        read.absent.push(words.concept(name)?);
                        continue;
                    }
                    let (opens, name) = token.strip_prefix('^').map_or((false, token), |name| (true, name));
                    read.steps.push(Step { concept: words.concept(name)?, reach, opens });
                    reach = Reach::Words(0);
                }
            }
        }
        Some(read)
    }

    /// The sentence in which the pattern is first found.
    pub(super) fn find(&self, lane: &Lane, mentions: &Mentions) -> Option<usize> {
        let (first, rest) = self.steps.split_first()?;
        of(mentions, first.concept)
            .iter()
            .filter(|mention| mention.opens || !first.opens)
            .find(|mention| self.suits(lane, mentions, mention.sentence) && follows(mentions, rest, mention))
            .map(|mention| mention.sentence)
    }

    fn suits(&self, lane: &Lane, mentions: &Mentions, sentence: usize) -> bool {
        let asks = lane.questions.get(sentence).copied().unwrap_or(false);
        let mood = match self.mood {
            Mood::Any => true,
            Mood::Ask => asks,
            Mood::Tell => !asks,
        };
        mood && !self
            .absent
            .iter()
            .any(|concept| of(mentions, *concept).iter().any(|mention| mention.sentence == sentence))
    }
}

fn of(mentions: &Mentions, concept: Concept) -> &[Mention] {
    mentions.get(concept).map_or(&[], Vec::as_slice)
}

/// True if the remaining steps are found after `from`.
fn follows(mentions: &Mentions, steps: &[Step], from: &Mention) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    let list = of(mentions, step.concept);
    // Mentions are in order: those before `from` are passed over at once.
    let begin = list.partition_point(|mention| mention.start < from.end);
    list.get(begin..)
        .unwrap_or_default()
        .iter()
        .take_while(|mention| match step.reach {
            Reach::Words(gap) => mention.start <= from.end + gap,
            Reach::Any => true,
        })
        .filter(|mention| mention.opens || !step.opens)
        .filter(|mention| step.reach == Reach::Any || mention.sentence == from.sentence)
        .any(|mention| follows(mentions, rest, mention))
}
