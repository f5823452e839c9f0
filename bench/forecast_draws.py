"""The draws behind the forecast's interval: the shipped model fitted again to groups drawn again. Not here: the model."""
import numpy as np
from scipy.stats import norm

from forecast_models import Both, chance, weights
from forecast_rows import Rows

DRAWS = 40  # FORECAST_DRAWS of src/warmth/forecast_private.h


def level_shift(y, u):
    """What must be added to log odds u for them to say on average what came (Newton)."""
    shift = 0.
    for _ in range(30):
        p = chance(u + shift)
        shift += (y.mean() - p.mean()) / (p * (1 - p)).mean()
    return shift


def level_spread(test, event, u):
    """How far an archive's level lies from what is said of it unseen: root mean square of the shifts that would put the archives
    right, each by the information it has."""
    shifts, information = [], []
    for a in np.unique(test.archive):
        here = test.take(test.archive == a)
        y, v = getattr(here, event), u[test.archive == a]
        if 0 < y.sum() < len(y):
            shifts.append(level_shift(y, v))
            information.append((weights(here) * chance(v) * (1 - chance(v))).sum())
    shifts, information = np.array(shifts), np.array(information)
    return float(np.sqrt((information * shifts ** 2).sum() / information.sum()))


def draw_fits(learn, event, spread, seed):
    """DRAWS fits to groups drawn again within each archive, each with its level moved by a step of a normal of that spread."""
    chance_of, fits = np.random.default_rng(seed), []
    for step in chance_of.permutation(norm.ppf((np.arange(DRAWS) + .5) / DRAWS)):
        picked = []
        for a in np.unique(learn.archive):
            names = np.unique(learn.group[learn.archive == a])
            for copy, g in enumerate(chance_of.choice(names, len(names))):
                part = learn.take(learn.group == g)
                part.group = np.char.add(part.group, f"#{copy}")
                picked.append(part)
        fit = Both().fit(Rows.join(picked), event)
        fit.shift += spread * step
        fits.append(fit)
    return fits
