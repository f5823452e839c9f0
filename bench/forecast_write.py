"""Writes what bench/backtest learnt as C. Not here: the learning."""
from forecast_models import LOCATION, ODDS, SCALE
from forecast_rows import EVENTS, FEATURES

HEAD = """/*
 * What the forecast has learnt. Written by bench/backtest --write on {date}; not to be changed by hand.
 *
 * Per event the fit to all groups, then {draws} fits to groups drawn again, for the intervals; what each number is stands in
 * forecast_private.h, how good they are in docs/backtest.md. Per fit three lines: location, log scale, log odds, each with a
 * factor for every feature in the order of enum warmth_feature and the constant last; then slope and shift.
 */
#include "warmth/forecast_private.h"

"""


def vector(names, beta):
    by_name = dict(zip(names, beta))
    return "{ " + ", ".join(f"{by_name.get(f, 0):.5g}" for f in FEATURES) + f", {beta[-1]:.5g} }}"


def write_coefficients(path, shipped, alarm, date):
    draws = len(shipped[EVENTS[0]]) - 1
    out = [HEAD.format(date=date, draws=draws)]
    out.append("/* clang-format off */\nconst struct forecast_coefficients forecast_coefficients[FORECAST_EVENTS][1 + FORECAST_DRAWS] = {\n")
    for event in EVENTS:
        out.append(f"\t[FORECAST_{event.upper()}] = {{\n")
        for fit in shipped[event]:
            out.append(f"\t\t{{ {vector(LOCATION[event], fit.student.location)},\n"
                       f"\t\t  {vector(SCALE, fit.student.scale)},\n"
                       f"\t\t  {vector(ODDS[event], fit.logistic.odds)}, {fit.slope:.5g}, {fit.shift:.5g} }},\n")
        out.append("\t},\n")
    out.append("};\n/* clang-format on */\n\n")
    out.append("const double forecast_alarm[FORECAST_EVENTS] = { "
               + ", ".join(f"[FORECAST_{e.upper()}] = {alarm[e]:.4f}" for e in EVENTS) + " };\n")
    path.write_text("".join(out))
