#!/usr/bin/python3
"""A stand-in for the Telegram Bot API, after its published description.

Run it as a program (`telegram.py --port 18201`), or through class Telegram
below, which starts the program and drives it from a test.

    http://127.0.0.1:PORT/bot<token>/<method>       the Bot API
    http://127.0.0.1:PORT/file/bot<token>/<path>    files, after getFile
    http://127.0.0.1:PORT/_control/...              what tests may ask and order:

    GET    state                counters
    GET    messages             what was accepted: ?chat_id= ?method= ?after=<n>
    GET    calls                every call with its answer, also refused ones
    POST   reset                as after the start
    POST   limits               {"enforce": true, "overall": 30, "chat": 1.0, "group": 20}
    POST   chats                {"blocked": [1], "missing": [2], "deactivated": [3]}
    POST   faults               {"mode": "error", "count": 5, ...}: see class Fault
    DELETE faults
    POST   updates              an Update without update_id, or a list of them
    POST   files                {"data": "<base64>", "path": "photos/1.jpg"}: a file_id
"""

import argparse
import asyncio
import base64
import collections
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

MAX_BODY = 60 << 20
MAX_DOWNLOAD = 20 << 20
DEFAULT_UPDATES = {
    "message", "edited_message", "channel_post", "edited_channel_post",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "poll", "poll_answer", "my_chat_member",
    "chat_join_request",
}
# What a bot asks of itself now and then: a fault without a method is not for these.
HOUSEKEEPING = {"getUpdates", "getMe", "getWebhookInfo", "setWebhook", "deleteWebhook", "getFile"}
SENDING = {"sendMessage", "sendPhoto", "sendDocument", "copyMessage", "forwardMessage"}


class Refusal(Exception):
    """An answer with "ok": false."""

    def __init__(self, code, description, **parameters):
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self):
        body = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(description):
    return Refusal(400, "Bad Request: " + description)


def flood(seconds):
    seconds = max(1, int(seconds))
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


class Upload:
    """A file part of a multipart body."""

    def __init__(self, name, content_type, data):
        self.name = name
        self.content_type = content_type
        self.data = data


class Fault:
    """What goes wrong with the next `count` calls that it fits.

    mode        what happens                                           processed?
    error       answer `status` (502), JSON with `description`         no
    html        the same with the HTML page of a proxy                 no
    flood       429 with `retry_after`                                 no
    hang        no answer for `seconds` (3600), then a cut             no
    cut         the connection ends without an answer                  no
    garbage     status 200 and a body that is not JSON                 no
    hang_after, cut_after, garbage_after, truncated, slow (an answer after `seconds`): yes

    `method`, `chat_id`: only calls that match. `skip`: let so many pass first.
    `probability`: fits only so often. `count` null: until deleted.
    """

    def __init__(self, order):
        known = {"mode", "count", "method", "chat_id", "status", "retry_after",
                 "seconds", "skip", "probability", "description"}
        strange = set(order) - known
        if strange:
            raise ValueError(f"unknown members: {sorted(strange)}")
        self.mode = order["mode"]
        if self.mode not in ("error", "html", "flood", "hang", "cut", "garbage", "hang_after",
                             "cut_after", "garbage_after", "truncated", "slow"):
            raise ValueError(f"unknown mode {self.mode}")
        self.count = order.get("count", 1)
        self.method = order.get("method")
        self.chat_id = order.get("chat_id")
        self.status = order.get("status", 502)
        self.description = order.get("description")
        self.retry_after = order.get("retry_after", 1)
        self.seconds = order.get("seconds", 3600)
        self.skip = order.get("skip", 0)
        self.probability = order.get("probability", 1.0)
        self.used = 0

    def fits(self, method, chat_id):
        if self.method is not None and self.method.lower() != method.lower():
            return False
        if self.method is None and method in HOUSEKEEPING:
            return False
        if self.chat_id is not None and str(self.chat_id) != str(chat_id):
            return False
        if random.random() >= self.probability:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.used += 1
        return True

    def spent(self):
        return self.count is not None and self.used >= self.count


