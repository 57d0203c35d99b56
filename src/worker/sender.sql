-- name: sender_use_indexes
-- All that a sender asks for is a few rows of many, while the planner may still think that the outbox is as
-- empty as it was a minute ago.
select set_config('enable_seqscan', 'off', false), set_config('enable_sort', 'off', false),
       set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false);

-- name: sender_pause
insert into programme.bot_state (paused_until) values (now() + make_interval(secs => $1::double precision))
on conflict (one) do update set paused_until = excluded.paused_until;

-- name: sender_paused
select coalesce((select greatest(0, ceil(extract(epoch from paused_until - now())))::bigint
                   from programme.bot_state), 0);

-- name: sender_give_back
update programme.outbox set state = 'waiting' where state = 'claimed' and claimed_by = $1;
