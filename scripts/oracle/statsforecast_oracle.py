"""Forecasts of statsforecast: reads series as JSON, writes forecasts as JSON. python statsforecast_oracle.py IN OUT [METHOD...]

Each has its mean, its bounds of 80 and 95 % where the method has any, and its milliseconds of CPU.
With --lines it answers each line of its input, a series with its method, by a line.
"""

import json
import sys
import time
import warnings

import numpy as np
from statsforecast import models

warnings.filterwarnings("ignore")

METHODS = {
    "auto-arima": lambda m: models.AutoARIMA(season_length=m),
    "auto-arima-approximation": lambda m: models.AutoARIMA(season_length=m, approximation=True),
    "ets": lambda m: models.AutoETS(season_length=m),
    "theta": lambda m: models.Theta(season_length=m),
    "dynamic-theta": lambda m: models.DynamicOptimizedTheta(season_length=m),
    "ces": lambda m: models.AutoCES(season_length=m),
    "tbats": lambda m: models.AutoTBATS(season_length=m),
    "croston": lambda m: models.CrostonClassic(),
    "sba": lambda m: models.CrostonSBA(),
    "adida": lambda m: models.ADIDA(),
    "imapa": lambda m: models.IMAPA(),
    "naive": lambda m: models.Naive(),
    "snaive": lambda m: models.SeasonalNaive(season_length=m),
    "drift": lambda m: models.RandomWalkWithDrift(),
    "mean": lambda m: models.HistoricAverage(),
    "holt-winters": lambda m: models.HoltWinters(season_length=m, error_type="A"),
}


LEVELS = [80, 95]


def listed(values):
    return [float(value) if np.isfinite(value) else None for value in values]


def forecast(make, one):
    y = np.array([np.nan if value is None else value for value in one["values"]], dtype=np.float64)
    began = time.process_time()
    try:
        try:
            result = make(one["period"]).forecast(y=y, h=one["h"], level=LEVELS)
        except Exception:  # a method without intervals
            result = make(one["period"]).forecast(y=y, h=one["h"])
        answer = {"mean": listed(result["mean"]), "ms": [1000 * (time.process_time() - began)]}
        if f"lo-{LEVELS[0]}" in result:
            answer["lower"] = [listed(result[f"lo-{level}"]) for level in LEVELS]
            answer["upper"] = [listed(result[f"hi-{level}"]) for level in LEVELS]
        return answer
    except Exception as error:  # any refusal is an answer
        return {"error": [f"{type(error).__name__}: {error}"]}


if sys.argv[1] == "--lines":
    for line in sys.stdin:
        one = json.loads(line)
        print(json.dumps(forecast(METHODS[one["method"]], one)), flush=True)
    sys.exit()

with open(sys.argv[1]) as file:
    series = json.load(file)
chosen = {name: make for name, make in METHODS.items() if name in (sys.argv[3:] or METHODS.keys() - {"auto-arima-approximation"})}
for make in chosen.values():  # the first call compiles
    forecast(make, series[0])
results = [{name: forecast(make, one) for name, make in chosen.items()} for one in series]
with open(sys.argv[2], "w") as file:
    json.dump(results, file)
