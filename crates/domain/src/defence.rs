//! Defence: recognising messages and documents that try to steer the assistant, and requests that are not its business.
//!
//! Pure rules and a small fitted model; no provider is called to find out. A message is read with its disguises undone
//! ([`portavoz_text::unmask`]), its words are looked up in concepts of seven languages, concepts near each other make
//! signs, and a logistic model weighs the signs. Start at [`assess`].
//! To add one more phrase: `data/defence/words.txt`. One more sign: 1. `data/defence/signals.txt`; 2. a row of both kinds
//! in `tests/fixtures/defence.tsv`; 3. fit again (`cargo run -p portavoz-domain --example fit_defence -- FILE...`).

mod documents;
mod lane;
mod leaks;
mod model;
mod patterns;
mod scrambled;
mod shape;
mod words;

use std::sync::OnceLock;

use portavoz_text::unmask::{Mask, Reading, unmask};

use lane::Lane;
use patterns::Pattern;
use words::Mentions;

pub use documents::suspicious;
pub use leaks::{PromptGuard, canary, leaks};

/// What is wrong with a message, if anything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// It tries to change the assistant's instructions, or to have them revealed.
    Attack,
    /// It asks for work that has nothing to do with the owner: an essay, a translation, a calculation.
    OffTopic,
}

/// A sign that was seen in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its stable name, such as `override`.
    pub name: &'static str,
    /// What it added to the score before the score became a probability.
    pub contribution: f32,
}

/// A text, assessed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assessment {
    /// 0..=1: how likely the text is an attack.
    pub attack: f32,
    /// 0..=1: how likely it asks for work that has nothing to do with the owner.
    pub off_topic: f32,
    /// Every sign seen, strongest first.
    pub signals: Vec<Signal>,
}

impl Assessment {
    /// From here on a message is turned down. Chosen on honest messages, of which at most one in a hundred may be.
    pub const DECLINES_FROM: f32 = 0.5;

    /// What the message is turned down for.
    pub fn concern(&self) -> Option<Concern> {
        let is_attack = self.attack >= Self::DECLINES_FROM;
        let is_off_topic = self.off_topic >= Self::DECLINES_FROM;
        match (is_attack, is_off_topic) {
            (true, true) if self.is_idle() => Some(Concern::OffTopic),
            (true, _) => Some(Concern::Attack),
            (false, true) => Some(Concern::OffTopic),
            (false, false) => None,
        }
    }

    /// True if nothing but the wish for other work makes it an attack.
    fn is_idle(&self) -> bool {
        let log_odds = (self.attack / (1.0 - self.attack)).ln();
        let wish: f32 =
            self.signals.iter().filter(|signal| IDLE.contains(&signal.name)).map(|signal| signal.contribution).sum();
        log_odds - wish < 0.0
    }
}

/// Assesses a visitor's message.
pub fn assess(message: &str) -> Assessment {
    let signs = signs(message);
    let model = model::model();
    let mut signals: Vec<Signal> = signs
        .iter()
        .map(|name| Signal { name, contribution: model.weight(name) })
        .filter(|signal| signal.contribution != 0.0)
        .collect();
    signals.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()).then(a.name.cmp(b.name)));
    let sum = signals.iter().map(|signal| signal.contribution).sum();
    let off_topic = if signs.contains(&OFF_TOPIC) { OFF_TOPIC_PROBABILITY } else { 0.0 };
    Assessment { attack: model.probability(sum), off_topic, signals }
}

/// The names of all signs in `message`, each once, in a fixed order; what the model is fitted on.
pub fn signs(message: &str) -> Vec<&'static str> {
    let unmasked = unmask(message);
    let mut signs: Vec<&'static str> = unmasked.masks.iter().map(|mask| shape::mask(*mask)).collect();
    let mut readings = unmasked.readings.iter();
    let mut seen = readings.next().map(|reading| signs_of(reading, message)).unwrap_or_default();
    for reading in readings {
        let found = signs_of(reading, "");
        let tried = matches!(reading.mask, Some(Mask::Cut | Mask::Leet | Mask::Rot13 | Mask::Reversed));
        let tells = |name: &&str| !seen.contains(name) && (!tried || TELLING.contains(name));
        if found.iter().any(tells) {
            signs.push(shape::HIDDEN);
            seen.extend(found);
        }
    }
    signs.extend(seen);
    signs.sort_unstable();
    signs.dedup();
    signs
}

/// Every sign there is, in the order of [`signs`].
pub fn all_signs() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = patterns().iter().map(|pattern| pattern.signal).collect();
    all.extend(shape::NAMES);
    all.extend(shape::MASKS);
    all.sort_unstable();
    all.dedup();
    all.retain(|name| *name != OFF_TOPIC);
    all
}

/// Signs of idle requests; attacks share them.
const IDLE: [&str; 3] = ["make", "task", "wants"];

/// The name of the patterns that make a request off-topic.
const OFF_TOPIC: &str = "off_topic";

/// How sure a matching request is; the patterns were chosen for precision, and are not weighed.
const OFF_TOPIC_PROBABILITY: f32 = 0.9;

/// Signs of several words, which a disguise that is only tried does not show by chance.
const TELLING: [&str; 8] = ["override", "forget", "reveal", "keys", "persona", "dictate", "say_that", "new_task"];

fn patterns() -> &'static [Pattern] {
    static PATTERNS: OnceLock<Vec<Pattern>> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let lists = [include_str!("../data/defence/signals.txt"), include_str!("../data/defence/offtopic.txt")];
        lists.into_iter().flat_map(|list| patterns::read(list, words::words())).collect()
    })
}

/// The signs of one reading; those of its shape too if the text `as_written` is given.
fn signs_of(reading: &Reading, as_written: &str) -> Vec<&'static str> {
    let lane = Lane::of(&reading.text);
    let words = words::words();
    let mentions = words.mentions(&lane);
    let mut signs = signs_in(&lane, &mentions);
    if !as_written.is_empty() {
        signs.extend(shape::of(as_written, &lane, words, &mentions));
    }
    // What was put right is not put right again.
    if reading.mask != Some(Mask::Cut)
        && let Some(text) = scrambled::unscrambled(&lane, words)
    {
        let put_right = signs_of(&Reading { text, mask: Some(Mask::Cut) }, "");
        if put_right.iter().any(|name| TELLING.contains(name) && !signs.contains(name)) {
            signs.push(shape::HIDDEN);
            signs.extend(put_right);
        }
    }
    signs
}

fn signs_in(lane: &Lane, mentions: &Mentions) -> Vec<&'static str> {
    let mut signs: Vec<&'static str> = Vec::new();
    for pattern in patterns() {
        if !signs.contains(&pattern.signal) && pattern.find(lane, mentions).is_some() {
            signs.push(pattern.signal);
        }
    }
    signs
}

#[cfg(test)]
mod tests;
