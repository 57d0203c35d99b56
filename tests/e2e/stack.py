"""A private Samovar as scripts/run makes it, and the hand that hurts its processes."""

import contextlib
import mmap
import os
import pathlib
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

import psycopg2
import psycopg2.extras

from tests.conftest import wait_for

REPO = pathlib.Path(__file__).resolve().parents[2]

# What reaches every program of a stack: how a sanitizer reports, and scripts/at-time's clock.
KEPT_ENV = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_PRELOAD", "CLOCK_OFFSET")


def forget_near(path):
    """What the programs remember of the last second (src/cache/near.c) counts no more: each bucket gets another epoch."""
    if not path.exists():
        return
    with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as memory:
        for at in range(64, len(memory), 8 + 4 * 512):
            memory[at:at + 8] = struct.pack("=Q", struct.unpack("=Q", memory[at:at + 8])[0] + 1)


class Redis:
    """A client of Redis that needs no library: commands in, plain values out."""

    def __init__(self, path):
        self.path = path
        self.file = None
        self.lock = threading.Lock()  # threads of a test share the connection

    def __call__(self, *words):
        if words[0] == "FLUSHALL":
            forget_near(pathlib.Path(self.path).parent / "near")
        with self.lock:
            try:
                return self.ask(words)
            except (OSError, EOFError):  # it may have been away since the last command
                return self.ask(words)

    def ask(self, words):
        if self.file is None:
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(5)
            link.connect(str(self.path))
            self.file = link.makefile("rwb")
        out = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        try:
            self.file.write(b"*%d\r\n" % len(out)
                            + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in out))
            self.file.flush()
            return self.answer()
        except (OSError, EOFError):
            self.file = None
            raise

    def answer(self):
        line = self.file.readline()
        if not line:
            raise EOFError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.file.read(size + 2)[:-2].decode("utf-8", "replace")
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        return rest.decode()


class Db:
    """A connection to the stack's database, one statement a transaction."""

    def __init__(self, stack):
        self.stack = stack
        self.link = None

    def run(self, sql, args):
        for attempt in (1, 2):
            if self.link is None or self.link.closed:
                self.link = psycopg2.connect(**self.stack.dsn)
                self.link.autocommit = True
                psycopg2.extras.register_uuid(conn_or_curs=self.link)
            cursor = self.link.cursor(cursor_factory=psycopg2.extras.NamedTupleCursor)
            try:
                cursor.execute(sql, args or None)
                return cursor
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                if attempt == 2 or not self.link.closed:
                    raise  # a statement that failed; only a lost connection is made again

    def hurry(self, *kinds):
        """Jobs of these kinds (patterns of LIKE) that wait for their next try are tried now. Rows that somebody holds are passed
        over: who waited for one, with others locked, could be waited for."""
        self.do("update job.job set run_at = now() where id in (select id from job.job where kind like any (%s)"
                " and lease_until is null for update skip locked)", list(kinds))
        self.do("notify job")

    def all_up(self):
        """Every server was just found up, and nobody has doubts: who is suspected takes uploads after the others."""
        self.do("update storage.health set is_up = true, why = null, probed_at = now(), suspected_at = null")

    def do(self, sql, *args):
        return self.run(sql, args).rowcount

    def all(self, sql, *args):
        return self.run(sql, args).fetchall()

    def one(self, sql, *args):
        """The only row; None if there is none."""
        rows = self.all(sql, *args)
        assert len(rows) <= 1, f"{len(rows)} rows from {sql}"
        return rows[0] if rows else None

    def value(self, sql, *args):
        row = self.one(sql, *args)
        return None if row is None else row[0]


def lay_down(db):
    """Nothing waits to be done or sent any more, and what is under way has ended: the next test sees nothing of it.
    What hangs is not waited for longer than a call to Telegram may take."""
    def ended():
        db.do("delete from job.job where lease_until is null or lease_until < now()")
        db.do("delete from programme.outbox where state in ('waiting', 'claimed')")
        return all(dead(int(r.by.split(":")[1])) for r in db.all(
            "select leased_by as by from job.job where leased_by is not null union all "
            "select claimed_by from programme.outbox where state = 'dispatched'") if not r.by.endswith(f":{os.getpid()}"))
    with contextlib.suppress(AssertionError):
        wait_for(ended, 5)
    db.do("delete from job.job")


def dead(pid):
    """No such process, or only its entry is left."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def kill_all(pids):
    """kill -9, and waits for their end; who has just ended by itself needs none."""
    pids = list(pids)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: all(dead(pid) for pid in pids), 10, "they are dead")


def is_image(pid):
    """The process that opens pictures, or waits until there is one."""
    try:
        with open(f"/proc/{pid}/comm") as f:
            return f.read().startswith("samovar-image")
    except OSError:
        return False


def children(pid):
    """Those that work; not the image process, which ends by itself with its parent."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(word) for word in f.read().split() if not is_image(word)]
    except OSError:
        return []


