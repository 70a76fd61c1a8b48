//! The functions of mathematics that the standard library lacks: gamma, beta, and the normal and t distributions.
//!
//! Each is good to about 1e-12 of its value, which the tests check against SciPy; what is built on them is tested to 1e-9.

use std::f64::consts::PI;

/// The natural logarithm of the gamma function, for `x > 0`.
///
/// Stirling's series, M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 6.1.41, after the
/// argument was moved above 16 by `gamma(x + 1) = x gamma(x)`.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < 16.0 {
        product *= shifted;
        shifted += 1.0;
    }
    let inverse = 1.0 / shifted;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0
            - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square * (1.0 / 1188.0)))));
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * (2.0 * PI).ln() + series - product.ln()
}

/// The natural logarithm of the beta function, for `a, b > 0`.
pub(crate) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The natural logarithm of "`count` choose `taken`".
pub(crate) fn ln_choose(count: u64, taken: u64) -> f64 {
    let (count, taken) = (count as f64, taken as f64);
    ln_gamma(count + 1.0) - ln_gamma(taken + 1.0) - ln_gamma(count - taken + 1.0)
}

/// The probability of at most `most` successes in `trials` fair tosses.
pub(crate) fn fair_tail(most: u64, trials: u64) -> f64 {
    if most >= trials {
        return 1.0;
    }
    if 2 * most + 1 > trials {
        return 1.0 - fair_tail(trials - most - 1, trials);
    }
    // Downwards from the largest term, so that the sum stops when terms no longer matter.
    let mut term = (ln_choose(trials, most) - trials as f64 * std::f64::consts::LN_2).exp();
    let mut sum = term;
    for k in (1..=most).rev() {
        term *= k as f64 / (trials - k + 1) as f64;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum.min(1.0)
}

/// The standard normal distribution function.
///
/// Near the middle by the series of Abramowitz and Stegun (1964), 26.2.11; in the tails by the continued fraction
/// 26.2.14, whose relative error stays small where `1 - p` would lose all digits.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    let density = (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
    if x.abs() < 3.0 {
        let (mut term, mut sum) = (x, x);
        for k in 1..120 {
            term *= x * x / f64::from(2 * k + 1);
            sum += term;
        }
        return 0.5 + density * sum;
    }
    let mut fraction = 0.0;
    for k in (1..120).rev() {
        fraction = f64::from(k) / (x.abs() + fraction);
    }
    let tail = density / (x.abs() + fraction);
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// The standard normal quantile; infinite at 0 and 1.
///
/// M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988),
/// would do in one step; a short start of the secant kind and Halley's steps on [`normal_cdf`] need no table of
/// coefficients and reach the same digits.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return if p <= 0.0 {
            f64::NEG_INFINITY
        } else if p >= 1.0 {
            f64::INFINITY
        } else {
            f64::NAN
        };
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    // Abramowitz and Stegun (1964), 26.2.23: good to 4.5e-4.
    let t = (-2.0 * p.ln()).sqrt();
    let start =
        t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    let mut x = -start;
    for _ in 0..3 {
        let density = (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
        let step = (normal_cdf(x) - p) / density;
        x -= step / (1.0 + 0.5 * x * step);
    }
    x
}

