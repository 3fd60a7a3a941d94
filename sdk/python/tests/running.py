"""The examples, served on loopback as a machine of their own would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A process of its own: what an example sets is for itself.
_SERVE = """
import logging, sys
logging.getLogger("werkzeug").setLevel(logging.ERROR)
kind, source, fd = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.path.insert(0, source.rpartition("/")[0])
app = __import__(source.rpartition("/")[2].removesuffix(".py")).app
if kind == "asgi":
    import uvicorn
    uvicorn.run(app, fd=fd, log_level="error")
else:
    from werkzeug.serving import make_server
    make_server("127.0.0.1", 0, app, threaded=True, fd=fd).serve_forever()
"""


@contextmanager
def serving(kind: str, source: Path, fd: int, issuer: str, secret: str) -> Iterator[None]:
    """Serve the `app` of a file on a socket that listens."""
    environment = os.environ | {"ISSUER": issuer, "TAXI_SECRET": secret}
    command = [sys.executable, "-W", "ignore", "-c", _SERVE, kind, str(source), str(fd)]
    process = subprocess.Popen(command, pass_fds=[fd], env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
