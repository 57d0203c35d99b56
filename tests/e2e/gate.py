"""A door in front of a city that tests may shut: connections pass through, or break, or stop."""

import re
import socket
import threading

from tests.conftest import free_port


class Gate:
    """Passes what comes to its port on to a city's; the city's row among the servers says the gate's port."""

    def __init__(self, city, db):
        self.city, self.db = city, db
        self.port = free_port()
        self.asked = []  # first lines of requests, as they came
        self.limit = None  # bytes towards the city after which it shuts
        self.hold_at = None  # bytes towards the city after which nothing moves until go() is called
        self.held, self.moving = threading.Event(), threading.Event()
        self.passed = 0
        self.links, self.listener = set(), None
        self.lock = threading.Lock()
        self.open()
        db.do("update storage.server set port = %s where name = %s", self.port, city.name)

    def open(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(50)
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.city.port), 5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            with self.lock:
                if self.listener is not listener:  # shut while the city was being called
                    near.close()
                    far.close()
                    return
                self.links |= {near, far}
            threading.Thread(target=self.carry, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self.carry, args=(far, near, False), daemon=True).start()

    def carry(self, source, target, inward):
        try:
            while data := source.recv(65536):
                if inward:
                    self.asked += [line.decode() for line in
                                   re.findall(rb"(?:^|\n)((?:GET|PUT|POST|HEAD|DELETE) \S+) HTTP/1", data)]
                    self.passed += len(data)
                    if self.hold_at is not None and self.passed > self.hold_at:
                        self.held.set()
                        self.moving.wait(60)
                    if self.limit is not None and self.passed > self.limit:
                        self.shut()
                        return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def go(self):
        self.hold_at = None
        self.moving.set()

    def shut(self):
        """As if the city's machine had died."""
        with self.lock:
            listener, self.listener, self.limit = self.listener, None, None
            if listener is not None:
                listener.shutdown(socket.SHUT_RDWR)
                listener.close()
            for link in self.links:
                try:
                    link.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                link.close()
            self.links = set()

    def close(self):
        if self.listener is not None:
            self.shut()
        self.db.do("update storage.server set port = %s where name = %s", self.city.port, self.city.name)
        self.db.all_up()
