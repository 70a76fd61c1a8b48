use super::*;

#[test]
fn every_pattern_speaks_of_known_concepts() {
    for list in [include_str!("../../data/defence/signals.txt"), include_str!("../../data/defence/offtopic.txt")] {
        let written = patterns::lines(list).count();
        assert_eq!(patterns::read(list, words::words()).len(), written);
    }
}
