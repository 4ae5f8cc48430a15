"""Deploys task graphs by snowflake.core, Snowflake's own client, to a schema that notes what it is asked.

JSON in: graphs, each with root, children, finalizer and what is set of them. Out: for each, its calls in order.
"""

import json
import sys

from snowflake.core.task import Cron
from snowflake.core.task.dagv1 import DAG, DAGOperation, DAGTask


class Noted:
    def __init__(self, calls, name):
        self.calls, self.name = calls, name

    def resume(self):
        self.calls.append(["resume", self.name])

    def execute(self, retry_last=False):
        self.calls.append(["retry" if retry_last else "execute", self.name])


class Tasks:
    """Stands for a schema's tasks: creating, resuming and executing are noted, nothing is sent."""

    def __init__(self, calls):
        self.calls = calls

    def create(self, task, mode=None):
        minutes = task.user_task_timeout_ms
        self.calls.append(
            [
                "create",
                task.name,
                {
                    "after": task.predecessors or [],
                    "finalize": task.finalize,
                    "schedule": f"{task.schedule.expr} {task.schedule.timezone}" if task.schedule else None,
                    "when": task.condition,
                    "error": task.error_integration,
                    "timeout": minutes,
                    "size": task.user_task_managed_initial_warehouse_size,
                },
            ]
        )

    def __getitem__(self, name):
        return Noted(self.calls, name)


class Schema:
    def __init__(self, calls):
        self.tasks = Tasks(calls)


def deployed(graph):
    calls = []
    root, schedule = graph["root"], graph.get("schedule")
    with DAG(
        root,
        schedule=Cron(*schedule) if schedule else None,
        condition=graph.get("when"),
        error_integration=graph.get("error"),
        user_task_timeout_ms=graph["timeout"],
        user_task_managed_initial_warehouse_size=graph["size"],
    ) as dag:
        for name in graph["children"]:
            DAGTask(name, "SELECT 1", is_finalizer=name == graph.get("finalizer"), **graph["task"])
    operation = DAGOperation.__new__(DAGOperation)
    operation.schema = Schema(calls)
    DAGOperation.deploy.__wrapped__(operation, dag)
    if not schedule:
        DAGOperation.run.__wrapped__(operation, dag)
    return calls


json.dump([deployed(graph) for graph in json.load(sys.stdin)], sys.stdout)
