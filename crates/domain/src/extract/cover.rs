//! How much of the question a text covers: one value a probe.

use portavoz_text::language::Language;
use portavoz_text::terms::normal_form;
use portavoz_text::words::words;

use super::probe::{Probe, SeenWord};

/// What a text says of each probe, 0..=1, in the order of the probes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cover {
    /// The best match of each probe.
    pub(super) matched: Vec<f32>,
    /// Pairs of probes that stand as near each other as in the question.
    pub(super) pairs: f32,
    /// Words looked at.
    pub(super) words: usize,
}

impl Cover {
    /// The share of the question that is covered, 0..=1.
    pub(super) fn share(&self, probes: &[Probe]) -> f32 {
        self.matched.iter().zip(probes).map(|(matched, probe)| matched * probe.weight).sum()
    }
}

/// What a name is worth that only looks like a synonym or translation: the company `Lumbre Estudio` for "to study".
const NAMESAKE: f32 = 0.4;

/// Looks for every probe in `text`, which is in `language`.
pub(super) fn cover(text: &str, language: Language, probes: &[Probe]) -> Cover {
    look(text, language, probes, NAMESAKE)
}

/// The same for a heading, where capitals show no names.
pub(super) fn cover_heading(text: &str, language: Language, probes: &[Probe]) -> Cover {
    look(text, language, probes, 1.0)
}

fn look(text: &str, language: Language, probes: &[Probe], namesake: f32) -> Cover {
    let mut cover = Cover { matched: vec![0.0; probes.len()], ..Cover::default() };
    // The probe seen last and where: neighbours in the question that are neighbours here tell a phrase.
    let mut last: Option<(usize, usize)> = None;
    for (place, word) in words(text).into_iter().enumerate() {
        cover.words += 1;
        let normal = normal_form(word.text);
        // German writes all nouns with capitals.
        let is_name = place > 0 && language != Language::De && word.text.starts_with(char::is_uppercase);
        let mut seen = SeenWord::new(&normal, language);
        for (index, (probe, best)) in probes.iter().zip(cover.matched.iter_mut()).enumerate() {
            let mut worth = probe.matched(&mut seen);
            if worth < 1.0 && is_name {
                worth *= namesake;
            }
            if worth > 0.0 {
                *best = best.max(worth);
                if let Some((before, at)) = last
                    && before + 1 == index
                    && place - at <= 2
                {
                    cover.pairs += 1.0;
                }
                last = Some((index, place));
            }
        }
    }
    cover
}
