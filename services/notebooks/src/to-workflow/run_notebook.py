"""Runs a notebook cell by cell in this environment, as papermill does, with what every kernel brings along.

usage: run_notebook.py NOTEBOOK OUTPUT [NAME=VALUE ...]

Values are read as JSON (numbers, true, null, lists) and as text otherwise. They follow the cell tagged `parameters`,
or come first when there is none. The notebook with its outputs is written in any case; the exit code is 1 when a cell
fails.
"""

import json
import pathlib
import sys
import tempfile

from jupyter_client.manager import KernelManager


def value_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def with_parameters(cells, parameters):
    if not parameters:
        return cells
    source = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    injected = {
        "cell_type": "code",
        "id": "injected-parameters",
        "metadata": {"tags": ["injected-parameters"]},
        "execution_count": None,
        "outputs": [],
        "source": "# Parameters of this run\n" + source,
    }
    kept = [cell for cell in cells if "injected-parameters" not in cell["metadata"].get("tags", [])]
    tagged = [index for index, cell in enumerate(kept) if "parameters" in cell["metadata"].get("tags", [])]
    place = tagged[0] + 1 if tagged else 0
    return [*kept[:place], injected, *kept[place:]]


def output_of(message):
    kind, content = message["msg_type"], message["content"]
    if kind == "stream":
        return {"output_type": kind, "name": content["name"], "text": content["text"]}
    if kind in ("display_data", "execute_result"):
        output = {"output_type": kind, "data": content["data"], "metadata": content["metadata"]}
        return output | ({"execution_count": content["execution_count"]} if kind == "execute_result" else {})
    if kind == "error":
        return {"output_type": kind} | {name: content[name] for name in ("ename", "evalue", "traceback")}
    return None


def run_cell(client, cell):
    """Runs one cell; answers whether it succeeded."""
    cell["outputs"] = []

    def hear(message):
        output = output_of(message)
        if output is None:
            return
        cell["outputs"].append(output)
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        print("".join(text), end="" if output["output_type"] == "stream" else "\n", flush=True)

    reply = client.execute_interactive("".join(cell["source"]), output_hook=hear, allow_stdin=False)
    cell["execution_count"] = reply["content"].get("execution_count")
    return reply["content"]["status"] == "ok"


def main(source, target, *words):
    notebook = json.loads(pathlib.Path(source).read_text())
    parameters = {name: value_of(text) for name, _, text in (word.partition("=") for word in words)}
    notebook["cells"] = with_parameters(notebook["cells"], parameters)
    # Sockets in a private folder: a port of the machine could be spoken to by whoever else is on it.
    sockets = tempfile.TemporaryDirectory()
    manager = KernelManager(kernel_name="python3", transport="ipc", ip=f"{sockets.name}/kernel")
    manager.kernel_spec.argv[:] = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    failed = None
    try:
        client.wait_for_ready(timeout=120)
        for number, cell in enumerate(notebook["cells"], 1):
            if cell["cell_type"] != "code":
                continue
            print(f"--- cell {number} of {len(notebook['cells'])}", flush=True)
            if not run_cell(client, cell):
                failed = number
                break
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        sockets.cleanup()
        output = pathlib.Path(target)
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(notebook, indent=1) + "\n")
    if failed is not None:
        error = next(item for item in reversed(notebook["cells"][failed - 1]["outputs"]) if "ename" in item)
        print(f"cell {failed} of {source} failed: {error['ename']}: {error['evalue']}", flush=True)
        for line in error["traceback"]:
            print(line)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
