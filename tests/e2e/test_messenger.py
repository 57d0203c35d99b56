"""The phones' API as nginx hands it over; what the program answers is in tests/unit/test_messenger*.c."""

import base64
import io
import json
import subprocess

from PIL import Image

from tests.conftest import wait_for
from tests.e2e.client import Client
from tests.e2e.stack import REPO
from tests.e2e.store import City
from tests.e2e.test_files import servers  # noqa: F401

BASE = "/api/dev"


def test_ping(base):
    answer = Client(base).get(f"{BASE}//ping/")
    assert answer.status_code == 200 and answer.json()["sub_code"] == "ping.success"
    assert answer.headers["Server"] == "Backend Core"
    assert "Server" not in Client(base).get("/api/ping").headers or Client(base).get("/api/ping").headers["Server"] == "nginx"


def test_what_nginx_says_by_itself_is_in_the_envelope(base):
    status, _, text = Client(base).as_is("DELETE", f"{BASE}/ping", b"x" * 70_000)
    answer = json.loads(text)
    assert (status, answer["code"], answer["sub_code"], answer["success"]) == (413, 413, "request.body.invalid", False)
    status, _, text = Client(base).as_is("POST", "/api/ping", b"x" * 70_000)
    assert status == 413 and "detail" in json.loads(text)


class Phone:
    """A phone that has signed up, with the headers that it sends."""

    def __init__(self, base, name):
        self.client = Client(base)
        self.headers = {"X-Csrf-Token": "of-this-phone", "User-Agent": "Dalvik/2.1.0 (Linux; U; Android 11; SM-G991N)"}
        answer = self.client.post(f"{BASE}/account/signup", headers=self.headers, json={
            "id": name, "pw": "Passw0rd!", "nick": name, "email": f"{name}@example.com"})
        assert answer.status_code == 201 and answer.json()["sub_code"] == "user.sign_up", answer.text
        self.user = answer.json()["data"]["user"]
        self.headers["Authorization"] = f"Bearer {self.user['access_token']['token']}"

    def ask(self, method, path, **more):
        headers = {**self.headers, **more.pop("headers", {})}
        return self.client(method, BASE + path, headers=headers, **more)


