"""Other detectors for the detector study: reads sensors as JSON, writes which new readings each detector reports.

`stl`: robust STL of statsmodels on history and new readings, remainder beyond 4 robust standard deviations of the history's.
`kmeans`: KMeansAD of aeon, fitted to the history, scores beyond the highest of 99.99 % of the history's.
With `public`, writes the labelled series that aeon ships instead.
"""
import json
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")


def filled(values):
    y = np.array([np.nan if v is None else v for v in values], dtype=float)
    known = np.flatnonzero(~np.isnan(y))
    return np.interp(np.arange(len(y)), known, y[known])


def stl(history, new, period):
    from statsmodels.tsa.seasonal import STL

    # Loess of trend and low pass at every tenth of its window, between which it is interpolated, as R's stl does.
    jumps = {"trend_jump": period // 5, "low_pass_jump": period // 10}
    remainder = STL(filled(history + new), period=period, robust=True, **jumps).fit(inner_iter=1, outer_iter=3).resid
    n = len(history)
    scale = 1.4826 * np.median(np.abs(remainder[:n]))
    return np.abs(remainder[n:]) > 4 * scale


def kmeans(history, new, period):
    from aeon.anomaly_detection.series.distance_based import KMeansAD

    detector = KMeansAD(n_clusters=20, window_size=10, stride=1, random_state=1)
    past = filled(history)
    detector.fit(past)
    limit = np.quantile(detector.predict(past), 0.9999)
    return detector.predict(filled(history[-10:] + new))[10:] > limit


def main():
    if sys.argv[1:] == ["public"]:
        import pathlib

        import aeon.datasets

        folder = pathlib.Path(aeon.datasets.__file__).parent / "data" / "KDD-TSAD_135"
        parts = {}
        for part in ("TRAIN", "TEST"):
            table = np.loadtxt(folder / f"135_UCR_Anomaly_InternalBleeding16_{part}.csv", delimiter=",", skiprows=1)
            parts[part.lower()] = {"y": table[:, 1].tolist(), "anomaly": table[:, 2].astype(int).tolist()}
        json.dump(parts, sys.stdout)
        return
    answers = []
    for sensor in json.load(sys.stdin):
        own = {}
        for name, judge in (("stl", stl), ("kmeans", kmeans)):
            own[name] = [bool(flag) for flag in judge(sensor["history"], sensor["new"], sensor["period"])]
        answers.append(own)
    json.dump(answers, sys.stdout)


main()
