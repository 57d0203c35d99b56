"""The bot against a Bot API that is not ours: the npm package telegram-test-api, which scripts/test installs.

SAMOVAR_TEST_NPM names the folder that it is installed in. Without it, in a run by hand, there is nothing to talk to.
"""

import datetime
import os
import subprocess

import pytest
import requests

from tests.conftest import free_port, wait_for
from tests.e2e.programme import Shift, clear, today
from tests.e2e.stack import REPO

FOLDER = os.environ.get("SAMOVAR_TEST_NPM")
TOKEN = "123456:second-opinion"
CHAT = 740_000_001

pytestmark = pytest.mark.skipif(not FOLDER, reason="SAMOVAR_TEST_NPM is not set; scripts/test sets it")


class Other:
    """What a person does there: writes, presses, reads."""

    def __init__(self, url):
        self.url = url

    def ask(self, path, body):
        answer = requests.post(f"{self.url}/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()["result"]

    @staticmethod
    def common(chat):
        return {"botToken": TOKEN, "date": 1, "from": {"id": chat, "is_bot": False, "first_name": "x"},
                "chat": {"id": chat, "type": "private", "first_name": "x"}}

    def say(self, chat, text):
        self.ask("sendMessage", {**self.common(chat), "text": text})

    def command(self, chat, text):
        self.ask("sendCommand", {**self.common(chat), "text": text, "entities": [
            {"offset": 0, "length": len(text), "type": "bot_command"}]})

    def press(self, chat, data):
        common = self.common(chat)
        self.ask("sendCallback", {"botToken": TOKEN, "date": 1, "from": common["from"], "data": data,
                                  "message": {"from": common["from"], "chat": common["chat"]}})

    def got(self, chat):
        """What the bot has said to the chat since the last time."""
        return [update["message"] for update in self.ask("getUpdates", {"token": TOKEN, "chatId": chat})]

    def hears(self, chat, count=1):
        heard = []
        wait_for(lambda: heard.extend(self.got(chat)) or len(heard) >= count, 30, f"{count} messages", every=0.1)
        return heard


@pytest.fixture(scope="module")
def other():
    port = free_port()
    server = subprocess.Popen(["node", REPO / "tests/standin/telegram_test_api.js", f"{FOLDER}/node_modules/telegram-test-api", str(port)],
                              stdout=subprocess.PIPE, text=True)
    assert server.stdout.readline() == "listening\n"
    yield Other(f"http://127.0.0.1:{port}")
    server.terminate()
    server.wait(10)


@pytest.fixture
def bot(stack, db, other):
    """A worker whose Telegram is the other one."""
    clear(db)
    with stack.without("samovar-worker"):
        worker = stack.spawn("samovar-worker", TELEGRAM_API_URL=other.url, SAMOVAR_BOT_API_URL=other.url,
                             BOT_TOKEN=TOKEN, SAMOVAR_BOT_TOKEN=TOKEN)
        yield other
        worker.terminate()
        worker.wait(30)
    clear(db)


def test_a_child_is_heard_and_answered(bot, db):
    shift = Shift(db, 1, today() - datetime.timedelta(days=5))
    chat = shift.chats[0]
    bot.command(CHAT, "/start")
    about, offer = bot.hears(CHAT, 2)
    assert "web_app" in str(offer["reply_markup"])
    bot.say(chat, "Баланс ломбарьеров")
    (balance,) = bot.hears(chat)
    assert "0 ломбарьерчиков" in balance["text"]
    bot.say(chat, "Пропустить задание")
    (question,) = bot.hears(chat)
    assert question["reply_markup"]["inline_keyboard"]
    bot.press(chat, "Отмена")
    (cancelled,) = bot.hears(chat)
    assert "отменено" in cancelled["text"]
