// Applications to a shift: accepted by a key, refused with a word.
import { useSignal } from '@preact/signals';
import { api, type ShiftRequest, type ShiftWhole } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Moment, Table } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import { why } from './words';

type Status = ShiftRequest['status'];

const statusText = (s: Status) => (s === 'pending' ? t('waits') : s === 'approved' ? t('accepted') : t('refused'));

function age(born: string): number {
	const now = new Date().toISOString().slice(0, 10);
	return Number(now.slice(0, 4)) - Number(born.slice(0, 4)) - (now.slice(5) < born.slice(5) ? 1 : 0);
}

function Refuse({ request, close, refuse }: { request: ShiftRequest | null; close: () => void; refuse: (words: string) => void }) {
	const words = useSignal('');
	return (
		<Dialog title={t('Refuse the application')} open={!!request} close={close}>
			{request && (
				<form class="stack" onSubmit={(e) => { e.preventDefault(); refuse(words.value.trim()); words.value = ''; }}>
					<p><strong dir="auto">{request.name} {request.surname}</strong></p>
					<div class="field">
						<label for="refusal">{t('What the family is told')}</label>
						<textarea id="refusal" rows={4} maxLength={4096} placeholder={t('Empty: the usual words')} value={words.value} onInput={(e) => (words.value = e.currentTarget.value)} />
					</div>
					<Choices yes={t('Refuse')} look="bad" close={close} />
				</form>
			)}
		</Dialog>
	);
}

export function Requests({ shift, again }: { shift: ShiftWhole; again: () => Promise<void> }) {
	const status = useSignal<Status | ''>('pending');
	const chosen = useSignal(0);
	const refusing = useSignal<ShiftRequest | null>(null);
	const pages = usePages((after, more) => api.getRequests(shift.id, { status: status.value || undefined, after: after as string | undefined }, more), [shift.id, status.value]);
	const rows = pages.rows.value ?? [];
	const one = rows[Math.min(chosen.value, rows.length - 1)];

	async function answer(what: Promise<unknown>, done: string) {
		try {
			await what;
			say(done, 'good');
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			say(why(e), 'bad');
		}
		refusing.value = null;
		await Promise.all([pages.again(), again()]);
	}
	const accept = (r: ShiftRequest) => void answer(api.admitRequest(r.id), t('{name} takes part and is told.', { name: `${r.name} ${r.surname}` }));
	useKeys([
		{ key: 'j', label: t('Next application'), run: () => (chosen.value = Math.min(rows.length - 1, chosen.value + 1)) },
		{ key: 'k', label: t('Application before'), run: () => (chosen.value = Math.max(0, chosen.value - 1)) },
		{ key: 'a', label: t('Accept'), run: () => one?.status === 'pending' && accept(one) },
		{ key: 'd', label: t('Refuse'), run: () => one?.status === 'pending' && (refusing.value = one) },
	], [rows, chosen.value]);
	return (
		<section class="stack" aria-label={t('Applications')}>
			<label class="field short">
				{t('State')}
				<select value={status.value} onChange={(e) => (status.value = e.currentTarget.value as Status | '')}>
					<option value="pending">{t('waits')}</option>
					<option value="approved">{t('accepted')}</option>
					<option value="declined">{t('refused')}</option>
					<option value="">{t('any')}</option>
				</select>
			</label>
			<More pages={pages} empty={<Empty title={t('No application waits')}>{t('New ones appear here when a family has registered at the bot.')}</Empty>}>
				{(list: ShiftRequest[]) => (
					<Table caption={t('Applications')} rows={list} id={(r) => r.id} chosen={one?.id} columns={[
						{ name: t('Child'), cell: (r) => <span><bdi>{r.surname} {r.name}</bdi> <span class="muted small">{n('{n} year', '{n} years', age(r.born))}</span></span> },
						{ name: t('City'), cell: (r) => <bdi>{r.city}</bdi> },
						{ name: t('Telephone'), cell: (r) => <a href={`tel:${r.phone.replace(/[^+\d]/g, '')}`}>{r.phone}</a> },
						{ name: t('Since'), cell: (r) => <><Moment at={r.at} />{r.times > 1 && <> <Chip>{n('sent {n} time', 'sent {n} times', r.times)}</Chip></>}</> },
						{ name: t('Answer'), cell: (r) => r.status === 'pending' ? (
							<span class="row">
								<Button icon="check" onClick={() => accept(r)} of={`${r.name} ${r.surname}`}>{t('Accept')}</Button>
								<Button look="quiet" onClick={() => (refusing.value = r)} of={`${r.name} ${r.surname}`}>{t('Refuse')}</Button>
							</span>
						) : <Chip kind={r.status === 'approved' ? 'good' : 'bad'}>{statusText(r.status)}</Chip> },
					]} />
				)}
			</More>
			<Refuse request={refusing.value} close={() => (refusing.value = null)}
				refuse={(words) => refusing.value && void answer(api.refuseRequest(refusing.value.id, words ? { message: words } : {}), t('The family is told.'))} />
		</section>
	);
}
