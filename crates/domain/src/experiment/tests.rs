#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use super::*;

fn experiment(per_mille: &[u32]) -> Experiment {
    let names = ["control", "six", "hot"];
    let arm = |name: &&str| Arm { name: VariantName::parse(name).unwrap(), variation: Variation::default() };
    Experiment {
        site: SiteId::default(),
        id: ExperimentId::mint(Timestamp::from_millis(0), [1; 10]),
        name: VariantName::parse("more-passages").unwrap(),
        state: ExperimentState::Running,
        salt: "salt".to_owned(),
        arms: names.iter().take(per_mille.len()).map(arm).collect(),
        shares: vec![Shares { from: Timestamp::from_millis(0), per_mille: per_mille.to_vec() }],
        design: Design::default(),
        started: Timestamp::from_millis(0),
        ended: None,
        shipped: None,
        note: String::new(),
    }
}

/// Ten thousand hashes at equal distances.
fn counts(experiment: &Experiment) -> Vec<usize> {
    let hashes = (0..10_000_u64).map(|place| place * (u64::MAX / 10_000));
    let arms: Vec<&VariantName> = hashes.map(|hash| &experiment.arm_of(hash).unwrap().name).collect();
    experiment.arms.iter().map(|arm| arms.iter().filter(|name| **name == &arm.name).count()).collect()
}

#[test]
fn arms_get_their_shares_of_the_hashes() {
    for (shares, expected) in [
        (vec![500, 500], vec![5_000, 5_000]),
        (vec![900, 100], vec![9_000, 1_000]),
        (vec![334, 333, 333], vec![3_340, 3_330, 3_330]),
        (vec![1_000, 0], vec![10_000, 0]),
    ] {
        let counted = counts(&experiment(&shares));
        assert!(counted.iter().zip(&expected).all(|(one, other)| one.abs_diff(*other) <= 2), "{shares:?} {counted:?}");
    }
}

#[test]
fn the_last_hash_has_an_arm_too() {
    assert!(experiment(&[500, 500]).arm_of(u64::MAX).is_some());
    assert!(experiment(&[]).arm_of(0).is_none());
}
