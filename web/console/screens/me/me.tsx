// Oneself: where one is signed in, the password, keys.
import { useSignal } from '@preact/signals';
import { api } from '../../app/api';
import { Problem } from '../../app/call';
import { letters } from '../../app/prefs';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { t } from '../../app/text';
import { Button, Field, Head, problemText } from '../../parts/kit';
import { SecondFactor } from './factor';
import { SessionList } from '../people/person';
import '../people/people.css';

function Password({ done }: { done: () => void }) {
	const old = useSignal('');
	const next = useSignal('');
	const wrong = useSignal<{ field: 'old' | 'new'; text: string } | null>(null);
	const busy = useSignal(false);
	async function send(e: Event) {
		e.preventDefault();
		busy.value = true;
		wrong.value = null;
		try {
			await api.setOwnPassword({ old: old.value, new: next.value });
			old.value = next.value = '';
			say(t('The password is changed. All other sign-ins have ended.'), 'good');
			done();
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			wrong.value = e.code === 'Auth.WrongPassword' ? { field: 'old', text: t('That is not your password.') }
				: e.status === 422 ? { field: 'new', text: t('This password is too simple. Take eight characters or more, with letters and digits.') }
				: { field: 'old', text: problemText(e) };
		}
		busy.value = false;
	}
	const wrongOf = (field: 'old' | 'new') => (wrong.value?.field === field ? wrong.value.text : undefined);
	return (
		<section class="card" aria-labelledby="password">
			<h2 id="password">{t('Password')}</h2>
			<form class="stack" onSubmit={(e) => void send(e)}>
				<Field label={t('The password now')} type="password" autocomplete="current-password" required value={old.value}
					wrong={wrongOf('old')} onInput={(e) => (old.value = e.currentTarget.value)} />
				<Field label={t('The new one')} type="password" autocomplete="new-password" required minLength={8} value={next.value}
					wrong={wrongOf('new')} onInput={(e) => (next.value = e.currentTarget.value)} />
				<div class="row"><Button type="submit" look="main" busy={busy.value}>{t('Change it')}</Button></div>
			</form>
		</section>
	);
}

export default function Me() {
	const sessions = useRead((more) => api.getOwnSessions(more));
	return (
		<>
			<Head title={t('Me')} />
			<div class="stack">
				<section class="card" aria-labelledby="sessions">
					<h2 id="sessions">{t('Where I am signed in')}</h2>
					<SessionList read={sessions} />
					<div class="row">
						<Button onClick={() => void api.signOutOthers().then(() => {
							say(t('All other sign-ins have ended.'), 'good');
							return sessions.again();
						}, (e) => say(problemText(e as Problem), 'bad'))}>{t('Sign out everywhere else')}</Button>
					</div>
				</section>
				<div class="two">
					<Password done={() => void sessions.again()} />
					<SecondFactor />
					<section class="card" aria-labelledby="keys">
						<h2 id="keys">{t('Keys')}</h2>
						<label class="tick">
							<input type="checkbox" checked={letters.value === 'on'} onChange={(e) => (letters.value = e.currentTarget.checked ? 'on' : 'off')} />
							<span>{t('Single letters do something')}</span>
						</label>
					</section>
				</div>
			</div>
		</>
	);
}
