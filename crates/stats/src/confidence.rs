//! How sure an interval is to be: the three levels in use, so that nobody invents a fourth after seeing the numbers.

/// Two-sided confidence: the share of intervals, over many repetitions, that cover the true value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confidence {
    /// 90 %.
    Ninety,
    /// 95 %, the default everywhere.
    #[default]
    NinetyFive,
    /// 99 %.
    NinetyNine,
}

impl Confidence {
    /// The level as a probability.
    pub const fn level(self) -> f64 {
        match self {
            Self::Ninety => 0.90,
            Self::NinetyFive => 0.95,
            Self::NinetyNine => 0.99,
        }
    }

    /// The standard normal quantile of `1 - (1 - level) / 2`.
    pub const fn z(self) -> f64 {
        match self {
            Self::Ninety => 1.644_853_626_951_472_7,
            Self::NinetyFive => 1.959_963_984_540_054,
            Self::NinetyNine => 2.575_829_303_548_900_4,
        }
    }
}
