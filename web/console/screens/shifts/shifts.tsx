// Shifts: where they lie in the year, and one of them by address.
import { useSignal } from '@preact/signals';
import { api, type ShiftRow } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { useRead } from '../../app/read';
import { go, place } from '../../app/router';
import { say } from '../../app/say';
import { n, number, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Field, Head, Shown, Table } from '../../parts/kit';
import { OneShift } from './shift';
import { dates, dayAfter, statusKind, statusText, why } from './words';

const STRIP_DAYS = 366; // that the strip shows at most
const today = () => new Date().toISOString().slice(0, 10);

/** The last year's shifts as bars over the days, today as a line. */
function Strip({ list }: { list: ShiftRow[] }) {
	const shown = list.filter((s) => s.status !== 'cancelled' && s.finished_at >= dayAfter(today(), -STRIP_DAYS)).slice(0, 8);
	if (!shown.length) return null;
	const days = shown.flatMap((s) => [s.started_at, s.finished_at]).concat(today()).sort();
	const from = Date.parse(days[0]!);
	const whole = Date.parse(days.at(-1)!) - from + 86_400_000;
	const at = (day: string) => (100 * (Date.parse(day) - from)) / whole;
	return (
		<div class="year" aria-hidden="true">
			{shown.map((s) => (
				<a key={s.id} href={`/console/shifts/${s.id}`} tabIndex={-1} class={`span ${statusKind(s.status)}`}
					style={{ marginLeft: `${at(s.started_at)}%`, width: `${Math.max(1, at(dayAfter(s.finished_at, 1)) - at(s.started_at))}%` }}>
					<span>{s.title}</span>
				</a>
			))}
			<i style={{ left: `${at(today())}%` }} />
		</div>
	);
}

interface Dates {
	started_at: string;
	finished_at: string;
	title: string;
}

function NewShift({ open, close }: { open: boolean; close: () => void }) {
	const form = useSignal<Dates>({ started_at: dayAfter(today(), 1), finished_at: dayAfter(today(), 90), title: '' });
	const wrong = useSignal('');
	const set = (more: Partial<Dates>) => (form.value = { ...form.value, ...more });
	async function send(e: Event) {
		e.preventDefault();
		try {
			const made = await api.addShift({ ...form.value, title: form.value.title.trim() });
			say(t('The shift is prepared. Its tasks are dealt: look at the plan.'), 'good');
			close();
			go(`shifts/${made.id}?tab=plan`);
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = why(p);
		}
	}
	return (
		<Dialog title={t('Prepare a shift')} open={open} close={close}>
			<form class="stack" onSubmit={send}>
				<Field label={t('Title')} required minLength={3} maxLength={60} value={form.value.title} onInput={(e) => set({ title: e.currentTarget.value })} autofocus />
				<div class="beside">
					<Field label={t('First day')} type="date" required value={form.value.started_at} onInput={(e) => set({ started_at: e.currentTarget.value })} />
					<Field label={t('Last day')} type="date" required value={form.value.finished_at} onInput={(e) => set({ finished_at: e.currentTarget.value })} />
				</div>
				<p class="muted small">{t('Registration at the bot goes to this shift as soon as it is there. It starts by itself on its first day.')}</p>
				{wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
				<Choices yes={t('Prepare it')} close={close} />
			</form>
		</Dialog>
	);
}

function List() {
	const read = useRead((more) => api.getShifts(more), ['shifts']);
	const making = useSignal(false);
	useKeys([{ key: 'n', label: t('Prepare a shift'), run: () => (making.value = true) }], []);
	return (
		<>
			<Head title={t('Shifts')}>
				<Button look="main" icon="calendar" hint="n" onClick={() => (making.value = true)}>{t('Prepare a shift')}</Button>
			</Head>
			<Shown read={read} lines={6}>
				{(list) => list.length === 0 ? <Empty title={t('No shift yet')}>{t('Prepare one: families can register from then on.')}</Empty> : (
					<>
						<Strip list={list} />
						<Table caption={t('Shifts')} rows={list} id={(s) => s.id} columns={[
							{ name: t('Shift'), cell: (s) => <a href={`/console/shifts/${s.id}`}><bdi>{s.title}</bdi></a> },
							{ name: t('State'), cell: (s) => <Chip kind={statusKind(s.status)}>{statusText(s.status)}</Chip> },
							{ name: t('Days'), cell: (s) => dates(s) },
							{ name: t('Children'), number: true, cell: (s) => number(s.members) },
							{ name: t('Applications'), cell: (s) => s.pending > 0
								? <a href={`/console/shifts/${s.id}?tab=requests`}>{n('{n} waits', '{n} wait', s.pending)}</a> : '—' },
						]} />
						<p class="row small">
							<span class="muted">{t('Spreadsheets')}</span>
							<a href="/console/api/v1/sheets/tasks" download>{t('Tasks')}</a>
							<a href="/console/api/v1/sheets/total" download>{t('Everything')}</a>
						</p>
					</>
				)}
			</Shown>
			<NewShift open={making.value} close={() => (making.value = false)} />
		</>
	);
}

export default function Shifts() {
	const uuid = place.value.rest[0];
	return uuid ? <OneShift key={uuid} uuid={uuid} /> : <List />;
}
