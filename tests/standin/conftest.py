"""Fixtures: the stand-ins for other people's servers, one process or thread each."""

import os
import socket

import pytest

from tests.standin.smtp import Smtp
from tests.standin.telegram import Telegram

FIRST_PORT = int(os.environ.get("SAMOVAR_TEST_PORTS", "18200"))
taken = set()


def free_port(first=FIRST_PORT, count=1):
    """The first of `count` consecutive ports that nobody listens on."""
    for port in range(first, first + 100):
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
