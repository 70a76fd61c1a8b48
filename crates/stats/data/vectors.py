"""Makes vectors.txt: inputs and results of other people's implementations, which tests/vectors.rs compares with ours.

Run with `python vectors.py > vectors.txt`; needs NumPy, SciPy, statsmodels and scikit-learn. The versions are printed
into the file. One line is one comparison: the statistic, then `name=value,value,...` parts, split by `|`.
Newcombe's interval and the live tests are in no package at hand, so they are the papers' definitions, written down a
second time.
"""

import math

import numpy as np
import scipy
import scipy.special
import sklearn
import statsmodels
from scipy import optimize, stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

rng = np.random.default_rng(20260)


def line(statistic, **parts):
    def text(value):
        values = np.atleast_1d(np.asarray(value, dtype=float)).ravel()
        return ",".join(repr(float(v)) for v in values)

    print(" | ".join([statistic] + [f"{name}={text(value)}" for name, value in parts.items()]))


print(f"# NumPy {np.__version__}, SciPy {scipy.__version__}, statsmodels {statsmodels.__version__}, scikit-learn {sklearn.__version__}; made by vectors.py")

# Sign flips: SciPy enumerates all of them when asked for more resamples than there are patterns.
for differences in [
    rng.normal(0.1, 1, 8),
    rng.integers(-10, 11, 12) / 10,
    rng.choice([-0.3, 0.0, 0.1, 0.4], 14),
    rng.exponential(1, 13) - 0.8,
]:
    found = stats.permutation_test((differences,), lambda x, axis: np.mean(x, axis=axis), permutation_type="samples",
                                   vectorized=True, n_resamples=np.inf)
    line("permutation", differences=differences, p=found.pvalue)

# BCa from the very replicates that SciPy drew.
for values, level in [(rng.normal(0.2, 1, 25), 0.95), (rng.exponential(1, 18) - 0.7, 0.95), (rng.integers(-3, 4, 40) / 10, 0.90),
                      (rng.lognormal(0, 1, 30) - 1, 0.99)]:
    found = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=199, confidence_level=level, rng=rng)
    jackknife = (values.sum() - values) / (len(values) - 1)
    low, high = found.confidence_interval
    line("bca", level=level, values=values, jackknife=jackknife, replicates=found.bootstrap_distribution, low=low, high=high)

for better, worse in [(0, 0), (1, 0), (10, 3), (25, 9), (120, 88), (700, 610), (7, 7)]:
    p = mcnemar([[0, better], [worse, 0]], exact=True).pvalue if better + worse else 1.0
    line("mcnemar", better=better, worse=worse, p=p)
    assert better + worse == 0 or math.isclose(p, stats.binomtest(better, better + worse).pvalue, rel_tol=1e-9)

for p_values in [[0.01, 0.02, 0.03, 0.04, 0.05], rng.uniform(0, 1, 7), rng.uniform(0, 0.02, 6), [0.5, 0.5, 0.001]]:
    line("holm", p=p_values, adjusted=multipletests(p_values, method="holm")[1])

for table in [[[20, 5], [10, 15]], [[44, 5, 1], [7, 20, 3], [9, 5, 6]], [[1, 6], [7, 2]], rng.integers(0, 30, (4, 4))]:
    table = np.array(table)
    found = cohens_kappa(table)
    rows, columns = zip(*[(i, j) for (i, j), count in np.ndenumerate(table) for _ in range(count)])
    assert math.isclose(found.kappa, cohen_kappa_score(rows, columns), abs_tol=1e-12)
    line("kappa", size=len(table), table=table, kappa=found.kappa, standard_error=math.sqrt(found.var_kappa))

for one, other in [(rng.normal(size=12), rng.normal(size=12)), (rng.integers(0, 5, 30), rng.integers(0, 5, 30)),
                   (np.arange(9), np.arange(9) ** 2 % 7)]:
    line("spearman", one=one, other=other, rho=stats.spearmanr(one, other).statistic)


