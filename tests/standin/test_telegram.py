"""The stand-in for the Bot API does what the published API says, and errs when told to."""

import http.client
import json
import threading
import time
import urllib.parse

import pytest
import requests

from tests.conftest import processor_seconds

TOKEN = "123456:test-token"


@pytest.fixture
def call(telegram):
    session = requests.Session()

    def call(method, timeout=10, files=None, **params):
        url = f"{telegram.url}/bot{TOKEN}/{method}"
        if files:
            return session.post(url, data=params, files=files, timeout=timeout).json()
        return session.post(url, json=params, timeout=timeout).json()
    return call


def test_getMe_names_the_bot_of_the_token(call):
    answer = call("getMe")
    assert answer["ok"] and answer["result"]["id"] == 123456 and answer["result"]["is_bot"]


def test_a_token_that_is_none_is_unauthorized(telegram):
    answer = requests.get(f"{telegram.url}/botnonsense/getMe", timeout=5)
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


def test_an_unknown_method_is_404(call):
    assert call("sendBananas")["error_code"] == 404


@pytest.mark.parametrize("how", ["json", "form", "query", "multipart"])
def test_parameters_come_in_four_ways(telegram, how):
    url = f"{telegram.url}/bot{TOKEN}/sendMessage"
    params = {"chat_id": "7", "text": "привет, мир & +"}
    if how == "json":
        answer = requests.post(url, json=params, timeout=5)
    elif how == "form":
        answer = requests.post(url, data=params, timeout=5)
    elif how == "query":
        answer = requests.get(url + "?" + urllib.parse.urlencode(params), timeout=5)
    else:
        answer = requests.post(url, files={k: (None, v) for k, v in params.items()}, timeout=5)
    assert answer.json()["result"]["text"] == params["text"]
    assert [m["text"] for m in telegram.messages(chat_id=7)] == [params["text"]]


@pytest.mark.parametrize("params, description", [
    ({"chat_id": 1, "text": " "}, "Bad Request: message text is empty"),
    ({"chat_id": 1, "text": "x" * 4097}, "Bad Request: message is too long"),
    ({"chat_id": 1, "text": "😀" * 2049}, "Bad Request: message is too long"),
    ({"text": "x"}, "Bad Request: chat_id is empty"),
    ({"chat_id": "nobody", "text": "x"}, "Bad Request: chat not found"),
])
def test_a_bad_message_is_refused_in_the_words_of_the_api(call, params, description):
    answer = call("sendMessage", **params)
    assert (answer["error_code"], answer["description"]) == (400, description)


