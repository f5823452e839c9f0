"""The words of docs/backtest.md around the tables that bench/backtest prints. Not here: the numbers found."""

HEAD = """# Backtest of the forecast

Written by `bench/backtest --write` on {date}; every number that is quoted elsewhere about the forecast comes from here. Archives
({archives}) are not part of Hearth. Python {python}, numpy {numpy}, scipy {scipy}; seed {seed}, {draws} draws of groups for each
interval.

## What is scored

- Dates, events and rows: `src/warmth/forecast.h`. A row counts once its time is over; a group that fell silent before its record
  ended is an event, not censored.
- **unseen archive**: learnt from the other archives only. **unseen groups**: {folds} folds over the groups of all archives, no group on
  both sides. **own archive**: the same within one archive (offered to the raw counts only, as one more chance for them).
- **Best raw**: of the three raw counts alone (momentum, change, level) and the logistic fits of the three, whichever has the highest
  pooled AUC on the very rows it is then compared on. The choice is made with hindsight, in favour of the raw counts.
- Intervals: 95 %, groups drawn with replacement. Within: mean AUC over the groups that have both outcomes (their number in
  brackets); its difference is paired by group.
- Groups with a known cause are listed and left out of the scores. They are learnt from until the last row whose time ends before
  the cause (seminars and workshops: not at all).
- Beside the archives the shipped model and its two parts learn a little (a tenth of the weight) from {groups} groups made from a seed
  (`bench/forecast_simulated.py`), most of them steady: no archive holds small groups without any unrest, and what was learnt without
  them warned of every one. They are never scored, and the raw counts learn without them.
- The choice of features and of the mean of two models was made with these archives in view, after some 400 specifications, most of
  them one of 55 features added or dropped. Left out among others: an archive's or a group's own past errors as a correction of the
  level (it put one archive's level right and made the order of falls worse), rows every 7 days to learn from, and terms for a trend
  beyond its noise (no gain; so a steady, noiseless fade, which these archives do not hold, is not foreseen). The figures are somewhat
  better than an archive that nobody has looked at will give; how much, only such an archive can say.
"""

LEFT_OUT = """## Left out

"""

GOAL = """## In short

The model that is shipped, on archives it has not seen, beside the best raw count model.

"""

CALIBRATION = """## Calibration of what is shipped

Said → came. Levels differ between archives more than anything else does; the interval that the command prints carries that spread
(see below), the number in its middle cannot.

"""

INTERVAL = """## The interval

`low` and `high` run from 5 % to 95 % of what {draws} fits to groups drawn again say, their level moved by steps of a normal whose
spread is what the archives' levels, unseen, were wrong by (in log odds: {spread}). Checked on archives not learnt from (the draws too
come from the others, with this spread): for fifths of the rows by what was said, whether the share that came lies between the means of
low and high.

"""

LEAD = """## Lead

Each model warns from a threshold that gives it at most one false alarm per group-year on the archive's own rows. *Each date*: every
date with an alarm counts, and is false when its event did not come. *Standing*: an alarm stands for 84 days, is not raised again
meanwhile, and is false when no date in that time had its event. A spell is a row of dates whose event came; its lead runs from the
first alarm, at most 84 days before the spell, to the day on which the first date's time is over (84 days later for halving, 252 for a
fall); without an alarm it is 0. Best raw → shipped. Wanted: 28 days more in the median.

"""
