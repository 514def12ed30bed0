"""The official clients, and a running Lên Sàn for them: web server, worker and gateway as processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.jobs.models import Schedule
from core.kit import clock
from market.payments.models import Refund
from market.payments.stripe_api.models import ConnectedApplication
from tests.market.payments.stripe_api.clients import environments
from tests.market.payments.stripe_api.program import Program, connected
from tests.market.payments.stripe_api.serving import Haste, Server, double_for
from tests.market.payments.stripe_api.wire import Recorder
from tests.people import People


@pytest.fixture(scope="session")
def old_python() -> Path:
    """A Python that has the client of 2023."""
    return _or_skip(environments.old_python)


@pytest.fixture(scope="session")
def node_client() -> Path:
    """A folder whose node_modules has the Node client."""
    return _or_skip(environments.node_client)


def _or_skip(found: Any) -> Path:
    try:
        path: Path = found()
    except environments.NotThereError as reason:
        pytest.skip(str(reason))
    return path


@pytest.fixture(scope="module")
def committed_world(copies: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One database for a file's tests, that other processes see; thrown away afterwards."""
    with django_db_blocker.unblock():
        yield
        copies.renew()


@pytest.fixture(scope="module")
def server(committed_world: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serving, working, and in touch with the gateway; what waits for minutes comes at once."""
    state = tmp_path_factory.mktemp("served")
    server = Server(state)
    gateway = double_for(server, state / "vnpay.sqlite3")
    server.speak_with(gateway)
    server.start()
    server.work()
    haste = Haste(refunds_are_due, periodic_jobs_are_due)
    yield server
    haste.stop()
    server.stop()
    gateway.stop()


def refunds_are_due() -> None:
    """The bank is asked without the pause that VNPAY wants between two questions."""
    waiting = Refund.objects.filter(next_step_at__gt=clock.now())
    if waiting.exists():
        waiting.update(next_step_at=clock.now())


def periodic_jobs_are_due() -> None:
    """The rounds of payments, without their pauses."""
    waiting = Schedule.objects.filter(name__startswith="payments.", next_run_at__gt=clock.now())
    if Refund.objects.filter(next_step_at__isnull=False).exists() and waiting.exists():
        waiting.update(next_run_at=clock.now())


@pytest.fixture
def recorder(server: Server) -> Iterator[Recorder]:
    """What this test's client says and hears."""
    recorder = Recorder(server.port)
    yield recorder
    recorder.stop()


@pytest.fixture
def application(people: People) -> ConnectedApplication:
    """An's program."""
    return connected(people.producer)


@pytest.fixture
def trial(application: ConnectedApplication) -> Program:
    """It, with a test key."""
    return Program.of(application, is_live=False)


@pytest.fixture
def live(application: ConnectedApplication) -> Program:
    """It, with a live key."""
    return Program.of(application, is_live=True)


@pytest.fixture
def stranger(people: People) -> Program:
    """Somebody else's program, with a test key."""
    return Program.of(connected(people.producer, "Phần mềm khác"), is_live=False)
