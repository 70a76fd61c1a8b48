//! The measures: recall, area under the curve, calibration error.

/// `part` of `whole`, 0 of nothing.
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// How many of the baseline's misses ours does not make, as a share of them.
pub(crate) fn misses_cut(ours: f64, baseline: f64) -> f64 {
    1.0 - (1.0 - ours) / (1.0 - baseline).max(1e-9)
}

/// Area under the curve: how often a true case scores above a false one, ties half.
pub(crate) fn auroc(scored: &[(f32, bool)]) -> f64 {
    let mut sorted: Vec<&(f32, bool)> = scored.iter().collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut false_below, mut wins) = (0.0, 0.0);
    for group in sorted.chunk_by(|one, other| one.0 == other.0) {
        let positives = group.iter().filter(|(_, label)| *label).count() as f64;
        let negatives = group.len() as f64 - positives;
        wins += positives * (false_below + negatives / 2.0);
        false_below += negatives;
    }
    let positives = scored.iter().filter(|(_, label)| *label).count() as f64;
    wins / (positives * (scored.len() as f64 - positives)).max(1.0)
}

/// Expected calibration error over ten bins of equal width.
pub(crate) fn calibration_error(scored: &[(f32, bool)]) -> f64 {
    let mut bins = [(0.0_f64, 0.0_f64); 10];
    for (score, label) in scored {
        let place = ((score * 10.0) as usize).min(9);
        if let Some((scores, labels)) = bins.get_mut(place) {
            *scores += f64::from(*score);
            *labels += f64::from(u8::from(*label));
        }
    }
    bins.iter().map(|(scores, labels)| (scores - labels).abs()).sum::<f64>() / scored.len().max(1) as f64
}

/// The reliability curve: for each tenth of probability, how many cases, and how often they came true.
pub(crate) fn reliability(scored: &[(f32, bool)]) -> String {
    let bin = |place: usize| scored.iter().filter(move |(score, _)| ((score * 10.0) as usize).min(9) == place);
    (0..10)
        .map(|place| {
            let right = bin(place).filter(|(_, label)| *label).count();
            format!("{:.2} ({})", share(right, bin(place).count()), bin(place).count())
        })
        .collect::<Vec<_>>()
        .join("  ")
}
