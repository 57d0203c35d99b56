// Who is ill or away today and later, and what staff changes of it.
import { signal, useSignal } from '@preact/signals';
import { api, type Absence, type Child, type ChildFound } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { n, shortDay, t } from '../../app/text';
import { Button, Chip, Dialog, Empty, Field, Head, problemText, Shown, Table } from '../../parts/kit';
import './absences.css';

const today = () => new Date().toLocaleDateString('en-CA');

function kindText(kind: string): string {
	return kind === 'ill' ? t('ill') : t('away');
}

function dayText(d: Child['days'][number]): string {
	if (d.absence) return kindText(d.absence);
	switch (d.status) {
		case 'waiting': return t('not yet');
		case 'reviewing': return t('in review');
		case 'approved': return t('approved');
		case 'declined': return t('declined');
		case 'skipped': return t('skipped');
		case 'not_participate': return t('does not count');
		default: return t('to come');
	}
}

/** The days of the shift, one beside the other. */
function Strip({ child }: { child: Child }) {
	return (
		<ol class="strip" aria-label={t('Days of the shift')}>
			{child.days.map((d) => (
				<li key={d.day} class={d.absence ? 'absent' : (d.status ?? 'future')} title={`${shortDay(d.day)}: ${dayText(d)}`}>
					<span class="hidden">{shortDay(d.day)}: {dayText(d)}</span>
				</li>
			))}
		</ol>
	);
}

async function attempt(what: () => Promise<string>): Promise<boolean> {
	try {
		say(await what(), 'good');
		return true;
	} catch (e) {
		if (!(e instanceof Problem)) throw e;
		say(e.status === 422 ? t('These are no days of the shift.')
			: e.code === 'Console.Conflict' ? t('Nothing is changed: these days are planned already, or their report has come.') : problemText(e), 'bad');
		return false;
	}
}

/** What is being changed: an absence that is there, or a new one. */
interface Changing {
	child: Child;
	old: Absence | null;
}

function Days({ changing, done }: { changing: Changing; done: () => void }) {
	const { child, old } = changing;
	const from = useSignal(old?.from ?? today());
	const to = useSignal(old?.to ?? today());
	const kind = useSignal<Absence['kind']>(old?.kind ?? 'ill');

	async function save(e: Event) {
		e.preventDefault();
		const fine = await attempt(async () => {
			const instead = old ? { instead_from: old.from, instead_to: old.to } : {};
			await api.addAbsence(child.id, { from: from.value, to: to.value, kind: kind.value, ...instead });
			return t('Noted. These days do not count.');
		});
		if (fine) done();
	}
	const back = (a: Absence) => void attempt(async () => {
		await api.takeAbsenceBack(child.id, { from: a.from, to: a.to });
		return t('These days count again.');
	}).then((fine) => fine && done());
	return (
		<form class="stack" onSubmit={(e) => void save(e)}>
			<p class="muted"><span dir="auto">{child.shift}</span> · {n('The family may plan {n} more day itself', 'The family may plan {n} more days itself', child.left)}</p>
			<Strip child={child} />
			<div class="filters">
				<Field label={t('From')} type="date" required autofocus min={child.started_at} max={child.finished_at} value={from.value} onInput={(e) => (from.value = e.currentTarget.value)} />
				<Field label={t('To')} type="date" required min={from.value} max={child.finished_at} value={to.value} onInput={(e) => (to.value = e.currentTarget.value)} />
				<label class="field">
					{t('Why')}
					<select value={kind.value} onChange={(e) => (kind.value = e.currentTarget.value as Absence['kind'])}>
						<option value="ill">{t('ill')}</option>
						<option value="away">{t('away')}</option>
					</select>
				</label>
			</div>
			<div class="row">
				<Button type="submit" look="main">{old ? t('Move it') : t('Add')}</Button>
				{old && <Button look="bad" onClick={() => back(old)}>{t('Take it back')}</Button>}
			</div>
		</form>
	);
}

function Find({ chosen }: { chosen: (child: ChildFound) => void }) {
	const asked = useSignal('');
	const found = useSignal<ChildFound[] | null>(null);
	return (
		<form class="stack" onSubmit={(e) => {
			e.preventDefault();
			void api.getChildren({ q: asked.value }).then((list) => (found.value = list));
		}}>
			<Field label={t('Part of the child’s name')} type="search" required autofocus value={asked.value} onInput={(e) => (asked.value = e.currentTarget.value)} />
			<Button type="submit" look="main" icon="search">{t('Find')}</Button>
			{found.value && !found.value.length && <p role="status">{t('Nobody in the shift has such a name.')}</p>}
			{found.value?.map((c) => <Button key={c.id} onClick={() => chosen(c)}><span dir="auto">{c.name}, {c.city}</span></Button>)}
		</form>
	);
}

const changing = signal<Changing | null>(null);

async function open(id: string, old: Absence | null): Promise<void> {
	changing.value = { child: await api.getChild(id), old };
}

export default function Absences() {
	const read = useRead((more) => api.getAbsences(more), ['today']);
	const finding = useSignal(false);
	useKeys([{ key: 'n', label: t('Add an absence'), run: () => (finding.value = true) }]);
	const done = () => {
		changing.value = null;
		void read.again();
	};
	return (
		<>
			<Head title={t('Absences')} note={t('Ill or away, today and later. These days bring no task and count against nobody.')}>
				<Button look="main" icon="calendar" hint="n" onClick={() => (finding.value = true)}>{t('Add an absence')}</Button>
			</Head>
			<Shown read={read} lines={6}>
				{(list) => list.length === 0 ? <Empty title={t('Everybody is here')}>{t('Families tell the bot when they are ill or away; you can add days, too.')}</Empty> : (
					<Table caption={t('Absences')} rows={list} id={(a) => `${a.member}${a.from}${a.kind}`} columns={[
						{ name: t('Child'), cell: (a) => <span dir="auto">{a.name}</span> },
						{ name: t('Days'), cell: (a) => a.from === a.to ? shortDay(a.from) : `${shortDay(a.from)} – ${shortDay(a.to)}` },
						{ name: t('Why'), cell: (a) => <><Chip kind={a.kind === 'ill' ? 'warn' : 'info'}>{kindText(a.kind)}</Chip>{a.by_staff && <> <Chip>{t('by staff')}</Chip></>}</> },
						{ name: t('Change'), cell: (a) => <Button of={a.name} onClick={() => void open(a.member, a)}>{t('Change')}</Button> },
					]} />
				)}
			</Shown>
			<Dialog title={t('Whose absence?')} open={finding.value} close={() => (finding.value = false)}>
				<Find chosen={(c) => {
					finding.value = false;
					void open(c.id, null);
				}} />
			</Dialog>
			<Dialog wide title={changing.value?.child.name ?? ''} open={!!changing.value} close={() => (changing.value = null)}>
				{changing.value && <Days key={changing.value.child.id} changing={changing.value} done={done} />}
			</Dialog>
		</>
	);
}