class Stack:
    """One state directory with everything that scripts/run starts in it."""

    def __init__(self, state, port, settings):
        self.state = pathlib.Path(state)
        self.port = port
        self.settings = settings
        self.base = f"http://127.0.0.1:{port}"
        self.run = self.state / "run"
        self.conf = self.state / "samovar.conf"
        self.env = self.state.parent / (self.state.name + ".env")
        # SAMOVAR_NOW of every program of this stack: a test that sets the clock sets it for all.
        self.clock = self.state.parent / (self.state.name + ".clock")
        self.service = "samovar" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.dsn = {"host": str(self.run), "user": "samovar", "dbname": "samovar",
                    "connect_timeout": 5}
        self.redis_path = self.run / "redis.sock"
        self.started = []
        self.watcher = None

    # -- as a whole

    def start(self):
        self.watch()
        self.write_settings()
        self.set_clock("+0")
        done = subprocess.run(
            [REPO / "scripts/run", "--detach", "--state", self.state, "--port", str(self.port),
             "--env", self.env, "--no-demo"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, env=self.start_environ())
        if done.returncode != 0:
            raise RuntimeError(f"scripts/run failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")

    def write_settings(self):
        self.env.write_text("".join(f"{k}={v}\n" for k, v in self.settings.items()))
        self.env.chmod(0o644)

    def set_clock(self, text):
        """An offset in seconds or a moment, as SAMOVAR_NOW is; programs that run see it at once."""
        new = self.clock.with_suffix(".new")
        new.write_text(text + "\n")
        new.chmod(0o644)
        new.rename(self.clock)

    def watch(self):
        """Should this process be killed, somebody stops the stack and removes it: its end closes the pipe."""
        self.watcher = subprocess.Popen(
            ["sh", "-c", f"cat >/dev/null; '{REPO}/scripts/stop' --state \"$1\"; '{REPO}/tests/end-all' \"$1\"; "
             "rm -rf \"$1\" \"$2\" \"$3\"", "watch", str(self.state), str(self.env), str(self.clock)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True)

    def stop(self):
        if self.watcher is not None:
            self.watcher.kill()
            self.watcher.wait(5)
            self.watcher.stdin.close()
        self.end_started()
        subprocess.run([REPO / "scripts/stop", "--state", self.state], check=False,
                       capture_output=True, timeout=120)

    def remove(self):
        shutil.rmtree(self.state, ignore_errors=True)
        self.env.unlink(missing_ok=True)
        self.clock.unlink(missing_ok=True)

    # -- programs

    def program(self, name):
        return pathlib.Path(os.environ.get("SAMOVAR_PREFIX") or self.state / "prefix", "bin", name)

    def helper(self, name):
        return self.program(name).parents[1] / "libexec/samovar" / name

    def as_service(self, *command):
        """The command line that runs `command` as the user whom the services run as."""
        if os.getuid() != 0:
            return [str(word) for word in command]
        return ["setpriv", "--reuid", self.service, "--regid", self.service, "--init-groups",
                "--", *map(str, command)]

    def settings_of(self):
        return ["--conf", self.conf, "--env", self.state / "samovar.env"]

    def start_environ(self):
        """For scripts/run and the keepers, which give a service no other variable of ours."""
        clock = {"SAMOVAR_NOW": str(self.clock)} if self.has_clock() else {}
        return {**os.environ, **clock, "SAMOVAR_KEEP_ENV": " ".join((*clock, *KEPT_ENV))}

    def has_clock(self, **more):
        """Where the test mode is off, as in production, a clock that is set is refused."""
        return {**self.settings, **more}.get("SAMOVAR_SITE_TEST_MODE") != "false"

    def environ(self, **more):
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", *KEPT_ENV)}
        if self.has_clock(**more):
            keep["SAMOVAR_NOW"] = str(self.clock)
        return {**keep, "HOME": str(self.state), **more}

    def ctl(self, *words, check=True, input=None, timeout=60, **environ):
        """samovarctl as the service user. Fails the test when it fails, unless check=False."""
        done = subprocess.run(
            self.as_service(self.program("samovarctl"), *self.settings_of(), *words),
            input=input, capture_output=True, text=True, timeout=timeout, cwd=self.state,
            env=self.environ(**environ))
        if check:
            assert done.returncode == 0, \
                f"samovarctl {' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def spawn(self, name, *words, **environ):
        """One more process of a program, ended with the stack if not before."""
        log = self.open_log(f"{name}.test.log")
        process = subprocess.Popen(
            self.as_service(self.program(name), *self.settings_of(), *words),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.state,
            env=self.environ(**environ), start_new_session=True)
        log.close()
        self.started.append(process)
        return process

    def open_log(self, name):
        """As the services' own: not for everybody on the machine."""
        return open(self.state / "log" / name, "ab", opener=lambda path, flags: os.open(path, flags, 0o600))

    def end_started(self):
        for process in self.started:  # each leads a group of its own
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        self.started.clear()

    # -- services

    def pid(self, service):
        return int((self.run / f"{service}.pid").read_text())

    def keeper(self, service):
        return int((self.run / f"{service}.keeper").read_text())

    def workers(self):
        """The pids of the FastCGI workers, the parent's children. After a reload there are old ones, too."""
        return children(self.pid("samovar-fcgi"))

    # How many of them there are when all is quiet.
    worker_count = 4 * os.cpu_count()

    def send(self, service, number):
        os.kill(self.pid(service), number)

    def command(self, service):
        """The command line of the service's keeper."""
        with open(f"/proc/{self.keeper(service)}/cmdline", "rb") as f:
            return [word.decode() for word in f.read().split(b"\0")[:-1]]

    def take_away(self, service, number=signal.SIGTERM):
        """Ends a service and its keeper, so that nothing brings it back; says how to."""
        keeper, pid, command = self.keeper(service), self.pid(service), self.command(service)
        os.kill(keeper, signal.SIGKILL)
        wait_for(lambda: dead(keeper), 5)
        family = [pid, *children(pid)]
        with contextlib.suppress(ProcessLookupError):  # it was about to be started again
            os.kill(pid, number)
        # PostgreSQL writes a checkpoint first, which a busy disk makes wait.
        wait_for(lambda: all(dead(p) for p in family), 60, f"{service} ends")
        return command

    def bring_back(self, service, command):
        log = self.open_log(f"{service}.log")
        for name in (f"{service}.pid", f"{service}.keeper"):
            (self.run / name).unlink(missing_ok=True)
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                         cwd=self.state, start_new_session=True, env=self.start_environ())
        log.close()
        wait_for(lambda: (self.run / f"{service}.pid").exists(), 30, f"{service} starts")
        if service == "postgres":
            wait_for(self.postgres_answers, 60)
        if service == "redis":
            wait_for(self.redis_answers, 30)
        if service == "samovar-scheduler":
            wait_for(self.scheduler_has_looked, 30)
        if service == "samovar-fcgi":
            for name in ("fcgi.sock", "fcgi.sock.sign-in"):
                wait_for(lambda name=name: listens(self.run / name), 30, f"{name} is there")

    def postgres_answers(self):
        try:
            psycopg2.connect(**self.dsn).close()
            return True
        except psycopg2.OperationalError:
            return False

    def redis_answers(self):
        try:
            return Redis(self.redis_path)("PING") == "PONG"
        except (OSError, EOFError, RuntimeError):
            return False

    def scheduler_has_looked(self):
        """What a scheduler that comes back finds due, it has put into the queue."""
        return Db(self).value("select count(distinct timer) from job.timer_run where slot > now() - interval '61 minutes' "
                              "and timer in ('session.sweep', 'storage.sweep', 'storage.reconcile')") == 3

    @contextlib.contextmanager
    def without(self, service, number=None):
        """Inside the block the service is gone; after it, it is back."""
        if number is None:
            number = signal.SIGINT if service == "postgres" else signal.SIGTERM
        command, pid, gone = self.command(service), self.pid(service), False
        try:
            self.take_away(service, number)
            gone = True
            yield
        finally:
            if not gone:
                for one in (pid, *children(pid)):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(one, signal.SIGKILL)
                wait_for(lambda: dead(pid), 10)
            self.bring_back(service, command)

    @contextlib.contextmanager
    def frozen(self, service):
        """Inside the block the service's processes are stopped, its sockets open."""
        pid = self.pid(service)
        family = [pid, *children(pid)]
        for one in family:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGCONT)

    def log(self, service):
        path = self.state / "log" / f"{service}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def listens(path):
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(str(path))
            return True
        except OSError:
            return False


def state_folder():
    """A fresh folder with a short path that the service user may enter."""
    parent = os.environ.get("SAMOVAR_TEST_FOLDER", "/tmp")
    for n in range(1000):
        path = pathlib.Path(f"{parent}/samovar-e2e-{os.getpid()}-{n}")
        try:
            path.mkdir(0o755)
            return path
        except FileExistsError:
            continue
    raise RuntimeError(f"no room in {parent}")


def now_us():
    return time.time_ns() // 1000
