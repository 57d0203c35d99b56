"""A row of a faces.def is all that nginx needs of a face: tried with those of tests/faces, which the programs do not have."""

import re
import subprocess

import pytest

from tests.e2e.client import Client
from tests.e2e.front import Front
from tests.e2e.stack import REPO

TABLE = REPO / "tests/faces/faces.def"
FACES = re.findall(r'^FACE\((\w+), *"[^"]*", *"([^"]*)", *"([^"]*)", *"(\w+)"\)', TABLE.read_text(), re.M)


class FacesFront(Front):
    def write(self, folder, directives):
        super().write(folder, directives)
        say = f'REPO={REPO} FACES={TABLE}; . {REPO}/scripts/lib/nginx.sh; nginx_face_files "$1"'
        say = f'control() {{ {self.stack.program("samovarctl")} --conf /dev/null "$@"; }}; {say}'
        subprocess.run(["sh", "-c", say, "sh", folder / "conf"], check=True)


@pytest.fixture(scope="module")
def front(stack, tmp_path_factory):
    front = FacesFront(stack, tmp_path_factory.mktemp("faces"))
    yield front
    front.end()


def test_there_is_one():
    assert FACES


@pytest.mark.parametrize("name, area, body, errors", FACES, ids=[f[0] for f in FACES])
class TestAFace:
    def test_its_area_goes_to_the_programs(self, front, name, area, body, errors):
        assert Client(front.base).get(f"{area}/nothing").json() == {"error": "Not Found"}
        assert "text/html" in Client(front.base).get(f"{area}-else").headers["Content-Type"]

    def test_nginx_answers_for_it_in_its_form(self, front, name, area, body, errors):
        words = (REPO / f"tests/faces/{errors}/errors.conf").read_text()
        said = re.search(rf"^{errors}:413 '(.*)';$", words, re.M).group(1)
        for path in (f"{area}/x", f"/{area.replace('/', '//')}/x"):
            status, _, text = Client(front.base).as_is("POST", path, b"x" * 70_000)
            assert (status, text) == (413, said.encode())
