"""The models of bench/backtest. Each has fit(rows, event) and log_odds(rows); higher means likelier.

Weights: a row counts 1 / sqrt(rows of its group), so that long-lived groups do not speak for all; simulated groups together count
SIMULATED_SHARE of what the real ones do. Not here: what is scored.
"""
import numpy as np
from scipy.optimize import minimize
from scipy.stats import t as student

from forecast_rows import FEATURES, SIMULATED

RAW = ("momentum", "change", "level")
LOCATION = {"halve": ("momentum", "reversion", "recent", "known", "weeks", "speakers", "since"),
            "fall": ("momentum", "reversion", "speakers", "unanswered", "since", "core_quiet")}
SCALE = ("speakers", "uneven", "restless")
ODDS = {"halve": ("momentum", "reversion", "recent", "known", "weeks", "speakers", "since"),
        "fall": ("momentum", "reversion", "speakers", "since", "core_quiet")}
PENALTY_LOCATION, PENALTY_SCALE, PENALTY_ODDS = 30., 7.5, 2.5
PENALTY_SLOPE = 15.
FREEDOM = 5
SIMULATED_SHARE = .1
FOLDS = 8
P_MIN = 1e-4


def weights(rows):
    _, place, count = np.unique(rows.group, return_inverse=True, return_counts=True)
    w, made = 1 / np.sqrt(count[place]), rows.archive == SIMULATED
    if made.any() and not made.all():
        w[made] *= SIMULATED_SHARE * w[~made].sum() / w[made].sum()
    return w


def folds(groups, seed):
    """group -> fold; a group is never in two."""
    names = np.unique(groups)
    return dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % FOLDS))


def standard(x):
    return x.mean(0), x.std(0) + 1e-9


def columns(rows, names):
    return rows.x[:, [FEATURES.index(n) for n in names]]


def with_one(x):
    return np.column_stack([x, np.ones(len(x))])


def unstandard(beta, mean, spread):
    """Coefficients for features as they are; the last is the constant."""
    slopes = beta[:-1] / spread
    return np.append(slopes, beta[-1] - (slopes * mean).sum())


def fit_logistic(x, y, w, penalty):
    mean, spread = standard(x)
    x1 = with_one((x - mean) / spread)

    def loss(b):
        u = x1 @ b
        grad = x1.T @ (w * (1 / (1 + np.exp(-u)) - y))
        grad[:-1] += 2 * penalty * b[:-1]
        return (w * (np.logaddexp(0, u) - y * u)).sum() + penalty * (b[:-1] ** 2).sum(), grad
    return unstandard(minimize(loss, np.zeros(x1.shape[1]), jac=True, method="L-BFGS-B").x, mean, spread)


def fit_student(x_location, x_scale, z, w):
    """Minimise sum w [ln s + 3 ln(1 + e^2/5)] + penalties, e = (z - m)/s; six halves of the 5 + 1 degrees of freedom."""
    (mean_l, spread_l), (mean_s, spread_s) = standard(x_location), standard(x_scale)
    xl, xs = with_one((x_location - mean_l) / spread_l), with_one((x_scale - mean_s) / spread_s)
    cut = xl.shape[1]

    def loss(both):
        b, c = both[:cut], both[cut:]
        log_s = np.clip(xs @ c, -6, 4)
        e = (z - xl @ b) * np.exp(-log_s)
        pull = w * (FREEDOM + 1) * e / (FREEDOM + e * e)
        grad_b, grad_c = -xl.T @ (pull * np.exp(-log_s)), xs.T @ (w - pull * e)
        grad_b[:-1] += 2 * PENALTY_LOCATION * b[:-1]
        grad_c[:-1] += 2 * PENALTY_SCALE * c[:-1]
        value = (w * (log_s + (FREEDOM + 1) / 2 * np.log1p(e * e / FREEDOM))).sum()
        return value + PENALTY_LOCATION * (b[:-1] ** 2).sum() + PENALTY_SCALE * (c[:-1] ** 2).sum(), np.append(grad_b, grad_c)
    both = minimize(loss, np.zeros(cut + xs.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return unstandard(both[:cut], mean_l, spread_l), unstandard(both[cut:], mean_s, spread_s)


class RawLogistic:
    name = "logistic of the three counts"

    def fit(self, rows, event):
        self.beta = fit_logistic(rows.raw, getattr(rows, event), weights(rows), .5)
        return self

    def log_odds(self, rows):
        return with_one(rows.raw) @ self.beta


class Student:
    name = "Student-t location and scale"

    def fit(self, rows, event):
        self.event = event
        self.location, self.scale = fit_student(columns(rows, LOCATION[event]), columns(rows, SCALE),
                                                getattr(rows, "z_" + event), weights(rows))
        return self

    def log_odds(self, rows):
        m, log_s = with_one(columns(rows, LOCATION[self.event])) @ self.location, with_one(columns(rows, SCALE)) @ self.scale
        p = student.cdf((np.log(.5) - m) * np.exp(-log_s), FREEDOM).clip(P_MIN, 1 - P_MIN)
        return np.log(p / (1 - p))


class Logistic:
    name = "logistic of the features"

    def fit(self, rows, event):
        self.event = event
        self.odds = fit_logistic(columns(rows, ODDS[event]), getattr(rows, event), weights(rows), PENALTY_ODDS)
        return self

    def log_odds(self, rows):
        return with_one(columns(rows, ODDS[self.event])) @ self.odds


def fit_level(u, y):
    """Slope and shift that make held-out log odds u fit what came, every row alike; the slope is held near 1."""
    def loss(b):
        v = b[0] * u + b[1]
        miss = 1 / (1 + np.exp(-v)) - y
        value = (np.logaddexp(0, v) - y * v).sum() + PENALTY_SLOPE * (b[0] - 1) ** 2
        return value, np.array([(miss * u).sum() + 2 * PENALTY_SLOPE * (b[0] - 1), miss.sum()])
    return minimize(loss, np.array([1., 0.]), jac=True, method="L-BFGS-B").x


class Both:
    """What Hearth ships: the mean of the two, its slope and shift fitted on groups held out inside the training rows."""
    name = "both (shipped)"

    def __init__(self, seed=1):
        self.seed = seed

    def fit_parts(self, rows, event):
        self.student, self.logistic = Student().fit(rows, event), Logistic().fit(rows, event)
        return self

    def mean(self, rows):
        return (self.student.log_odds(rows) + self.logistic.log_odds(rows)) / 2

    def fit(self, rows, event):
        u, fold = np.zeros(len(rows.day)), folds(rows.group, self.seed)
        place = np.array([fold[g] for g in rows.group])
        for k in range(FOLDS):
            if (place == k).any() and (place != k).any():
                u[place == k] = Both().fit_parts(rows.take(place != k), event).mean(rows.take(place == k))
        real = rows.archive != SIMULATED
        self.slope, self.shift = fit_level(u[real], getattr(rows, event)[real])
        return self.fit_parts(rows, event)

    def log_odds(self, rows):
        return self.slope * self.mean(rows) + self.shift


def chance(u):
    return 1 / (1 + np.exp(-u))
