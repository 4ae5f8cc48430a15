"""Stands in for `snowflake.ml.model.model_signature`."""

from enum import Enum


class DataType(Enum):
    """What a column is in the data frame that a model is given."""

    INT64 = "Int64"
    DOUBLE = "Float64"
    BOOL = "boolean"
    STRING = "string"


class FeatureSpec:
    def __init__(self, *, name, dtype):
        self.name = name
        self.dtype = dtype


class ModelSignature:
    def __init__(self, *, inputs, outputs):
        self.inputs = inputs
        self.outputs = outputs
