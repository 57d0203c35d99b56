// The films: the set in force, what its load left out, the set before, and why a search finds what.
import { useSignal } from '@preact/signals';
import { api, type Edition, type FilmHit, type LeftOut } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { go, place } from '../../app/router';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { n, number, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Field, Figure, Head, Moment, problemText, Shown, Table } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import './catalogue.css';

function leftOutName(what: string): string {
	switch (what) {
		case 'films without a title': return t('Films without a title');
		case 'films whose id was there before': return t('Films whose id was there before');
		case 'ratings outside 0 to 10': return t('Ratings outside 0 to 10');
		case 'genres without a name': return t('Genres without a name');
		case 'genres whose id or name was there before': return t('Genres whose id or name was there before');
		case 'people without a name': return t('People without a name');
		case 'people whose id was there before': return t('People whose id was there before');
		case 'genres of films that lead nowhere, or are there twice': return t('Genres of films that lead nowhere, or are there twice');
		case 'roles in films that lead nowhere, are unknown or there twice': return t('Roles in films that lead nowhere, are unknown or there twice');
		default: return what;
	}
}

function Left({ list }: { list: LeftOut[] }) {
	if (!list.length) return <p class="muted">{t('Its source had nothing that could not be used.')}</p>;
	return (
		<>
			<h3>{t('Left out')}</h3>
			<ul class="plain">
				{list.map((l) => <li key={l.what}><span>{leftOutName(l.what)}</span><strong>{number(l.count)}</strong></li>)}
			</ul>
		</>
	);
}

function InForce({ edition, before, back }: { edition: Edition; before: Edition | null; back: () => void }) {
	return (
		<section class="card stack" aria-labelledby="in-force">
			<h2 id="in-force">{t('In force')}</h2>
			<p class="muted"><bdi>{edition.source}</bdi> · <Moment at={edition.loaded} ago />{edition.again_of !== null && <> · {t('came back: edition {id}', { id: edition.again_of })}</>}</p>
			<div class="figures">
				<Figure name={t('Films')} value={edition.films} />
				<Figure name={t('Genres')} value={edition.genres} />
				<Figure name={t('People')} value={edition.people} />
			</div>
			<Left list={edition.left_out} />
			{before && (
				<p class="row">
					<Button icon="undo" onClick={back}>{t('Back to the set before')}</Button>
					<span class="muted small"><bdi>{before.source}</bdi> · {n('{n} film', '{n} films', before.films)} · <Moment at={before.loaded} /></span>
				</p>
			)}
		</section>
	);
}

function History({ list }: { list: Edition[] }) {
	return (
		<section class="card" aria-labelledby="history">
			<h2 id="history">{t('Editions')}</h2>
			<Table caption={t('Editions')} rows={list} id={(e) => e.id} columns={[
				{ name: t('Number'), cell: (e) => e.id, number: true },
				{ name: t('Since'), cell: (e) => <Moment at={e.loaded} /> },
				{ name: t('Source'), cell: (e) => <bdi>{e.source}</bdi> },
				{ name: t('Films'), cell: (e) => number(e.films), number: true },
				{ name: t('Left out'), cell: (e) => number(e.left_out.reduce((sum, l) => sum + l.count, 0)), number: true },
			]} />
		</section>
	);
}

/** Word for word: what was looked for, and where the film has it. */
function Why({ film }: { film: FilmHit }) {
	return (
		<span class="row why">
			{film.is_title && <Chip kind="good">{t('It is the title')}</Chip>}
			{film.words.map((w) => (
				<Chip key={w.words.join()} kind={w.in === 'title' ? 'good' : w.in ? 'info' : 'plain'}>
					<bdi>{w.words.slice(0, 4).join(' / ')}</bdi>: {w.in === 'title' ? t('in the title') : w.in ? t('in the description') : t('nowhere')}
				</Chip>
			))}
		</span>
	);
}

function Films() {
	const asked = place.value.query.get('query') ?? '';
	const query = useSignal(asked);
	const pages = usePages((after, more) => api.getFilms({ query: asked || undefined, after: after as number | undefined }, more), [asked]);
	return (
		<section class="card" aria-labelledby="films">
			<h2 id="films">{asked ? t('What a search finds, and why') : t('The best films')}</h2>
			<form class="filters" role="search" onSubmit={(e) => {
				e.preventDefault();
				go(`catalogue${query.value.trim() ? `?${new URLSearchParams({ query: query.value.trim() })}` : ''}`);
			}}>
				<Field label={t('As somebody would search')} type="search" maxLength={200} value={query.value} onInput={(e) => (query.value = e.currentTarget.value)} />
				<Button type="submit" look="main" icon="search">{t('Find')}</Button>
			</form>
			<More pages={pages} empty={<Empty title={t('No film')}>{t('Nobody who searches for this finds any.')}</Empty>}>
				{(list: FilmHit[]) => (
					<Table caption={t('Films')} rows={list} id={(f) => f.id} columns={[
						{ name: t('Title'), cell: (f) => <><bdi>{f.title}</bdi> {f.is_restricted && <Chip kind="warn">{t('restricted')}</Chip>}</> },
						{ name: t('Rating'), cell: (f) => (f.rating === null ? '–' : number(f.rating)), number: true },
						{ name: t('Place by rating'), cell: (f) => number(f.place), number: true },
						...(asked ? [
							{ name: t('Why it is here'), cell: (f: FilmHit) => <Why film={f} /> },
							{ name: t('Points'), cell: (f: FilmHit) => number(f.score ?? 0), number: true },
						] : []),
					]} />
				)}
			</More>
		</section>
	);
}

export default function Catalogue() {
	const read = useRead((more) => api.getCatalogue(more));
	const asking = useSignal(false);
	const busy = useSignal(false);
	const before = read.data.value?.before ?? null;

	async function back(to: Edition) {
		busy.value = true;
		try {
			read.data.value = await api.catalogueBack({ edition: to.id });
			say(t('The set before is in force again.'), 'good');
		} catch (e) {
			say(e instanceof Problem && e.code === 'Catalogue.Loading' ? t('A set is being loaded: wait until it is in force.') : problemText(e), 'bad');
			await read.again();
		}
		busy.value = asking.value = false;
	}
	useKeys([{ key: 'b', label: t('Back to the set before'), run: () => before && (asking.value = true) }], [before]);
	return (
		<>
			<Head title={t('Catalogue')} note={t('A whole set of films is loaded at once, by samovarctl catalogue load; nobody edits one.')} />
			<Shown read={read}>
				{(d) => (d.now === null
					? <Empty title={t('Nothing is loaded yet')}>{t('samovarctl catalogue load FOLDER loads a set of films.')}</Empty>
					: (
						<div class="stack">
							<InForce edition={d.now} before={d.before} back={() => (asking.value = true)} />
							<Films key={d.now.id} />
							<History list={d.history} />
						</div>
					))}
			</Shown>
			<Dialog title={t('Back to the set before?')} open={asking.value} close={() => (asking.value = false)}>
				<p>{t('Everybody reads the other set from this moment on. The one in force is kept: the same again undoes it.')}</p>
				<Choices yes={t('Back')} no={t('Leave it')} busy={busy.value} run={() => before && void back(before)} close={() => (asking.value = false)} />
			</Dialog>
		</>
	);
}
