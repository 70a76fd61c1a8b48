//! How much of the question a text covers: one value a probe.

use portavoz_text::dates::{End, LAST_YEAR, periods};
use portavoz_text::language::Language;
use portavoz_text::terms::normal_form;
use portavoz_text::words::{Word, words};

use super::probe::{Probe, SeenWord};

/// What a text says of each probe, 0..=1, in the order of the probes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cover {
    /// The best match of each probe.
    pub(super) matched: Vec<f32>,
    /// Where each probe's best match stands, in words; `None` if it has none.
    pub(super) places: Vec<Option<usize>>,
    /// How well each probe that is not matched is met by a word with its beginning, 0..=1.
    pub(super) kin: Vec<f32>,
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

    /// The share of the question's names that is covered, 0..=1; 0 if it has none.
    pub(super) fn anchored(&self, probes: &[Probe]) -> f32 {
        let anchors = || self.matched.iter().zip(probes).filter(|(_, probe)| probe.is_anchor);
        let weight: f32 = anchors().map(|(_, probe)| probe.weight).sum();
        if weight == 0.0 {
            return 0.0;
        }
        anchors().map(|(matched, probe)| matched * probe.weight).sum::<f32>() / weight
    }

    /// The share of the question that is covered names.
    pub(super) fn anchors_share(&self, probes: &[Probe]) -> f32 {
        let anchors = self.matched.iter().zip(probes).filter(|(_, probe)| probe.is_anchor);
        anchors.map(|(matched, probe)| matched * probe.weight).sum()
    }

    /// How near each other the matches stand, 0..=1: 1 for neighbours, 0 for fewer than two.
    pub(super) fn nearness(&self) -> f32 {
        let mut places: Vec<usize> = self.places.iter().copied().flatten().collect();
        places.sort_unstable();
        let gaps = places.windows(2).filter_map(|pair| match pair {
            [left, right] => Some(right - left),
            _ => None,
        });
        let nearness: Vec<f32> = gaps.map(|gap| 2.0 / (1.0 + gap.max(1) as f32)).collect();
        if nearness.is_empty() { 0.0 } else { nearness.iter().sum::<f32>() / nearness.len() as f32 }
    }
}

/// What a name is worth that only looks like a synonym or translation: the company `Lumbre Estudio` for "to study".
const NAMESAKE: f32 = 0.4;

/// What a period is worth to a year within it.
const WITHIN: f32 = 0.95;

/// Looks for every probe in a text in `language`, given with its words.
pub(super) fn cover((text, words): (&str, &[Word<'_>]), language: Language, probes: &[Probe]) -> Cover {
    let mut cover = look(words, language, probes, NAMESAKE);
    cover_years(text, words, probes, &mut cover);
    cover
}

/// The same for a heading, where capitals show no names.
pub(super) fn cover_heading(text: &str, language: Language, probes: &[Probe]) -> Cover {
    let words = words(text);
    let mut cover = look(&words, language, probes, 1.0);
    cover_years(text, &words, probes, &mut cover);
    cover
}

/// A year within a period: "2019–2023" speaks of 2021.
fn cover_years(text: &str, words: &[Word<'_>], probes: &[Probe], cover: &mut Cover) {
    let years = || probes.iter().map(|probe| probe.year);
    if years().all(|year| year.is_none()) {
        return;
    }
    for period in periods(text) {
        let last = match period.value.to {
            End::Date(date) => date.year,
            End::Present => LAST_YEAR,
        };
        let place = words.iter().position(|word| word.span.end > period.span.start);
        let found = cover.matched.iter_mut().zip(cover.places.iter_mut());
        for (year, (matched, best_place)) in years().zip(found) {
            let is_within = year.is_some_and(|year| (period.value.from.year..=last).contains(&year));
            if is_within && *matched < WITHIN {
                *matched = WITHIN;
                *best_place = place;
            }
        }
    }
}

fn look(words: &[Word<'_>], language: Language, probes: &[Probe], namesake: f32) -> Cover {
    let mut cover = Cover {
        matched: vec![0.0; probes.len()],
        places: vec![None; probes.len()],
        kin: vec![0.0; probes.len()],
        ..Cover::default()
    };
    // The probe seen last and where: neighbours in the question that are neighbours here tell a phrase.
    let mut last: Option<(usize, usize)> = None;
    for (place, word) in words.iter().enumerate() {
        cover.words += 1;
        let normal = normal_form(word.text);
        // German writes all nouns with capitals.
        let is_name = place > 0 && language != Language::De && word.text.starts_with(char::is_uppercase);
        let mut seen = SeenWord::new(&normal, language);
        let found = cover.matched.iter_mut().zip(cover.places.iter_mut());
        for (index, (probe, (best, best_place))) in probes.iter().zip(found).enumerate() {
            let mut worth = probe.matched(&mut seen);
            if worth == 0.0
                && let Some(kin) = cover.kin.get_mut(index)
            {
                *kin = kin.max(probe.kin(&seen));
            }
            if worth < 1.0 && is_name {
                worth *= namesake;
            }
            if worth > 0.0 {
                if worth > *best {
                    *best = worth;
                    *best_place = Some(place);
                }
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
    for (kin, matched) in cover.kin.iter_mut().zip(&cover.matched) {
        *kin = if *matched > 0.0 { 0.0 } else { *kin };
    }
    cover
}
