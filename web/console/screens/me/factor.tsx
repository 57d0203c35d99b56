// One-time codes beside the password: set up, confirmed by a code, taken away.
import { useSignal } from '@preact/signals';
import { api, type NewFactor } from '../../app/api';
import { Problem } from '../../app/call';
import { me, readMe } from '../../app/me';
import { say } from '../../app/say';
import { t } from '../../app/text';
import { Button, Field, problemText, QrCode } from '../../parts/kit';

function words(p: Problem): string {
	if (p.code === 'Auth.WrongPassword') return t('That is not your password.');
	if (p.code === 'Auth.Code') return t('Wrong code.');
	return problemText(p);
}

function Confirm({ made, done }: { made: NewFactor; done: (codes: string[]) => void }) {
	const code = useSignal('');
	const wrong = useSignal('');

	async function send(e: Event) {
		e.preventDefault();
		try {
			done((await api.confirmFactor({ code: code.value })).recovery_codes);
		} catch (p) {
			wrong.value = words(p as Problem);
		}
	}

	return (
		<form class="stack" onSubmit={(e) => void send(e)}>
			<p>{t('Take a picture of this code with the app, or type the key below it:')}</p>
			<QrCode svg={made.qr} alt={t('The key as a code for a phone’s camera')} />
			<p><code>{made.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
			<p><a href={made.address}>{t('Open in an app')}</a></p>
			<Field label={t('The code that it shows')} inputMode="numeric" autocomplete="one-time-code" required value={code.value}
				wrong={wrong.value || undefined} onInput={(e) => (code.value = e.currentTarget.value)} />
			<div class="row"><Button type="submit" look="main">{t('Switch it on')}</Button></div>
		</form>
	);
}

function Prove({ label, run }: { label: string; run: (password: string) => Promise<void> }) {
	const password = useSignal('');
	const wrong = useSignal('');

	async function send(e: Event) {
		e.preventDefault();
		try {
			await run(password.value);
		} catch (p) {
			wrong.value = words(p as Problem);
		}
	}

	return (
		<form class="stack" onSubmit={(e) => void send(e)}>
			<Field label={t('Your password')} type="password" autocomplete="current-password" required value={password.value}
				wrong={wrong.value || undefined} onInput={(e) => (password.value = e.currentTarget.value)} />
			<div class="row"><Button type="submit">{label}</Button></div>
		</form>
	);
}

export function SecondFactor() {
	const made = useSignal<NewFactor | null>(null);
	const codes = useSignal<string[]>([]);
	const isOn = me.value?.has_factor;

	async function begin(password: string) {
		made.value = await api.beginFactor({ password });
	}
	async function drop(password: string) {
		await api.dropFactor({ password });
		codes.value = [];
		await readMe();
		say(t('It is off. The password alone signs you in.'), 'good');
	}

	return (
		<section class="card" aria-labelledby="factor">
			<h2 id="factor">{t('Second factor')}</h2>
			<div class="stack">
				<p class="muted">{t('One-time codes of an app on your phone, beside the password.')} {isOn && t('It is on.')}</p>
				{codes.value.length > 0 && (
					<div role="status">
						<p>{t('Keep these recovery codes where the phone is not. Each is good once, and nobody can show them again.')}</p>
						<ul class="plain">{codes.value.map((c) => <li key={c}><code>{c}</code></li>)}</ul>
					</div>
				)}
				{isOn ? <Prove label={t('Take it away')} run={drop} />
					: made.value ? <Confirm made={made.value} done={(list) => {
						codes.value = list;
						made.value = null;
						void readMe();
					}} />
					: <Prove label={t('Set it up')} run={begin} />}
			</div>
		</section>
	);
}