def test_blocked_missing_and_deactivated_chats_answer_as_published(telegram, call):
    telegram.chats(blocked=[11], missing=[12], deactivated=[13])
    said = [call("sendMessage", chat_id=n, text="x") for n in (11, 12, 13)]
    assert [(a["error_code"], a["description"]) for a in said] == [
        (403, "Forbidden: bot was blocked by the user"),
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: user is deactivated")]
    assert telegram.messages() == []


def test_a_chat_takes_one_message_a_second(telegram, call):
    assert call("sendMessage", chat_id=1, text="a")["ok"]
    second = call("sendMessage", chat_id=1, text="b")
    assert (second["error_code"], second["parameters"]) == (429, {"retry_after": 1})
    time.sleep(1)
    assert call("sendMessage", chat_id=1, text="b")["ok"]


def test_thirty_messages_a_second_are_taken_and_no_more(telegram, call):
    answers = [call("sendMessage", chat_id=n, text="x") for n in range(1, 41)]
    assert sum(a["ok"] for a in answers) == 30
    assert {a["error_code"] for a in answers if not a["ok"]} == {429}
    telegram.limits(enforce=False)
    assert all(call("sendMessage", chat_id=n, text="x")["ok"] for n in range(1, 41))


def test_a_photo_goes_by_address_by_file_id_and_as_upload(telegram, call):
    telegram.limits(enforce=False)
    first = call("sendPhoto", chat_id=1, photo="http://127.0.0.1/static/tasks/a.jpg", caption="к")
    file_id = first["result"]["photo"][-1]["file_id"]
    assert first["result"]["caption"] == "к"
    again = call("sendPhoto", chat_id=2, photo=file_id)
    assert again["result"]["photo"][-1]["file_id"] == file_id
    up = call("sendPhoto", chat_id="3", files={"photo": ("a.png", b"\x89PNG" * 100, "image/png")})
    assert up["ok"] and len(telegram.messages(method="sendPhoto")) == 3
    wrong = call("sendPhoto", chat_id=4, photo="nonsense")
    assert wrong["description"] == "Bad Request: wrong file identifier/HTTP URL specified"


def test_getFile_leads_to_the_bytes(telegram, call):
    file_id = telegram.file(b"jpeg bytes", "photos/file.jpg")
    path = call("getFile", file_id=file_id)["result"]["file_path"]
    assert requests.get(f"{telegram.url}/file/bot{TOKEN}/{path}", timeout=5).content == b"jpeg bytes"
    large = telegram.file(b"", size=20 * 2**20 + 1)
    assert call("getFile", file_id=large)["description"] == "Bad Request: file is too big"


def test_updates_are_kept_until_the_offset_passes_them(telegram, call):
    first = telegram.message(5, text="/start")
    second = telegram.message(5, text="hello")
    assert [u["update_id"] for u in call("getUpdates")["result"]] == [first, second]
    assert [u["update_id"] for u in call("getUpdates", offset=second)["result"]] == [second]
    assert call("getUpdates", offset=second + 1)["result"] == []


def test_a_long_poll_ends_when_an_update_comes(telegram, call):
    threading.Timer(0.3, telegram.message, (5,), {"text": "late"}).start()
    start = time.monotonic()
    url = f"{telegram.url}/bot{TOKEN}/getUpdates"
    order = {"timeout": 10, "allowed_updates": ["message"]}
    updates = requests.post(url, json=order, timeout=15).json()["result"]
    assert updates[0]["message"]["text"] == "late" and time.monotonic() - start < 5


def test_kinds_that_are_not_allowed_do_not_come(telegram, call):
    call("getUpdates", allowed_updates=["callback_query"])
    assert telegram.message(5, text="x") is None
    assert call("getUpdates")["result"] == []


def test_two_pollers_conflict(telegram):
    url = f"{telegram.url}/bot{TOKEN}/getUpdates"
    said = {}

    def poll():
        said["first"] = requests.post(url, json={"timeout": 10}, timeout=15).json()
    first = threading.Thread(target=poll)
    first.start()
    while not telegram.calls("getUpdates"):
        time.sleep(0.01)
    requests.post(url, json={"timeout": 0}, timeout=5)
    first.join(5)
    assert said["first"]["error_code"] == 409
    assert "terminated by other getUpdates" in said["first"]["description"]


def test_a_webhook_gets_updates_with_the_secret_until_it_says_200(telegram, call):
    from http.server import BaseHTTPRequestHandler, HTTPServer
    got = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], body))
            self.send_response(500 if len(got) == 1 else 200)
            self.end_headers()

        def log_message(self, *args):
            pass
    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    call("setWebhook", url=f"http://127.0.0.1:{server.server_port}/hook", secret_token="s3cret")
    assert call("getUpdates")["error_code"] == 409
    number = telegram.message(5, text="x")
    deadline = time.monotonic() + 5
    while (len(got) < 2 or telegram.state()["updates"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    call("deleteWebhook")
    server.shutdown()
    assert [(s, u["update_id"]) for s, u in got] == [("s3cret", number)] * 2
    assert call("getWebhookInfo")["result"]["url"] == ""


def test_a_message_can_be_edited_and_a_press_answered(telegram, call):
    sent = call("sendMessage", chat_id=1, text="sure?", reply_markup={
        "inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]})["result"]
    edit = {"chat_id": 1, "message_id": sent["message_id"]}
    assert call("editMessageText", text="done", **edit)["result"]["text"] == "done"
    assert "is not modified" in call("editMessageText", text="done", **edit)["description"]
    assert "to edit not found" in call("editMessageText", chat_id=1, message_id=999,
                                       text="x")["description"]
    telegram.update(callback_query={"id": "77", "from": {"id": 1}, "data": "yes"})
    assert call("answerCallbackQuery", callback_query_id="77")["result"] is True
    assert "query is too old" in call("answerCallbackQuery", callback_query_id="78")["description"]


def test_faults_come_as_ordered_and_end_by_count(telegram, call):
    telegram.limits(enforce=False)
    telegram.fault("error", count=2, status=500)
    telegram.fault("flood", retry_after=17, skip=0, chat_id=9)
    assert [call("sendMessage", chat_id=1, text="x").get("error_code") for _ in range(3)] \
        == [500, 500, None]
    assert call("sendMessage", chat_id=9, text="x")["parameters"] == {"retry_after": 17}
    telegram.fault("garbage")
    with pytest.raises(ValueError):
        call("sendMessage", chat_id=1, text="x")
    assert len(telegram.messages()) == 1


@pytest.mark.parametrize("mode, kept", [("cut", 0), ("cut_after", 1), ("truncated", 1)])
def test_a_cut_connection_leaves_the_message_sent_or_not(telegram, call, mode, kept):
    telegram.fault(mode)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError,
                        ValueError)):
        call("sendMessage", chat_id=1, text="x")
    assert len(telegram.messages()) == kept


@pytest.mark.parametrize("mode, kept", [("hang", 0), ("hang_after", 1)])
def test_a_hanging_call_gives_no_answer(telegram, call, mode, kept):
    telegram.fault(mode, seconds=30)
    with pytest.raises(requests.Timeout):
        call("sendMessage", timeout=0.5, chat_id=1, text="x")
    assert len(telegram.messages()) == kept


def test_it_sustains_five_hundred_calls_a_second(telegram):
    """Where it has a processor for itself, that is: its work is counted, not what else the machine does."""
    telegram.limits(enforce=False)
    body = json.dumps({"chat_id": 1, "text": "x" * 200})
    failed = []

    def work():
        link = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(telegram.url).port)
        for _ in range(250):
            link.request("POST", f"/bot{TOKEN}/sendMessage", body,
                         {"Content-Type": "application/json"})
            answer = link.getresponse()
            answer.read()
            if answer.status != 200:
                failed.append(answer.status)
    threads = [threading.Thread(target=work) for _ in range(4)]
    start = processor_seconds(telegram.process.pid)
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    rate = 1000 / (processor_seconds(telegram.process.pid) - start)
    assert not failed and rate > 500, f"{rate:.0f} calls a second"
