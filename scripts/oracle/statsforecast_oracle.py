"""Forecasts of statsforecast: reads series as JSON, writes forecasts as JSON. python statsforecast_oracle.py IN OUT"""

import json
import sys
import warnings

import numpy as np
from statsforecast import models

warnings.filterwarnings("ignore")

METHODS = {
    "auto-arima": lambda m: models.AutoARIMA(season_length=m),
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


def forecast(make, one):
    y = np.array([np.nan if value is None else value for value in one["values"]], dtype=np.float64)
    try:
        mean = make(one["period"]).forecast(y=y, h=one["h"])["mean"]
        return {"mean": [float(value) if np.isfinite(value) else None for value in mean]}
    except Exception as error:  # any refusal is an answer
        return {"error": [f"{type(error).__name__}: {error}"]}


with open(sys.argv[1]) as file:
    series = json.load(file)
results = [{name: forecast(make, one) for name, make in METHODS.items()} for one in series]
with open(sys.argv[2], "w") as file:
    json.dump(results, file)
