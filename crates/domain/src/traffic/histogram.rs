//! Times in buckets that grow by a fifth, so that any percentile is known within ten per cent or so whatever its size.

/// Each bucket's upper bound over its lower one.
const GROWTH: f64 = 1.2;

/// Number of buckets; the last one begins at half an hour and takes everything beyond.
pub const BUCKETS: u8 = 80;

/// The bucket of a time: bucket `b` begins at `1.2^b` ms; less than that is in the first one.
pub fn bucket_of(millis: u64) -> u8 {
    let place = (millis.max(1) as f64).ln() / GROWTH.ln();
    // The nudge keeps bounds in the bucket that they begin, whatever the logarithm rounds to.
    (place + 1e-9).floor().min(f64::from(BUCKETS - 1)) as u8
}

/// Where a bucket begins, in milliseconds.
pub fn lower_bound_ms(bucket: u8) -> f64 {
    if bucket == 0 { 0.0 } else { GROWTH.powi(i32::from(bucket)) }
}

/// How many times fell into each bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram([u64; BUCKETS as usize]);

impl Default for Histogram {
    fn default() -> Self {
        Self([0; BUCKETS as usize])
    }
}

impl FromIterator<(u8, u64)> for Histogram {
    fn from_iter<T: IntoIterator<Item = (u8, u64)>>(buckets: T) -> Self {
        let mut histogram = Self::default();
        for (bucket, count) in buckets {
            if let Some(known) = histogram.0.get_mut(usize::from(bucket.min(BUCKETS - 1))) {
                *known += count;
            }
        }
        histogram
    }
}

impl Histogram {
    /// How many times there are.
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The time in milliseconds that a share `quantile` (0..=1) of all times does not exceed, taken to be spread evenly
    /// within its bucket; `None` without any.
    pub fn quantile_ms(&self, quantile: f64) -> Option<f64> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        let wanted = (quantile.clamp(0.0, 1.0) * total as f64).max(f64::MIN_POSITIVE);
        let mut before = 0.0;
        for (bucket, &count) in (0..BUCKETS).zip(&self.0) {
            let count = count as f64;
            if count > 0.0 && before + count >= wanted {
                let (low, high) = (lower_bound_ms(bucket), lower_bound_ms(bucket.saturating_add(1)));
                return Some(low + (high - low) * (wanted - before) / count);
            }
            before += count;
        }
        None
    }

    /// The share of times of at most `limit_ms`, taken to be spread evenly within its bucket; `None` without any.
    pub fn share_within(&self, limit_ms: f64) -> Option<f64> {
        let total = self.count();
        let within: f64 = (0..BUCKETS)
            .zip(&self.0)
            .map(|(bucket, &count)| {
                let (low, high) = (lower_bound_ms(bucket), lower_bound_ms(bucket.saturating_add(1)));
                count as f64 * ((limit_ms - low) / (high - low)).clamp(0.0, 1.0)
            })
            .sum();
        (total > 0).then(|| within / total as f64)
    }
}
