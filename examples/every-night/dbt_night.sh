#!/usr/bin/env bash
set -euo pipefail
dbt build --select +sales             # the table that source.table names
code=0
npx manymodel pipeline run || code=$?
[[ $code =~ ^[034]$ ]] || exit "$code"
dbt build --select source:manymodel+  # whatever reads the forecasts
exit "$code"
