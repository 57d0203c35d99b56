// Members' cards as they look: found, chosen, drawn again, withdrawn, printed, imported.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api, type CardBatch, type MemberCard } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { may } from '../../app/me';
import { useRead } from '../../app/read';
import { go, place } from '../../app/router';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Chip, Choice, Choices, Dialog, Empty, Field, Head } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import { Import } from './import';
import { fieldText, statuses, statusKind, statusText, why } from './words';

const nameOf = (c: MemberCard) => [c.name, c.surname].filter(Boolean).join(' ') || t('Without a name');

interface OneProps {
	c: MemberCard;
	chosen: boolean;
	choose: (on: boolean) => void;
	redraw: () => void;
	withdraw: () => void;
}

function One({ c, chosen, choose, redraw, withdraw }: OneProps) {
	return (
		<li class={chosen ? 'chosen' : ''}>
			{c.images
				? <a href={`/c/${c.code}`} target="_blank" rel="noreferrer" aria-label={t('Verify the card of {name}', { name: nameOf(c) })}><img src={c.images.preview} alt="" loading="lazy" /></a>
				: <div class="blank">{c.missing.length > 0 ? t('Lacks: {fields}', { fields: c.missing.map(fieldText).join(', ') }) : c.error ?? (c.hidden ? t('The member hides the picture.') : statusText(c.status))}</div>}
			<div class="row between">
				<label class="tick">
					<input type="checkbox" checked={chosen} disabled={!c.drawn_at || c.status === 'withdrawn'} onChange={(e) => choose(e.currentTarget.checked)} />
					<span><bdi>{nameOf(c)}</bdi>{c.number !== null && <span class="muted small"> № {c.number}</span>}</span>
				</label>
				<Chip kind={statusKind(c.status)}>{statusText(c.status)}</Chip>
			</div>
			{c.status !== 'withdrawn' && (
				<div class="row">
					{may('card_editor') && c.missing.length === 0 && <Button of={nameOf(c)} onClick={redraw}>{t('Draw again')}</Button>}
					{may('card_withdrawer') && <Button look="quiet" of={nameOf(c)} onClick={withdraw}>{t('Withdraw')}</Button>}
				</div>
			)}
		</li>
	);
}

function WithdrawDialog({ card, close, withdraw }: { card: MemberCard | null; close: () => void; withdraw: (why: string) => void }) {
	const reason = useSignal('');
	return (
		<Dialog title={t('Withdraw the card?')} open={!!card} close={close}>
			{card && (
				<form class="stack" onSubmit={(e) => { e.preventDefault(); withdraw(reason.value.trim()); reason.value = ''; }}>
					<p><strong dir="auto">{nameOf(card)}</strong></p>
					<p>{t('Whoever verifies it is told that it is not good any more. There is no way back, but a new card can be made.')}</p>
					<Field label={t('Why')} maxLength={300} value={reason.value} onInput={(e) => (reason.value = e.currentTarget.value)} />
					<Choices yes={t('Withdraw')} look="bad" close={close} />
				</form>
			)}
		</Dialog>
	);
}

/** What is printed, with its bar, until the file is there. */
function Print({ batch, close }: { batch: CardBatch | null; close: () => void }) {
	const now = useSignal(batch);
	useEffect(() => {
		now.value = batch;
		if (!batch) return;
		const timer = setInterval(() => {
			void api.getBatch(batch.uuid, { background: true }).then((b) => {
				now.value = b;
				if (b.state === 'ready' || b.state === 'failed') clearInterval(timer);
			}).catch(() => {});
		}, 1500);
		return () => clearInterval(timer);
	}, [batch?.uuid]);
	const b = now.value;
	return (
		<Dialog title={t('Cards on paper')} open={!!batch} close={close}>
			{b && (
				<div class="stack">
					{b.state === 'failed' ? <p class="wrong">{b.error ?? t('It could not be made.')}</p> : b.url ? <a class="button main" href={b.url} download>{t('Load the PDF')}</a> : (
						<>
							<progress value={b.progress.done} max={Math.max(1, b.progress.total)} aria-label={t('Cards on paper')} />
							<p role="status">{t('{done} of {all} cards', { done: b.progress.done, all: b.progress.total })}</p>
						</>
					)}
					<p class="muted small">{t('The file is there for a day.')}</p>
				</div>
			)}
		</Dialog>
	);
}