def photo():
    """A JPEG of more than 64 KB that says where it was taken."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010e] = "taken at home"
    picture = Image.effect_noise((600, 400), 90).convert("RGB")
    picture.save(made, "JPEG", quality=95, exif=exif)
    assert b"taken at home" in made.getvalue() and len(made.getvalue()) > 65536
    return made.getvalue()


def test_a_photo_is_kept_in_the_store_without_its_metadata(base):
    phone, sent = Phone(base, "uploader1"), photo()
    answer = phone.ask("POST", "/uploads", files={"file": ("a.JPG", sent, "image/jpg")})
    assert answer.status_code == 201, answer.text
    file = answer.json()["data"]["file"]
    assert file["mimetype"] == "image/jpeg" and file["uploaded_by"].keys() == {"uuid", "nickname"}
    answer = phone.ask("GET", file["url"], headers={"Accept": "image/*,*/*;q=0.2"}, allow_redirects=False)
    assert answer.status_code == 302
    kept = Client("").get(answer.headers["Location"])
    assert kept.status_code == 200 and kept.headers["Content-Type"] == "image/jpeg"
    assert kept.headers["Content-Disposition"].startswith("inline") and len(kept.content) == file["size"]
    assert b"taken at home" not in kept.content and Image.open(io.BytesIO(kept.content)).size == (600, 400)
    answer = phone.ask("GET", file["url"], headers={"Accept": "application/json"})
    assert answer.status_code == 200 and base64.urlsafe_b64decode(answer.json()["data"]["data"]) == kept.content
    assert phone.ask("DELETE", file["url"]).status_code == 204
    assert phone.ask("GET", file["url"]).status_code == 404


def test_a_gif_loses_what_stands_beside_its_pixels(base):
    phone, made = Phone(base, "uploader4"), io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "GIF", comment=b"taken at home")
    answer = phone.ask("POST", "/uploads", files={"file": ("a.gif", made.getvalue() + b"taken at home", "image/gif")})
    assert answer.status_code == 201, answer.text
    answer = phone.ask("GET", answer.json()["data"]["file"]["url"], headers={"Accept": "image/*"}, allow_redirects=False)
    kept = Client("").get(answer.headers["Location"]).content
    assert b"taken at home" not in kept and Image.open(io.BytesIO(kept)).convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_a_file_of_other_bytes_is_none_until_its_own_are_back(base, stack, db):
    phone = Phone(base, "uploader5")
    url = phone.ask("POST", "/uploads", files={"file": ("a.jpg", photo(), "image/jpeg")}).json()["data"]["file"]["url"]
    row = db.one("select u.*, s.name as city, o.path from messenger.upload u join storage.server s on s.id = u.server_id "
                 "join store.object o on o.server = s.name and o.key like '%%/' || u.filename where u.filename = %s", url.rsplit("/")[-1])
    file = stack.state / "objects" / row.path
    own = file.read_bytes()

    def seen():
        shown = phone.ask("GET", url, headers={"Accept": "image/*"}, allow_redirects=False)
        assert shown.status_code == 302
        return phone.ask("GET", url, headers={"Accept": "application/json"}).status_code, Client("").get(shown.headers["Location"]).status_code
    assert seen() == (200, 200)
    file.write_bytes(own[:-2])  # the store sees the size by itself
    assert seen() == (404, 404)
    file.write_bytes(own)  # from a backup
    wait_for(lambda: seen() == (200, 200), 30)
    place = City(stack, row.city)
    place.s3.put_object(Bucket=place.keys.bucket, Key=f"user_content/uploads/{row.account_id}/{row.filename}", Body=own[:-1] + b"x")
    assert seen() == (404, 200)  # whoever sends them does not know what was sent once


def test_what_a_file_seems_to_be_is_looked_at(base):
    phone = Phone(base, "uploader2")
    for name, content, said, status in [
            ("a.png", photo(), "image/png", 422), ("a.jpg", photo(), "image/png", 422), ("a.jpg", photo()[:50_000], "image/jpeg", 422),
            ("a.jpg", b"<html>", "image/jpeg", 422), ("a.exe", b"MZ", "application/octet-stream", 403), ("noending", b"x", "text/plain", 403)]:
        answer = phone.ask("POST", "/uploads", files={"file": (name, content, said)})
        assert answer.status_code == status, (name, said, answer.text)
    assert phone.ask("POST", "/uploads", data={"private": "true"}).json()["sub_code"] == "request.body.empty"
    answer = phone.ask("POST", "/uploads", files={"file": ("a.jpg", b"\xff\xd8\xff" + b"x" * 11_000_000, "image/jpeg")})
    assert answer.status_code == 413 and answer.json()["sub_code"] == "request.body.invalid"


def test_a_profile_gets_a_picture(base):
    phone = Phone(base, "uploader3")
    profile = phone.ask("GET", "/profiles").json()["data"]["profiles"][0]
    path, made = f"/profiles/{profile['uuid']}/image", io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "PNG")
    answer = phone.ask("PATCH", path, headers={"If-Match": profile["commit_id"]}, files={"file": ("a.png", made.getvalue(), "image/png")})
    assert answer.status_code == 201, answer.text
    changed = answer.json()["data"]["profile"]
    assert changed["image_url"].startswith("/uploads/") and answer.headers["ETag"] == changed["commit_id"]
    assert phone.ask("DELETE", path, headers={"If-Match": profile["commit_id"]}).status_code == 412
    answer = phone.ask("DELETE", path, headers={"If-Match": changed["commit_id"]})
    assert answer.status_code == 201 and answer.json()["data"]["profile"]["image_url"] is None
    assert phone.ask("GET", changed["image_url"]).status_code == 404


def test_large_json_is_understood_and_its_etag_stays(base):
    phone = Phone(base, "writer1")
    data = json.dumps({"note": {"index": 0, "value": {"long": {"index": 0, "value": "x" * 30_000}}}})
    answer = phone.ask("POST", "/profiles", json={"name": "long", "data": data}, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == answer.json()["data"]["profile"]["commit_id"]
    assert "Content-Encoding" not in answer.headers


def test_a_refusal_is_the_same_however_large_the_body(base):
    """nginx asks about large bodies first; a phone reads what it is told then, too."""
    phone = Phone(base, "refused")

    def told(method, path, size, **headers):
        answer = phone.ask(method, path, json={"name": "x" * size, "nickname": "x"}, headers=headers)
        return (answer.status_code, answer.json(), answer.headers["Content-Type"].split(";")[0],
                answer.headers.get("Allow"), answer.raw.headers.getlist("Set-Cookie"))
    for method, path, headers in [("POST", "/profiles", {"Authorization": "Bearer x"}), ("PATCH", "/profiles/1", {"If-Match": ""}),
                                  ("POST", "/nowhere", {}), ("PUT", "/ping", {}),
                                  ("POST", "/account/refresh", {"Cookie": "refresh_token=x"})]:
        small, large = told(method, path, 100, **headers), told(method, path, 20_000, **headers)
        assert small == large and small[0] >= 400, (small, large)
        assert small[1]["sub_code"], small


def test_what_a_report_has_locked_may_come_back(base, db, ctl):
    phone = Phone(base, "reported")
    id = phone.ask("GET", "/profiles").json()["data"]["profiles"][0]["uuid"]
    db.do("update messenger.profile set locked_at = now(), why_locked = 'REPORTED' where id = %s", id)
    assert phone.ask("GET", f"/profiles/{id}").status_code == 404
    ctl("messenger", "unlock", "profile", str(id))
    assert phone.ask("GET", f"/profiles/{id}").status_code == 200
    assert "no such profile" in ctl("messenger", "unlock", "profile", str(id), check=False).stderr
    assert "is meant" in ctl("messenger", "unlock", "room", "1", check=False).stderr


def test_a_large_body_counts_once(base):
    """As many pass the limit of a session as of small ones."""
    phone = Phone(base, "steady")
    answers = [phone.ask("PUT", "/profiles/1099511627776/relations", json={"status": "x" * 20_000}).status_code for _ in range(15)]
    assert 429 not in answers


def settings(stack, file):
    return subprocess.run([stack.program("samovarctl"), "--conf", "/dev/null", "--env", file, "conf"],
                          capture_output=True, text=True, timeout=20, check=False)


def test_an_environment_file_of_an_older_installation_is_understood(stack, tmp_path):
    older = REPO / "tests/e2e/data/messenger.env"
    said = settings(stack, older)
    assert said.returncode == 0 and not said.stderr, said.stderr
    for line in ("db.host = db.example", "db.port = 5433", "db.name = bca", "redis.database = 3", "s3.region = ap-northeast-2",
                 "messenger.server_name = bca.example", "messenger.confirm_email = false", "messenger.uploads = true"):
        assert line + "  # env file" in said.stdout, line
    assert "secret" not in said.stdout.replace("token.secret", "").replace("_secret", "")
    file = tmp_path / "new.env"
    file.write_text(older.read_text() + "DB_HOST=elsewhere\n")
    said = settings(stack, file)
    assert said.returncode != 0 and "DB_URL" in said.stderr and "DB_HOST" in said.stderr
    file.write_text("DB_URL=sqlite:///bca.db\n")
    said = settings(stack, file)
    assert said.returncode != 0 and "SQLite" in said.stderr


def test_a_collection_of_an_older_installation_becomes_an_environment_file(stack, tmp_path):
    collection, env = tmp_path / "dev.json", tmp_path / "dev.env"
    collection.write_text(json.dumps({
        "SERVER_NAME": "bca.example", "__comment_0": "behind nginx\nonly", "PORT": "8808", "__line_break_1": "true", "FLASK_APP": "app",
        "DB_TYPE": "postgresql", "DB_DRIVER": "psycopg2", "DB_ADDRESS": "db.example", "DB_USER": "bca", "DB_PASSWORD": "{s}",
        "NOTHING": None, "DB_PORT": 5432,
        "DB_URL": {"bash": "$DB_TYPE", "vscode_launch": "{DB_TYPE}+{DB_DRIVER}://{DB_USER}:{DB_PASSWORD}@{DB_ADDRESS}:{DB_PORT}/{nobody"}}))

    def convert():
        return subprocess.run([stack.program("samovarctl"), "--conf", "/dev/null", "conf", "--from-collection", collection],
                              capture_output=True, text=True, timeout=20, check=False)
    made = convert()
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[:4] == ['SERVER_NAME="bca.example"', "# behind nginx only", 'PORT="8808"', ""]
    assert made.stdout.splitlines()[-3:] == [
        "# NOTHING is null", 'DB_PORT="5432"', 'DB_URL="postgresql+psycopg2://bca:{s}@db.example:5432/{nobody"']
    env.write_text(made.stdout)
    said = settings(stack, env)
    assert said.returncode == 0 and "db.host = db.example  # env file" in said.stdout, said.stderr
    for wrong, why in (('["PORT"]', "is no JSON object"), ('{"B": "c", "A": "b\\nc"}', "A does not fit into a line"), ('{"A": {"bash": "x"}}', "A has no value")):
        collection.write_text(wrong)
        made = convert()
        assert made.returncode == 1 and why in made.stderr and made.stdout == ""


def test_a_mail_s_subject_names_the_service(base, smtp):
    phone = Phone(base, "forgetful1")
    assert phone.ask("POST", "/account/reset-password", json={"email": "forgetful1@example.com"}).status_code == 201
    mail = wait_for(lambda: smtp.to("forgetful1@example.com"), 15)[-1]
    assert mail.subject.startswith("Samovar") and "{" not in mail.subject and "Nick" not in mail.subject
    assert "/api/dev/account/email/" in mail.part("plain")
