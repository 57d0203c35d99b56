// Start, finish, cancel: what each child will be told stands there before it is done.
import { useSignal } from '@preact/signals';
import { api, type ShiftWhole } from '../../app/api';
import { Problem } from '../../app/call';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Choices, Dialog, problemText, Shown } from '../../parts/kit';
import { statusText, why } from './words';

export type Action = 'start' | 'finish' | 'cancel';

function words(action: Action) {
	switch (action) {
		case 'start': return { title: t('Start the shift today?'), yes: t('Start it'), done: t('The shift runs. The first task goes out with the next issue of tasks.') };
		case 'finish': return { title: t('Finish the shift today?'), yes: t('Finish it'), done: t('The shift is finished.') };
		case 'cancel': return { title: t('Cancel the shift?'), yes: t('Cancel the shift'), done: t('The shift is cancelled. Whoever had applied is told.') };
	}
}

function Effect({ shift, action, own }: { shift: ShiftWhole; action: Action; own: string }) {
	const read = useRead((more) => api.getShiftEffect(shift.id, { action }, more), [], [shift.id, action]);
	return (
		<Shown read={read} lines={4}>
			{(effect) => (
				<>
					<p>
						{effect.counts.messages ? n('{n} message will be sent.', '{n} messages will be sent.', effect.counts.messages) : t('Nobody is told anything now.')}{' '}
						{t('The shift is then: {state}.', { state: statusText(effect.counts.status) })}
					</p>
					{effect.counts.silent > 0 && (
						<p class="muted">{n('{n} child has blocked the bot and hears nothing.', '{n} children have blocked the bot and hear nothing.', effect.counts.silent)}</p>
					)}
					{effect.told.length > 0 && (
						<ul class="told" aria-label={t('What each child is told')} tabIndex={0}>
							{effect.told.map((one, i) => (
								<li key={i}><strong dir="auto">{one.name}</strong><p dir="auto">{own || one.text}</p></li>
							))}
						</ul>
					)}
				</>
			)}
		</Shown>
	);
}

function Inside({ shift, action, close, again }: { shift: ShiftWhole; action: Action; close: () => void; again: () => Promise<void> }) {
	const own = useSignal('');
	const busy = useSignal(false);
	const text = words(action);
	async function run(e: Event) {
		e.preventDefault();
		busy.value = true;
		try {
			if (action === 'start') await api.startShift(shift.id);
			else if (action === 'finish') await api.finishShift(shift.id);
			else await api.cancelShift(shift.id, own.value.trim() ? { final_message: own.value.trim() } : {});
			say(text.done, 'good');
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			say(p.code ? why(p) : problemText(p), 'bad');
		}
		close();
		await again();
	}
	return (
		<form class="stack" onSubmit={run}>
			{action === 'cancel' && (
				<div class="field">
					<label for="words">{t('In your own words')}</label>
					<textarea id="words" rows={3} minLength={10} maxLength={400} placeholder={t('Empty: the usual words below')} value={own.value} onInput={(e) => (own.value = e.currentTarget.value)} />
				</div>
			)}
			<Effect shift={shift} action={action} own={own.value.trim()} />
			<p class="muted small">{t('There is no way back.')}</p>
			<Choices yes={text.yes} look={action === 'start' ? 'main' : 'bad'} busy={busy.value} close={close} />
		</form>
	);
}

export function Act({ shift, action, close, again }: { shift: ShiftWhole; action: Action | null; close: () => void; again: () => Promise<void> }) {
	return (
		<Dialog title={action ? words(action).title : ''} open={!!action} close={close} wide>
			{action && <Inside shift={shift} action={action} close={close} again={again} />}
		</Dialog>
	);
}
