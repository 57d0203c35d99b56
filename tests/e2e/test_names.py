"""Names that look the same are the same, or refused; what is no text is refused, in every text field of every face."""

import json
import unicodedata

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import PASSWORD, Client, error, together, word
from tests.e2e.programme import png
from tests.e2e.test_files import RIGHTS, ask_upload, owner, put, servers  # noqa: F401
from tests.e2e.users import INVALID, form, is_invalid

NFC, NFD = (lambda text: unicodedata.normalize("NFC", text)), (lambda text: unicodedata.normalize("NFD", text))
TAKEN = (400, "User.AlreadyExists")


@pytest.fixture
def mine(owner):  # noqa: F811
    return owner("can_view_file", "can_upload_file", "can_download_file", "can_rename_file")


def upload(client, name, data):
    answer = ask_upload(client, name, len(data))
    assert put(answer["link"], data).status_code == 200
    return answer["file"]


def found(client, q):
    return [f["name"] for f in client.get("/files/search/", params={"q": q}).json()["data"]]


class TestFiles:
    def test_two_forms_of_one_name_are_one_file(self, mine):
        name = f"зимний ёж {word()}.txt"
        first, second = upload(mine, NFC(name), b"1"), upload(mine, NFD(name), b"2")
        assert first["id"] == second["id"] and second["name"] == NFC(name)
        assert found(mine, NFD("зимний ёж")) == found(mine, NFC("ИЙ ЁЖ")) == [NFC(name)]
        wait_for(lambda: requests.get(mine.get(f"/files/{first['id']}/").json()["link"], timeout=10).content == b"2")

    def test_a_new_name_is_in_normal_form(self, mine):
        file = upload(mine, word() + ".txt", b"1")
        answer = mine("PUT", f"/files/{file['id']}/", {"name": NFD("ёлка.txt")})
        assert answer.json()["name"] == NFC("ёлка.txt")
        other = upload(mine, word() + ".txt", b"1")
        assert error(mine("PUT", f"/files/{other['id']}/", {"name": NFC("ёлка.txt")})) == (400, "File.AlreadyExists")

    @pytest.mark.parametrize("name", ["👨\u200d👩\u200d👧 family.jpg", "می\u200cخواهم.txt", "א(1)\u200e.txt", "two  blanks.txt", "ｆｕｌｌ.txt", "한국어.txt"])
    def test_what_people_write_is_kept(self, mine, name):
        assert upload(mine, name, b"1")["name"] == name
        assert found(mine, name) == [name]

    @pytest.mark.parametrize("change", [lambda n: n.replace(" ", "\u00a0"), lambda n: n.replace(" ", "\u3000"), lambda n: f" {n} ",
                                        lambda n: f"\u00a0{n}\u2003"], ids=["no-break", "ideographic", "ends", "wide ends"])
    def test_blanks_that_look_the_same_are_the_same(self, mine, change):
        name = f"мой отчёт {word()}.txt"
        first, second = upload(mine, name, b"1"), upload(mine, change(name), b"2")
        assert first["id"] == second["id"] and second["name"] == name
        assert found(mine, name.replace(" ", "\u00a0")) == [name]
        other = upload(mine, word(), b"1")
        assert error(mine("PUT", f"/files/{other['id']}/", {"name": change(name)})) == (400, "File.AlreadyExists")

    @pytest.mark.parametrize("name", ["a\u200bb", "\ufeffa", "a\u00adb", "a\u2060b", "a\U000E0041b", "a\ufdd0b", "a\u200db", "a\ufe0fb", "\u3164"])
    def test_what_nobody_sees_is_refused_and_named(self, mine, name):
        for answer in (mine.post("/files/upload/", {"name": name, "size": 1}),
                       mine("PUT", f"/files/{upload(mine, word(), b'1')['id']}/", {"name": name})):
            is_invalid(answer, "name")
            assert "cannot be seen (U+" in answer.json()["detail"]

    @pytest.mark.parametrize("name", [" ", "\u00a0\u3000", "\u2800"])
    def test_blanks_alone_are_no_name(self, mine, name):
        is_invalid(mine.post("/files/upload/", {"name": name, "size": 1}), "name")

    @pytest.mark.parametrize("name", ["photo\u202egpj.exe", "\u202aa", "\u2066a\u2069", "a\u2028b", "a\tb", "a\x85b", "a" + "\u0301" * 40])
    def test_what_hides_is_refused_and_named(self, mine, name):
        is_invalid(mine.post("/files/upload/", {"name": name, "size": 1}), "name")
        is_invalid(mine("PUT", f"/files/{upload(mine, word(), b'1')['id']}/", {"name": name}), "name")


