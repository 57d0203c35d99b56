#!/usr/bin/python3
"""Airtable's Web API as far as it is published (airtable.com/developers/web/api): lists by pages, changes of ten records, the limit
of five requests a second, which is answered with 429 and then with nothing else for a while. It misbehaves on demand.

class Airtable runs it in a thread of the test.
"""

import http.server
import json
import re
import threading
import time
import urllib.parse

KEY = "key-of-the-stand-in"
BASE = "appStandIn0000001"


class Airtable:
    """tables: name -> {record id: fields}. calls: (method, path, query or body) of all that was asked."""

    def __init__(self):
        self.tables, self.calls, self.times = {}, [], []
        self.limited = 0     # so many of the next calls get 429
        self.page = 100      # records of a page at most
        self.copies = True   # attachments that are written get a size
        self.columns = {}    # name of a table -> columns that formulas may name
        self.modified = {}   # id of a record -> its fields as they were last seen, and since when they are so
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                self.reply(*owner.answer(self, "GET", None))

            def do_PATCH(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.reply(*owner.answer(self, "PATCH", body))

            def reply(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request, method, body):
        path, _, query = request.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        self.calls.append((method, path, body if body is not None else query))
        self.times.append(time.monotonic())
        if self.limited > 0:
            self.limited -= 1
            return 429, {"errors": [{"error": "RATE_LIMIT_REACHED"}]}
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {"error": {"type": "AUTHENTICATION_REQUIRED", "message": "Authentication required"}}
        name = urllib.parse.unquote(path.removeprefix(f"/v0/{BASE}/"))
        if name not in self.tables:
            return 404, {"error": "NOT_FOUND"}
        return (self.change if method == "PATCH" else self.list)(name, body if body is not None else query)

    def list(self, name, query):
        formula = query.get("filterByFormula", "")
        unknown = [c for c in re.findall(r"\{(\w+)\}", formula) if c not in self.columns.get(name, [c])]
        if unknown:
            return 422, {"error": {"type": "INVALID_FILTER_BY_FORMULA",
                                   "message": f"The formula for filtering records is invalid: Unknown field names: {unknown[0]}"}}
        found = [(id, f) for id, f in sorted(self.tables[name].items()) if self.fits(id, f, formula)]
        begin = int(query.get("offset", "itr0/0").split("/")[1])
        end = begin + min(self.page, int(query.get("pageSize", 100)))
        body = {"records": [{"id": id, "createdTime": "2026-01-01T00:00:00.000Z", "fields": f} for id, f in found[begin:end]]}
        if end < len(found):
            body["offset"] = f"itr0/{end}"
        return 200, body

    def fits(self, id, fields, formula):
        """The formulas that are asked here, and no others."""
        before, since = self.modified.get(id, (None, None))
        now = json.dumps(fields, sort_keys=True)
        if now != before:
            since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.modified[id] = now, since
        if "RECORD_ID()=" in formula:
            only = re.fullmatch(r"(?:AND\((TRUE\(\)|\{is_filled\}=TRUE\(\)),)?OR\((RECORD_ID\(\)='rec\w+',?)+\)+", formula)[1]
            return id in re.findall(r"RECORD_ID\(\)='(rec\w+)'", formula) and (only in (None, "TRUE()") or bool(fields.get("is_filled")))
        modified = since > re.search(r"IS_AFTER\(LAST_MODIFIED_TIME\(\),'([-0-9:TZ]+)'\)", formula)[1]
        return modified if "{is_filled}" not in formula else fields.get("is_filled") and (modified or not fields.get("image"))

    def change(self, name, body):
        if len(body["records"]) > 10:
            return 422, {"error": {"type": "INVALID_REQUEST", "message": "more than 10 records"}}
        for record in body["records"]:  # all or none
            if record["id"] not in self.tables[name]:
                return 422, {"error": {"type": "ROW_DOES_NOT_EXIST", "message": f"Record ID {record['id']} does not exist"}}
        for record in body["records"]:
            fields = dict(record["fields"])
            if self.copies:
                fields["image"] = [{**a, "id": "att1", "size": 1000, "filename": "card.jpg"} for a in fields["image"]]
            self.tables[name][record["id"]].update(fields)
        return 200, {"records": body["records"]}
