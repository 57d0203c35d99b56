-- Deploy samovar:console_review to pg
-- Claims, decisions and reasons of reviewers

begin;

create table programme.decline_reason (
	id integer generated always as identity primary key,
	position smallint not null check (position between 1 and 9),
	title text not null check (char_length(title) between 1 and 60),
	message text not null check (char_length(message) between 1 and 400),
	is_archived boolean not null default false,
	created timestamptz not null default now()
);
comment on table programme.decline_reason is 'Why a photo is declined, as staff word it. One whose words change is archived and another takes its place, so that figures keep their meaning.';
comment on column programme.decline_reason.position is 'The key that chooses it in review.';
comment on column programme.decline_reason.title is 'What staff see.';
comment on column programme.decline_reason.message is 'What the child is told, behind the sentence that the photo cannot be accepted.';
create unique index decline_reason_position on programme.decline_reason (position) where not is_archived;

insert into programme.decline_reason (position, title, message) values
	(1, 'Работа не видна', 'На фото не видно, что задание сделано. Сфотографируй результат ближе.'),
	(2, 'Не то задание', 'На фото другое задание. Посмотри, какое задание сегодня.'),
	(3, 'Слишком темно или размыто', 'Фото слишком тёмное или размытое. Сделай снимок ещё раз при хорошем свете.'),
	(4, 'Фото уже было', 'Такое фото уже было. Нужно новое фото сегодняшней работы.'),
	(5, 'Сделано не до конца', 'Задание сделано не до конца. Закончи его и пришли новое фото.');

alter table programme.report add column decline_reason_id integer references programme.decline_reason on delete set null;
comment on column programme.report.decline_reason_id is 'Why it was declined; null: nobody said.';
create index report_decline_reason on programme.report (decline_reason_id) where decline_reason_id is not null;

create table programme.review_claim (
	report_id uuid primary key references programme.report on delete cascade,
	account_id bigint not null references account.account on delete cascade,
	until timestamptz not null
);
comment on table programme.review_claim is 'Who has a report before their eyes: nobody else gets it until then.';
create index review_claim_account on programme.review_claim (account_id);

create table programme.review_decision (
	id bigint generated always as identity primary key,
	report_id uuid not null constraint review_decision_taken unique references programme.report on delete cascade,
	account_id bigint not null references account.account on delete cascade,
	attempt integer not null,
	approved boolean not null,
	reason_id integer references programme.decline_reason on delete set null,
	created timestamptz not null default now()
);
comment on table programme.review_decision is 'What a reviewer has decided and may still take back: job review.settle makes it count, and nothing goes out before.';
comment on column programme.review_decision.attempt is 'Of the photo that was looked at: one that came meanwhile is another decision.';
create index review_decision_account on programme.review_decision (account_id);
create index review_decision_reason on programme.review_decision (reason_id) where reason_id is not null;

commit;
