"""Stands in for `snowflake.ml.model.custom_model`: checks what that checks, and does nothing else."""

import inspect

import pandas as pd


class ModelContext:
    def __init__(self, **artifacts):
        self.artifacts = artifacts

    def __getitem__(self, name):
        return self.artifacts[name]


class CustomModel:
    def __init__(self, context=None):
        self.context = context


def partitioned_api(function):
    signature = inspect.signature(function)
    _, rows, *parameters = signature.parameters.values()
    if rows.annotation is not pd.DataFrame or signature.return_annotation is not pd.DataFrame:
        raise TypeError("Input and output of a predict method should have the type pandas.DataFrame.")
    for parameter in parameters:
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY or parameter.annotation not in (int, float, str, bool):
            raise TypeError(f"Parameter '{parameter.name}' must be keyword-only and of a supported type.")
    function._is_partitioned_api = True
    return function
