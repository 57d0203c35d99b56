// Accounts of all APIs: the list, and a person by address.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { api, type Person } from '../../app/api';
import { useKeys } from '../../app/keys';
import { go, place } from '../../app/router';
import { useRead } from '../../app/read';
import { t } from '../../app/text';
import { Button, Chip, Choice, Empty, Field, Head, Table } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import { nameOf, statusText } from './names';
import { OnePerson } from './person';
import './people.css';

const statuses = ['active', 'blocked', 'locked', 'deactivated'] as const;
type Status = (typeof statuses)[number];

function Roles({ person }: { person: Person }) {
	if (!person.is_superuser && !person.roles.length) return null;
	return (
		<span class="row">
			{person.is_superuser && <Chip kind="info">{t('superuser')}</Chip>}
			{person.roles.map((role) => <Chip key={role}>{role}</Chip>)}
		</span>
	);
}

function List() {
	const query = place.value.query;
	const asked = useSignal(query.get('query') ?? '');
	const status = (query.get('status') ?? undefined) as Status | undefined;
	const role = query.get('role') ?? undefined;
	const roles = useRead((more) => api.getRoles(more));
	const field = useRef<HTMLFormElement>(null);
	const chosen = useSignal(-1);
	const pages = usePages(
		(after, more) => api.getPeople({ query: query.get('query') ?? undefined, status, role, after: after as string | undefined }, more),
		[query.toString()],
	);
	const rows = pages.rows.value ?? [];
	const person = (step: number) => {
		chosen.value = Math.max(0, Math.min(rows.length - 1, chosen.value + step));
		document.querySelectorAll('main tbody tr')[chosen.value]?.scrollIntoView({ block: 'nearest' });
	};
	useKeys([
		{ key: '/', label: t('Search people'), run: () => field.current?.querySelector('input')?.focus() },
		{ key: 'j', label: t('Next person'), run: () => person(1) },
		{ key: 'k', label: t('Person before'), run: () => person(-1) },
		{ key: 'Enter', label: t('Open the person'), run: () => rows[chosen.value] && go(`people/${rows[chosen.value]!.uuid}`) },
	], [rows]);
	function ask(more: Record<string, string | undefined>) {
		const pairs = Object.entries({ query: asked.value.trim(), status, role, ...more }).filter((p): p is [string, string] => !!p[1]);
		go(`people${pairs.length ? `?${new URLSearchParams(pairs)}` : ''}`);
	}
	return (
		<>
			<Head title={t('People')} />
			<form ref={field} class="filters" role="search" onSubmit={(e) => { e.preventDefault(); ask({}); }}>
				<Field label={t('Name, address or user name')} type="search" value={asked.value} onInput={(e) => (asked.value = e.currentTarget.value)} />
				<Choice label={t('State')} value={status} change={(v) => ask({ status: v })} options={statuses.map((s) => [s, statusText(s)])} />
				<Choice label={t('Role')} value={role} change={(v) => ask({ role: v })} options={['programme.administrator', 'programme.expert', ...(roles.data.value?.data.map((r) => r.name) ?? [])].map((name) => [name, name])} />
				<Button type="submit" look="main" icon="search" hint="/">{t('Find')}</Button>
			</form>
			<More pages={pages} empty={<Empty title={t('Nobody fits')}>{t('Search by a part of the name or of the address.')}</Empty>}>
				{(list: Person[]) => (
					<Table caption={t('People')} rows={list} id={(p) => p.uuid} chosen={list[chosen.value]?.uuid} columns={[
						{ name: t('Name'), cell: (p) => <a href={`/console/people/${p.uuid}`} dir="auto">{nameOf(p)}</a> },
						{ name: t('Address'), cell: (p) => <span dir="auto">{p.email ?? '—'}{p.email && !p.email_confirmed && <> <Chip>{t('not confirmed')}</Chip></>}</span> },
						{ name: t('Roles'), cell: (p) => <Roles person={p} /> },
						{ name: t('State'), cell: (p) => <Chip kind={p.status === 'active' ? 'good' : 'bad'}>{statusText(p.status!)}</Chip> },
					]} />
				)}
			</More>
		</>
	);
}

export default function People() {
	const uuid = place.value.rest[0];
	return uuid ? <OnePerson key={uuid} uuid={uuid} /> : <List />;
}
