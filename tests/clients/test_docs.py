"""The commands in the guides: every ```sh block after a line `<!-- run -->` is run as it stands.

The guides are one walk, in the order of GUIDES: one shell, one folder, one server, configured as the block after
`<!-- gateway.toml -->` says, but for its ports.
"""

import os
import re
import shutil
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from portico import ROOT, Portico, binary

CONFIGURATION = re.compile(r"^<!-- gateway.toml -->\n+```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDES = ["operator", "host-developer", "mini-program-developer", "merchant"]
BLOCK = re.compile(r"^<!-- run -->\n+```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(guide):
    """The marked blocks with the lines that they begin at."""
    text = (ROOT / "docs/guides" / f"{guide}.md").read_text()
    return [(text.count("\n", 0, match.start(1)) + 1, match[1]) for match in BLOCK.finditer(text)]


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_has_commands_to_run(guide):
    assert blocks(guide)


def test_every_command_in_the_guides_does_what_it_says(tmp_path):
    assert shutil.which("curl") and shutil.which("node"), "the guides use curl and node"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/portico").symlink_to(Path(binary()).resolve())
    with closing(socket.create_server(("127.0.0.1", 0))) as one, closing(socket.create_server(("127.0.0.1", 0))) as other:
        shop, gateway = one.getsockname()[1], other.getsockname()[1]
    configuration = tmp_path / "gateway.toml"
    text = CONFIGURATION.search((ROOT / "docs/guides/merchant.md").read_text())[1]
    configuration.write_text(text.replace(":8090", f":{gateway}").replace(":9000", f":{shop}"))
    server = Portico(tmp_path / "portico-data", tmp_path / "log", ["--config", configuration]).start()
    script = [
        "set -euo pipefail",
        f"export ISSUER={server.issuer} ADMIN={server.admin} GATEWAY=http://127.0.0.1:{gateway} SHOP_PORT={shop}",
    ]
    for guide in GUIDES:
        for line, block in blocks(guide):
            script += [f"echo '== {guide}.md:{line}'", block]
    # An unknown variable that begins with PORTICO_ is an unknown key of the configuration.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTICO_")}
    environment["PATH"] = f"{tmp_path / 'bin'}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
    assert server.stop() == 0
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
