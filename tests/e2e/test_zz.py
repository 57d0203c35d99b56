import pytest
from tests.e2e import test_programme_races as r
from tests.e2e.test_programme_races import *
for k in [k for k in globals() if k.startswith("test_")]:
    del globals()[k]

@pytest.mark.parametrize("again", range(60))
def test_it(me, db, held, telegram, again):
    r.test_a_finish_that_comes_while_a_photo_is_noted_waits_for_it(me, db, held, telegram)
@pytest.mark.parametrize("again", range(30))
def test_it2(db, held, telegram, again):
    r.test_a_morning_that_comes_while_a_photo_is_noted_does_not_close_its_report(db, held, telegram)