export default function Cards() {
	const asked = place.value.query;
	const query = useSignal(asked.get('query') ?? '');
	const status = (asked.get('status') ?? undefined) as MemberCard['status'] | undefined;
	const role = asked.get('role') ?? undefined;
	const chosen = useSignal<ReadonlySet<string>>(new Set());
	const withdrawing = useSignal<MemberCard | null>(null);
	const importing = useSignal(false);
	const batch = useSignal<CardBatch | null>(null);
	const total = useSignal<number | undefined>(undefined);
	const form = useRef<HTMLFormElement>(null);
	const roles = useRead((more) => api.getCardRoles(more));
	const pages = usePages(async (after, more) => {
		const page = await api.getCards({ status, role, query: asked.get('query') ?? undefined, after: after as string | undefined }, more);
		if (page.total !== undefined) total.value = page.total;
		return page;
	}, [asked.toString()]);
	function ask(more: Record<string, string>) {
		const pairs = Object.entries({ query: query.value.trim(), status: status ?? '', role: role ?? '', ...more }).filter((p) => p[1]);
		go(`cards${pairs.length ? `?${new URLSearchParams(pairs)}` : ''}`);
	}
	async function act<T>(what: Promise<T>, done?: string): Promise<T | undefined> {
		try {
			const said = await what;
			if (done) say(done, 'good');
			return said;
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			say(why(e), 'bad');
			return undefined;
		} finally {
			withdrawing.value = null;
		}
	}
	function choose(id: string, on: boolean) {
		const next = new Set(chosen.value);
		if (on) next.add(id);
		else next.delete(id);
		chosen.value = next;
	}
	async function print(formOf: 'card' | 'a4') {
		const made = await act(api.printCards({ cards: [...chosen.value], form: formOf }));
		if (made) batch.value = made;
	}
	useKeys([
		{ key: '/', label: t('Search cards'), run: () => form.current?.querySelector('input')?.focus() },
		...(may('card_editor') ? [{ key: 'i', label: t('Import cards'), run: () => (importing.value = true) }] : []),
	], []);
	const count = chosen.value.size;
	return (
		<>
			<Head title={t('Cards')} note={total.value !== undefined && n('{n} card', '{n} cards', total.value)}>
				{count > 0 && <Button look="main" onClick={() => void print('a4')}>{n('Print {n} card, eight a sheet', 'Print {n} cards, eight a sheet', count)}</Button>}
				{count > 0 && <Button onClick={() => void print('card')}>{t('A card a page')}</Button>}
				{may('card_editor') && <Button hint="i" onClick={() => (importing.value = true)}>{t('Import')}</Button>}
			</Head>
			<form ref={form} class="filters" role="search" onSubmit={(e) => { e.preventDefault(); ask({}); }}>
				<Field label={t('Name or number')} type="search" value={query.value} onInput={(e) => (query.value = e.currentTarget.value)} />
				<Choice label={t('State')} value={status} change={(v) => ask({ status: v })} options={statuses.map((s) => [s, statusText(s)])} />
				<Choice label={t('Role')} value={role} change={(v) => ask({ role: v })} options={(roles.data.value?.data ?? []).map((r) => [r.name, r.title || r.name])} />
				<Button type="submit" icon="search" hint="/">{t('Find')}</Button>
			</form>
			<More pages={pages} empty={<Empty title={t('No card fits')}>{t('Cards come by import, from Airtable, or by the API.')}</Empty>}>
				{(list: MemberCard[]) => (
					<ul class="gallery">
						{list.map((c) => (
							<One key={c.uuid} c={c} chosen={chosen.value.has(c.uuid)} choose={(on) => choose(c.uuid, on)}
								redraw={() => void act(api.redrawCard(c.uuid), t('It is being drawn again.')).then(() => pages.again())} withdraw={() => (withdrawing.value = c)} />
						))}
					</ul>
				)}
			</More>
			<WithdrawDialog card={withdrawing.value} close={() => (withdrawing.value = null)}
				withdraw={(reason) => withdrawing.value && void act(api.withdrawCard(withdrawing.value.uuid, reason ? { why: reason } : {}), t('The card is withdrawn.')).then(() => pages.again())} />
			<Import open={importing.value} close={() => (importing.value = false)} done={() => pages.again()} />
			<Print batch={batch.value} close={() => (batch.value = null)} />
		</>
	);
}
