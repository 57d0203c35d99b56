"""docs/openapi/<face>.yaml describes exactly the routes of the face's table."""

import datetime
import json
import os
import re
import subprocess

import pytest
import yaml

from tests.e2e.client import Client, iso_seconds
from tests.e2e.programme import Shift, today
from tests.e2e.routes import faces
from tests.e2e.stack import REPO
from tests.e2e.test_shifts import report_of

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
        [f"{folder}/node_modules/.bin/redocly", "lint", "--format=stylish", f"--config={REPO}/tests/npm/redocly.yaml", file],
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
        assert any(str(code)[0] in "23" for code in operation["responses"]) or path.endswith("/events/{event}"), where
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
    public = {(r.method, plain(r.path)) for r in face.routes if r.who in ("ANYONE", "ANYONE_AT_ALL", "SOFT", "SOFT_ACTING", "0")}
    for method, path, _, operation in operations(api):
        security = operation.get("security", api.get("security"))
        for base in [""] + face.prefixes:
            key = (method, plain(path[len(base):] if path.startswith(base) else path))
            if key in public:
                assert not security or {} in security, f"{method} {path} is public"
                break
        else:
            assert security and {} not in security, f"{method} {path} asks for a token"


def as_json(face):
    """What the build makes of the description."""
    text = (REPO / "docs/openapi" / f"{face.name}.yaml").read_bytes()
    return json.loads(subprocess.run([REPO / "scripts/openapi-json"], input=text, capture_output=True, check=True).stdout)


def resolved(api, node):
    while "$ref" in node:
        at = api
        for key in node["$ref"].split("/")[1:]:
            at = at[key]
        node = at
    return node


def fits(api, schema, value, where):
    jsonschema = pytest.importorskip("jsonschema")
    formats = jsonschema.FormatChecker(["uuid", "date"])
    formats.checks("date-time", AssertionError)(lambda text: not isinstance(text, str) or iso_seconds(text))
    checker = jsonschema.Draft202012Validator({**schema, "components": api.get("components", {})}, format_checker=formats)
    flaws = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in checker.iter_errors(value)]
    assert not flaws, f"{where}: {flaws[:5]}"


@each_face
def test_each_body_and_answer_has_a_schema_and_an_example_that_fits(face):
    api = as_json(face)
    for method, path, _, operation in operations(api):
        said = {"body": resolved(api, operation.get("requestBody", {}))}
        said.update({code: resolved(api, answer) for code, answer in operation["responses"].items() if code[0] == "2"})
        for what, part in said.items():
            media = part.get("content", {}).get("application/json")
            if media is not None:
                where = f"{method} {path}, {what}"
                assert media.get("schema") and "example" in media, where
                fits(api, media["schema"], media["example"], where)


def test_answers_are_as_they_are_described(staff, db, api):
    (face,) = [f for f in faces().values() if f.name == "programme"]
    described, shift, admin = as_json(face), Shift(db, 2, today() - datetime.timedelta(days=5)), staff()
    report = report_of(db, shift, shift.chats[0])
    user = admin.get("/users/").json()[0]["id"]
    db.do("update programme.report set status = 'reviewing', report_url = '/x/1.jpg', uploaded_at = now(), number_attempt = 1 "
          "where id = %s", report)
    assert admin.patch(f"/reports/{report}/approve").status_code == 200
    asked = {
        "/ping": "", "/healthcheck": "", "/administrators/me": "", "/administrators/": "", "/administrators/invitations": "",
        "/shifts/": "", "/shifts/{id}": shift.id, "/shifts/{id}/users": shift.id, "/shifts/{id}/requests": shift.id,
        "/shifts/{id}/progress": shift.id, "/shifts/{id}/similar": shift.id, "/requests/": "", "/reports/": f"?shift_id={shift.id}",
        "/reports/{id}": report, "/reports/{id}/similar": report, "/tasks/": "", "/users/": "", "/users/{id}": user, "/outbox": "",
        "/audit": ""}
    for path, id in asked.items():
        answer = admin.get(path.replace("{id}", str(id)) if "{id}" in path else path + id)
        if path == "/healthcheck" and answer.status_code == 400:
            continue  # no bot in this stack
        assert answer.status_code == 200, path
        fits(described, described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"], answer.json(), path)


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


def test_what_sources_and_documents_refer_to_is_there():
    names = re.compile(r"\b(?:docs|contracts|scripts|conf|web)/[\w/.-]*\w\.(?:md|yaml|css|js|html|in|def|yml|json)\b")
    listed = subprocess.run(["git", "ls-files", "fcgi", "src", "docs", "web", "conf", "README.md"], cwd=REPO, capture_output=True,
                            text=True, check=True).stdout.splitlines()
    sources = [REPO / name for name in listed if name.endswith((".c", ".h", ".def", ".sql", ".md", ".yaml", ".js", ".html"))]
    missing = {(str(path.relative_to(REPO)), name) for path in sources for name in names.findall(path.read_text())
               if not (REPO / name).exists() and not name.endswith(".json")}
    assert sources and not missing
