// The page for who is not signed in.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button, Field, problemText } from '../parts/kit';
import { Problem } from './call';
import { expired, signIn } from './me';
import { site, titled } from './site';
import { t } from './text';

function why(p: Problem): string {
	if (p.code === 'Auth.Credentials') return t('Wrong name or password.');
	if (p.code === 'Auth.Code') return t('Wrong code. Each code is good once; look at the clock of the phone.');
	if (p.code === 'Auth.Blocked') return t('This account is blocked.');
	if (p.code === 'Auth.EmailNotConfirmed') return t('Confirm your address first: a mail with a link has been sent to you.');
	return problemText(p);
}

export function SignIn() {
	const wrong = useSignal('');
	const busy = useSignal(false);
	const asksCode = useSignal(false);
	const name = useRef<HTMLFormElement>(null);

	useEffect(() => {
		titled(t('Sign in'));
		name.current?.querySelector('input')?.focus();
	}, []);

	useEffect(() => {
		if (asksCode.value) document.getElementById('code')?.focus();
	}, [asksCode.value]);

	async function send(e: Event) {
		e.preventDefault();
		const form = new FormData(e.target as HTMLFormElement);
		busy.value = true;
		wrong.value = '';
		try {
			await signIn({ name: String(form.get('name')).trim(), password: String(form.get('password')), code: String(form.get('code') ?? '') || undefined });
		} catch (p) {
			if ((p as Problem).code === 'Auth.CodeNeeded') asksCode.value = true;
			else wrong.value = why(p as Problem);
		}
		busy.value = false;
	}

	return (
		<main class="sign-in">
			<form ref={name} onSubmit={send}>
				<img src="/console/icon.svg" alt="" width="48" height="48" />
				<p class="muted" dir="auto">{site.value.name}</p>
				<h1>{t('Sign in')}</h1>
				{expired.value && <p class="muted">{t('Your sign-in has ended. Sign in again to go on where you were.')}</p>}
				<Field label={t('Address or user name')} name="name" id="name" autocomplete="username" required autocapitalize="none" spellcheck={false} />
				<Field label={t('Password')} name="password" id="password" type="password" autocomplete="current-password" required />
				{asksCode.value && (
					<Field label={t('Code')} hint={t('Six digits of the app on your phone, or a recovery code')} name="code" id="code" autocomplete="one-time-code" inputMode="text" autocapitalize="none" required autofocus />
				)}
				<p id="wrong" class="wrong" role="alert">
					{wrong.value}
				</p>
				<Button type="submit" look="main" busy={busy.value}>
					{t('Sign in')}
				</Button>
			</form>
		</main>
	);
}
