"""What bench/backtest measures of log odds beside what came: areas, intervals over groups, calibration, lead. Not here: models."""
import numpy as np
from scipy.stats import rankdata

BINS = (0, .1, .2, .3, .4, .5, .7, 1)
STEP_DAYS = 28
LEAD_DAYS = 84  # an alarm this long before the first date whose outcome is the event still counts as one for it


def auc(y, u):
    ranks, came = rankdata(u), y.sum()
    return (ranks[y > 0].sum() - came * (came + 1) / 2) / (came * (len(y) - came)) if 0 < came < len(y) else np.nan


def within(y, u, group):
    """Mean over groups that have both outcomes, and how many those are."""
    each = [auc(y[group == g], u[group == g]) for g in np.unique(group)]
    each = [a for a in each if not np.isnan(a)]
    return (np.mean(each) if each else np.nan), len(each)


def over_groups(group, measure, draws, seed):
    """2.5 % and 97.5 % of measure(row indexes) when groups are drawn with replacement."""
    names, place = np.unique(group, return_inverse=True)
    rows, chance = [np.flatnonzero(place == i) for i in range(len(names))], np.random.default_rng(seed)
    found = [measure(np.concatenate([rows[i] for i in chance.integers(0, len(names), len(names))])) for _ in range(draws)]
    found = [f for f in found if not np.isnan(f)]
    return tuple(np.quantile(found, (.025, .975))) if found else (np.nan, np.nan)


def within_difference(y, u, v, group, draws, seed):
    """Mean over groups of AUC(u) - AUC(v), with its interval over those groups."""
    each = [auc(y[group == g], u[group == g]) - auc(y[group == g], v[group == g]) for g in np.unique(group)]
    each = np.array([e for e in each if not np.isnan(e)])
    chance = np.random.default_rng(seed)
    means = [each[chance.integers(0, len(each), len(each))].mean() for _ in range(draws)] if len(each) else [np.nan]
    return (each.mean() if len(each) else np.nan), *np.quantile(means, (.025, .975))


def calibration(y, p):
    """Per bin of p: (from, to, rows, mean p, share that came)."""
    out = []
    for low, high in zip(BINS, BINS[1:]):
        inside = (p >= low) & ((p < high) | (high == 1))
        if inside.any():
            out.append((low, high, int(inside.sum()), p[inside].mean(), y[inside].mean()))
    return out


def false_alarms(alarm, y, group, day, stands_days):
    """How many alarms were false. stands_days 0: every date with an alarm is one, false when its event did not come. Else an alarm
    stands for so long, is not raised again meanwhile, and is false when no date in that time had its event."""
    if stands_days == 0:
        return int((alarm & (y == 0)).sum())
    false, whose, until = 0, None, 0
    for i in np.lexsort((day, group)):
        if alarm[i] and (group[i] != whose or day[i] >= until):
            whose, until = group[i], day[i] + stands_days
            false += not y[(group == whose) & (day >= day[i]) & (day < until)].any()
    return false


def threshold(y, u, group, day, stands_days=0, false_a_year=1.):
    """Coming down from the highest, the last of 200 quantiles of u before there are more false alarms per group-year."""
    years, best = len(y) * STEP_DAYS / 365.25, np.inf
    for level in np.unique(np.quantile(u, np.linspace(0, 1, 201)))[::-1]:
        if false_alarms(u >= level, y, group, day, stands_days) > false_a_year * years:
            break
        best = level
    return best


def onsets(y, group, day):
    """Indexes of the first date of every spell of dates whose event came."""
    order = np.lexsort((day, group))
    out = []
    for before, i in zip(np.append(-1, order[:-1]), order):
        again = before >= 0 and group[before] == group[i] and y[before] > 0 and day[i] - day[before] == STEP_DAYS
        if y[i] > 0 and not again:
            out.append(i)
    return np.array(out, int)


def leads(y, u, group, day, horizon_days, stands_days):
    """(groups, days), one per spell: from the first alarm, at most LEAD_DAYS before the spell's first date, to the end of that
    date's horizon, when the event is complete; 0: no alarm until then."""
    alarm = u >= threshold(y, u, group, day, stands_days)
    found, whose = [], []
    for i in onsets(y, group, day):
        near = alarm & (group == group[i]) & (day >= day[i] - LEAD_DAYS) & (day < day[i] + horizon_days)
        found.append(day[i] + horizon_days - day[near].min() if near.any() else 0.)
        whose.append(group[i])
    return np.array(whose), np.array(found)