def newcombe(both, better, worse, neither, level):
    n = both + better + worse + neither
    new, old = both + better, both + worse
    (l1, u1), (l2, u2) = [proportion_confint(k, n, alpha=1 - level, method="wilson") for k in (new, old)]
    margins = new * (n - new) * old * (n - old)
    product = both * neither - better * worse
    product = max(product - n / 2, 0) if product > 0 else product
    phi = product / math.sqrt(margins) if margins else 0.0
    p1, p2 = new / n, old / n
    down = math.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    up = math.sqrt((u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2)
    return p1 - p2 - down, p1 - p2 + up


for counts in [(36, 12, 2, 0), (14, 5, 0, 22), (1, 1, 7, 12), (59, 6, 16, 80), (10, 0, 0, 10), (30, 1, 0, 0)]:
    low, high = newcombe(*counts, 0.95)
    line("newcombe", counts=counts, low=low, high=high)

for control, variant in [((70, 100), (85, 100)), ((3, 40), (9, 36)), ((480, 600), (481, 600))]:
    found = proportions_ztest([variant[0], control[0]], [variant[1], control[1]])
    line("naive_z", control=control, variant=variant, p=found[1])

# The live tests.
PRIOR, THRESHOLD = 0.18, math.log(20)


def ln_l(s, f, p):
    return scipy.special.xlogy(s, p) + scipy.special.xlog1py(f, -p)


def nearest(n_c, seen_c, n_v, seen_v, by):
    """Where the slope of n_c KL(seen_c, x) + n_v KL(seen_v, x + by) is 0; a minimiser would find it to half the digits."""
    slope = lambda x: n_c * (x - seen_c) / (x * (1 - x)) + n_v * (x + by - seen_v) / ((x + by) * (1 - x - by))
    low, high = max(0, -by), min(1, 1 - by)
    inch = 1e-9 * (high - low)
    return optimize.brentq(slope, low + inch, high - inch, xtol=1e-15, rtol=1e-14)


def path(blocks, n_c, n_v, by):
    """The logarithm of the e-process against one difference, after each block of (successes of control, of variant)."""
    s_c = f_c = s_v = f_v = 0
    log_e, values = 0.0, []
    for c, v in blocks:
        seen_c, seen_v = [(s + PRIOR) / (s + f + 2 * PRIOR) for s, f in ((s_c, f_c), (s_v, f_v))]
        null = nearest(n_c, seen_c, n_v, seen_v, by)
        log_e += ln_l(c, n_c - c, seen_c) + ln_l(v, n_v - v, seen_v) - ln_l(c, n_c - c, null) - ln_l(v, n_v - v, null + by)
        s_c, f_c, s_v, f_v = s_c + c, f_c + n_c - c, s_v + v, f_v + n_v - v
        values.append(log_e)
    return values


for n_c, n_v, p_c, p_v, many in [(1, 1, 0.4, 0.8, 70), (3, 1, 0.9, 0.6, 30), (2, 2, 0.5, 0.5, 30)]:
    blocks = list(zip(rng.binomial(n_c, p_c, many), rng.binomial(n_v, p_v, many)))
    possible = [k for k in range(-199, 200) if max(path(blocks, n_c, n_v, k / 200)) < THRESHOLD]
    zero = path(blocks, n_c, n_v, 0.0)
    line("two_by_two", sizes=(n_c, n_v), control=[c for c, _ in blocks], variant=[v for _, v in blocks], log_e=zero[-1],
         p=min(1, math.exp(-max(zero))), low=(possible[0] - 1) / 200, high=(possible[-1] + 1) / 200)


def mixture(s, f):
    return scipy.special.betaln(s + 0.5, f + 0.5) - scipy.special.betaln(0.5, 0.5)


for s, n in [(3, 10), (70, 100), (950, 1000)]:
    evidence = lambda p: mixture(s, n - s) - ln_l(s, n - s, p) - THRESHOLD
    above = lambda p: evidence(p) + math.log(scipy.special.betaincc(s + 0.5, n - s + 0.5, p) / scipy.special.betaincc(0.5, 0.5, p))
    line("share", counts=(s, n), low=optimize.brentq(evidence, 1e-12, s / n, xtol=1e-14),
         high=optimize.brentq(evidence, s / n, 1 - 1e-12, xtol=1e-14), least=optimize.brentq(above, 1e-12, s / n, xtol=1e-14))

for control, variant in [((7, 20), (15, 22)), ((60, 600), (120, 590)), ((10, 900), (2, 100))]:
    (s_c, n_c), (s_v, n_v) = control, variant

    def evidence(by):
        x = nearest(n_c, s_c / n_c, n_v, s_v / n_v, by)
        return mixture(s_c, n_c - s_c) + mixture(s_v, n_v - s_v) - ln_l(s_c, n_c - s_c, x) - ln_l(s_v, n_v - s_v, x + by) - THRESHOLD

    seen = s_v / n_v - s_c / n_c
    line("from_counts", control=control, variant=variant, low=optimize.brentq(evidence, -0.999, seen, xtol=1e-13),
         high=optimize.brentq(evidence, seen, 0.999, xtol=1e-13))

for shares, visitors in [([0.5, 0.5], [60, 41]), ([0.9, 0.1], [800, 130]), ([0.2, 0.3, 0.5], [25, 22, 60])]:
    factor = stats.dirichlet_multinomial.logpmf(visitors, 20 * np.array(shares), sum(visitors))
    factor -= stats.multinomial.logpmf(visitors, sum(visitors), shares)
    line("sample_ratio", shares=shares, visitors=visitors, log_bayes_factor=factor)

for control, variant in [((200, 1.0, 4.0), (180, 1.5, 5.0)), ((50, 0.2, 0.01), (50, 0.1, 0.02)), ((5000, 3, 1), (600, 3, 2))]:
    n = control[0] + variant[0]
    spread = math.sqrt(n * (control[2] / control[0] + variant[2] / variant[0]))
    rho2 = (-2 * math.log(0.1) + math.log(-2 * math.log(0.1) + 1)) / 1000
    reach = spread * math.sqrt(2 * (n * rho2 + 1) / (n**2 * rho2) * math.log(1 + math.sqrt(n * rho2 + 1) / (2 * 0.05)))
    line("means", control=control, variant=variant, least=variant[1] - control[1] - reach, most=variant[1] - control[1] + reach)
