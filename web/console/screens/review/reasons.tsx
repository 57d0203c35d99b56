// Why a photo is declined: chosen by a digit, worded by administrators.
import { useSignal, type Signal } from '@preact/signals';
import { api, type Reason } from '../../app/api';
import { Problem } from '../../app/call';
import { say } from '../../app/say';
import { t } from '../../app/text';
import { Button, Dialog, Field, Hint, problemText } from '../../parts/kit';

export function Choice({ reasons, choose, close }: { reasons: Reason[]; choose: (id: number) => void; close: () => void }) {
	return (
		<div class="reasons" role="group" aria-label={t('Why is it declined?')}>
			<h2>{t('Why is it declined?')}</h2>
			{reasons.map((r) => (
				<button key={r.position} type="button" onClick={() => choose(r.id)}>
					<Hint keys={String(r.position)} />
					<span>
						<strong>{r.title}</strong>
						<span class="muted small">{r.message}</span>
					</span>
				</button>
			))}
			<button type="button" onClick={() => choose(0)}>
				<Hint keys="0" />
				<span><strong>{t('Without a reason')}</strong></span>
			</button>
			<Button look="quiet" hint="Escape" onClick={close}>{t('Not now')}</Button>
		</div>
	);
}

function Row({ position, reason, list }: { position: number; reason?: Reason; list: Signal<Reason[]> }) {
	const title = useSignal(reason?.title ?? '');
	const message = useSignal(reason?.message ?? '');
	const changed = title.value !== (reason?.title ?? '') || message.value !== (reason?.message ?? '');

	async function save(e: Event) {
		e.preventDefault();
		try {
			list.value = title.value.trim()
				? await api.putReason(position, { title: title.value.trim(), message: message.value.trim() })
				: await api.deleteReason(position);
			say(t('Saved'), 'good');
		} catch (p) {
			say(problemText(p as Problem), 'bad');
		}
	}

	return (
		<form class="reason" onSubmit={save}>
			<kbd>{position}</kbd>
			<Field label={t('Short, for staff')} value={title.value} maxLength={60} onInput={(e) => (title.value = e.currentTarget.value)} />
			<Field label={t('What the child is told')} value={message.value} maxLength={400} required={!!title.value} onInput={(e) => (message.value = e.currentTarget.value)} />
			<Button type="submit" disabled={!changed}>{t('Save')}</Button>
		</form>
	);
}

export function EditReasons({ list, open, close }: { list: Signal<Reason[]>; open: boolean; close: () => void }) {
	return (
		<Dialog title={t('Reasons for declining')} open={open} close={close} wide>
			<p class="muted">{t('The family reads them behind the sentence that the photo cannot be accepted. An empty title takes a reason away.')}</p>
			{Array.from({ length: 9 }, (_, i) => i + 1).map((position) => {
				const reason = list.value.find((r) => r.position === position);
				return <Row key={`${position} ${reason?.title} ${reason?.message}`} position={position} reason={reason} list={list} />;
			})}
		</Dialog>
	);
}
