// One shift: its children, applications, plan; what can be done with it.
import { useSignal } from '@preact/signals';
import { api, type ShiftWhole } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { useRead } from '../../app/read';
import { go, place } from '../../app/router';
import { say } from '../../app/say';
import { number, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Field, Figure, Head, Shown } from '../../parts/kit';
import { Act, type Action } from './act';
import { Members } from './members';
import { Plan } from './plan';
import { Requests } from './requests';
import { dates, statusKind, statusText, why } from './words';

const tabs = ['members', 'requests', 'plan'] as const;
type Tab = (typeof tabs)[number];

function tabText(tab: Tab): string {
	return tab === 'members' ? t('Children') : tab === 'requests' ? t('Applications') : t('Plan of days');
}

interface EditProps {
	shift: ShiftWhole;
	open: boolean;
	close: () => void;
	again: () => Promise<void>;
}

/** It opens with what is there; whoever was quicker is not overwritten. */
function Edit({ shift, open, close, again }: EditProps) {
	const form = useSignal({ title: shift.title, started_at: shift.started_at, finished_at: shift.finished_at, final_message: shift.final_message });
	const version = useSignal(shift.version);
	const wrong = useSignal('');
	const set = (more: Partial<typeof form.value>) => (form.value = { ...form.value, ...more });
	async function send(e: Event) {
		e.preventDefault();
		try {
			await api.changeShift(shift.id, form.value, { ifMatch: `"${version.value}"` });
			say(t('The shift is changed.'), 'good');
			close();
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = p.status === 412
				? t('Somebody else has changed the shift meanwhile: now it is “{title}”, {dates}. Save again to have yours.', { title: shift.title, dates: dates(shift) })
				: why(p);
			if (p.status === 412) {
				await again();
				version.value = (await api.getShift(shift.id)).version;
			}
			return;
		}
		await again();
	}
	return (
		<Dialog title={t('Change the shift')} open={open} close={close} wide>
			<form class="stack" onSubmit={send}>
				<Field label={t('Title')} required minLength={3} maxLength={60} value={form.value.title} onInput={(e) => set({ title: e.currentTarget.value })} />
				<div class="beside">
					<Field label={t('First day')} type="date" required disabled={shift.status !== 'preparing'} value={form.value.started_at} onInput={(e) => set({ started_at: e.currentTarget.value })} />
					<Field label={t('Last day')} type="date" required value={form.value.finished_at} onInput={(e) => set({ finished_at: e.currentTarget.value })} />
				</div>
				<div class="field">
					<label for="farewell">{t('Farewell')}</label>
					<textarea id="farewell" rows={5} required minLength={10} maxLength={400} aria-describedby="farewell-said" value={form.value.final_message}
						onInput={(e) => set({ final_message: e.currentTarget.value })} />
					<p id="farewell-said" class="muted small">{t('Every child reads it at the end. {words} are filled in.', { words: '{name}, {surname}, {numbers_lombaryers}, {lombaryers_case}' })}</p>
				</div>
				{wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
				<Choices yes={t('Save')} close={close} />
			</form>
		</Dialog>
	);
}

function Tabs({ shift, tab }: { shift: ShiftWhole; tab: Tab }) {
	return (
		<nav class="tabs" aria-label={t('Parts of the shift')}>
			{tabs.map((name) => (
				<a key={name} href={`/console/shifts/${shift.id}?tab=${name}`} aria-current={tab === name ? 'page' : undefined}>
					{tabText(name)}
					{name === 'requests' && shift.pending > 0 && <> <Chip kind="info">{number(shift.pending)}</Chip></>}
				</a>
			))}
		</nav>
	);
}

function Whole({ shift, again }: { shift: ShiftWhole; again: () => Promise<void> }) {
	const editing = useSignal(false);
	const acting = useSignal<Action | null>(null);
	const asked = place.value.query.get('tab') as Tab | null;
	const tab = asked && tabs.includes(asked) ? asked : 'members';
	const open = shift.status === 'preparing' || shift.status === 'started' || shift.status === 'ready_for_complete';
	useKeys([
		{ key: 'Escape', label: t('Back to the list'), run: () => go('shifts') },
		{ key: 'e', label: t('Change the shift'), run: () => open && (editing.value = true) },
		...tabs.map((name, i) => ({ key: String(i + 1), label: tabText(name), run: () => go(`shifts/${shift.id}?tab=${name}`) })),
	], [open]);
	return (
		<>
			<Head title={shift.title} note={<><Chip kind={statusKind(shift.status)}>{statusText(shift.status)}</Chip> {dates(shift)}</>}>
				{open && <Button hint="e" onClick={() => (editing.value = true)}>{t('Change')}</Button>}
				{shift.status === 'preparing' && <Button look="main" onClick={() => (acting.value = 'start')}>{t('Start')}</Button>}
				{shift.status === 'preparing' && <Button look="bad" onClick={() => (acting.value = 'cancel')}>{t('Cancel the shift')}</Button>}
				{shift.status === 'started' && <Button look="bad" onClick={() => (acting.value = 'finish')}>{t('Finish')}</Button>}
				<a class="button" href={`/console/api/v1/shifts/${shift.id}/sheet`} download>{t('Spreadsheet')}</a>
			</Head>
			<div class="figures">
				<Figure name={t('Take part')} value={shift.members.active} />
				<Figure name={t('Excluded')} value={shift.members.excluded} />
				<Figure name={t('Applications')} value={shift.pending} kind={shift.pending ? 'warn' : 'plain'} />
				<Figure name={t('Photos in review')} value={shift.reviewing} href="/console/review" />
			</div>
			<Tabs shift={shift} tab={tab} />
			{tab === 'members' && <Members shift={shift} />}
			{tab === 'requests' && <Requests shift={shift} again={again} />}
			{tab === 'plan' && <Plan key={shift.version} shift={shift} again={again} />}
			<Edit key={`edit ${editing.value}`} shift={shift} open={editing.value} close={() => (editing.value = false)} again={again} />
			<Act shift={shift} action={acting.value} close={() => (acting.value = null)} again={again} />
		</>
	);
}

export function OneShift({ uuid }: { uuid: string }) {
	const read = useRead((more) => api.getShift(uuid, more), ['shifts', 'today'], [uuid]);
	return (
		<>
			<p class="back"><a href="/console/shifts">{t('All shifts')}</a></p>
			<Shown read={read} lines={8}>{(shift) => <Whole shift={shift} again={() => read.again()} />}</Shown>
		</>
	);
}
