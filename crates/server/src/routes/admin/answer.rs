//! An answer with what is known of it, as the owner reads it: in its conversation, and beside others of an evaluation.
//!
//! How it looks is in `templates/admin/answer.html`, whose parts take what is here.

use portavoz_domain::quality::{ACCURACY_WEIGHT, CLARITY_WEIGHT, Quality, RELEVANCE_WEIGHT, Term};

pub(super) use self::marked::{Bit, Part, parts};
use super::tongue::Tongue;

mod marked;

/// The score, term by term.
pub(super) struct QualityShown {
    pub(super) score: f32,
    /// Name, weight and what it is made of.
    pub(super) terms: [(&'static str, f32, Term); 3],
}

impl Part {
    /// The colour of what was found.
    pub(super) fn tone(&self) -> &'static str {
        use portavoz_domain::verification::Status::{Contradicted, Supported, Unsupported};
        match self.status {
            None => "",
            Some(Supported) => "good",
            Some(Contradicted) => "bad",
            Some(Unsupported) => "warn",
        }
    }
}

impl QualityShown {
    pub(super) fn of(tongue: Tongue, quality: Quality) -> Self {
        let say = |es, en| tongue.say(es, en);
        Self {
            score: quality.score,
            terms: [
                (say("Relevancia", "Relevance"), RELEVANCE_WEIGHT, quality.relevance),
                (say("Exactitud", "Accuracy"), ACCURACY_WEIGHT, quality.accuracy),
                (say("Claridad", "Clarity"), CLARITY_WEIGHT, quality.clarity),
            ],
        }
    }
}
