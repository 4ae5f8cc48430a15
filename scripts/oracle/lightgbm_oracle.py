"""Boosted trees of LightGBM: reads tables as JSON, writes predictions for the rows that were held out.

With `public`, writes public tables that scikit-learn and statsmodels ship instead: each of them in five random orders, of which
the first three quarters are to fit.
"""
import json
import sys

import numpy as np


def public():
    from sklearn import datasets
    from statsmodels import datasets as more

    def shipped(name, outcome, leave_out=()):
        data = getattr(more, name).load_pandas().data
        return data.drop(columns=[*leave_out]), outcome(data)

    def bunch(load, outcome):
        data = load()
        return data.data, outcome(data.target)

    tables = {
        "breast_cancer": bunch(datasets.load_breast_cancer, lambda y: y),
        "digits, odd": bunch(datasets.load_digits, lambda y: y % 2),
        "wine, second cultivar": bunch(datasets.load_wine, lambda y: y == 1),
        "fair, any affair": shipped("fair", lambda d: d.affairs > 0, ["affairs"]),
        "randhie, any visit": shipped("randhie", lambda d: d.mdvis > 0, ["mdvis"]),
        "anes96, vote": shipped("anes96", lambda d: d.vote, ["vote"]),
        "diabetes": bunch(datasets.load_diabetes, lambda y: y),
    }
    for name, (x, y) in tables.items():
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        for seed in range(5):
            order = np.random.default_rng(seed).permutation(len(y))
            yield {
                "name": name,
                "loss": "logistic" if set(np.unique(y)) == {0, 1} else "squared",
                "training": len(y) * 3 // 4,
                "x": [[None if np.isnan(v) else v for v in column] for column in x[order].T],
                "y": y[order].tolist(),
            }


if sys.argv[1:] == ["public"]:
    json.dump(list(public()), sys.stdout)
    sys.exit()

import lightgbm

answers = []
for table in json.load(sys.stdin):
    x = np.array(table["x"], dtype=float).T
    y = np.array(table["y"], dtype=float)
    n = table["training"]
    objective = "binary" if table["loss"] == "logistic" else "regression"
    options = {"objective": objective, "verbose": -1, "num_threads": 1, "deterministic": True}
    fit = lightgbm.train(options, lightgbm.Dataset(x[:n], y[:n]), num_boost_round=100)
    answers.append(fit.predict(x[n:]).tolist())
json.dump(answers, sys.stdout)
