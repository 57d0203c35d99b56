// Whom somebody has invited to become staff, and whoever has not come yet.
import { useSignal } from '@preact/signals';
import { api, type Invitation } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Field, Head, Moment, problemText, Shown, Table } from '../../parts/kit';
import { wrongOf, type Wrong } from './words';

function Invite({ done, close }: { done: () => void; close: () => void }) {
	const name = useSignal('');
	const surname = useSignal('');
	const email = useSignal('');
	const busy = useSignal(false);
	const wrong = useSignal<Wrong>({});

	async function send(e: Event) {
		e.preventDefault();
		busy.value = true;
		try {
			await api.invite({ name: name.value.trim(), surname: surname.value.trim(), email: email.value.trim() });
			say(t('The invitation is on its way.'), 'good');
			done();
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = wrongOf(p);
		}
		busy.value = false;
	}

	return (
		<form class="stack" onSubmit={(e) => void send(e)}>
			<p class="muted">{t('They get a mail, choose a password, and are experts of the programme: they see photos of children and decide on them.')}</p>
			<Field label={t('First name')} required autofocus minLength={2} maxLength={20} value={name.value} wrong={wrong.value.name}
				onInput={(e) => (name.value = e.currentTarget.value)} />
			<Field label={t('Last name')} required minLength={2} maxLength={100} value={surname.value} wrong={wrong.value.surname}
				onInput={(e) => (surname.value = e.currentTarget.value)} />
			<Field label={t('E-mail')} type="email" required maxLength={100} value={email.value} wrong={wrong.value.email}
				onInput={(e) => (email.value = e.currentTarget.value)} />
			{wrong.value.all && <p class="wrong" role="alert">{wrong.value.all}</p>}
			<Choices yes={t('Invite')} busy={busy.value} close={close} />
		</form>
	);
}

export default function Invitations() {
	const read = useRead((more) => api.getInvitations(more));
	const inviting = useSignal(false);
	const withdrawing = useSignal<Invitation | null>(null);
	const close = () => (inviting.value = false);
	useKeys([{ key: 'n', label: t('Invite somebody'), run: () => (inviting.value = true) }]);

	async function change(what: Promise<unknown>, done: string) {
		try {
			await what;
			say(done, 'good');
		} catch (e) {
			say(problemText(e), 'bad');
		}
		await read.again();
	}
	const fullName = (i: Invitation) => `${i.name} ${i.surname}`;
	return (
		<>
			<Head title={t('Invitations')} note={t('Whoever is invited and has not come yet. A code is good once, and for a time.')}>
				<Button look="main" icon="mail" hint="n" onClick={() => (inviting.value = true)}>{t('Invite somebody')}</Button>
			</Head>
			<Shown read={read} lines={5}>
				{(list) => list.data.length === 0 ? <Empty title={t('Nobody is invited')}>{t('Invite somebody: the mail leads them here.')}</Empty> : (
					<Table caption={t('Invitations')} rows={list.data} id={(i) => i.id} columns={[
						{ name: t('Name'), cell: (i) => <span dir="auto">{fullName(i)}</span> },
						{ name: t('E-mail'), cell: (i) => <span dir="auto">{i.email}</span> },
						{ name: t('Invited'), cell: (i) => <><Moment at={i.made} ago />{i.by && <span class="muted small" dir="auto"> {i.by}</span>}</> },
						{ name: t('State'), cell: (i) => i.is_open ? <Chip kind="info">{t('open until')} <Moment at={i.until} /></Chip> : <Chip kind="warn">{t('its time is over')}</Chip> },
						{ name: t('Change'), cell: (i) => (
							<span class="row">
								<Button of={fullName(i)}
									onClick={() => void change(api.resendInvitation(i.id), t('The invitation is on its way.'))}>{t('Mail again')}</Button>
								{i.is_open && <Button of={fullName(i)}
									onClick={() => (withdrawing.value = i)}>{t('Withdraw')}</Button>}
							</span>
						) },
					]} />
				)}
			</Shown>
			<Dialog title={t('Invite somebody')} open={inviting.value} close={close}>
				<Invite close={close} done={() => {
					close();
					void read.again();
				}} />
			</Dialog>
			<Dialog title={t('Withdraw the invitation?')} open={!!withdrawing.value} close={() => (withdrawing.value = null)}>
				<p>{t('The link in the mail to {email} leads nowhere from now on. You can mail it again later.', { email: withdrawing.value?.email ?? '' })}</p>
				<Choices yes={t('Withdraw')} look="bad" close={() => (withdrawing.value = null)} run={() => {
					void change(api.withdrawInvitation(withdrawing.value!.id), t('The invitation is withdrawn.'));
					withdrawing.value = null;
				}} />
			</Dialog>
		</>
	);
}
