"""A FastCGI client: what nginx is to samovar-fcgi, and what no honest nginx would be."""

import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = range(1, 10)
RESPONDER, AUTHORIZER = 1, 2
KEEP_CONN = 1


def record(kind, content=b"", id=1, version=1, padding=0, length=None):
    """One record; `length` lies about the content's."""
    return struct.pack("!BBHHBx", version, kind, id, len(content) if length is None else length,
                       padding) + content + b"\0" * padding


def begin(role=RESPONDER, flags=0, id=1):
    return record(BEGIN, struct.pack("!HB5x", role, flags), id)


def pairs(params):
    out = b""
    for name, value in params.items():
        name, value = name.encode(), value if isinstance(value, bytes) else str(value).encode()
        for text in (name, value):
            out += bytes([len(text)]) if len(text) < 128 else struct.pack("!I", len(text) | 1 << 31)
        out += name + value
    return out


def params_of(method="GET", path="/healthz", body=b"", headers=None, **more):
    """The parameters that conf/nginx/fastcgi.conf sends."""
    path, _, query = path.partition("?")
    params = {
        "REQUEST_ID": "0123456789abcdef0123456789abcdef", "REQUEST_METHOD": method,
        "REQUEST_SCHEME": "http", "REQUEST_URI": path + ("?" + query if query else ""),
        "DOCUMENT_URI": path, "QUERY_STRING": query, "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)) if body else "", "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_ADDR": "127.0.0.1", "SERVER_PORT": "80", "SERVER_NAME": "localhost",
        "REMOTE_ADDR": "127.0.0.9", "REMOTE_PORT": "1", **more,
    }
    for name, value in (headers or {}).items():
        params["HTTP_" + name.upper().replace("-", "_")] = value
    return params


def request(method="GET", path="/healthz", body=b"", headers=None, flags=0, **more):
    """The records of one whole request."""
    content = pairs(params_of(method, path, body, headers, **more))
    out = begin(flags=flags)
    for at in range(0, len(content), 65535):
        out += record(PARAMS, content[at:at + 65535])
    out += record(PARAMS)
    for at in range(0, len(body), 65535):
        out += record(STDIN, body[at:at + 65535])
    return out + record(STDIN)


class Closed(Exception):
    """The connection ended before the answer did."""


class Link:
    """A connection to the workers' socket."""

    def __init__(self, path, timeout=10):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, size):
        data = self.file.read(size)
        if len(data) < size:
            raise Closed()
        return data

    def answer(self):
        """Status and body of the answer to the request that was sent."""
        out = b""
        while True:
            version, kind, _, length, padding = struct.unpack("!BBHHBx", self.exactly(8))
            assert version == 1
            content = self.exactly(length)
            self.exactly(padding)
            if kind == STDOUT:
                out += content
            if kind == END:
                break
        head, _, body = out.partition(b"\r\n\r\n")
        self.headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        return int(self.headers.get("Status", "200").split()[0]), body

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def ask(listener, *args, **more):
    """One request on a connection of its own."""
    with Link(listener) as link:
        link.send(request(*args, **more))
        return link.answer()


def answers(listener):
    """Is there a worker that serves this socket already?"""
    try:
        return ask(listener)[0] == 200
    except (OSError, Closed):
        return False
