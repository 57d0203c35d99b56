// The pause of all sending: a button with a question before it, for operators.
import { useSignal } from '@preact/signals';
import { api } from '../app/api';
import { useKeys } from '../app/keys';
import { may } from '../app/me';
import { say } from '../app/say';
import { t } from '../app/text';
import { Button, Choices, Dialog, problemText } from './kit';

export function Sending({ paused, changed }: { paused: boolean; changed: () => void }) {
	const asking = useSignal(false);
	const operator = may('operator');
	const name = paused ? t('Resume sending') : t('Pause sending');
	useKeys(operator ? [{ key: 'p', label: name, run: () => (asking.value = true) }] : [], [paused, operator]);
	if (!operator) return null;
	async function act() {
		asking.value = false;
		try {
			await api.setSending({ paused: !paused });
			say(paused ? t('Messages go out again.') : t('Nothing goes out until sending is resumed.'), 'good');
			changed();
		} catch (e) {
			say(problemText(e), 'bad');
		}
	}
	return (
		<>
			<Button hint="p" look={paused ? 'main' : 'plain'} onClick={() => (asking.value = true)}>{name}</Button>
			<Dialog title={paused ? t('Resume sending?') : t('Pause sending?')} open={asking.value} close={() => (asking.value = false)}>
				<p>{paused ? t('All that waits goes out, what is too late left out.') : t('Nothing goes out until somebody resumes it: no tasks, no reminders, no answers.')}</p>
				<Choices yes={name} no={t('Not now')} run={() => void act()} close={() => (asking.value = false)} />
			</Dialog>
		</>
	);
}
