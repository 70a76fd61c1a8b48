//! What counts as too old.

use portavoz_domain::timestamp::DAY_MS;

use super::*;

#[test]
fn what_is_too_old_follows_from_the_days() {
    let now = Timestamp::from_millis(400 * DAY_MS);
    let day = |days: i64| Timestamp::from_millis(days * DAY_MS);
    for (retention_days, settled, asked) in [(0, 400, 399), (1, 399, 399), (180, 220, 220), (400, 0, 0)] {
        let outdated = PrivacySettings { retention_days }.outdated(now);
        assert_eq!(outdated, Scope::Over(day(settled), day(asked)), "{retention_days} days");
    }
    let forever = PrivacySettings { retention_days: u32::MAX }.outdated(now);
    assert!(matches!(forever, Scope::Over(settled, _) if settled.as_millis() < 0), "{forever:?}");
}