class Limits:
    """Telegram's published limits: 30 messages a second, one a second a chat, 20 a minute a group.

    `tolerance` shortens each interval a little: what left the sender on the beat
    may arrive a few milliseconds off it.
    """

    def __init__(self):
        self.enforce = True
        self.overall = 30
        self.chat = 1.0
        self.group = 20
        self.tolerance = 0.05
        self.recent = collections.deque()
        self.last = {}
        self.in_group = {}

    def take(self, chat_id, now):
        """Counts a message in, or raises 429."""
        if not self.enforce:
            return
        while self.recent and now - self.recent[0] >= 1.0 - self.tolerance:
            self.recent.popleft()
        if len(self.recent) >= self.overall:
            raise flood(1)
        last = self.last.get(chat_id)
        if last is not None and now - last < self.chat - self.tolerance:
            raise flood(1)
        if isinstance(chat_id, int) and chat_id < 0:
            minute = self.in_group.setdefault(chat_id, collections.deque())
            while minute and now - minute[0] >= 60:
                minute.popleft()
            if len(minute) >= self.group:
                raise flood(60 - (now - minute[0]) + 1)
            minute.append(now)
        self.recent.append(now)
        self.last[chat_id] = now


class Api:
    """The state of one bot and its methods. Single-threaded: lives in the event loop."""

    def __init__(self, token=None):
        self.token = token
        self.reset()

    def reset(self):
        self.limits = Limits()
        self.faults = []
        self.blocked = set()
        self.missing = set()
        self.deactivated = set()
        self.messages = []
        self.calls = []
        self.by_id = {}
        self.next_message = 1
        self.updates = collections.deque()
        self.next_update = 100_000_001
        self.allowed = set(DEFAULT_UPDATES)
        self.callbacks = {}
        self.files = {}
        self.webhook = {"url": ""}
        self.webhook_error = None
        self.https_only = False
        self.poller = None
        self.arrived = asyncio.Event()

    # -- what every method shares

    def chat(self, params):
        value = params.get("chat_id")
        if value is None or value == "":
            raise bad("chat_id is empty")
        text = str(value)
        if text.startswith("@"):
            chat_id = text
        elif re.fullmatch(r"-?\d{1,19}", text):
            chat_id = int(text)
        else:
            raise bad("chat not found")
        if chat_id == 0 or chat_id in self.missing:
            raise bad("chat not found")
        if chat_id in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat_id in self.deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        return chat_id

    @staticmethod
    def chat_object(chat_id):
        if isinstance(chat_id, int) and chat_id > 0:
            return {"id": chat_id, "type": "private", "first_name": f"user {chat_id}"}
        return {"id": chat_id, "type": "group", "title": "group"}

    @staticmethod
    def json_of(params, name):
        """A parameter that is an object: JSON text in a form, an object in a JSON body."""
        value = params.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise bad(f"can't parse {name.replace('_', ' ')} JSON object")
        return value

    def markup(self, params):
        markup = self.json_of(params, "reply_markup")
        if markup is None:
            return None
        if not isinstance(markup, dict):
            raise bad("object expected as reply markup")
        rows = markup.get("inline_keyboard", markup.get("keyboard"))
        if rows is None:
            if not (markup.get("remove_keyboard") or markup.get("force_reply")):
                raise bad("can't parse reply keyboard markup JSON object")
            return markup
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad("field \"keyboard\" of the ReplyKeyboardMarkup must be an Array of Arrays")
        for button in (button for row in rows for button in row):
            if not isinstance(button, dict) or not button.get("text"):
                raise bad("can't parse keyboard button: Text buttons must be non-empty")
            data = button.get("callback_data")
            if data is not None and not 1 <= len(data.encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")
        return markup

    @staticmethod
    def text_of(params, name, limit, empty, long):
        text = params.get(name)
        if text is not None and not isinstance(text, str):
            text = str(text)
        if (text is None or not text.strip()) and empty:
            raise bad(empty)
        if text is not None and len(text.encode("utf-16-le")) // 2 > limit:
            raise bad(long)
        return text

    def keep(self, method, token, chat_id, params, message, now):
        message_id = self.next_message
        self.next_message += 1
        shown = {k: (f"<{len(v.data)} bytes of {v.name}>" if isinstance(v, Upload) else v)
                 for k, v in params.items()}
        message = {
            "message_id": message_id,
            "from": self.me(token),
            "chat": self.chat_object(chat_id),
            "date": int(now),
            **message,
        }
        record = {
            "n": len(self.messages), "at": now, "method": method, "chat_id": chat_id,
            "message_id": message_id, "text": message.get("text", message.get("caption")),
            "reply_markup": self.json_of(params, "reply_markup"), "params": shown,
            "message": message,
        }
        self.messages.append(record)
        self.by_id[chat_id, message_id] = record
        return message

    @staticmethod
    def me(token):
        number = int(token.split(":")[0])
        return {"id": number, "is_bot": True, "first_name": "Samovar", "username": "samovar_test_bot"}

    # -- methods

    def getMe(self, token, params, now):
        return {**self.me(token), "can_join_groups": True, "can_read_all_group_messages": False,
                "supports_inline_queries": False}

    def sendMessage(self, token, params, now):
        chat_id = self.chat(params)
        text = self.text_of(params, "text", 4096, "message text is empty", "message is too long")
        self.markup(params)
        self.limits.take(chat_id, now)
        return self.keep("sendMessage", token, chat_id, params, {"text": text}, now)

    def sendPhoto(self, token, params, now):
        chat_id = self.chat(params)
        caption = self.text_of(params, "caption", 1024, None, "message caption is too long")
        self.markup(params)
        photo = self.photo(params)
        self.limits.take(chat_id, now)
        message = {"photo": [
            {"file_id": photo + "s", "file_unique_id": "U" + photo[-12:] + "s", "width": 90,
             "height": 90, "file_size": 1200},
            {"file_id": photo, "file_unique_id": "U" + photo[-12:], "width": 1080,
             "height": 1080, "file_size": 99000},
        ]}
        if caption:
            message["caption"] = caption
        return self.keep("sendPhoto", token, chat_id, params, message, now)

    def photo(self, params):
        """The file_id of what is to be sent: an upload, a known file_id, or an address."""
        photo = params.get("photo")
        if isinstance(photo, str) and photo.startswith("attach://"):
            photo = params.get(photo[len("attach://"):])
        if isinstance(photo, Upload):
            if not photo.data:
                raise bad("file must be non-empty")
            if len(photo.data) > 10 << 20:
                raise bad("file is too big")
            return self.store(photo.data, "photos/" + (photo.name or "file.jpg"))
        if not photo:
            raise bad("there is no photo in the request")
        if photo in self.files:
            return photo
        address = urllib.parse.urlsplit(photo)
        if address.scheme not in ("http", "https") or not address.hostname or " " in photo:
            raise bad("wrong file identifier/HTTP URL specified")
        known = "AgACAgURL" + base64.urlsafe_b64encode(photo.encode()).decode().rstrip("=")[-40:]
        self.files.setdefault(known, {"path": "photos/by_url.jpg", "data": b"", "url": photo})
        self.files.setdefault(known + "s", {"path": "photos/by_url_s.jpg", "data": b"", "url": photo})
        return known

    def store(self, data, path, size=None):
        n = len(self.files)
        file_id = f"AgACAgIAAxkBAAI{n:08d}{random.getrandbits(40):010x}"
        stem, dot, ending = path.rpartition(".")
        path = f"{stem}_{n}.{ending}" if dot else f"{path}_{n}"
        entry = {"path": path, "data": data, "size": len(data) if size is None else size}
        self.files[file_id] = entry
        self.files[file_id + "s"] = entry
        return file_id

    def found(self, params, verb):
        chat_id = self.chat(params)
        try:
            record = self.by_id[chat_id, int(params.get("message_id", ""))]
        except (KeyError, ValueError):
            raise bad(f"message to {verb} not found")
        if record.get("deleted"):
            raise bad(f"message to {verb} not found")
        return record

    def editMessageText(self, token, params, now):
        record = self.found(params, "edit")
        text = self.text_of(params, "text", 4096, "message text is empty", "message is too long")
        markup = self.markup(params)
        message = record["message"]
        if "photo" in message:
            raise bad("there is no text in the message to edit")
        if message["text"] == text and record["reply_markup"] == markup:
            raise bad("message is not modified: specified new message content and reply markup "
                      "are exactly the same as a current content and reply markup of the message")
        record["reply_markup"] = markup
        record["text"] = message["text"] = text
        record.setdefault("edits", []).append({"at": now, "text": text})
        message["edit_date"] = int(now)
        return message

    def editMessageReplyMarkup(self, token, params, now):
        record = self.found(params, "edit")
        markup = self.markup(params)
        if record["reply_markup"] == markup:
            raise bad("message is not modified: specified new message content and reply markup "
                      "are exactly the same as a current content and reply markup of the message")
        record["reply_markup"] = markup
        return record["message"]

    def editMessageCaption(self, token, params, now):
        record = self.found(params, "edit")
        caption = self.text_of(params, "caption", 1024, None, "message caption is too long")
        record["text"] = record["message"]["caption"] = caption
        return record["message"]

    def deleteMessage(self, token, params, now):
        self.found(params, "delete")["deleted"] = now
        return True

    def sendChatAction(self, token, params, now):
        self.chat(params)
        return True

    def getChat(self, token, params, now):
        return self.chat_object(self.chat(params))

    def setMyCommands(self, token, params, now):
        return True

    def answerCallbackQuery(self, token, params, now):
        query = params.get("callback_query_id")
        if query not in self.callbacks:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.callbacks[query] = {"at": now, "text": params.get("text")}
        return True

    def getFile(self, token, params, now):
        file_id = params.get("file_id")
        entry = self.files.get(file_id)
        if entry is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        size = entry.get("size", len(entry["data"]))
        if size > MAX_DOWNLOAD:
            raise bad("file is too big")
        return {"file_id": file_id, "file_unique_id": "U" + file_id[-12:], "file_size": size,
                "file_path": entry["path"]}

    def setWebhook(self, token, params, now):
        url = params.get("url", "")
        if not url:
            return self.deleteWebhook(token, params, now)
        address = urllib.parse.urlsplit(url)
        if address.scheme != "https" and (self.https_only or address.scheme != "http"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        secret = params.get("secret_token")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("bad webhook: secret token contains unallowed characters")
        self.webhook = {"url": url, "secret": secret}
        self.allow(params)
        if params.get("drop_pending_updates") in (True, "true", "True", "1"):
            self.updates.clear()
        self.arrived.set()
        return True

    def deleteWebhook(self, token, params, now):
        self.webhook = {"url": ""}
        if params.get("drop_pending_updates") in (True, "true", "True", "1"):
            self.updates.clear()
        return True

    def getWebhookInfo(self, token, params, now):
        info = {"url": self.webhook["url"], "has_custom_certificate": False,
                "pending_update_count": len(self.updates)}
        if self.webhook_error:
            info["last_error_date"], info["last_error_message"] = self.webhook_error
        if self.allowed != DEFAULT_UPDATES:
            info["allowed_updates"] = sorted(self.allowed)
        return info

    def allow(self, params):
        allowed = self.json_of(params, "allowed_updates")
        if allowed is None:
            return
        if not isinstance(allowed, list):
            raise bad("can't parse allowed updates JSON object")
        self.allowed = set(allowed) or set(DEFAULT_UPDATES)

    async def getUpdates(self, token, params, now):
        if self.webhook["url"]:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; "
                               "use deleteWebhook to delete the webhook first")
        try:
            offset = int(params.get("offset", 0))
            limit = min(100, max(1, int(params.get("limit", 100))))
            timeout = min(50, max(0, int(params.get("timeout", 0))))
        except (TypeError, ValueError):
            raise bad("invalid number")
        self.allow(params)
        mine = self.poller = object()
        self.arrived.set()  # a poll already waiting sees that it is no longer the one
        if offset < 0:
            while len(self.updates) > -offset:
                self.updates.popleft()
        else:
            while self.updates and self.updates[0]["update_id"] < offset:
                self.updates.popleft()
        deadline = time.monotonic() + timeout
        while not self.updates:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), left)
            except asyncio.TimeoutError:
                break
            if self.poller is None:  # reset() has been here
                break
            if self.poller is not mine:
                raise Refusal(409, "Conflict: terminated by other getUpdates request; "
                                   "make sure that only one bot instance is running")
            if self.webhook["url"]:
                raise Refusal(409, "Conflict: terminated by setWebhook request")
        return [u for u in self.updates if u["update_id"] >= offset or offset < 0][:limit]

    # -- what tests order

    def push(self, update):
        """Queues an Update as if a person had caused it, and says its id or null if not allowed."""
        kinds = [k for k in update if k != "update_id"]
        if len(kinds) != 1:
            raise ValueError("an update has exactly one member beside update_id")
        if kinds[0] not in self.allowed:
            return None
        number = update.get("update_id", self.next_update)
        self.next_update = max(self.next_update, number + 1)
        if kinds[0] == "callback_query":
            self.callbacks.setdefault(update["callback_query"]["id"], None)
        self.updates.append({"update_id": number, **{kinds[0]: update[kinds[0]]}})
        self.arrived.set()
        return number

    def control(self, verb, path, query, body):
        order = json.loads(body) if body else {}
        if (verb, path) == ("GET", "state"):
            return {"messages": len(self.messages), "calls": len(self.calls),
                    "updates": len(self.updates), "webhook": self.webhook["url"],
                    # a poll is under way most of the time
                    "refused": collections.Counter(str(c["status"]) for c in self.calls
                                                   if c["status"] != 200 and c["method"] != "getUpdates"),
                    "faults": [{"mode": f.mode, "used": f.used, "count": f.count}
                               for f in self.faults]}
        if (verb, path) == ("GET", "messages"):
            after = int(query.get("after", -1))
            return [m for m in self.messages[after + 1:]
                    if query.get("chat_id") in (None, str(m["chat_id"]))
                    and query.get("method") in (None, m["method"])]
        if (verb, path) == ("GET", "calls"):
            return [c for c in self.calls if query.get("method") in (None, c["method"])]
        if (verb, path) == ("GET", "callbacks"):
            return self.callbacks
        if (verb, path) == ("POST", "reset"):
            self.arrived.set()
            self.reset()
            return {}
        if (verb, path) == ("POST", "limits"):
            for name, value in order.items():
                if name not in ("enforce", "overall", "chat", "group", "tolerance"):
                    raise ValueError(f"no limit {name}")
                setattr(self.limits, name, value)
            return {}
        if (verb, path) == ("POST", "chats"):
            for name, chats in order.items():
                if name not in ("blocked", "missing", "deactivated"):
                    raise ValueError(f"no state {name}")
                setattr(self, name, set(chats))
            return {}
        if (verb, path) == ("POST", "options"):
            for name, value in order.items():
                if name != "https_only":
                    raise ValueError(f"no option {name}")
                setattr(self, name, value)
            return {}
        if (verb, path) == ("POST", "faults"):
            orders = order if isinstance(order, list) else [order]
            self.faults += [Fault(o) for o in orders]
            return {}
        if (verb, path) == ("DELETE", "faults"):
            self.faults = []
            return {}
        if (verb, path) == ("POST", "updates"):
            orders = order if isinstance(order, list) else [order]
            return [self.push(o) for o in orders]
        if (verb, path) == ("POST", "files"):
            data = base64.b64decode(order.get("data", ""))
            return {"file_id": self.store(data, order.get("path", "photos/file.jpg"),
                                          order.get("size"))}
        raise KeyError(path)


