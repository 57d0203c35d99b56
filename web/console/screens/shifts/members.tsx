// Child by day: what became of each task.
import { signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { api, type Member, type ShiftWhole } from '../../app/api';
import { useKeys } from '../../app/keys';
import { n, number, shortDay, t } from '../../app/text';
import { Button, Chip, Empty, Field } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import { dayAfter } from './words';

const CELL = 10; // of the drawing, which grows with the page
const letters = ['a', 'd', 'r', 'w', 's', 'n'] as const;
type Letter = (typeof letters)[number];

/** Height tells what colour tells, for whoever does not see that. */
const shapes: Record<Letter, [y: number, height: number]> = { a: [1, 12], d: [7, 6], r: [4, 6], w: [1, 3], s: [11, 2], n: [6, 2] };

function letterText(l: string): string {
	switch (l) {
		case 'a': return t('approved');
		case 'd': return t('declined');
		case 'r': return t('in review');
		case 'w': return t('waits for a photo');
		case 's': return t('no photo came');
		case 'n': return t('did not take part');
		default: return t('no task');
	}
}

const at = signal('');

function Days({ member, first }: { member: Member; first: string }) {
	const { days } = member;
	const count = (l: string) => days.split(l).length - 1;
	const path = (l: Letter) => {
		const [y, height] = shapes[l];
		let d = '';
		for (let i = days.indexOf(l); i >= 0; i = days.indexOf(l, i + 1)) d += `M${i * CELL + 1} ${y}h${CELL - 2}v${height}h${2 - CELL}z`;
		return d;
	};
	function point(e: PointerEvent) {
		const box = (e.currentTarget as Element).getBoundingClientRect();
		const i = Math.min(days.length - 1, Math.max(0, Math.floor(((e.clientX - box.left) / box.width) * days.length)));
		at.value = `${member.name} ${member.surname}, ${shortDay(dayAfter(first, i))}: ${letterText(days[i]!)}`;
	}
	if (!days) return <span class="muted">—</span>;
	return (
		<svg class="days" viewBox={`0 0 ${days.length * CELL} 14`} preserveAspectRatio="none" role="img" style={{ maxWidth: `${days.length * 1.1}rem` }} onPointerMove={point} onPointerLeave={() => (at.value = '')}
			aria-label={letters.filter(count).map((l) => `${letterText(l)}: ${number(count(l))}`).join(', ')}>
			{letters.map((l) => count(l) > 0 && <path key={l} class={l} d={path(l)} />)}
		</svg>
	);
}

function Legend() {
	return (
		<div class="legend small">
			{letters.map((l) => (
				<span key={l}>
					<svg viewBox="0 0 10 14" width="10" height="14" class="days" aria-hidden="true"><path class={l} d={`M1 ${shapes[l][0]}h8v${shapes[l][1]}h-8z`} /></svg>
					{letterText(l)}
				</span>
			))}
			<span class="here" aria-hidden="true" dir="auto">{at.value}</span>
		</div>
	);
}

export function Members({ shift }: { shift: ShiftWhole }) {
	const asked = useSignal('');
	const query = useSignal('');
	const status = useSignal<'' | 'active' | 'excluded'>('');
	const form = useRef<HTMLFormElement>(null);
	const first = useSignal(shift.started_at);
	const pages = usePages(async (after, more) => {
		const page = await api.getMembers(shift.id, { query: query.value || undefined, status: status.value || undefined, after: after as string | undefined }, more);
		first.value = page.first;
		return page;
	}, [shift.id, query.value, status.value]);
	useKeys([{ key: '/', label: t('Search children'), run: () => form.current?.querySelector('input')?.focus() }], []);
	return (
		<section class="stack" aria-label={t('Children')}>
			<form ref={form} class="filters" role="search" onSubmit={(e) => { e.preventDefault(); query.value = asked.value.trim(); }}>
				<Field label={t('Name')} type="search" value={asked.value} onInput={(e) => (asked.value = e.currentTarget.value)} />
				<label class="field">
					{t('State')}
					<select value={status.value} onChange={(e) => (status.value = e.currentTarget.value as typeof status.value)}>
						<option value="">{t('any')}</option>
						<option value="active">{t('takes part')}</option>
						<option value="excluded">{t('excluded')}</option>
					</select>
				</label>
				<Button type="submit" icon="search" hint="/">{t('Find')}</Button>
			</form>
			<Legend />
			<More pages={pages} empty={<Empty title={t('Nobody fits')}>{t('Children become members when an application is accepted.')}</Empty>}>
				{(list: Member[]) => (
					<table class="heat">
						<caption class="hidden">{t('Children')}</caption>
						<thead><tr><th scope="col">{t('Child')}</th><th scope="col" class="number">{t('Points')}</th><th scope="col">{t('Days so far')}</th></tr></thead>
						<tbody>
							{list.map((m) => (
								<tr key={m.id}>
									<td data-name={t('Child')}>
										<span><bdi>{m.surname} {m.name}</bdi> {m.status === 'excluded' && <Chip kind="bad">{t('excluded')}</Chip>}<br /><span class="muted small" dir="auto">{m.city}</span></span>
									</td>
									<td data-name={t('Points')} class="number">{number(m.points)}</td>
									<td><Days member={m} first={first.value} /></td>
								</tr>
							))}
						</tbody>
					</table>
				)}
			</More>
			<p class="hidden" role="status">{pages.rows.value ? n('{n} child is shown', '{n} children are shown', pages.rows.value.length) : ''}</p>
		</section>
	);
}
