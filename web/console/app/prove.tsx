// The dialog that asks for the password, or a code, once more before something grave.
import { signal, useSignal } from '@preact/signals';
import { Choices, Dialog, Field, problemText } from '../parts/kit';
import { api } from './api';
import { Problem, prove } from './call';
import { me } from './me';
import { t } from './text';

const waiting = signal<((yes: boolean) => void) | null>(null);

prove.ask = () => new Promise((resolve) => {
	waiting.peek()?.(false);
	waiting.value = resolve;
});

function answer(yes: boolean) {
	waiting.peek()?.(yes);
	waiting.value = null;
}

function why(p: Problem): string {
	if (p.code === 'Auth.WrongPassword') return t('That is not your password.');
	if (p.code === 'Auth.Code') return t('Wrong code. Each code is good once; look at the clock of the phone.');
	return problemText(p);
}

function Inside() {
	const wrong = useSignal('');
	const busy = useSignal(false);
	const proof = useSignal('');
	const hasFactor = me.value?.has_factor ?? false;

	async function send(e: Event) {
		e.preventDefault();
		busy.value = true;
		try {
			await api.prove({ proof: proof.value });
			answer(true);
		} catch (p) {
			wrong.value = why(p as Problem);
			proof.value = '';
		}
		busy.value = false;
	}

	return (
		<form class="stack" onSubmit={send}>
			<p>{t('This is asked before something that is hard to take back, and not again for a while.')}</p>
			{hasFactor
				? <Field label={t('Code')} hint={t('Six digits of the app on your phone, or a recovery code')} wrong={wrong.value} autocomplete="one-time-code" required autofocus
					value={proof.value} onInput={(e) => (proof.value = e.currentTarget.value)} />
				: <Field label={t('Password')} wrong={wrong.value} type="password" autocomplete="current-password" required autofocus
					value={proof.value} onInput={(e) => (proof.value = e.currentTarget.value)} />}
			<Choices yes={t('Go on')} busy={busy.value} close={() => answer(false)} />
		</form>
	);
}

export function Prove() {
	return (
		<Dialog title={t('Is it still you?')} open={waiting.value !== null} close={() => answer(false)}>
			<Inside />
		</Dialog>
	);
}
