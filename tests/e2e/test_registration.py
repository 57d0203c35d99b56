"""Registration through the bot: who is let in, what is refused and with which words."""

import datetime
import itertools
import json
import urllib.parse

import pytest

from tests.conftest import wait_for
from tests.e2e import fcgi, private
from tests.e2e.client import Client
from tests.e2e.programme import Shift, clear, today

DAY = datetime.timedelta(days=1)
chats = itertools.count(720_000_001)
phones = itertools.count(1_000_001)

PENDING, CLOSED, APPROVED = "на рассмотрении", "регистрация закрыта", "уже зарегистрированы"
ACCEPTED, FIX = "принят", "Исправить неверно внесенные данные"


def no_pause():
    """A chat gets one message a second: what it has got counts as got earlier."""


@pytest.fixture(autouse=True)
def fresh(db, telegram, monkeypatch):
    clear(db)
    telegram.limits(enforce=False)
    monkeypatch.setitem(globals(), "no_pause", lambda: db.do(
        "update programme.outbox set dispatched_at = dispatched_at - interval '2 seconds'"))
    yield
    clear(db)


def phone():
    n = f"912{next(phones)}"
    return f"+7 {n[:3]} {n[3:6]}-{n[6:8]}-{n[8:]}"


def form(**changes):
    return {"name": "Анна", "surname": "Петрова-Водкина", "date_of_birth": "01.02.2012", "city": "Ростов-на-Дону",
            "phone_number": phone(), **changes}


def submit(telegram, chat, data):
    """Sends the form, and waits for what the bot says to it."""
    before = len(telegram.messages(chat_id=chat))
    no_pause()
    telegram.message(chat, web_app_data={"button_text": "x", "data": data if isinstance(data, str)
                                         else json.dumps(data, ensure_ascii=False)})
    return wait_for(lambda: telegram.messages(chat_id=chat)[before:], 20, f"an answer in {chat}")[0]


def start(telegram, chat):
    before = len(telegram.messages(chat_id=chat))
    no_pause()
    telegram.message(chat, text="/start")
    return wait_for(lambda: telegram.messages(chat_id=chat)[before + 1:], 20)[0]


def participant(db, chat):
    return db.one("select * from programme.participant where telegram_id = %s", chat)


def requests_of(db, chat):
    return db.all("select r.* from programme.request r join programme.participant p on p.id = r.participant_id "
                  "where p.telegram_id = %s", chat)


def form_button(message):
    (button,) = (b for row in message["reply_markup"]["keyboard"] for b in row if "web_app" in b)
    return button


def address_of(message):
    return form_button(message)["web_app"]["url"]


def told(token, base):
    """The answer to the page's question what a token stands for."""
    return Client(base, "/api").post("/telegram/registration_form", {"token": token})


def offered(message):
    """Label of the form that a message offers, and what it is to be filled with: of the address itself, and of its token."""
    url = urllib.parse.urlsplit(address_of(message))
    assert url.path == "/api/telegram/registration_form"
    query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    assert set(query) <= {"update", "token"}
    if "token" in query:
        query.update(told(query.pop("token"), f"{url.scheme}://{url.netloc}").json())
    return form_button(message)["text"], query


def preparing(db, days=5):
    return Shift(db, 0, today() + days * DAY, status="preparing")


def test_a_new_person_applies_for_the_prepared_shift(telegram, db):
    shift, chat, data = preparing(db), next(chats), form()
    answer = submit(telegram, chat, data)
    assert ACCEPTED in answer["text"] and answer["reply_markup"] == {"remove_keyboard": True}
    p = participant(db, chat)
    assert (p.name, p.surname, p.city, p.phone_number, str(p.date_of_birth), p.status) == \
        ("Анна", "Петрова-Водкина", "Ростов-на-Дону", data["phone_number"], "2012-02-01", "pending")
    (request,) = requests_of(db, chat)
    assert (request.shift_id, request.status, request.is_repeated) == (shift.id, "pending", 1)


def test_the_same_form_twice_is_one_request(telegram, db):
    preparing(db)
    chat, data = next(chats), form()
    submit(telegram, chat, data)
    assert PENDING in submit(telegram, chat, data)["text"]
    assert PENDING in submit(telegram, chat, form(name="Мария"))["text"]
    assert len(requests_of(db, chat)) == 1
    assert participant(db, chat).name == "Анна"  # nothing is overwritten before the checks


