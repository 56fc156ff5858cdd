"""Prints every handler that JupyterLab with its extensions registers, with an address that reaches it, as JSON."""

import json
import re
import sys

try:
    import re._parser as parser
except ImportError:  # before Python 3.11
    import sre_parse as parser

from jupyter_server.serverapp import ServerApp


def example(tree) -> str:
    """A text that a parsed regular expression matches."""
    said = ""
    for kind, value in tree:
        name = str(kind)
        if name == "LITERAL":
            said += chr(value)
        elif name in ("ANY", "NOT_LITERAL"):
            said += "x"
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            said += example(value[2]) * max(value[0], 1)
        elif name == "SUBPATTERN":
            said += example(value[-1])
        elif name == "BRANCH":
            said += example(value[1][0])
        elif name == "IN":
            said += one_of(value)
    return said


def one_of(choices) -> str:
    kind, value = choices[0]
    if str(kind) == "LITERAL":
        return chr(value)
    if str(kind) == "RANGE":
        return chr(value[0])
    if str(kind) == "CATEGORY" and "DIGIT" in str(value) and "NOT" not in str(value):
        return "1"
    return "x"


def registered(router):
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from registered(rule.target)
        elif isinstance(rule.target, type) and hasattr(rule.matcher, "regex"):
            yield rule.matcher.regex.pattern, rule.target


app = ServerApp()
app.initialize(["--ServerApp.base_url=" + sys.argv[1], "--ServerApp.jpserver_extensions=jupyterlab=True", "--allow-root"])
found = {}
for pattern, handler in registered(app.web_app.default_router):
    path = example(parser.parse(pattern))
    if re.fullmatch(pattern, path):
        found[path] = f"{handler.__module__}.{handler.__name__}"
    else:
        sys.exit(f"no address found for {pattern} of {handler}: {path}")
print(json.dumps(found))
