"""A samovar-fcgi beside those of the stack, with settings of its own."""

import os
import socket
import subprocess

from tests.conftest import wait_for
from tests.e2e import fcgi


class Instance:
    """A samovar-fcgi of its own on a socket that the test holds, as systemd would."""

    def __init__(self, stack, tmp, activated=True, **settings):
        self.path = str(tmp / "fcgi.sock")
        self.stack, self.settings, self.activated = stack, settings, activated
        if activated:
            self.listening = socket.socket(socket.AF_UNIX)
            self.listening.bind(self.path)
            os.chmod(self.path, 0o777)
            self.listening.listen(128)
        else:
            self.settings["SAMOVAR_FCGI_SOCKET"] = self.path
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            self.stack.as_service(self.stack.program("samovar-fcgi"), *self.stack.settings_of()),
            stdin=self.listening if self.activated else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.stack.open_log("instance.log"),
            env=self.stack.environ(**self.settings), cwd=self.stack.state, start_new_session=True)
        self.stack.started.append(self.process)
        wait_for(self.answers, 20, "the instance answers")
        return self

    def answers(self):
        try:
            return fcgi.ask(self.path, path="/readyz")[0] == 200
        except (OSError, fcgi.Closed):
            return False