class Http:
    """As much HTTP/1.1 as a client of the Bot API uses: keep-alive, chunks, 100-continue."""

    def __init__(self, api):
        self.api = api

    async def connection(self, reader, writer):
        try:
            while await self.one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def one(self, reader, writer):
        """Serves one request; False when the connection is to end."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        lines = head.decode("latin-1").split("\r\n")
        verb, target, version = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await self.body(reader, headers)
        keep = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"

        path, _, query = target.partition("?")
        path = urllib.parse.unquote(path)
        query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if path.startswith("/_control/"):
            return self.reply(writer, *self.control(verb, path[10:], query, body)) and keep
        match = re.fullmatch(r"/file/bot([^/]+)/(.+)", path)
        if match:
            return await self.download(writer, *match.groups()) and keep
        match = re.fullmatch(r"/bot([^/]+)/([A-Za-z]+)", path)
        if not match:
            return self.reply(writer, 404, Refusal(404, "Not Found").body()) and keep
        return await self.call(writer, *match.groups(), query, headers, body) and keep

    async def body(self, reader, headers):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while True:
                size = int((await reader.readline()).split(b";")[0], 16)
                parts.append(await reader.readexactly(size))
                await reader.readline()
                if size == 0:
                    return b"".join(parts)
        size = int(headers.get("content-length") or 0)
        if size > MAX_BODY:
            raise ConnectionError("too large")
        return await reader.readexactly(size) if size else b""

    def control(self, verb, path, query, body):
        try:
            return 200, self.api.control(verb, path, query, body)
        except KeyError as e:
            return 404, {"error": f"unknown: {verb} {e}"}
        except (ValueError, TypeError, AttributeError) as e:
            return 400, {"error": str(e)}

    def token_ok(self, token):
        if self.api.token is not None:
            return token == self.api.token
        return re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token) is not None

    async def download(self, writer, token, path):
        if not self.token_ok(token):
            return self.reply(writer, 401, Refusal(401, "Unauthorized").body())
        for fault in self.api.faults:
            if fault.method == "file" and fault.fits("file", None):
                if fault.spent():
                    self.api.faults.remove(fault)
                return await self.misbehave(fault, writer, None)
        for entry in self.api.files.values():
            if entry["path"] == path:
                data = entry["data"]
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(data) + data)
                await writer.drain()
                return True
        return self.reply(writer, 404, Refusal(404, "Not Found").body())

    async def call(self, writer, token, method, query, headers, body):
        api, now = self.api, time.time()
        name = {m.lower(): m for m in METHODS}.get(method.lower())
        call = {"n": len(api.calls), "at": now, "method": name or method, "chat_id": None, "status": 0}
        api.calls.append(call)
        try:
            params = self.params(query, headers, body)
        except (ValueError, UnicodeDecodeError):
            call["status"] = 400
            return self.reply(writer, 400, bad("can't parse request").body())
        chat_id = params.get("chat_id")
        call["chat_id"] = int(chat_id) if re.fullmatch(r"-?\d{1,19}", str(chat_id)) else chat_id
        fault = next((f for f in api.faults if f.method != "file" and f.fits(method, chat_id)), None)
        if fault:
            call["fault"] = fault.mode
            if fault.spent():
                api.faults.remove(fault)
            if fault.mode not in ("hang_after", "cut_after", "garbage_after", "truncated", "slow"):
                call["status"] = fault.status if fault.mode in ("error", "html") else \
                    {"flood": 429, "garbage": 200}.get(fault.mode, 0)
                return await self.misbehave(fault, writer, None)
        try:
            if not self.token_ok(token):
                raise Refusal(401, "Unauthorized")
            if name is None:
                raise Refusal(404, "Not Found: method not found")
            answer = getattr(api, name)(token, params, now)
            if asyncio.iscoroutine(answer):
                answer = await answer
            status, result = 200, {"ok": True, "result": answer}
        except Refusal as refusal:
            status, result = refusal.code, refusal.body()
        call["status"] = status
        call["answered"] = time.time()
        if status != 200:
            call["description"] = result["description"]
        if fault:
            return await self.misbehave(fault, writer, (status, result))
        return self.reply(writer, status, result)

    @staticmethod
    def params(query, headers, body):
        params = dict(query)
        kind, _, rest = headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if not body:
            return params
        if kind == "application/json":
            given = json.loads(body)
            if not isinstance(given, dict):
                raise ValueError("not an object")
            params.update(given)
        elif kind == "application/x-www-form-urlencoded":
            params.update(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True,
                                                 errors="strict"))
        elif kind == "multipart/form-data":
            params.update(multipart(rest, body))
        return params

    async def misbehave(self, fault, writer, ready):
        mode = fault.mode
        if mode == "error":
            text = {500: "Internal Server Error", 502: "Bad Gateway",
                    504: "Gateway Timeout"}.get(fault.status, "Error")
            text = fault.description or text
            return self.reply(writer, fault.status, Refusal(fault.status, text).body())
        if mode == "html":
            return self.raw(writer, fault.status, b"<html><h1>Bad Gateway</h1></html>", "text/html")
        if mode == "flood":
            return self.reply(writer, 429, flood(fault.retry_after).body())
        if mode in ("garbage", "garbage_after"):
            return self.raw(writer, 200, b"\x00\xff{\"ok\": tru", "application/json")
        if mode == "slow":
            await asyncio.sleep(fault.seconds)
            return self.reply(writer, *ready)
        if mode in ("hang", "hang_after"):
            await asyncio.sleep(fault.seconds)
        if mode == "truncated":
            body = json.dumps(ready[1]).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body) + body[:len(body) // 2])
            await writer.drain()
        # a reset, not an orderly end, where the system lets us: what a dying peer looks like
        sock = writer.get_extra_info("socket")
        if sock is not None and mode != "truncated":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.close()
        return False

    def reply(self, writer, status, answer):
        return self.raw(writer, status, json.dumps(answer, ensure_ascii=False).encode(),
                        "application/json",
                        (answer.get("parameters") or {}).get("retry_after")
                        if isinstance(answer, dict) else None)

    @staticmethod
    def raw(writer, status, body, kind, retry_after=None):
        more = f"Retry-After: {retry_after}\r\n" if retry_after is not None else ""
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}"
                     f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return True


METHODS = [name for name in vars(Api) if re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name)]


def multipart(rest, body):
    """The parts of multipart/form-data: text, or an Upload where a file name is given."""
    match = re.search(r'boundary="?([^";]+)"?', rest)
    if not match:
        raise ValueError("no boundary")
    parts = body.split(b"--" + match.group(1).encode("latin-1"))
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise ValueError("no end")
    params = {}
    for part in parts[1:-1]:
        head, _, data = part[2:].partition(b"\r\n\r\n")
        head, data = head.decode(), data[:-2]
        name = re.search(r'name="([^"]*)"', head)
        file_name = re.search(r'filename="([^"]*)"', head)
        kind = re.search(r"(?i)content-type:\s*(\S+)", head)
        if not name:
            raise ValueError("a part without a name")
        if file_name:
            params[name.group(1)] = Upload(file_name.group(1), kind and kind.group(1), data)
        else:
            params[name.group(1)] = data.decode()
    return params


async def deliver(api):
    """Sends queued updates to the webhook, one after another, until each is taken."""
    pause = 0.1
    while True:
        webhook = api.webhook
        if not webhook["url"] or not api.updates:
            await asyncio.sleep(0.02)
            continue
        update = api.updates[0]
        try:
            status = await asyncio.to_thread(post, webhook, update)
        except OSError as e:
            status = str(e)
        if isinstance(status, int) and 200 <= status < 300:
            pause = 0.1
            if api.updates and api.updates[0] is update:
                api.updates.popleft()
            continue
        api.webhook_error = [int(time.time()), f"Wrong response from the webhook: {status}"]
        await asyncio.sleep(pause)
        pause = min(5, pause * 2)


def post(webhook, update):
    request = urllib.request.Request(webhook["url"], json.dumps(update).encode(),
                                     {"Content-Type": "application/json"})
    if webhook.get("secret"):
        request.add_header("X-Telegram-Bot-Api-Secret-Token", webhook["secret"])
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.code


async def serve(host, port, token):
    api = Api(token)
    http = Http(api)
    server = await asyncio.start_server(http.connection, host, port, limit=1 << 20, backlog=1024)
    print(f"listening on http://{host}:{server.sockets[0].getsockname()[1]}", flush=True)
    delivery = asyncio.create_task(deliver(api))
    async with server:
        await server.serve_forever()
    delivery.cancel()


def main():
    parser = argparse.ArgumentParser(description="a stand-in for the Telegram Bot API")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0: any free one")
    parser.add_argument("--token", help="the only token that is taken (default: any)")
    args = parser.parse_args()
    try:
        asyncio.run(serve(args.host, args.port, args.token))
    except KeyboardInterrupt:
        pass


class Telegram:
    """The stand-in as a process of its own, and what a test asks of it."""

    def __init__(self, port=0):
        self.process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "--port", str(port)],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError("the stand-in for Telegram did not start")
        self.url = line.split()[-1]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def control(self, verb, path, order=None, **query):
        query = {k: v for k, v in query.items() if v is not None}
        request = urllib.request.Request(
            f"{self.url}/_control/{path}?{urllib.parse.urlencode(query)}",
            None if order is None else json.dumps(order).encode(), method=verb)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            raise ValueError(e.read().decode()) from None

    def reset(self):
        self.control("POST", "reset", {})

    def limits(self, **limits):
        self.control("POST", "limits", limits)

    def chats(self, **chats):
        self.control("POST", "chats", {k: list(v) for k, v in chats.items()})

    def fault(self, mode, **more):
        self.control("POST", "faults", {"mode": mode, **more})

    def mend(self):
        self.control("DELETE", "faults")

    def messages(self, chat_id=None, method=None, after=None):
        return self.control("GET", "messages", chat_id=chat_id, method=method, after=after)

    def calls(self, method=None):
        return self.control("GET", "calls", method=method)

    def state(self):
        return self.control("GET", "state")

    def callbacks(self):
        return self.control("GET", "callbacks")

    def update(self, **update):
        return self.control("POST", "updates", update)[0]

    def file(self, data, path="photos/file.jpg", size=None):
        return self.control("POST", "files", {"data": base64.b64encode(data).decode(),
                                              "path": path, "size": size})["file_id"]

    def message(self, chat_id, **members):
        """A person writes: text=, photo=, web_app_data=..."""
        message = {"message_id": random.randrange(10**6, 10**7), "date": int(time.time()),
                   "from": {"id": chat_id, "is_bot": False, "first_name": "x"},
                   "chat": {"id": chat_id, "type": "private", "first_name": "x"}, **members}
        return self.update(message=message)


if __name__ == "__main__":
    main()
