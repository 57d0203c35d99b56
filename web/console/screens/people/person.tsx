// A person: who they are, what they may, where they are signed in, what was done with the account.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { api, type Person } from '../../app/api';
import { Problem, type Known } from '../../app/call';
import { me } from '../../app/me';
import { useRead } from '../../app/read';
import { go } from '../../app/router';
import { useKeys } from '../../app/keys';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Field, Head, Moment, problemText, Shown } from '../../parts/kit';
import { Trail } from '../audit/trail';
import { nameOf, statusText } from './names';
import '../audit/audit.css';

type Change = (p: Promise<unknown>, done: string) => Promise<void>;

function Facts({ person }: { person: Person }) {
	const facts: [string, string | null | undefined][] = [
		[t('Name'), nameOf(person)], [t('User name'), person.username], [t('Address'), person.email],
		[t('New address, not confirmed'), person.email_pending], [t('The last mail was refused'), person.email_trouble],
		[t('Language'), person.language],
	];
	return (
		<section class="card" aria-labelledby="facts">
			<h2 id="facts">{t('Person')}</h2>
			<ul class="plain">
				{facts.filter((f) => f[1]).map(([name, value]) => (
					<li key={name}><span class="muted">{name}</span><span dir="auto">{value}</span></li>
				))}
				<li>
					<span class="muted">{t('State')}</span>
					<Chip kind={person.status === 'active' ? 'good' : 'bad'}>{statusText(person.status!)}</Chip>
				</li>
			</ul>
		</section>
	);
}

/** What somebody is: the roles that one may give, ticked. */
function Roles({ person, known, change }: { person: Person; known: Known; change: Change }) {
	const roles = useRead((more) => api.getRoles(more));
	const held = new Set(person.roles);
	const ofProgramme = person.roles.filter((r) => r.startsWith('programme.'));
	return (
		<section class="card" aria-labelledby="roles">
			<h2 id="roles">{t('Roles')}</h2>
			{ofProgramme.map((r) => <p key={r}><Chip kind="info">{r}</Chip> <span class="muted small">{t('given in the programme')}</span></p>)}
			<Shown read={roles} lines={3}>
				{(list) => (
					<ul class="plain ticks">
						{list.data.map((role) => (
							<li key={role.name}>
								<label>
									<input type="checkbox" checked={held.has(role.name)} onChange={(e) => {
										const next = person.roles.filter((r) => r !== role.name && !r.startsWith('programme.'));
										void change(
											api.setRoles(person.uuid, { roles: e.currentTarget.checked ? [...next, role.name] : next }, { ifMatch: known.etag ?? '*' }),
											t('The roles are changed.'),
										);
									}} />
									<span>
										{role.title}
										<span class="muted small">{n('{n} permission', '{n} permissions', role.permissions.length)}</span>
									</span>
								</label>
							</li>
						))}
					</ul>
				)}
			</Shown>
			{person.permissions.length > 0 && (
				<details>
					<summary>{n('May {n} thing', 'May {n} things', person.permissions.length)}</summary>
					<p class="row">{person.permissions.map((p) => <Chip key={p}>{p}</Chip>)}</p>
				</details>
			)}
		</section>
	);
}

function faceText(face: string): string {
	switch (face) {
		case 'console': return t('Console');
		case 'programme': return t('Programme');
		case 'storage': return t('Files');
		case 'messenger': return t('Messenger');
		case 'people': return t('People');
		case 'catalogue': return t('Catalogue');
		case 'cards': return t('Cards');
		default: return face;
	}
}

export function SessionList({ read }: { read: ReturnType<typeof useRead<Awaited<ReturnType<typeof api.getOwnSessions>>>> }) {
	return (
		<Shown read={read} lines={3}>
			{(list) => list.data.length === 0 ? <p class="muted">{t('Not signed in anywhere.')}</p> : (
				<ul class="plain">
					{list.data.map((s) => (
						<li key={`${s.face} ${s.since}`}>
							<span>
								{faceText(s.face)} {s.own && <Chip kind="info">{t('this one')}</Chip>}
								<br />
								<span class="muted small" dir="auto">{[s.address, s.agent?.slice(0, 80)].filter(Boolean).join(' · ')}</span>
							</span>
							<span class="muted"><Moment at={s.since} ago /></span>
						</li>
					))}
				</ul>
			)}
		</Shown>
	);
}

