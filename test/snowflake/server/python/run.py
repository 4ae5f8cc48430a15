"""Runs `many_model.py` as an account would: `run.py call SOURCE` its procedure, `run.py infer SOURCE` its model.

What it is to do is JSON on the standard input; what it did is JSON on the standard output.
"""

import importlib.util
import json
import os
import sys

import pandas as pd
from snowflake.ml.model import custom_model


class Files:
    """`session.file`: files of stages, which are folders."""

    def __init__(self, stages):
        self._stages = stages

    def get_stream(self, location):
        for name, folder in self._stages.items():
            if location.startswith(name + "/"):
                return open(os.path.join(folder, location[len(name) + 1 :]), "rb")
        raise FileNotFoundError(location)


class Session:
    def __init__(self, stages, package):
        self.file = Files(stages)
        self.package = package


def infer(module, asked):
    """Calls `predict` for each partition, with rows of the types that the signature says."""
    with open(os.path.join(asked["package"], "package.json"), encoding="utf-8") as file:
        package = json.load(file)
    model = module.ManyModel(custom_model.ModelContext(**package["artifacts"]))
    types = dict(package["inputs"])
    rows = pd.DataFrame(asked["rows"], columns=list(types), dtype=object)
    for name, kind in types.items():
        values = [float(v) if kind == "Float64" and v is not None else v for v in rows[name]]
        rows[name] = pd.Series(values, dtype=kind)
    found = [model.predict(part.reset_index(drop=True), **asked["params"]) for _, part in rows.groupby(asked["by"])]
    outcomes = pd.concat(found) if found else pd.DataFrame(columns=package["outputs"])
    if list(outcomes.columns) != package["outputs"]:
        raise ValueError(f"predict gave {list(outcomes.columns)}, but its signature says {package['outputs']}")
    return outcomes.values.tolist()


def main():
    what, source = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("handler", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    asked = json.load(sys.stdin)
    if what == "call":
        result = module.log_version(Session(asked["stages"], asked["package"]), asked["request"])
    else:
        result = infer(module, asked)
    json.dump(result, sys.stdout)


main()
