//! What a turn adds, that names read back, and how near percentiles come.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use super::*;

#[test]
fn names_read_back() {
    let mut measures = PLAIN.to_vec();
    measures.extend(Outcome::ALL.map(Measure::Outcome));
    measures.extend(Rung::ALL.map(Measure::Rung));
    measures.extend(Language::ALL.map(Measure::Language));
    measures.extend([Measure::Reason("primary:timeout".to_owned()), Measure::Withheld, Measure::Took(79)]);
    measures.extend(Rating::ALL.map(Measure::Thumbs));
    measures.extend([Measure::FirstToken(0), Measure::Sentences(Status::Contradicted)]);
    for measure in measures {
        assert_eq!(Measure::parse(&measure.name()), Some(measure.clone()), "{measure:?}");
    }
    for unknown in ["", "outcome:lost", "took:fast", "thumbs:sideways", "of another version"] {
        assert_eq!(Measure::parse(unknown), None, "{unknown}");
    }
}

#[test]
fn percentiles_are_within_a_tenth_or_so() {
    let times: Vec<u64> = (1..=5_000).collect();
    let histogram: Histogram = times.iter().map(|&millis| (bucket_of(millis), 1)).collect();
    for (quantile, exact) in [(0.5, 2_500.0), (0.95, 4_750.0), (0.99, 4_950.0)] {
        let found = histogram.quantile_ms(quantile).unwrap();
        assert!((found / exact - 1.0).abs() < 0.12, "{quantile}: {found}");
    }
    let within = histogram.share_within(2_000.0).unwrap();
    assert!((within - 0.4).abs() < 0.02, "{within}");
    assert_eq!(Histogram::default().quantile_ms(0.5), None);
}

#[test]
fn buckets_begin_where_they_say() {
    for bucket in 1..BUCKETS {
        let begins = lower_bound_ms(bucket).ceil() as u64;
        assert!(bucket_of(begins) >= bucket, "{bucket}");
        assert!(bucket_of(begins.saturating_sub(1)) <= bucket, "{bucket}");
    }
    assert_eq!(bucket_of(0), 0);
    assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
}
