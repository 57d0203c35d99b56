// The page that the mail of an invitation leads to: who one is, and a password. Its code stands behind "#".
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, type Invited } from '../../app/api';
import { Problem } from '../../app/call';
import { signIn } from '../../app/me';
import { go } from '../../app/router';
import { site, titled } from '../../app/site';
import { t } from '../../app/text';
import { Button, Field, Skeleton } from '../../parts/kit';
import { wrongOf, type Wrong } from './words';

const code = () => location.hash.slice(1);

function Top() {
	return (
		<>
			<img src="/console/icon.svg" alt="" width="48" height="48" />
			<p class="muted" dir="auto">{site.value.name}</p>
			<h1>{t('Invitation')}</h1>
		</>
	);
}

function Form({ whom }: { whom: Invited }) {
	const name = useSignal(whom.name);
	const surname = useSignal(whom.surname);
	const password = useSignal('');
	const shows = useSignal(false);
	const busy = useSignal(false);
	const wrong = useSignal<Wrong>({});

	async function send(e: Event) {
		e.preventDefault();
		busy.value = true;
		try {
			await api.acceptInvitation({ code: code(), name: name.value, surname: surname.value, password: password.value });
			// There is an account now: whatever keeps it from signing in, the page for that says why.
			await signIn({ name: whom.email, password: password.value }).catch(() => undefined);
			go('', true);
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = wrongOf(p);
			document.getElementById(Object.keys(wrong.value)[0]!)?.focus();
		}
		busy.value = false;
	}

	return (
		<form onSubmit={(e) => void send(e)} noValidate>
			<Top />
			<p class="muted">{t('You are invited. Check your name and choose a password.')}</p>
			<Field label={t('E-mail')} name="email" type="email" autocomplete="username" readOnly value={whom.email} />
			<Field label={t('First name')} id="name" autocomplete="given-name" required value={name.value} wrong={wrong.value.name}
				onInput={(e) => (name.value = e.currentTarget.value)} />
			<Field label={t('Last name')} id="surname" autocomplete="family-name" required value={surname.value} wrong={wrong.value.surname}
				onInput={(e) => (surname.value = e.currentTarget.value)} />
			<Field label={t('Password')} id="password" type={shows.value ? 'text' : 'password'} autocomplete="new-password" required value={password.value}
				hint={t('With an upper-case letter, a lower-case letter and a digit')} wrong={wrong.value.password}
				onInput={(e) => (password.value = e.currentTarget.value)} />
			<label class="tick">
				<input type="checkbox" checked={shows.value} onChange={(e) => (shows.value = e.currentTarget.checked)} />
				<span>{t('Show the password')}</span>
			</label>
			<p id="all" class="wrong" role="alert">{wrong.value.all ?? wrong.value.email}</p>
			<Button type="submit" look="main" busy={busy.value}>{t('Create the account')}</Button>
		</form>
	);
}

export default function InvitedPage() {
	const whom = useSignal<Invited | null>(null);
	const wrong = useSignal('');

	async function read() {
		wrong.value = '';
		try {
			whom.value = await api.getInvited({ code: code() });
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = p.status === 422 ? t('This invitation has been used, or its time is over. Ask for a new one.') : wrongOf(p).all ?? '';
		}
	}

	useEffect(() => {
		titled(t('Invitation'));
		void read();
		addEventListener('hashchange', read);
		return () => removeEventListener('hashchange', read);
	}, []);
	return (
		<main class="sign-in">
			{whom.value && !wrong.value ? <Form key={whom.value.id} whom={whom.value} /> : (
				<div class="stack">
					<Top />
					{wrong.value ? <p id="wrong" role="alert">{wrong.value}</p> : <Skeleton />}
				</div>
			)}
		</main>
	);
}