LOOKALIKES = {
    "blank at the end": lambda u: u + " ", "no-break space at the end": lambda u: u + "\u00a0",
    "ideographic space before": lambda u: "\u3000" + u, "zero width space": lambda u: u + "\u200b",
    "word joiner": lambda u: "\u2060" + u, "right-to-left override": lambda u: u + "\u202e",
    "left-to-right mark": lambda u: u[:2] + "\u200e" + u[2:], "full width letter": lambda u: u.replace("l", "\uff4c"),
    "NFD": NFD, "Cyrillic a": lambda u: u.replace("a", "а"), "other case": str.upper, "soft hyphen": lambda u: u + "\u00ad"}


class TestUserNames:
    @pytest.mark.parametrize("change", LOOKALIKES.values(), ids=LOOKALIKES)
    def test_nobody_takes_a_name_that_looks_the_same(self, users, db, change):
        name = "élan" + word()
        assert users.post("/auth/register/", form(username=name)).status_code == 201
        answer = users.post("/auth/register/", form(username=change(name)))
        assert error(answer) in (TAKEN, INVALID)
        if error(answer) == INVALID:
            assert "username" in answer.json()["detail"]
        assert db.value("select count(*) from account.account where username_skeleton = "
                        "(select username_skeleton from account.account where username = %s)", name) == 1

    def test_a_name_of_other_letters_that_looks_the_same_is_taken(self, users):
        """All Cyrillic, all Latin; "rn" and "m"."""
        tail = word("")
        assert users.post("/auth/register/", form(username="сосо")).status_code in (201, 400)
        assert error(users.post("/auth/register/", form(username="coco"))) == TAKEN
        assert users.post("/auth/register/", form(username="modern" + tail)).status_code == 201
        assert error(users.post("/auth/register/", form(username="modem" + tail))) == TAKEN

    @pytest.mark.parametrize("first, second", [("eyespaul", "eyespauI"), ("cIown", "clown"), ("eyes0ne", "eyesOne"), ("Ivan", "lvan")])
    def test_a_capital_that_looks_like_another_letter_makes_no_other_name(self, users, first, second):
        tail = word("")
        assert users.post("/auth/register/", form(username=first + tail)).status_code == 201
        assert error(users.post("/auth/register/", form(username=second + tail))) == TAKEN

    def test_who_took_such_names_before_signs_in(self, users, person, ctl):
        tail = word("")
        older = [person(username=name + tail) for name in ("eyespaul", "eyespauI")]
        ctl("timers", "run", "session.sweep")
        for who in older:
            answer = users.post("/auth/login/", {"username": who.username, "password": PASSWORD})
            assert answer.status_code == 200

    def test_a_name_that_came_into_the_table_another_way_counts_too(self, users, person):
        who = person(username="pаypal" + word())  # Cyrillic a
        assert error(users.post("/auth/register/", form(username=who.username.replace("а", "a")))) == TAKEN

    def test_of_two_that_come_at_once_one_is_taken(self, users):
        tail = word("")
        names = ["modern" + tail, "modem" + tail] * 3
        answers = together(6, lambda n: Client(users.base, users.prefix).post("/auth/register/", form(username=names[n])))
        assert sorted(a.status_code for a in answers) == [201] + [400] * 5

    @pytest.mark.parametrize("name", ["anna.petrova@example.com", "Anna Petrova", "ёлка", "한국어", "日本語", "élan", "ελένη"])
    def test_names_of_all_languages_are_taken(self, users, name):
        name += word(" ") if name.isascii() else "".join(c for c in word("") if c.isdigit())
        answer = users.post("/auth/register/", form(username=name))
        assert answer.status_code == 201 and answer.json()["username"] == name

    def test_one_signs_in_by_either_form(self, users):
        name = "é" + word()
        body = form(username=NFD(name), password="Пароль-ёж1")
        assert users.post("/auth/register/", body).json()["username"] == NFC(name)
        for spell in (NFC, NFD):
            for speak in (NFC, NFD):
                answer = users.post("/auth/login/", {"username": spell(name), "password": speak(body["password"])})
                assert answer.status_code == 200

    def test_guesses_at_either_form_are_guesses_at_one_name(self, users):
        name = "é" + word()
        assert users.post("/auth/register/", form(username=name)).status_code == 201
        codes = [users.post("/auth/login/", {"username": (NFC, NFD)[n % 2](name), "password": "Wrong12345"}).status_code
                 for n in range(40)]
        assert codes[-1] == 429 and codes.index(429) <= 31

    def test_a_name_of_before_that_is_in_the_other_form_still_signs_in(self, users, person):
        who = person(username=NFD("é" + word()))
        assert users.post("/auth/login/", {"username": who.username, "password": PASSWORD}).status_code == 200

    def test_samovarctl_has_the_same_rules(self, ctl):
        assert "different scripts" in ctl("account", "add", "аdmin" + word(), input=PASSWORD + "\n", check=False).stderr
        assert "U+200B" in ctl("account", "add", "a\u200b" + word(), input=PASSWORD + "\n", check=False).stderr