def test_start_says_where_one_stands(telegram, db):
    preparing(db)
    chat = next(chats)
    data = form()
    submit(telegram, chat, data)
    assert PENDING in start(telegram, chat)["text"]
    db.do("update programme.request set status = 'approved'")
    assert APPROVED in start(telegram, chat)["text"]
    db.do("update programme.request set status = 'declined'")
    label, query = offered(start(telegram, chat))
    assert label == "Подать заявку на участие в смене" and query == {"update": "true", **data}
    db.do("delete from programme.request")
    db.do("update programme.shift set status = 'finished'")
    closed = start(telegram, chat)
    assert CLOSED in closed["text"] and closed["reply_markup"] == {"remove_keyboard": True}


def test_without_an_open_shift_nobody_is_registered(telegram, db):
    Shift(db, 0, today() - 3 * DAY)  # runs for too long to join
    chat = next(chats)
    answer = submit(telegram, chat, form())
    assert CLOSED in answer["text"] and "vk.com" in answer["text"]
    assert participant(db, chat) is None


@pytest.mark.parametrize("days, is_open", [(0, True), (1, True), (2, True), (3, False)])
def test_late_joiners(telegram, db, days, is_open):
    Shift(db, 0, today() - days * DAY)
    chat = next(chats)
    assert (ACCEPTED if is_open else CLOSED) in submit(telegram, chat, form())["text"]
    assert len(requests_of(db, chat)) == is_open


def test_with_two_open_shifts_the_prepared_one_is_taken(telegram, db):
    Shift(db, 0, today() - DAY)
    shift, chat = preparing(db, 100), next(chats)
    submit(telegram, chat, form())
    (request,) = requests_of(db, chat)
    assert request.shift_id == shift.id


def test_a_declined_person_may_apply_three_times(telegram, db):
    preparing(db)
    chat, data = next(chats), form()
    for n in (1, 2, 3):
        assert ACCEPTED in submit(telegram, chat, data)["text"]
        (request,) = requests_of(db, chat)
        assert (request.status, request.is_repeated) == ("pending", n)
        db.do("update programme.request set status = 'declined'")
    answer = submit(telegram, chat, form(name="Мария"))
    assert "слишком много" in answer["text"] and "vk.com" in answer["text"]
    assert requests_of(db, chat)[0].status == "declined" and participant(db, chat).name == "Анна"


def test_changed_data_are_looked_at_again_and_the_same_are_not(telegram, db):
    preparing(db)
    chat, data = next(chats), form()
    submit(telegram, chat, data)
    db.do("update programme.request set status = 'declined'")
    db.do("update programme.participant set status = 'verified'")
    submit(telegram, chat, data)
    assert participant(db, chat).status == "verified"
    db.do("update programme.request set status = 'declined'")
    submit(telegram, chat, {**data, "city": "Нижний Новгород"})
    assert participant(db, chat).status == "pending" and participant(db, chat).city == "Нижний Новгород"


def test_a_second_shift_keeps_the_person_and_the_buttons_of_the_first(telegram, db):
    shift = preparing(db, 100)
    first = Shift(db, 1, today() - 30 * DAY)
    chat = first.chats[0]
    label, query = offered(start(telegram, chat))
    assert label.startswith("Подать заявку")
    answer = submit(telegram, chat, {k: v for k, v in query.items() if k != "update"} | {"phone_number": phone()})
    assert "Баланс" in str(answer["reply_markup"])
    assert [r.shift_id for r in requests_of(db, chat)] == [shift.id]
    assert first.member(chat).status == "active"


TASK_BUTTONS = ["Пропустить задание", "Баланс ломбарьеров"]


def has_task_buttons(message):
    return TASK_BUTTONS in [[b["text"] for b in row] for row in message["reply_markup"]["keyboard"]]


