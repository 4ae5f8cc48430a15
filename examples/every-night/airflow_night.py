from datetime import datetime, timedelta

from airflow import DAG
from airflow.exceptions import AirflowFailException
from airflow.operators.python import PythonOperator
from subprocess import run


def night():
    code = run(["npx", "manymodel", "pipeline", "run"], cwd="/srv/sales").returncode
    if code == 4:  # The version that the alias means has scored; a repetition changes nothing.
        raise AirflowFailException("the gate held the new version back")
    if code not in (0, 3):
        raise RuntimeError(f"manymodel pipeline run: exit code {code}")


with DAG("every_night", schedule="30 2 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1):
    PythonOperator(
        task_id="night", python_callable=night, retries=3, retry_delay=timedelta(minutes=10)
    )
