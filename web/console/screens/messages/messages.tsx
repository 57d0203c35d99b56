// What goes to Telegram: what waits, what failed and why, and words of staff to many.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, type Broadcast, type OutMessage } from '../../app/api';
import { useKeys } from '../../app/keys';
import { pulse } from '../../app/pulse';
import { useRead } from '../../app/read';
import { go, place } from '../../app/router';
import { say } from '../../app/say';
import { n, number, percent, t } from '../../app/text';
import { Button, Chip, Empty, Figure, Head, Moment, problemText, Shown, Table } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import { Sending } from '../../parts/sending';
import { Write } from './write';
import './messages.css';

const STATES = ['waiting', 'failed', 'presumed', 'sent'] as const;
type State = (typeof STATES)[number];

function stateName(state: State): string {
	switch (state) {
		case 'waiting': return t('Waiting');
		case 'failed': return t('Failed');
		case 'presumed': return t('Perhaps sent');
		case 'sent': return t('Sent');
	}
}

function kindName(kind: string): string {
	switch (kind) {
		case 'task': return t('Task of the day');
		case 'remind': return t('Reminder');
		case 'text': case 'edit': case 'note': return t('Answer or words of staff');
		case 'report_approved': case 'report_declined': return t('Review of a photo');
		case 'final': return t('Farewell');
		case 'excluded': return t('Exclusion');
		default: return t('About an application');
	}
}

/** Runs it, and says what went wrong. */
async function attempt(what: () => Promise<string>): Promise<void> {
	try {
		say(await what(), 'good');
	} catch (e) {
		say(problemText(e), 'bad');
	}
}

function segmentText(b: Broadcast): string {
	const parts = [b.shift];
	if (b.status) parts.push(b.status === 'active' ? t('who take part') : t('who are excluded'));
	if (b.city) parts.push(b.city);
	if (b.unreported) parts.push(t('only who has not reported today’s task'));
	return parts.join(' · ');
}

function One({ b, again }: { b: Broadcast; again: () => void }) {
	const done = percent(b.sent + b.failed, b.total);
	const act = (what: () => Promise<string>) => void attempt(what).then(again);
	return (
		<article class="card broadcast">
			<p class="words" dir="auto">{b.text}</p>
			<p class="muted small"><span dir="auto">{segmentText(b)}</span>{b.by && <> · <span dir="auto">{b.by}</span></>} · <Moment at={b.send_at} /></p>
			<progress max={b.total} value={b.sent + b.failed} aria-label={t('{percent} % done', { percent: done })} />
			<p class="row">
				<Chip kind="good">{t('{n} sent', { n: number(b.sent) })}</Chip>
				{b.waiting > 0 && <Chip>{t('{n} waiting', { n: number(b.waiting) })}</Chip>}
				{b.failed > 0 && <Chip kind="bad">{t('{n} failed', { n: number(b.failed) })}</Chip>}
				{b.stopped_at && <Chip kind="warn">{t('stopped')}</Chip>}
				{b.waiting > 0 && (
					<Button look="bad" onClick={() => act(async () => n('{n} message is not sent.', '{n} messages are not sent.', (await api.stopBroadcast(b.id)).messages))}>{t('Stop the rest')}</Button>
				)}
				{b.failed > 0 && (
					<Button onClick={() => act(async () => n('{n} message is sent again.', '{n} messages are sent again.', (await api.retryBroadcast(b.id)).messages))}>{t('Send again what failed')}</Button>
				)}
			</p>
		</article>
	);
}

function Outbox() {
	const state = (STATES.find((s) => s === place.value.query.get('state')) ?? 'waiting') as State;
	const pages = usePages((after, more) => api.getMessages({ state, after: after as number | undefined }, more), [state]);
	return (
		<section class="stack" aria-labelledby="outbox">
			<h2 id="outbox">{t('One by one')}</h2>
			<p class="row" role="group" aria-label={t('State')}>
				{STATES.map((s) => (
					<Button key={s} look={s === state ? 'main' : 'plain'} aria-pressed={s === state} onClick={() => go(`/console/messages?state=${s}`)}>{stateName(s)}</Button>
				))}
			</p>
			<More pages={pages} empty={<Empty title={t('No messages')}>{t('Nothing is in this state.')}</Empty>}>
				{(rows: OutMessage[]) => (
					<Table caption={stateName(state)} rows={rows} id={(m) => m.id} columns={[
						{ name: t('To'), cell: (m) => <span dir="auto">{m.name ?? t('somebody who is not registered')}</span> },
						{ name: t('What'), cell: (m) => <span dir="auto">{m.words ?? kindName(m.kind)}</span> },
						{ name: t('Why'), cell: (m) => <span dir="auto">{m.why ?? '—'}</span> },
						{ name: t('When'), cell: (m) => <Moment at={m.at ?? m.created} /> },
					]} />
				)}
			</More>
		</section>
	);
}

export default function Messages() {
	const read = useRead((more) => api.getBroadcasts(more), ['messages']);
	const segments = useRead((more) => api.getSegments(more));
	const writing = useSignal(false);
	const counts = pulse.value.messages;
	useEffect(() => {
		if (place.peek().query.has('write')) writing.value = true;
	}, []);
	useKeys([{ key: 'w', label: t('Write to many'), run: () => (writing.value = true) }]);
	return (
		<>
			<Head title={t('Messages')} note={read.data.value && t('{rate} messages a second now, {limit} are allowed.', { rate: number(read.data.value.per_second), limit: number(read.data.value.limit) })}>
				<Sending paused={!!read.data.value?.paused_at} changed={() => void read.again()} />
				<Button look="main" icon="mail" hint="w" onClick={() => (writing.value = true)}>{t('Write to many')}</Button>
			</Head>
			<Shown read={read} lines={6}>
				{(all) => (
					<div class="stack">
						{all.paused_at && <p class="failure" role="status"><strong>{t('Sending is paused: nothing goes out, answers neither.')}</strong> <Moment at={all.paused_at} ago /></p>}
						<div class="figures">
							<Figure name={t('Waiting')} value={Number(counts?.waiting ?? 0)} href="/console/messages?state=waiting" />
							<Figure name={t('Failed')} value={Number(counts?.failed ?? 0)} kind="bad" href="/console/messages?state=failed" />
							<Figure name={t('Perhaps sent')} value={Number(counts?.presumed ?? 0)} kind="warn" href="/console/messages?state=presumed" />
						</div>
						{all.data.length > 0 && <h2>{t('To many')}</h2>}
						{all.data.map((b) => <One key={b.id} b={b} again={() => void read.again()} />)}
						<Outbox />
					</div>
				)}
			</Shown>
			<Write segments={segments} open={writing.value} close={() => (writing.value = false)} sent={() => void read.again()} />
		</>
	);
}
