"""Each sub_code that phones may read is one that some test gets; none is said that is not in the list."""

import re

from tests.e2e.stack import REPO

SAID = """
ping.success backend.error backend.maintenance
request.body.invalid request.body.empty request.body.omitted request.body.bad_semantics request.header.invalid request.header.omitted
request.path.omitted request.rate_limit
http.ok http.mtd_forbidden http.not_found http.forbidden http.content_type_unsupport
resource.result resource.multiple_result resource.created resource.modified resource.forbidden resource.not_found resource.conflict
resource.prediction_failed
user.not_found user.not_signed_in user.sign_up user.sign_up_but_need_email_verification user.safe_to_use user.already_used user.info_mismatch
user.sign_in user.wrong_password user.locked user.deactivated user.email_not_verified user.sign_out
password.reset_mail_sent password.changed password.change_failed
email.expired email.invalid email.not_found email.success
access_token.refreshed access_token.invalid access_token.expired refresh_token.invalid refresh_token.expired
admin_token.invalid admin_token.expired admin.forbidden
profilerelation.follows profilerelation.follow_requests profilerelation.blocks profilerelation.hides profilerelation.in_follow_request_state
profilerelation.already_on_state profilerelation.not_related
card.subscribed card.already_subscribed card.not_subscribing
sync.ok
""".split()
# 204 and 304 have no body that could say it; the status is what tests look at.
UNSAID = ["resource.deleted", "user.deactivate_success", "profilerelation.cut_off", "card.unsubscribed", "sync.latest"]
# "Answers that never come" of docs/messenger.md.
NEVER = ["user.sign_up_but_mail_error", "password.reset_mail_send_fail", "email.empty", "resource.unique_failed", "sync.recreated", "http.upgrade"]

CODE = re.compile(r'"((?:%s)(?:\.[a-z_]+)+)"' % "|".join(sorted({code.split(".")[0] for code in SAID})))


def texts(*patterns):
    return "".join(path.read_text() for pattern in patterns for path in sorted(REPO.glob(pattern)) if path.name != "test_phone_codes.py")


def test_the_program_says_what_is_in_the_list():
    assert len(SAID + UNSAID + NEVER) == len(set(SAID + UNSAID + NEVER)) == 74
    assert set(CODE.findall(texts("fcgi/messenger/*.c", "fcgi/messenger/cases.def", "fcgi/messenger/errors.conf"))) == set(SAID + UNSAID)


def test_each_is_got_by_a_test():
    got = set(CODE.findall(texts("tests/unit/test_phone_*.c", "tests/unit/test_messenger*.c", "tests/e2e/test_*.py")))
    assert set(SAID) - got == set()


def test_what_never_comes_is_told():
    told = texts("docs/messenger.md")
    assert [code for code in NEVER if f"`{code}`" not in told] == []