def test_a_member_keeps_the_buttons_of_the_task(telegram, db):
    """Also while the next shift is open; and nobody who has tasks hears that registration is closed."""
    first = Shift(db, 1, today() - 30 * DAY)
    chat = first.chats[0]
    alone = start(telegram, chat)
    assert has_task_buttons(alone) and "закрыта" not in alone["text"] and "участвуете" in alone["text"]
    preparing(db, 100)
    offer = start(telegram, chat)
    assert has_task_buttons(offer) and offered(offer)[0].startswith("Подать заявку")
    wrong = submit(telegram, chat, form(name="anna"))
    assert has_task_buttons(wrong) and offered(wrong)[0] == FIX


def test_a_member_of_the_first_days_is_not_told_to_wait_for_a_first_task(telegram, db):
    first = Shift(db, 1, today() - DAY)
    db.do("insert into programme.request (participant_id, shift_id, status) select id, %s, 'approved' from programme.participant", first.id)
    said = start(telegram, first.chats[0])
    assert "участвуете" in said["text"] and has_task_buttons(said)


def person_of(db, chat):
    p = participant(db, chat)
    return p.name, p.surname, str(p.date_of_birth)


MASHA = {"name": "Мария", "surname": "Фамилия", "date_of_birth": "05.06.2014"}


@pytest.mark.parametrize("who", [MASHA, {**MASHA, "date_of_birth": "01.01.2010"}, {**MASHA, "surname": "Другая"}],
                         ids=["sister", "twin", "friend"])
def test_a_second_child_in_a_chat_does_not_rename_the_first(telegram, db, who):
    first = Shift(db, 1, today() - 200 * DAY, status="finished")
    preparing(db)
    chat = first.chats[0]
    before = person_of(db, chat)
    answer = submit(telegram, chat, form(**who))
    assert "Имя Фамилия" in answer["text"] and "другого аккаунта" in answer["text"] and "@" in answer["text"]
    assert offered(answer)[1]["name"] == "Имя", "the way to apply for the first child"
    assert person_of(db, chat) == before and requests_of(db, chat) == []


def test_a_second_child_does_not_take_over_what_was_declined_in_an_earlier_shift(telegram, db):
    earlier = preparing(db)
    chat = next(chats)
    submit(telegram, chat, form())
    db.do("update programme.request set status = 'declined'")
    db.do("update programme.shift set status = 'cancelled' where id = %s", earlier.id)
    preparing(db, 7)
    assert "другого аккаунта" in submit(telegram, chat, form(**MASHA))["text"]
    assert participant(db, chat).name == "Анна"


@pytest.mark.parametrize("change, after", [
    ({"date_of_birth": "02.01.2010"}, ("Имя", "Фамилия", "2010-01-02")),
    ({"surname": "Новая"}, ("Имя", "Новая", "2010-01-01"))])
def test_a_slip_in_the_data_is_mended_by_the_form(telegram, db, change, after):
    chat = Shift(db, 1, today() - 200 * DAY, status="finished").chats[0]
    preparing(db)
    data = form(name="Имя", surname="Фамилия", date_of_birth="01.01.2010")
    assert ACCEPTED in submit(telegram, chat, {**data, **change})["text"]
    assert person_of(db, chat) == after


def test_who_was_only_ever_declined_may_begin_anew(telegram, db):
    """A parent who has given their own name is told to give the child's."""
    preparing(db)
    chat = next(chats)
    submit(telegram, chat, form(name="Ольга", date_of_birth="05.05.1985"))
    db.do("update programme.request set status = 'declined'")
    assert ACCEPTED in submit(telegram, chat, form(**MASHA))["text"]
    assert participant(db, chat).name == "Мария"


def test_another_persons_number_is_refused(telegram, db):
    preparing(db)
    one, two, number = next(chats), next(chats), phone()
    submit(telegram, one, form(phone_number=number))
    digits = number.replace(" ", "").replace("-", "")
    answer = submit(telegram, two, form(phone_number="8" + digits[2:]))
    assert "уже существует" in answer["text"] and offered(answer)[0] == FIX
    assert participant(db, two) is None


def test_what_is_wrong_is_said_at_once_and_the_form_comes_back_filled(telegram, db):
    preparing(db)
    chat = next(chats)
    data = {"name": "anna", "surname": "П", "date_of_birth": "31.02.2012", "city": "уфа", "phone_number": "12 & 34"}
    answer = submit(telegram, chat, data)
    assert len(answer["text"].splitlines()) == 5
    assert offered(answer) == (FIX, data)
    assert participant(db, chat) is None
    submit(telegram, chat, form())
    db.do("update programme.request set status = 'declined'")
    assert offered(submit(telegram, chat, data)) == (FIX, {"update": "true", **data})


