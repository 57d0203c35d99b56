"""What PostgreSQL makes of every statement that the programs prepare."""

import re

import psycopg2
import pytest

from tests.e2e.statements import statements

ALL = {s.name: s for s in statements()}

# Functions that a plan may call. PL/pgSQL keeps the plans of its statements in the connection; SQL functions that are
# not put in place are parsed and planned by every statement anew.
KEPT_PLANS = {
    "catalogue.as_person": "an array that is walked through for one person at a time",
    "catalogue.people_of": "the same, of a film",
    "catalogue.find_films": "a search of several steps, each only if the ones before found too little",
    "catalogue.find_people": "the same",
    "catalogue.film_parts": "the same: what it looks for, word by word",
    "storage.files_with": "a search whose plan depends on what is sought",
    "catalogue.index_set": "a load", "catalogue.load_documents": "a load", "catalogue.load_films": "a load",
    "catalogue.load_losses": "a load", "catalogue.load_names": "a load", "catalogue.load_open": "a load",
    "catalogue.load_people": "a load", "catalogue.load_publish": "a load", "catalogue.load_rename": "a load",
    "catalogue.load_schema": "a load", "catalogue.load_spelling": "a load",
    "messenger.as_room": "a room with all that is in it", "messenger.events_of": "one of two plans, each its own",
    "messenger.unwrapped": "an import: texts that may be no JSON",
    "catalogue.go_back": "two sets change places",
    "installation.fence": "an operator's command", "installation.live": "an operator's command",
}
ONCE_FOR_ALL_ROWS = {
    "catalogue.document_fault": "one statement looks at all documents of a load",
    "catalogue.member_fault": "the same",
    "catalogue.plain_start": "the text of one search",
}
NO_PLAN = {"load_settle"}  # a vacuum


@pytest.fixture(scope="module")
def planner(stack):
    """planner(statement): the lines of its generic plan, without the texts that stand in it."""
    link = psycopg2.connect(**stack.dsn)
    link.autocommit = True
    cursor = link.cursor()
    cursor.execute("set plan_cache_mode = force_generic_plan; set jit = off")

    def planner(s):
        cursor.execute(f"prepare looked_at as {s.sql}")
        nulls = f"({', '.join(['null'] * s.params)})" if s.params else ""
        cursor.execute(f"explain (verbose, costs off) execute looked_at{nulls}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("deallocate looked_at")
        return re.sub(r"'(?:[^']|'')*'", "''", plan)
    yield planner
    link.close()


@pytest.fixture(scope="module")
def functions(db):
    """Our functions and extensions' in SQL and PL/pgSQL, by name as a plan prints it, with their language."""
    return dict(db.all("select p.oid::regproc::text, l.lanname from pg_proc p join pg_language l on l.oid = p.prolang "
                       "join pg_namespace n on n.oid = p.pronamespace "
                       "where l.lanname in ('sql', 'plpgsql') and n.nspname not in ('pg_catalog', 'information_schema')"))


def called(plan, functions):
    return {name for name in functions if re.search(rf"(?<![\w.]){re.escape(name)}\(", plan)}


def test_no_statement_calls_a_function_that_could_stand_in_place(planner, functions):
    wrong = []
    for s in ALL.values():
        if s.name in NO_PLAN:
            continue
        for name in called(planner(s), functions):
            if name not in (KEPT_PLANS if functions[name] == "plpgsql" else ONCE_FOR_ALL_ROWS):
                wrong.append(f"{s.name} calls {name} ({functions[name]})")
    assert not wrong, "\n".join(wrong)


def test_the_lists_name_only_what_is_called(planner, functions):
    seen = set().union(*(called(planner(s), functions) for s in ALL.values() if s.name not in NO_PLAN))
    assert seen == {*KEPT_PLANS, *ONCE_FOR_ALL_ROWS}