function BlockDialog({ open, close, block }: { open: boolean; close: () => void; block: (why: string) => void }) {
	const why = useSignal('');
	return (
		<Dialog title={t('Block this person')} open={open} close={close}>
			<form class="stack" onSubmit={(e) => { e.preventDefault(); block(why.value.trim()); }}>
				<p>{t('All their sign-ins end now, and no new one is possible until somebody lets them in again. Nothing of theirs is deleted.')}</p>
				<Field label={t('Why')} value={why.value} required maxLength={300} onInput={(e) => (why.value = e.currentTarget.value)} />
				<Choices yes={t('Block')} look="bad" close={close} />
			</form>
		</Dialog>
	);
}

function EraseDialog({ person, close, erase }: { person: Person; close: () => void; erase: (name: string) => void }) {
	const typed = useSignal('');
	// Names may have marks that nobody can type; somebody may have none at all.
	const name = person.email || person.username || [person.name, person.surname].filter(Boolean).join(' ') || person.uuid;
	return (
		<form class="stack" onSubmit={(e) => { e.preventDefault(); erase(typed.value.trim()); }}>
			<p>{t('What remains says that somebody was here, not who. Their files are deleted, their cards withdrawn, their sign-ins end. There is no way back.')}</p>
			<Field label={t('Type {name} to go on', { name })} value={typed.value} required autocomplete="off" spellcheck={false} onInput={(e) => (typed.value = e.currentTarget.value)} />
			<Choices yes={t('Erase for ever')} look="bad" disabled={typed.value.trim() !== name} close={close} />
		</form>
	);
}

function Actions({ person, change }: { person: Person; change: Change }) {
	const asking = useSignal(false);
	const erasing = useSignal(false);
	const { uuid } = person;
	const noErase = () => (erasing.value = false);
	return (
		<div class="row">
			{person.status === 'blocked'
				? <Button onClick={() => void change(api.unblock(uuid), t('They may sign in again.'))}>{t('Let in again')}</Button>
				: person.status === 'active' && <Button look="bad" onClick={() => (asking.value = true)}>{t('Block')}</Button>}
			<Button onClick={() => void change(api.unlock(uuid), t('Wrong passwords are forgotten.'))}>{t('Unlock')}</Button>
			<Button onClick={() => void change(api.signOutPerson(uuid), t('They are signed out everywhere.'))}>{t('Sign out everywhere')}</Button>
			{person.email && !person.email_confirmed && (
				<Button onClick={() => void change(api.confirmEmail(uuid), t('The address counts as confirmed.'))}>{t('Confirm the address')}</Button>
			)}
			{!person.is_superuser && uuid !== me.value?.uuid && <Button look="bad" onClick={() => (erasing.value = true)}>{t('Erase')}</Button>}
			<Dialog title={t('Erase this person')} open={erasing.value} close={noErase}>
				<EraseDialog person={person} close={noErase} erase={(name) => {
					noErase();
					void change(api.erase(uuid, { name }), t('They are erased.'));
				}} />
			</Dialog>
			<BlockDialog open={asking.value} close={() => (asking.value = false)} block={(why) => {
				asking.value = false;
				void change(api.block(uuid, { why }), t('They are blocked.'));
			}} />
		</div>
	);
}

export function OnePerson({ uuid }: { uuid: string }) {
	const known = useMemo<Known>(() => ({}), [uuid]);
	const read = useRead((more) => {
		known.etag = undefined; // always whole: the version goes with each change
		return api.getPerson(uuid, { ...more, known });
	}, [], [uuid]);
	const sessions = useRead((more) => api.getSessions(uuid, more), [], [uuid]);
	const turn = useSignal(0);
	useKeys([{ key: 'Escape', label: t('Back to the list'), run: () => go('people') }], []);
	const change: Change = async (p, done) => {
		try {
			await p;
			say(done, 'good');
			turn.value++;
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			say(e.code === 'People.Superuser' ? t('A superuser is changed by the operator only.')
				: e.code === 'People.LastManager' ? t('Somebody who may manage people has to stay.') : problemText(e), 'bad');
		}
		await Promise.all([read.again(), sessions.again()]);
	};
	return (
		<>
			<p class="back"><a href="/console/people">{t('All people')}</a></p>
			<Shown read={read} lines={8}>
				{(person) => (
					<>
						<Head title={nameOf(person)}><Actions person={person} change={change} /></Head>
						<div class="stack">
							<div class="two">
								<Facts person={person} />
								<Roles person={person} known={known} change={change} />
							</div>
							<section class="card" aria-labelledby="sessions">
								<h2 id="sessions">{t('Signed in')}</h2>
								<SessionList read={sessions} />
							</section>
							<section class="card" aria-labelledby="history">
								<h2 id="history">{t('History')}</h2>
								<Trail key={turn.value} asked={{ object_kind: 'account', object_id: uuid }} />
							</section>
						</div>
					</>
				)}
			</Shown>
		</>
	);
}
