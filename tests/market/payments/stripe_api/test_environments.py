"""The clients are those we name, and two test processes that want one at once get the same one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import stripe

from tests.market.payments.stripe_api.clients.environments import NODE, OLD_PYTHON
from tests.market.payments.stripe_api.serving import ROOT


def test_the_newest_python_client_is_pinned() -> None:
    assert stripe.VERSION == "16.1.0"


def test_the_old_python_client_is_its_own(old_python: Path) -> None:
    said = subprocess.run(
        [old_python, "-c", "import stripe; print(stripe.VERSION)"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == OLD_PYTHON


def test_the_node_client_is_pinned(node_client: Path) -> None:
    package = json.loads((node_client / "node_modules" / "stripe" / "package.json").read_text())
    assert package["version"] == NODE


@pytest.mark.slow
def test_two_that_ask_at_once_get_one(old_python: Path, tmp_path: Path) -> None:
    """`old_python` is asked for so that the registry is known to answer."""
    code = "from tests.market.payments.stripe_api.clients.environments import old_python; print(old_python())"
    environment = os.environ | {"STATE_DIR": str(tmp_path)}
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0] and said[0] == said[1]
    subprocess.run([said[0], "-c", "import stripe"], check=True)
