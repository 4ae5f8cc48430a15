"""Logistic regressions of scikit-learn: reads segments as JSON, writes coefficients per standard deviation and probabilities."""
import json
import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

warnings.simplefilter("ignore", ConvergenceWarning)
answers = []
for segment in json.load(sys.stdin):
    z = np.array(segment["z"], dtype=float).T
    y = np.array(segment["y"], dtype=float)
    fit = LogisticRegression(C=1 / segment["ridge"], solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(z, y)
    answers.append({"coef": fit.coef_[0].tolist(), "intercept": float(fit.intercept_[0])})
json.dump(answers, sys.stdout)
