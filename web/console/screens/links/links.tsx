// Share links: one's own, or everybody's for who operates; many can be revoked at once.
import { useSignal } from '@preact/signals';
import { api, type ShareLink } from '../../app/api';
import { useKeys } from '../../app/keys';
import { may } from '../../app/me';
import { go, place } from '../../app/router';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Field, Head, Moment, problemText, Table } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';

function Ends({ link }: { link: ShareLink }) {
	if (!link.expires) return <>{t('never')}</>;
	return new Date(link.expires) < new Date() ? <Chip kind="warn">{t('has ended')}</Chip> : <Moment at={link.expires} />;
}

interface ChangeProps {
	link: ShareLink | null;
	close: () => void;
	change: (link: ShareLink, body: { days?: number; forever?: boolean; password?: string }, done: string) => void;
}

function ChangeDialog({ link, close, change }: ChangeProps) {
	const password = useSignal('');
	return (
		<Dialog title={link?.file.name ?? ''} open={!!link} close={close}>
			{link && (
				<div class="stack">
					<p><a href={link.page} target="_blank" rel="noreferrer">{t('Its page')}</a></p>
					<div class="row">
						{[7, 30, 365].map((days) => (
							<Button key={days} onClick={() => change(link, { days }, t('Its end is moved.'))}>{n('Ends in {n} day', 'Ends in {n} days', days)}</Button>
						))}
						<Button onClick={() => change(link, { forever: true }, t('Its end is moved.'))}>{t('Never ends')}</Button>
					</div>
					<form class="row" onSubmit={(e) => {
						e.preventDefault();
						change(link, { password: password.value }, t('The password is set.'));
						password.value = '';
					}}>
						<Field label={t('New password')} type="password" autocomplete="new-password" required value={password.value}
							onInput={(e) => (password.value = e.currentTarget.value)} />
						<Button type="submit" look="main">{t('Set it')}</Button>
						{link.is_secured && <Button onClick={() => change(link, { password: '' }, t('No password is needed any more.'))}>{t('Take the password away')}</Button>}
					</form>
				</div>
			)}
		</Dialog>
	);
}

export default function Links() {
	const operator = may('operator');
	const asked = place.value.query;
	const all = operator && asked.get('all') === 'true';
	const query = useSignal(asked.get('query') ?? '');
	const chosen = useSignal<ReadonlySet<string>>(new Set());
	const revoking = useSignal(false);
	const changing = useSignal<ShareLink | null>(null);
	const pages = usePages(
		(after, more) => api.getLinks({ all: all || undefined, query: asked.get('query') ?? undefined, after: after as string | undefined }, more),
		[asked.toString()],
	);

	function ask(everybody: boolean) {
		const pairs: [string, string][] = [];
		if (query.value.trim()) pairs.push(['query', query.value.trim()]);
		if (everybody) pairs.push(['all', 'true']);
		chosen.value = new Set();
		go(`links${pairs.length ? `?${new URLSearchParams(pairs)}` : ''}`);
	}
	async function attempt(what: Promise<unknown>, done: string) {
		try {
			await what;
			say(done, 'good');
		} catch (e) {
			say(problemText(e), 'bad');
		}
		revoking.value = false;
		changing.value = null;
		chosen.value = new Set();
		await pages.again();
	}
	function tick(id: string, on: boolean) {
		const next = new Set(chosen.value);
		if (on) next.add(id);
		else next.delete(id);
		chosen.value = next;
	}
	useKeys([{ key: 'x', label: t('Revoke the chosen links'), run: () => chosen.value.size && (revoking.value = true) }], []);
	const count = chosen.value.size;
	return (
		<>
			<Head title={t('Share links')}>
				<Button look="bad" disabled={!count} hint="x" onClick={() => (revoking.value = true)}>{count ? n('Revoke {n} link', 'Revoke {n} links', count) : t('Revoke')}</Button>
			</Head>
			<form class="filters" role="search" onSubmit={(e) => { e.preventDefault(); ask(all); }}>
				<Field label={t('Part of the file’s name')} type="search" value={query.value} onInput={(e) => (query.value = e.currentTarget.value)} />
				{operator && (
					<label class="tick">
						<input type="checkbox" checked={all} onChange={(e) => ask(e.currentTarget.checked)} />
						<span>{t('Of everybody')}</span>
					</label>
				)}
				<Button type="submit" look="main" icon="search">{t('Find')}</Button>
			</form>
			<More pages={pages} empty={<Empty title={t('No links')}>{t('Links are made where the files are. Here they can be ended.')}</Empty>}>
				{(list: ShareLink[]) => (
					<Table caption={t('Share links')} rows={list} id={(l) => l.id} columns={[
						{ name: t('Chosen'), cell: (l) => (
							<input type="checkbox" class="big" aria-label={t('Choose the link to {name}', { name: l.file.name })} checked={chosen.value.has(l.id)}
								onChange={(e) => tick(l.id, e.currentTarget.checked)} />
						) },
						{ name: t('File'), cell: (l) => <Button look="quiet" onClick={() => (changing.value = l)}><bdi>{l.file.name}</bdi></Button> },
						...(all ? [{ name: t('Owner'), cell: (l: ShareLink) => <bdi>{l.owner.name}</bdi> }] : []),
						{ name: t('Made'), cell: (l) => <Moment at={l.created} /> },
						{ name: t('Ends'), cell: (l) => <Ends link={l} /> },
						{ name: t('Password'), cell: (l) => (l.is_secured ? <Chip kind="good">{t('yes')}</Chip> : t('no')) },
					]} />
				)}
			</More>
			<Dialog title={n('Revoke {n} link?', 'Revoke {n} links?', count)} open={revoking.value} close={() => (revoking.value = false)}>
				<p>{t('Whoever has it cannot load the file any more. There is no way back, but a new link can be made.')}</p>
				<Choices yes={t('Revoke')} no={t('Keep them')} look="bad" run={() => void attempt(api.revokeLinks({ ids: [...chosen.value] }), t('They are revoked.'))} close={() => (revoking.value = false)} />
			</Dialog>
			<ChangeDialog link={changing.value} close={() => (changing.value = null)}
				change={(link, body, done) => void attempt(api.changeLink(link.id, body), done)} />
		</>
	);
}
