// Background work: what was given up first, then what is under way, what waits, and the timers.
import { useSignal } from '@preact/signals';
import { api, type JobKind, type ParkedGroup, type RunningJob } from '../../app/api';
import { Problem } from '../../app/call';
import { useRead, type Read } from '../../app/read';
import { say } from '../../app/say';
import { n, percent, relative, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Head, Moment, problemText, Shown, Table } from '../../parts/kit';
import { Timers } from './timers';

async function treat(group: ParkedGroup, action: 'retry' | 'drop', again: () => void) {
	try {
		const { count } = await api.treatParked({ action, kind: group.kind, reason: group.reason });
		say(action === 'retry' ? n('{n} job runs again', '{n} jobs run again', count) : n('{n} job dropped', '{n} jobs dropped', count), 'good');
		again();
	} catch (e) {
		say(problemText(e as Problem), 'bad');
	}
}

function Group({ g, again }: { g: ParkedGroup; again: () => void }) {
	const asking = useSignal(false);
	const kinds = n('{n} job of {kind}', '{n} jobs of {kind}', g.count, { kind: g.kind });
	return (
		<li class="parked">
			<div>
				<h3>{kinds}</h3>
				<p class="reason-text" lang="en">{g.reason || t('no reason given')}</p>
				<p class="muted small">
					{t('first')} <Moment at={g.first} ago /> · {t('last')} <Moment at={g.last} ago />
					{g.request_id && <> · {t('request')} <code>{g.request_id}</code></>}
				</p>
			</div>
			<div class="row">
				<Button look="main" onClick={() => void treat(g, 'retry', again)}>{t('Retry')}</Button>
				<Button look="bad" onClick={() => (asking.value = true)}>{t('Drop')}</Button>
			</div>
			<Dialog title={t('Drop what was not done?')} open={asking.value} close={() => (asking.value = false)}>
				<p>{t('{jobs} will never be done. There is no way back.', { jobs: kinds })}</p>
				<Choices yes={t('Drop')} no={t('Keep')} look="bad" close={() => (asking.value = false)} run={() => {
					asking.value = false;
					void treat(g, 'drop', again);
				}} />
			</Dialog>
		</li>
	);
}

function Running({ list }: { list: RunningJob[] }) {
	if (!list.length) return <p class="muted">{t('Nothing is under way.')}</p>;
	return (
		<ul class="plain">
			{list.map((j) => (
				<li key={j.id}>
					<span><strong>{j.kind}</strong> <span class="muted small" dir="auto">{j.subject}</span></span>
					{j.total ? (
						<span class="row">
							<progress max={j.total} value={j.done} aria-label={t('Progress of {kind}', { kind: j.kind })} />
							{percent(j.done, j.total)} %
						</span>
					) : <span class="muted small">{j.by}</span>}
				</li>
			))}
		</ul>
	);
}

const late = (seconds: number | null) => (seconds ? relative(new Date(Date.now() - seconds * 1000).toISOString()) : '–');

function Kinds({ list }: { list: JobKind[] }) {
	return (
		<Table caption={t('Jobs by kind')} rows={list} id={(k) => k.kind} columns={[
			{ name: t('Kind'), cell: (k) => <strong>{k.kind}</strong> },
			{ name: t('Waiting'), number: true, cell: (k) => k.waiting },
			{ name: t('Running'), number: true, cell: (k) => k.running },
			{ name: t('Failed'), number: true, cell: (k) => (k.parked ? <Chip kind="bad">{k.parked}</Chip> : 0) },
			{ name: t('Oldest due'), number: true, cell: (k) => late(k.delay) },
		]} />
	);
}

function All({ read }: { read: Read<Awaited<ReturnType<typeof api.getJobs>>> }) {
	const again = () => void read.again();
	return (
		<Shown read={read} lines={6}>
			{(d) => (
				<>
					{d.parked.length > 0 && (
						<section class="card" aria-labelledby="parked">
							<h2 id="parked">{t('Failed for good')}</h2>
							<ul class="plain">{d.parked.map((g) => <Group key={g.kind + g.reason} g={g} again={again} />)}</ul>
						</section>
					)}
					<section class="card" aria-labelledby="running">
						<h2 id="running">{t('Under way')}</h2>
						<Running list={d.running} />
					</section>
					{d.kinds.length > 0 ? (
						<section class="card" aria-labelledby="kinds">
							<h2 id="kinds">{t('The queue')}</h2>
							<Kinds list={d.kinds} />
						</section>
					) : <Empty title={t('The queue is empty')}>{t('Everything that was to be done is done.')}</Empty>}
				</>
			)}
		</Shown>
	);
}

export default function Jobs() {
	const read = useRead((more) => api.getJobs(more), ['jobs']);
	return (
		<>
			<Head title={t('Jobs and timers')} />
			<div class="stack">
				<All read={read} />
				<Timers />
			</div>
		</>
	);
}