/// The distribution function of Student's t with `freedom` degrees of freedom.
pub(crate) fn t_cdf(t: f64, freedom: f64) -> f64 {
    let tail = 0.5 * incomplete_beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5);
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// The quantile of Student's t, for `0 < p < 1`, by halving: exact enough and never astray.
pub(crate) fn t_quantile(p: f64, freedom: f64) -> f64 {
    if p < 0.5 {
        return -t_quantile(1.0 - p, freedom);
    }
    let (mut low, mut high) = (0.0, 2.0);
    while t_cdf(high, freedom) < p && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if t_cdf(middle, freedom) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function `I_x(a, b)`, by its continued fraction (Abramowitz and Stegun (1964),
/// 26.5.8), evaluated after W. J. Lentz, Applied Optics 15 (1976).
pub(crate) fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let tiny = 1e-300;
    let keep = |value: f64| if value.abs() < tiny { tiny } else { value };
    let (mut c, mut d) = (1.0, 1.0 / keep(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..1_000 {
        let m = f64::from(m);
        for numerator in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / keep(1.0 + numerator * d);
            c = keep(1.0 + numerator / c);
            fraction *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (a * x.ln() + b * (1.0 - x).ln() - ln_beta(a, b)).exp() * fraction / a
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All values are from SciPy 1.17.1: `gammaln`, `ndtr`, `ndtri`, `stdtr`, `betainc`, `binom.cdf`.
    fn close(found: f64, expected: f64, what: &str) {
        let error = (found - expected).abs() / expected.abs().max(1e-300);
        assert!(error < 1e-11 || (found - expected).abs() < 1e-15, "{what}: {found} instead of {expected}");
    }

    #[test]
    fn gamma_and_its_kin_are_those_of_scipy() {
        for (x, expected) in [
            (0.18, 1.6354606040857227),
            (0.5, 0.5723649429247),
            (3.3, 0.9870985778947343),
            (15.9, 27.625493215168696),
            (171.5, 709.1431630309283),
            (5000.5, 37586.88488728106),
        ] {
            close(ln_gamma(x), expected, &format!("ln gamma of {x}"));
        }
        for (x, a, b, expected) in [
            (0.3, 0.5, 0.5, 0.36901011956554536),
            (0.9, 2.0, 30.0, 1.0),
            (0.47, 800.0, 900.0, 0.48100415790699746),
            (0.02, 5.0, 1.0, 3.2000000000000005e-09),
        ] {
            close(incomplete_beta(x, a, b), expected, &format!("incomplete beta {x} {a} {b}"));
        }
    }

    #[test]
    fn the_normal_and_t_distributions_are_those_of_scipy() {
        for (x, expected) in [
            (-20.0, 2.7536241186061556e-89),
            (-5.5, 1.898956246588768e-08),
            (-3.0, 0.0013498980316300933),
            (-2.9, 0.0018658133003840375),
            (-0.1, 0.460172162722971),
            (0.0, 0.5),
            (1.959963984540054, 0.975),
            (4.0, 0.9999683287581669),
        ] {
            close(normal_cdf(x), expected, &format!("normal at {x}"));
        }
        for (p, expected) in [
            (1e-12, -7.034483825301131),
            (0.00135, -2.9999769927033935),
            (0.025, -1.9599639845400545),
            (0.4999, -0.0002506628300880075),
            (0.8, 0.8416212335729143),
            (0.995, 2.5758293035489004),
        ] {
            close(normal_quantile(p), expected, &format!("normal quantile {p}"));
        }
        for (freedom, t, expected) in [
            (1.0, -3.0, 0.10241638234956672),
            (4.0, 0.94, 0.799780483872719),
            (9.0, 2.262, 0.9749935772487727),
            (99.0, -1.66, 0.050039433796064514),
            (999.0, 0.5, 0.6914074045348553),
        ] {
            close(t_cdf(t, freedom), expected, &format!("t of {t} with {freedom}"));
            close(t_quantile(expected, freedom), t, &format!("t quantile of {expected} with {freedom}"));
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn fair_tosses_are_those_of_scipy() {
        for (most, trials, expected) in [
            (0_u64, 5_u64, 0.03125),
            (3_u64, 10_u64, 0.171875),
            (7_u64, 10_u64, 0.9453125),
            (10_u64, 10_u64, 1.0),
            (450_u64, 1000_u64, 0.0008652680424881513),
            (2380_u64, 5000_u64, 0.00036169387150162733),
            (520_u64, 1000_u64, 0.9026168357691174),
        ] {
            close(fair_tail(most, trials), expected, &format!("{most} of {trials}"));
        }
    }
}
