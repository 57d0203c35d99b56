"""The stand-ins' own tests have one of each to themselves: a bot that polls would disturb them."""

import pytest

from tests.conftest import free_port
from tests.standin.telegram import Telegram


@pytest.fixture(scope="session")
def telegram_process():
    server = Telegram(free_port())
    yield server
    server.stop()
