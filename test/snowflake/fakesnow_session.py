"""Executes statements by fakesnow of PyPI: lines of JSON `{"sql":…,"binds":[…]}` in, `{"rows":…,"changed":…}` out."""

import json
import re
import sys

import fakesnow
import snowflake.connector
from snowflake.connector.errors import Error

HYBRID = re.compile(r"^CREATE HYBRID TABLE (.*?)(?:,\s+INDEX \w+ \([^()]*\))?\)$", re.S)


def plain(value):
    """A value as the driver of Node.js gives it."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else int(value) if value == int(value) else float(value)


def main():
    snowflake.connector.paramstyle = "qmark"
    with fakesnow.patch():
        cursor = snowflake.connector.connect(database="LAB", schema="MM").cursor()
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                # It has no hybrid tables: their keys are the same.
                cursor.execute(HYBRID.sub(r"CREATE TABLE \1)", asked["sql"]), tuple(asked["binds"]) or None)
                rows = [[plain(value) for value in row] for row in cursor.fetchall()]
                answer = {"rows": rows, "changed": cursor.rowcount or 0}
            except Error as error:
                answer = {"error": error.msg}
            print(json.dumps(answer), flush=True)


main()
