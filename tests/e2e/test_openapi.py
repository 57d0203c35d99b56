"""docs/openapi/<face>.yaml describes exactly the routes of the face's table."""

import os
import re
import subprocess

import pytest
import yaml

from tests.e2e.client import Client
from tests.e2e.routes import faces
from tests.e2e.stack import REPO

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
INTERNAL = {"/.check", "/.form"}  # nginx's own question; a form of a browser goes to /{bucket}
each_face = pytest.mark.parametrize("face", faces().values(), ids=lambda f: f.name)


def description(face):
    path = REPO / "docs/openapi" / f"{face.name}.yaml"
    assert path.exists(), f"{path.relative_to(REPO)} is missing"
    return yaml.safe_load(path.read_text())


def plain(path):
    """Names of places do not matter, only where they are."""
    return re.sub(r"\{\w+\}", "{}", path)


def operations(api):
    for path, item in api["paths"].items():
        for method in METHODS & set(item):
            yield method.upper(), path, item, item[method]


@each_face
def test_each_route_is_described_and_nothing_else(face):
    api = description(face)
    bases = [s["url"].rstrip("/") for s in api.get("servers", [])] or [""]
    documented = {(m, plain(base + path)) for m, path, _, _ in operations(api) for base in bases}
    served = {(r.method, plain(prefix + r.path)) for r in face.routes if r.path not in INTERNAL
              for prefix in face.prefixes or [""]}
    assert documented == served, (f"not described: {sorted(served - documented)}; "
                                  f"not served: {sorted(documented - served)}")


@each_face
def test_the_description_is_openapi_3_1_and_hangs_together(face):
    api = description(face)
    assert api["openapi"] == "3.1.0" and api["info"]["title"] and api["info"]["version"]
    text = (REPO / "docs/openapi" / f"{face.name}.yaml").read_text()
    for ref in set(re.findall(r"""\$ref:\s*["']?#/([^"'\s}]+)""", text)):
        at = api
        for key in ref.split("/"):
            key = key.replace("~1", "/").replace("~0", "~")
            assert key in at, f"#/{ref} leads nowhere"
            at = at[key]


def valid(file):
    """By somebody else's validator (tests/npm)."""
    folder = os.environ.get("SAMOVAR_TEST_NPM")
    if not folder:
        pytest.skip("SAMOVAR_TEST_NPM is not set; scripts/test sets it")
    done = subprocess.run(
        [f"{folder}/node_modules/.bin/redocly", "lint", "--format=stylish", f"--config={REPO}/docs/openapi/redocly.yaml", file],
        capture_output=True, text=True, timeout=60, env={**os.environ, "REDOCLY_TELEMETRY": "off", "CI": "true"}, check=False)
    assert done.returncode == 0 and "warning" not in done.stdout, done.stdout + done.stderr


@each_face
def test_the_description_is_valid(face):
    valid(REPO / "docs/openapi" / f"{face.name}.yaml")


@pytest.mark.parametrize("page, version", [
    ("/users/api/openapi.json", "3.0.2"), ("/storage/api/openapi.json", "3.0.2")])
def test_the_older_addresses_give_valid_3_0_2(base, tmp_path, page, version):
    answer = Client(base).get(page)
    assert answer.status_code == 200 and answer.json()["openapi"] == version
    file = tmp_path / "api.json"
    file.write_bytes(answer.content)
    valid(file)


@each_face
def test_each_operation_says_what_it_does_answers_and_takes(face):
    for method, path, item, operation in operations(description(face)):
        where = f"{method} {path}"
        assert operation.get("summary"), where
        assert operation.get("responses"), where
        assert any(str(code)[0] in "23" for code in operation["responses"]), where
        given = {p["name"] for p in item.get("parameters", []) + operation.get("parameters", [])
                 if p.get("in") == "path"}
        refs = [p for p in item.get("parameters", []) + operation.get("parameters", []) if "$ref" in p]
        places = set(re.findall(r"\{(\w+)\}", path))
        assert refs or given == places, f"{where}: places {places}, parameters {given}"


@each_face
def test_protected_routes_say_so_and_public_ones_too(face):
    api = description(face)
    if face.name == "ops":
        return
    public = {(r.method, plain(r.path)) for r in face.routes if r.who in ("ANYONE", "ANYONE_AT_ALL", "0")}
    for method, path, _, operation in operations(api):
        security = operation.get("security", api.get("security"))
        for base in [""] + face.prefixes:
            key = (method, plain(path[len(base):] if path.startswith(base) else path))
            if key in public:
                assert not security or {} in security, f"{method} {path} is public"
                break
        else:
            assert security and {} not in security, f"{method} {path} asks for a token"


def test_the_descriptions_can_be_read_in_a_browser(base):
    client = Client(base)
    assert client.get("/docs/").status_code == 200
    for face in faces().values():
        answer = client.get(f"/docs/openapi/{face.name}.yaml")
        assert answer.status_code == 200 and yaml.safe_load(answer.content)["openapi"]


@pytest.mark.parametrize("path, name", [
    ("/users/api/openapi.json", "users"), ("/storage/api/openapi.json", "storage"), ("/openapi.json", "programme")])
def test_the_descriptions_are_where_the_older_services_had_them(base, path, name):
    answer = Client(base).get(path)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/json")
    described = yaml.safe_load((REPO / f"docs/openapi/{name}.yaml").read_text())
    assert answer.json()["info"]["title"] == described["info"]["title"]
    assert answer.json()["paths"].keys() == described["paths"].keys()
