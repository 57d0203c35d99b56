"""Fixtures of all tests: the stand-ins for other people's servers, ports, waiting."""

import os
import pathlib
import socket
import tempfile
import time

import pytest

from tests.standin.smtp import Smtp
from tests.standin.telegram import Telegram

# Each of several runners at once (pytest-xdist) has a stack and a hundred ports of its own.
RUNNER = os.environ.get("PYTEST_XDIST_WORKER", "")
FIRST_PORT = int(os.environ.get("SAMOVAR_TEST_PORTS", "18200")) + 100 * int(RUNNER[2:] or 0)
taken = set()


def pytest_addoption(parser):
    parser.addoption("--state", help="make the private stack in this folder and keep it, for a look "
                     "afterwards")


def free_port(first=FIRST_PORT, count=1):
    """The first of `count` consecutive ports that nobody listens on."""
    for port in range(first, first + 100 - count + 1):
        wanted = range(port, port + count)
        if taken.isdisjoint(wanted) and all(is_free(p) for p in wanted):
            taken.update(wanted)
            return port
    raise RuntimeError(f"no {count} free ports from {first} on")


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# How much longer than on a quiet machine things may take: sanitizers are slow.
PATIENCE = float(os.environ.get("SAMOVAR_TEST_PATIENCE", "1"))


def wait_for(predicate, seconds=10, what=None, every=0.02, patience=PATIENCE):
    """Polls until predicate() is true and returns its value; fails after `seconds` on a quiet machine. Where the time itself
    is the rule, patience is 1. what: words for the failure, or who finds them then."""
    deadline = time.monotonic() + seconds * patience
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            name = what() if callable(what) else what or getattr(predicate, "__name__", "")
            raise AssertionError(f"not within {seconds} s: {name}")
        time.sleep(every)


def processor_seconds(*pids):
    """What the processes have worked: unlike the time that passes, whatever else the machine does."""
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as f:
            ticks += sum(int(n) for n in f.read().rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def enterable(folder):
    """pytest keeps its folders to one user; this one may be read by the user of the services, too."""
    for path in (folder, *folder.parents):
        if path == pathlib.Path(tempfile.gettempdir()):
            return folder
        path.chmod(0o755)
    raise ValueError(f"{folder} is not in the temporary directory")


@pytest.fixture(scope="session")
def telegram_process():
    server = Telegram(free_port())
    yield server
    server.stop()


@pytest.fixture
def telegram(telegram_process):
    telegram_process.reset()
    return telegram_process


@pytest.fixture(scope="session")
def smtp_process():
    server = Smtp(free_port())
    yield server
    server.close()


@pytest.fixture
def smtp(smtp_process):
    smtp_process.reset()
    return smtp_process
