"""Makes vectors.txt: inputs and results of other people's implementations, which tests/vectors.rs compares with ours.

Run with `python vectors.py > vectors.txt`; needs NumPy, SciPy, statsmodels and scikit-learn. The versions are printed
into the file. One line is one comparison: the statistic, then `name=value,value,...` parts, split by `|`.
Newcombe's interval is in no package at hand, so it is the formula of the paper, written down a second time.
"""

import math

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import stats
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
