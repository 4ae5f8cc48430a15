"""Stands in for `snowflake.ml.registry`: a version is a folder, with its artifacts and what is said of it."""

import json
import os
import shutil


class Registry:
    def __init__(self, *, session, database_name, schema_name):
        self._session = session

    def log_model(
        self,
        model,
        *,
        model_name,
        version_name,
        comment,
        metrics,
        signatures,
        pip_requirements,
        target_platforms,
    ):
        if not all(getattr(type(model), name)._is_partitioned_api for name in signatures):
            raise ValueError("a signature is of no method of the model")
        folder = self._session.package
        artifacts = {}
        for name, path in model.context.artifacts.items():
            artifacts[name] = os.path.join(folder, os.path.basename(path))
            copy = shutil.copytree if os.path.isdir(path) else shutil.copyfile
            copy(path, artifacts[name])
        described = {
            "artifacts": artifacts,
            "inputs": [[spec.name, spec.dtype.value] for spec in signatures["predict"].inputs],
            "outputs": [spec.name for spec in signatures["predict"].outputs],
            "comment": comment,
            "metrics": metrics,
            "pip": pip_requirements,
            "platforms": target_platforms,
        }
        with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as file:
            json.dump(described, file)
