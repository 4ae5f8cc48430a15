"""Parses statements by sqlglot, dialect snowflake: JSON texts in, for each what became of it out.

`parsed`, `opaque` (kept as a command whose insides the parser does not know), or the parser's error.
"""

import json
import logging
import sys

import sqlglot
from sqlglot import exp

logging.disable(logging.WARNING)


def judge(text: str) -> str:
    try:
        statement = sqlglot.parse_one(text, dialect="snowflake")
    except sqlglot.errors.SqlglotError as error:
        return str(error).splitlines()[0]
    return "opaque" if statement.find(exp.Command) is not None else "parsed"


json.dump([judge(text) for text in json.load(sys.stdin)], sys.stdout)
