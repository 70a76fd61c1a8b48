use super::*;

#[test]
fn every_pattern_speaks_of_known_concepts() {
    for list in [
        include_str!("../../data/defence/signals.txt"),
        include_str!("../../data/defence/offtopic.txt"),
        include_str!("../../data/defence/documents.txt"),
    ] {
        let written = patterns::lines(list).count();
        assert!(written > 0);
        assert_eq!(patterns::read(list, words::words()).len(), written);
    }
}

#[test]
fn every_sign_has_a_weight_and_every_weight_a_sign() {
    let all = all_signs();
    for line in include_str!("../../data/defence/model.txt").lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(' ').next().unwrap_or_default();
        assert!(name == "intercept" || all.contains(&name), "`{name}` is no sign");
    }
    for sign in all {
        assert!(model::model().knows(sign), "`{sign}` has no weight: fit the model again");
    }
}
