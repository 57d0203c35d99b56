// Which task each day of the month has: taken by the mouse or by keys to another day.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, type PlanTask, type ShiftWhole } from '../../app/api';
import { Problem } from '../../app/call';
import { guardLeaving } from '../../app/router';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { n, number, t } from '../../app/text';
import { Icon } from '../../parts/icon';
import { Button } from '../../parts/kit';
import { why } from './words';

const COLUMNS = 7;

export function Plan({ shift, again }: { shift: ShiftWhole; again: () => Promise<void> }) {
	const plan = useSignal<PlanTask[]>(shift.plan);
	const held = useSignal<number | null>(null); // taken by keys, or by the mouse
	const over = useSignal<number | null>(null);
	const said = useSignal('');
	const tasks = useRead((more) => api.getTasks(more), []);
	const fixed = shift.status === 'started' && shift.today >= shift.started_at && shift.today <= shift.finished_at ? Number(shift.today.slice(8)) - 1 : -1;
	const closed = shift.status !== 'preparing' && shift.status !== 'started';
	const one = held.value;
	const changed = plan.value.filter((task, i) => task.id !== shift.plan[i]?.id).length;

	useEffect(() => {
		guardLeaving(changed ? () => confirm(t('The plan is not saved. Leave it?')) : null);
		return () => guardLeaving(null);
	}, [changed > 0]);

	/** The two days change places: what stands between stays where it is. */
	function swap(a: number, b: number) {
		if (a === b || a === fixed || b === fixed || b < 0 || b >= plan.value.length) return false;
		const next = [...plan.value];
		[next[a], next[b]] = [next[b]!, next[a]!];
		plan.value = next;
		said.value = t('{title} is on day {day} now', { title: next[b]!.title, day: b + 1 });
		return true;
	}
	function focus(day: number) {
		requestAnimationFrame(() => document.getElementById(`day-${day + 1}`)?.focus());
	}
	function press(e: KeyboardEvent, i: number) {
		const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[e.key];
		if (step !== undefined) {
			e.preventDefault();
			const to = i + step;
			if (to < 0 || to >= plan.value.length) return;
			if (held.value === null) return focus(to);
			if (swap(i, to)) {
				held.value = to;
				focus(to);
			}
		} else if ((e.key === ' ' || e.key === 'Enter') && !closed && i !== fixed) {
			e.preventDefault();
			held.value = held.value === null ? i : null;
			said.value = held.value === null ? t('Put down') : t('Taken: move it by the arrow keys, put it down by Space');
		} else if (e.key === 'Escape' && held.value !== null) {
			e.preventDefault();
			e.stopPropagation();
			held.value = null;
		}
	}
	/** A touch takes it, another one puts it down there. */
	function touch(i: number) {
		if (closed || i === fixed) return;
		if (one === null || one === i) held.value = one === i ? null : i;
		else {
			swap(one, i);
			held.value = null;
		}
	}
	function put(i: number, id: string) {
		const task = tasks.data.value?.find((x) => x.id === id);
		if (!task) return;
		plan.value = plan.value.map((old, at) => (at === i ? task : old));
	}
	async function save() {
		try {
			await api.changePlan(shift.id, { tasks: plan.value.map((task) => task.id) }, { ifMatch: `"${shift.version}"` });
			guardLeaving(null);
			say(t('The plan is saved.'), 'good');
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			say(e.status === 412 ? t('Somebody else has changed the shift meanwhile. Here is what it is now; yours is gone.') : why(e), 'bad');
			if (e.status !== 412) return;
		}
		await again();
	}
	return (
		<section class="stack" aria-label={t('Plan of days')}>
			<p class="muted">
				{closed ? t('The shift is over; its plan stays as it was.')
					: t('Drag a task to another day of the month, or press Space on it and move it by the arrow keys: the two change places. What was issued stays.')}
			</p>
			<ol class="plan">
				{plan.value.map((task, i) => (
					<li key={i} class={[one === i ? 'held' : '', over.value === i && one !== i ? 'over' : '', task.id !== shift.plan[i]?.id ? 'new' : ''].join(' ')}
						draggable={!closed && i !== fixed}
						onDragStart={(e) => { held.value = i; e.dataTransfer!.effectAllowed = 'move'; }}
						onDragOver={(e) => { if (one !== null && i !== fixed) { e.preventDefault(); over.value = i; } }}
						onDrop={(e) => { e.preventDefault(); if (one !== null) swap(one, i); held.value = over.value = null; }}
						onDragEnd={() => (held.value = over.value = null)}>
						<button type="button" id={`day-${i + 1}`} aria-pressed={one === i} aria-disabled={closed || i === fixed}
							onKeyDown={(e) => press(e, i)} onClick={() => touch(i)}>
							<span class="day">{number(i + 1)}{i === fixed && <Icon name="clock" />}</span>
							<img src={task.url} alt="" loading="lazy" width="40" height="40" />
							<span class="title" dir="auto">{task.title}</span>
							{i === fixed && <span class="hidden">{t('is out today')}</span>}
						</button>
					</li>
				))}
			</ol>
			<div class="row bottom">
				{one !== null && tasks.data.value && (
					<label class="field grow">
						{t('Another task on day {day}', { day: one + 1 })}
						<select value={plan.value[one]?.id} onChange={(e) => put(one, e.currentTarget.value)}>
							{plan.value[one]?.is_archived && <option value={plan.value[one]!.id}>{plan.value[one]!.title}</option>}
							{tasks.data.value.filter((x) => !x.is_archived).map((x) => <option key={x.id} value={x.id}>{x.title}</option>)}
						</select>
					</label>
				)}
				{changed > 0 && (
					<>
						<Button look="main" onClick={() => void save()}>{n('Save {n} changed day', 'Save {n} changed days', changed)}</Button>
						<Button onClick={() => { plan.value = shift.plan; held.value = null; }}>{t('As it was')}</Button>
					</>
				)}
			</div>
			<p class="hidden" role="status">{said.value}</p>
		</section>
	);
}
