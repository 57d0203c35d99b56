"""The scripts around the programs: what they refuse, and what they leave behind."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

from tests.conftest import wait_for
from tests.e2e.stack import REPO, children, dead, state_folder


@pytest.mark.parametrize("name", ["with a blank", "Самовар"])
@pytest.mark.parametrize("script", ["run", "test"])
def test_a_path_that_cannot_be_built_in_is_refused_first(tmp_path, name, script):
    clone = tmp_path / name
    (clone / "scripts").mkdir(parents=True)
    (clone / "scripts/lib").symlink_to(REPO / "scripts/lib")
    (clone / "scripts" / script).write_bytes((REPO / "scripts" / script).read_bytes())
    # There is no install-packages in this clone: who came that far would say so.
    done = subprocess.run(["sh", clone / "scripts" / script], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "the build tools take no such path" in done.stderr and done.stdout == ""
    assert [p.name for p in clone.iterdir()] == ["scripts"]


def test_a_killed_run_of_the_tests_leaves_no_process(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    code = ("import subprocess, sys, time\n"
            "from tests.e2e.stack import Stack\n"
            f"stack = Stack({str(state)!r}, 1, {{}})\n"
            "stack.watch()\n"
            "child = subprocess.Popen(['sleep', '600'], cwd=stack.state, start_new_session=True)\n"
            "print(child.pid, flush=True)\n"
            "time.sleep(600)\n")
    run = subprocess.Popen([sys.executable, "-c", code], cwd=REPO, stdout=subprocess.PIPE, text=True)
    child = int(run.stdout.readline())
    assert not dead(child)
    os.kill(run.pid, signal.SIGKILL)
    run.wait(5)
    wait_for(lambda: dead(child) and not state.exists(), 20)


def comm(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def test_logs_do_not_grow_for_ever(tmp_path):
    for name in ("run", "log"):
        (tmp_path / name).mkdir()
    big, small = tmp_path / "log/nginx.log", tmp_path / "log/other.log"
    big.write_text("x" * 2000)
    small.write_text("x" * 500)
    keeper = subprocess.Popen([REPO / "scripts/lib/keep", "postgres", "TERM", tmp_path, "sleep", "600"],
                              env={**os.environ, "KEEP_LOG_BYTES": "1000", "KEEP_LOG_SECONDS": "600"})
    try:
        wait_for(lambda: big.stat().st_size == 0, 10)
        assert (tmp_path / "log/nginx.log.1").read_text() == "x" * 2000 and small.read_text() == "x" * 500
    finally:
        pid = int((tmp_path / "run/postgres.pid").read_text())
        (rotating,) = [p for p in children(keeper.pid) if p != pid]
        sleeping = wait_for(lambda: [p for p in children(rotating) if comm(p) == "sleep"], 10)
        keeper.kill()  # as a test kills it, or the kernel short of memory
        keeper.wait(10)
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: all(dead(p) for p in (pid, rotating, *sleeping)), 5)


def test_a_new_state_has_room_for_the_demo_s_pictures():
    """The demo puts them into the store before nginx has run once."""
    state = state_folder()
    say = f'REPO={REPO}; SAMOVAR_PREFIX=/; . {REPO}/scripts/lib/common.sh; . {REPO}/scripts/lib/state.sh; state_open "$1"; state_make 3'
    try:
        subprocess.run(["sh", "-eu", "-c", say, "sh", state], check=True, capture_output=True, timeout=30)
        made = sorted(state.glob("objects/*/incoming"))
        assert [path.parent.name for path in made] == ["s3_1", "s3_2", "s3_3"]
        assert {(path.owner(), path.stat().st_mode & 0o777) for path in made} == {(state.owner(), 0o700)}
    finally:
        shutil.rmtree(state)
