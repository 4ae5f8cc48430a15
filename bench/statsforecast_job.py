"""A whole job of statsforecast, file to file: python statsforecast_job.py METHOD IN OUT

Reads daily series (UNIT_ID, OBS_DATE, Y) from Parquet, and writes their forecasts of 30 days with bounds of 80 and 95 %,
by two processes.
"""

import sys

import pandas as pd
from statsforecast import StatsForecast, models

METHODS = {
    "snaive": models.SeasonalNaive,
    "theta": models.Theta,
    "holt-winters": models.HoltWinters,
    "ets": models.AutoETS,
}

if __name__ == "__main__":
    method, source, output = sys.argv[1:]
    data = pd.read_parquet(source).rename(columns={"UNIT_ID": "unique_id", "OBS_DATE": "ds", "Y": "y"})
    data["ds"] = pd.to_datetime(data["ds"])
    job = StatsForecast(models=[METHODS[method](season_length=7)], freq="D", n_jobs=2)
    job.forecast(df=data, h=30, level=[80, 95]).to_parquet(output)