def test_the_forms_address_tells_nothing_of_the_person(telegram, db, base, stack):
    """It goes through Telegram, histories and logs: in it is a token, good for a day and for nothing else."""
    preparing(db)
    chat, data = next(chats), form(name="anna")
    url = address_of(submit(telegram, chat, data))
    for value in data.values():
        for spelling in private.spellings(value):
            assert spelling not in url
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["token"][0]
    answer = told(token, base)
    assert (answer.status_code, answer.json()) == (200, data)
    assert answer.headers["Cache-Control"] == "no-store"
    for bad in (token[:-1], token[:-2] + "AA", "A" + token[1:], "x", token.upper()):
        assert told(bad, base).status_code == 404
    assert told("", base).status_code == 422 and told("a" * 8001, base).status_code == 422
    later = stack.spawn("samovar-fcgi", SAMOVAR_FCGI_SOCKET=str(stack.run / "later.sock"), SAMOVAR_FCGI_PROCESSES="1",
                        SAMOVAR_NOW="+86410")
    wait_for(lambda: fcgi.answers(stack.run / "later.sock"), 20)
    status, body = fcgi.ask(stack.run / "later.sock", "POST", "/api/telegram/registration_form",
                            json.dumps({"token": token}).encode())
    assert status == 404 and "устарели" in json.loads(body)["detail"]
    later.terminate()
    later.wait(15)


@pytest.mark.parametrize("data", ["", "{", "null", "[]", "5", "{}", '{"name": 5}', '{"name": {"a": []}}',
                                  '{"name": null, "surname": [1]}', "x" * 5000, json.dumps(form(name="А" * 3000))],
                         ids=lambda d: d[:12])
def test_a_form_that_is_none_is_answered_with_the_form(telegram, db, data):
    preparing(db)
    chat = next(chats)
    assert offered(submit(telegram, chat, data))[0] == FIX
    assert participant(db, chat) is None


def test_unknown_members_are_ignored_and_the_sender_is_who_sends(telegram, db):
    preparing(db)
    chat = next(chats)
    submit(telegram, chat, form(telegram_id=5, status="verified", is_test_user=True))
    assert participant(db, chat).status == "pending" and not participant(db, chat).is_test_user


def test_a_cancelled_shift_takes_no_more_forms(telegram, db, staff):
    shift, chat = preparing(db), next(chats)
    submit(telegram, chat, form())
    assert staff().patch(f"/shifts/{shift.id}/cancel").status_code == 200
    assert requests_of(db, chat)[0].status == "declined"
    assert CLOSED in submit(telegram, next(chats), form())["text"]


def test_approval_makes_a_member_and_says_when_it_begins(telegram, db, staff):
    shift, chat = preparing(db), next(chats)
    submit(telegram, chat, form())
    (request,) = requests_of(db, chat)
    assert staff().patch(f"/requests/{request.id}/approve").status_code == 200
    answer = wait_for(lambda: telegram.messages(chat_id=chat)[1:], 20)[0]
    assert "Анна Петрова-Водкина" in answer["text"] and "08:00" in answer["text"]
    assert (today() + 5 * DAY).strftime("%d.%m.%Y") in answer["text"]
    assert db.value("select count(*) from programme.member where shift_id = %s", shift.id) == 1


def test_refusal_says_the_words_of_staff_or_the_usual_ones(telegram, db, staff):
    preparing(db)
    one, two, me = next(chats), next(chats), staff()
    for chat, body in ((one, {"message": "Слишком далеко: {name} 100%"}), (two, None)):
        submit(telegram, chat, form())
        assert me.patch(f"/requests/{requests_of(db, chat)[0].id}/decline", body).status_code == 200
    assert wait_for(lambda: telegram.messages(chat_id=one)[1:], 20)[0]["text"] == "Слишком далеко: {name} 100%"
    assert "vk.com" in wait_for(lambda: telegram.messages(chat_id=two)[1:], 20)[0]["text"]
