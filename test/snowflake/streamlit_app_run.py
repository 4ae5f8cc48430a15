"""Runs a written Streamlit app and written notebooks without a browser or an account: FOLDER PROGRAM.

`snowflake.snowpark.context` is stood in for by a session whose queries `manymodel sql` sends, by the real driver.
Statements that are not queries are taken as done.
"""

import json
import pathlib
import subprocess
import sys
import types

import nbformat
import pandas
from streamlit.testing.v1 import AppTest

folder, program = pathlib.Path(sys.argv[1]), sys.argv[2]


class Answer:
    def __init__(self, text):
        self.text = text

    def to_pandas(self):
        if not self.text.startswith("SELECT"):
            return pandas.DataFrame()
        ran = subprocess.run(
            ["node", program, "sql", self.text, "--json"], capture_output=True, text=True, cwd=folder.parent
        )
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr.strip())
        answer = json.loads(ran.stdout)
        return pandas.DataFrame(answer["rows"], columns=answer["columns"])


class Session:
    def sql(self, text):
        return Answer(text)


context = types.ModuleType("snowflake.snowpark.context")
context.get_active_session = Session
for name in ["snowflake", "snowflake.snowpark"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["snowflake.snowpark.context"] = context

app = AppTest.from_file(str(folder / "streamlit_app.py"), default_timeout=120).run()
cells, refused = {}, []
for file in sorted(folder.glob("*.ipynb")):
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    scope = {}
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    cells[file.name] = len(code)
    for source in code:
        try:
            exec(source, scope)
        except RuntimeError:
            refused.append(file.name)
print(
    json.dumps(
        {
            "exceptions": [one.value for one in app.exception],
            "infos": len(app.info),
            "frames": len(app.dataframe),
            "subheaders": len(app.subheader),
            "notebooks": cells,
            "refused": refused,
        }
    )
)
