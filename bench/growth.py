"""What a request costs as the tables grow."""

SIZES = (10, 1000, 50_000)
# How many rows a route answers with, where it is all of them.
WHOLE = {"staff: shift users", "staff: people", "staff: reports in review"}


def fill(db, owner, shift, rows):
    """So many files, and so many members of the shift, each with a report that waits for its review."""
    have = db.value("select count(*) from storage.file where account_id = %s", owner.id)
    db.do("insert into storage.file (account_id, name, size) select %s, 'file ' || n, n from generate_series(%s, %s) n",
          owner.id, have + 1, rows)
    db.do("insert into programme.participant (name, surname, date_of_birth, city, phone_number, telegram_id, status) "
          "select 'Имя', 'Фамилия ' || n, '2012-01-01', 'Уфа', (70000000000 + n)::text, 500000000 + n, 'verified' "
          "from generate_series((select count(*) + 1 from programme.participant), %s) n", rows)
    db.do("insert into programme.member (participant_id, shift_id) select id, %s from programme.participant on conflict do nothing", shift)
    db.do("insert into programme.report (shift_id, task_id, member_id, task_date, status, number_attempt, report_url, uploaded_at) "
          "select m.shift_id, (s.tasks ->> '1')::uuid, m.id, s.started_at, 'reviewing', 1, '/r/' || m.id, now() "
          "from programme.member m join programme.shift s on s.id = m.shift_id on conflict do nothing")
    db.do("vacuum analyze")


def routes(base, shift, token, staff):
    """Name, address, method, body, token."""
    files, api = base + "/storage/api/v1/files", base + "/api"
    return [
        ("users/me", base + "/users/api/v1/users/me/", "GET", "", token),
        ("upload link", files + "/upload/", "POST", '{"name":"a %d","size":5}', token),
        ("files, page of 50", files + "/search/?limit=50", "GET", "", token),
        ("files, search without hit", files + "/search/?q=nothing+like+this", "GET", "", token),
        ("staff: shifts", api + "/shifts/", "GET", "", staff),
        ("staff: shift users", f"{api}/shifts/{shift}/users", "GET", "", staff),
        ("staff: people", api + "/users/", "GET", "", staff),
        ("staff: reports in review", f"{api}/reports/?shift_id={shift}&status=reviewing", "GET", "", staff),
    ]


def measure(wrk, base, db, owner, token, staff, shift, most):
    """most: rows of a last, larger size; 0: none."""
    sizes = [*SIZES, *([most] if most else [])]
    found = {}
    for rows in sizes:
        fill(db, owner, shift, rows)
        for name, url, method, body, by in routes(base, shift, token, staff):
            result = wrk.ask(url, method, body, [f"Authorization: Bearer {by}"], 1 if name in WHOLE else 4)
            note = "" if result["good"] else " (no answer)"
            found[name, rows] = f"{result['us']:.0f}{note}"
    print("cpu us/request" + " " * 16 + "".join(f"{rows:>14,}" for rows in sizes) + " rows")
    for name, *_ in routes(base, shift, token, staff):
        print(f"{name:30}" + "".join(f"{found[name, rows]:>14}" for rows in sizes))
