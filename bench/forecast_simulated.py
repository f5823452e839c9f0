"""Groups made from a seed, for the forecast to learn a little from (see docs/backtest.md): steady ones above all, of few and of
many people, at which no archive lets one look. They are written as an archive of their own and never scored."""
import datetime

import numpy as np

from forecast_rows import EPOCH, SIMULATED

SEED = 11
GROUPS = 200
DAYS = 800
DAY0 = 18262
DAY_S = 86400


def make_group(chance):
    """(seconds, person) in order of time: a rate of 1.5 to 25 messages a day by 1 to 40 people whose shares fall like a power;
    weeks that differ by lognormal noise, most of it none or little, with or without memory; from some day on perhaps a trend."""
    rate, people = np.exp(chance.uniform(np.log(1.5), np.log(25))), int(np.exp(chance.uniform(0, np.log(40))))
    spread, memory = chance.choice([0, 0, .2, .5, .8]), chance.choice([0, .7])
    trend, since = chance.choice([1, 1, .997, .995, .99, .985, 1.002]), chance.integers(250, 600)
    share = np.arange(1, people + 1) ** -chance.uniform(.3, 1.2)
    level, noise, gust, seconds, who = 1., 0., 1., [], []
    for day in range(DAYS):
        level = min(level * trend, 3) if day >= since else level
        if day % 7 == 0:
            noise = memory * noise + np.sqrt(1 - memory ** 2) * chance.normal()
            gust = np.exp(spread * noise - spread ** 2 / 2)
        count = chance.poisson(rate * level * gust)
        seconds.append(np.sort(chance.integers(0, DAY_S, count)) + (DAY0 + day) * DAY_S)
        who.append(chance.choice(people, count, p=share / share.sum()))
    return np.concatenate(seconds), np.concatenate(who)


def write(folder):
    """The archive in folder, which is returned."""
    chance, lines = np.random.default_rng(SEED), []
    folder.mkdir(parents=True, exist_ok=True)
    for g in range(GROUPS):
        lines += [(s, f"g{g}\tg{g}p{p}") for s, p in zip(*make_group(chance))]
    lines.sort()
    end = EPOCH + datetime.timedelta(days=DAY0 + DAYS)
    (folder / f"{SIMULATED}.tsv").write_text("".join(f"{s}\t{who}\tmsg\t10\t-\t-\n" for s, who in lines))
    (folder / f"{SIMULATED}.groups.tsv").write_text("group\tobs_end\n" + "".join(f"g{g}\t{end}\n" for g in range(GROUPS)))
    return folder
