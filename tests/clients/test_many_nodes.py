"""The commands in docs/guides/many-nodes.md as they stand: PostgreSQL, NATS, three nodes, haproxy."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from portico import ROOT, binary
from test_docs import blocks

# Ports are written out in the guide, so the walk has a network of its own.
NETWORK = ["unshare", "--net"]
PEOPLE = {0: ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]}
LEAVE = "trap 'kill $(jobs -p) 2> /dev/null; pg_ctl --pgdata=$FOLDER/trial/postgres --mode=fast stop > /dev/null' EXIT"


@pytest.fixture
def folder():
    """A folder that a user who is not root gets at: PostgreSQL refuses to run as root."""
    path = Path(tempfile.mkdtemp(prefix="portico-nodes-", dir="/var/tmp"))
    path.chmod(0o755)
    (path / "bin").mkdir()
    shutil.copy(binary(), path / "bin/portico")
    shutil.copytree(ROOT / "deploy", path / "deploy", ignore=shutil.ignore_patterns("made"))
    if os.getuid() == 0:
        shutil.chown(path, "postgres", "postgres")
    yield path
    shutil.rmtree(path)


def test_three_nodes_are_started_restarted_and_migrated_as_the_guide_says(folder):
    script = ["set -euo pipefail", LEAVE]
    for line, block in blocks("many-nodes"):
        script += [f"echo '== many-nodes.md:{line}'", block]
    script.append("echo == through")
    root = os.getuid() == 0
    network = NETWORK if root else [*NETWORK, "--user", "--map-current-user", "--keep-caps"]
    as_whom = PEOPLE.get(os.getuid(), [])
    walk = "ip link set lo up && exec \"$@\""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTICO_")}
    environment |= {"FOLDER": str(folder), "HOME": str(folder), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*network, "sh", "-c", walk, "sh", *as_whom, "bash", "-c", "\n".join(script)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
    logs = "\n".join(log.read_text()[-1500:] for log in sorted((folder / "trial").glob("*.log")))
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}\n{logs}"
    assert "== through" in done.stdout