class TestProgramme:
    def test_titles_are_in_normal_form_and_plain(self, staff):
        admin, title = staff(), f"Убрать ёлку {word()}"
        files = {"files": {"image": ("a.png", png(1), "image/png")}}
        first = admin.post("/tasks/", params={"title": NFD(title)}, **files)
        assert first.json()["title"] == NFC(title)
        assert admin.post("/tasks/", params={"title": NFC(title)}, **files).status_code == 400
        for bad in ("строка\nстрока", "справа\u202eналево"):
            answer = admin.post("/tasks/", params={"title": bad}, **files)
            assert answer.status_code == 422 and answer.json()["detail"][0]["loc"] == ["query", "title"]
        admin.patch(f"/tasks/{first.json()['id']}/change_status")

    def test_titles_that_look_the_same_are_one(self, staff):
        admin, title = staff(), f"Убрать стол {word()}"
        files = {"files": {"image": ("a.png", png(1), "image/png")}}
        first = admin.post("/tasks/", params={"title": title.replace(" ", "\u00a0 ")}, **files)
        assert first.json()["title"] == title
        assert admin.post("/tasks/", params={"title": title}, **files).status_code == 400
        answer = admin.post("/tasks/", params={"title": title + "\u200b"}, **files)
        assert answer.status_code == 422 and answer.json()["detail"][0]["loc"] == ["query", "title"]
        assert admin.post("/tasks/", params={"title": "\u00a0а\u00a0"}, **files).status_code == 422
        admin.patch(f"/tasks/{first.json()['id']}/change_status")

    def test_a_persons_name_in_either_form(self, staff):
        admin = staff()
        answer = admin.patch(f"/administrators/{admin.person.uuid}/", {"name": NFD("Андрей"), "surname": NFD("Йорданов")})
        assert (answer.json()["name"], answer.json()["surname"]) == ("Андрей", "Йорданов")


# -- what is no text: in the body of every route, tests/unit/test_routes.c

@pytest.mark.parametrize("name", ["caf\\udce9", "caf\\udce8"])
def test_no_file_is_made_of_it(mine, name):
    before = len(mine.get("/files/").json())
    answer = mine("POST", "/files/upload/", data=('{"name": "%s.txt", "size": 1}' % name).encode(),
                  headers={"Content-Type": "application/json"})
    assert error(answer) == INVALID
    assert len(mine.get("/files/").json()) == before


def test_a_whole_pair_is_text(mine):
    answer = mine("POST", "/files/upload/", data=b'{"name": "\\ud83d\\ude00 %s.txt", "size": 1}' % word().encode(),
                  headers={"Content-Type": "application/json"})
    assert answer.status_code == 200 and answer.json()["file"]["name"].startswith("😀")


@pytest.mark.parametrize("bad", ["%FF", "%C3", "%ED%A0%80", "%F8%88%80%80%80"])
def test_ill_formed_text_in_a_query_is_refused(base, mine, staff, bad):
    status, _, body = mine.as_is("GET", f"/storage/api/v1/files/search/?q={bad}")
    assert status == 400 and "q" in json.loads(body)["detail"]
    status, _, body = staff().as_is("POST", f"/api/tasks/?title=abc{bad}", b"")
    assert status == 422 and json.loads(body)["detail"][0]["loc"] == ["query", "title"]
