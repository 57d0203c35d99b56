"""The registration page's own rules (web/telegram-form/rules.js): what they let through, the bot takes."""

import json
import shutil
import subprocess

import pytest

from tests.e2e.stack import REPO

# scripts/test has node for the second opinion
pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="there is no node")

RUN = """
const rules = require(process.argv[1]);
const [name, values] = JSON.parse(process.argv[2]);
const call = { capital: (v) => rules.capitals(v, false), city: (v) => rules.capitals(v, true),
	phone: (v) => rules.phoneFormat(rules.phoneDigits(v)) }[name] || rules.FAULTS[name.slice(6)];
console.log(JSON.stringify(values.map(call)));
"""


def ask(name, *values):
    done = subprocess.run(["node", "-e", RUN, REPO / "web/telegram-form/rules.js", json.dumps([name, values])],
                          capture_output=True, text=True, check=True, timeout=30)
    return json.loads(done.stdout)


@pytest.mark.parametrize("field, good, bad", [
    ("name", ["Анна", "Анна-Мария", "Ян", "Әлфия", "Рөстәм", "Ғәзиз", "Ҡәҙерғәле", "Їванко", "ГӀамар"], ["", "А", "анна", "АННА", "Anna", "Анна ", "-Анна", "Анна-", "А" * 21, "әлфия", "Ӓлфıя", "Αнна"]),
    ("surname", ["Петрова-Водкина", "Ёлкин", "Ҡотлоғужин", "Ҫәлимов-Ҙур"], ["", "петров", "Петров--Водкин", "Петров - Водкин"]),
    ("city", ["Уфа", "Ростов-на-Дону", "Нижний Новгород", "Йошкар-Ола", "Өфө", "Ҡазан"],
     ["", "уфа", "Ufa", "Уфа-", "Ростов -на-Дону", "УФА", "Уфа 1"]),
    ("date_of_birth", ["01.02.2012", "29.02.2012", "31.12.1945"],
     ["", "1.2.2012", "31.04.2012", "29.02.2011", "01.02.2999", "31.12.1944", "2012-02-01"]),
    ("phone_number", ["+7 912 345-67-89", "89123456789", "8 (800) 555-35-35"], ["", "+7 512 345-67-89", "912"])])
def test_what_a_field_takes(field, good, bad):
    assert ask("fault:" + field, *good) == [""] * len(good)
    assert all(ask("fault:" + field, *bad))


def test_what_is_wrong_with_a_date_is_said():
    form, day, year = ask("fault:date_of_birth", "1.2.2012", "31.02.2010", "31.12.1944")
    assert "ДД.ММ.ГГГГ" in form and "Такого дня нет" in day and "год" in year


def test_what_is_mended_while_one_types():
    assert ask("capital", "анна-мария", "ёлкин", "әлфия") == ["Анна-Мария", "Ёлкин", "Әлфия"]
    assert ask("city", "ростов-на-дону", "нижний новгород") == ["Ростов-на-Дону", "Нижний Новгород"]
    assert ask("phone", "89123456789", "912345", "+7 912", "") == ["+7 912 345-67-89", "+7 912 345", "+7 912", ""]
