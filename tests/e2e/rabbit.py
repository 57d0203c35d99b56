"""A RabbitMQ node of the tests' own: it is slow to start, so one serves a whole run."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pika

from tests.conftest import free_port, is_free, wait_for

PROGRAM = pathlib.Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class Rabbit:
    def __init__(self):
        self.port = free_port(count=3)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="samovar-rabbit-"))
        self.process = None
        (self.folder / "rabbit.conf").write_text("loopback_users = none\ndefault_vhost = storage\n")
        (self.folder / "plugins").write_text("[].")
        for name in ("home", "db", "log"):
            (self.folder / name).mkdir()

    def environ(self):
        f = self.folder
        return {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(f / "home"),
            "RABBITMQ_NODENAME": f"samovar-{self.port}@localhost", "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port), "RABBITMQ_DIST_PORT": str(self.port + 1),
            "ERL_EPMD_PORT": str(self.port + 2), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(f / "db"), "RABBITMQ_LOG_BASE": str(f / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(f / "plugins"), "RABBITMQ_CONFIG_FILE": str(f / "rabbit"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null"}

    def start(self):
        with open(self.folder / "out", "ab") as out:
            self.process = subprocess.Popen([PROGRAM], env=self.environ(), stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, start_new_session=True)
        wait_for(self.answers, 90, "RabbitMQ starts", every=0.2)

    def answers(self):
        assert self.process.poll() is None, (self.folder / "out").read_text()[-2000:]
        if is_free(self.port):
            return False
        with contextlib.suppress(pika.exceptions.AMQPError):
            self.connect().close()
            return True

    def kill(self):
        """At once, with all that it has started but the port mapper."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)
        wait_for(lambda: is_free(self.port), 20, "RabbitMQ's port is free")

    def stop(self):
        self.kill()
        subprocess.run(["epmd", "-port", str(self.port + 2), "-kill"], capture_output=True, check=False,
                       env={**self.environ(), "ERL_EPMD_RELAXED_COMMAND_CHECK": "1"}, timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self):
        return pika.BlockingConnection(pika.ConnectionParameters(
            "127.0.0.1", self.port, "storage", blocked_connection_timeout=10, socket_timeout=5))

    def settings(self):
        return {"RABBITMQ__HOST": "127.0.0.1", "RABBITMQ__PORT": str(self.port), "RABBITMQ__VHOST": "storage",
                "RABBITMQ__USER": "guest", "RABBITMQ__PASSWORD": "guest"}
