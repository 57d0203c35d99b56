"""An nginx beside that of the stack, with its configuration but other numbers, before the same programs."""

import os
import re
import shutil
import subprocess

from tests.conftest import enterable, free_port, wait_for
from tests.e2e.client import Client


class Front:
    def __init__(self, stack, folder, **directives):
        """directives: what is to stand in nginx.conf and site.conf in place of what stands there, e.g.
        worker_connections=200, limit_conn_address=4 (for "limit_conn address 4;")."""
        self.stack = stack
        enterable(folder).chmod(0o777)
        self.temp = folder / "temp"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.write(folder, directives)
        self.process = subprocess.Popen(
            stack.as_service(stack.helper("nginx-run"), "-e", "stderr", "-c", folder / "conf" / "nginx.conf"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(stack.state / "log/front.log", "ab"),
            start_new_session=True)
        stack.started.append(self.process)
        wait_for(self.answers, 10, "nginx answers")

    def write(self, folder, directives):
        old, new = self.stack.state / "nginx/conf", folder / "conf"
        shutil.copytree(old, new, ignore=shutil.ignore_patterns("store-*.conf"))
        self.temp.mkdir()
        for path in (folder, new, self.temp):
            path.chmod(0o777)
        (new / "listen.conf").write_text(f"listen 127.0.0.1:{self.port};\n")
        for path in new.glob("*.conf"):
            text = path.read_text().replace(str(old), str(new))
            text = text.replace(str(self.stack.state / "nginx/temp"), str(self.temp))
            text = text.replace(str(self.stack.run / "nginx.master.pid"), str(folder / "nginx.pid"))
            text = re.sub(r"^access_log .*|(?<=\n\t)access_log .*", f"access_log {self.stack.state}/log/front.access.log samovar;", text)
            for name, value in directives.items():
                text = re.sub(rf"(\b{name.replace('limit_conn_', 'limit_conn ')} )[^;]+;", rf"\g<1>{value};", text)
            path.write_text(text)
            path.chmod(0o644)

    def answers(self):
        try:
            return Client(self.base).get("/healthz").status_code == 200
        except OSError:
            return False

    def kept(self):
        """Bytes of bodies that lie on the disk at the moment."""
        return sum(os.path.getsize(os.path.join(place, name))
                   for place, _, names in os.walk(self.temp) for name in names)

    def end(self):
        self.process.terminate()
        self.process.wait(15)
