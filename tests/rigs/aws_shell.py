"""A shell in which `aws` is the AWS CLI, and moto the cloud that it calls.

The lines are run by bash, as somebody would paste them. `aws` on its PATH hands its words to this
process, where the AWS CLI itself (awscli) reads them; moto has its clouds here. No network is used.
"""

import io
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from functools import cache

from rigs.aws_made import REGION

CALL = """#!{python} -S
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect(os.environ["AWS_HERE"])
    line.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
    code, out, err = json.loads(line.makefile().read())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""
DONE = "every line was run"


@cache
def _driver(service, command):
    """The AWS CLI for one command: what it reads for another one would stay with it."""
    from awscli.clidriver import create_clidriver

    made = create_clidriver()
    made.session.register_component("data_loader", _models(made.session))
    return made


_LOADER = []


def _models(session):
    """The models of AWS's services, read once for all commands."""
    _LOADER.append(session.get_component("data_loader"))
    return _LOADER[0]


class Shell:
    """A bash that keeps its variables from one `run` to the next; it ends with the block.

    words: pairs of what moto calls something, and how the lines call it.
    """

    def __init__(self, folder, words=()):
        self.words, self.said = list(words), []
        place = folder / "aws.socket"
        (folder / "aws").write_text(CALL.format(python=sys.executable))
        (folder / "aws").chmod(0o755)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(place))
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()
        around = {
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "AWS_HERE": str(place),
        }
        self._bash = subprocess.Popen(
            ["bash", "-eu"],
            env=around,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._bash.kill()
        self._bash.communicate()
        self._socket.close()

    def run(self, lines):
        """Run some lines; AssertionError with what was printed where one of them fails."""
        self._bash.stdin.write("\n".join([*lines, f"echo '{DONE}'"]) + "\n")
        self._bash.stdin.flush()
        told = []
        for line in self._bash.stdout:
            if line.strip() == DONE:
                return
            told.append(line)
        raise AssertionError(f"{lines}: {''.join(told)}")

    def _serve(self):
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:  # closed
                return
            with line:
                words = json.loads(line.makefile().readline())
                line.sendall(json.dumps(self._call(words)).encode())

    def _call(self, words):
        for old, new in self.words:
            words = [word.replace(new, old) for word in words]
        self.said.append(words)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = _driver(*words[:2]).main(["--region", REGION, *words])
        return code, out.getvalue(), err.getvalue()
