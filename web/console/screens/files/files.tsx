// One's own files: found, uploaded, and one of them by address.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api, type FileRow } from '../../app/api';
import { useKeys } from '../../app/keys';
import { may } from '../../app/me';
import { useRead } from '../../app/read';
import { go, place } from '../../app/router';
import { say } from '../../app/say';
import { n, percent, t } from '../../app/text';
import { Button, Chip, Empty, Field, Head, Moment, Table } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import { OneFile } from './file';
import { add, addDropped, again, arrived, forget, stop, uploads, type Upload } from './upload';
import { bytes, why } from './words';

function Line({ u }: { u: Upload }) {
	void uploads.value; // an upload changes in its place
	return (
		<li>
			<span class="name" dir="auto">{u.name}</span>
			<span class="muted small">
				{u.state === 'failed' && u.why ? <span class="wrong">{why(u.why)}</span> : u.state === 'done' ? <Chip kind="good">{t('arrived')}</Chip>
					: u.state === 'waits' ? t('waits its turn') : u.state === 'stopped' ? t('stopped') : t('{part} of {whole}', { part: bytes(u.sent), whole: bytes(u.size) })}
			</span>
			{u.state === 'runs' && <progress value={u.sent} max={Math.max(1, u.size)} aria-label={t('{name}: {percent} %', { name: u.name, percent: percent(u.sent, u.size) })} />}
			{u.state === 'runs' || u.state === 'waits'
				? <Button look="quiet" icon="close" aria-label={t('Stop {name}', { name: u.name })} onClick={() => stop(u)} />
				: u.state !== 'done' && <Button onClick={() => again(u)}>{t('Go on')}</Button>}
		</li>
	);
}

function Queue() {
	const list = uploads.value;
	if (!list.length) return null;
	const done = list.filter((u) => u.state === 'done').length;
	return (
		<section class="card queue" aria-labelledby="queue">
			<div class="row between">
				<h2 id="queue">{t('{done} of {all} uploaded', { done, all: list.length })}</h2>
				<Button look="quiet" onClick={forget}>{t('Clear what is over')}</Button>
			</div>
			<ul class="plain">{list.map((u, i) => <Line key={i} u={u} />)}</ul>
		</section>
	);
}

function Usage() {
	const read = useRead((more) => api.getUsage(more), [], [arrived.value]);
	const u = read.data.value;
	if (!u) return null;
	return <>{u.quota ? t('{used} of {quota} used', { used: bytes(u.used), quota: bytes(u.quota) }) : t('{used} used', { used: bytes(u.used) })}</>;
}

function List() {
	const query = place.value.query.get('query') ?? '';
	const asked = useSignal(query);
	const form = useRef<HTMLFormElement>(null);
	const picker = useRef<HTMLInputElement>(null);
	const folder = useRef<HTMLInputElement>(null);
	const over = useSignal(false);
	const uploads_ = may('file_uploader');
	const pages = usePages((after, more) => api.getFiles({ query: query || undefined, after: after as string | undefined }, more), [query]);
	useEffect(() => {
		if (arrived.value) void pages.again();
	}, [arrived.value]);
	useKeys([
		{ key: '/', label: t('Search files'), run: () => form.current?.querySelector('input')?.focus() },
		...(uploads_ ? [{ key: 'u', label: t('Upload files'), run: () => picker.current?.click() }] : []),
	], [uploads_]);
	async function drop(items: DataTransferItemList) {
		const unread = await addDropped(items);
		if (unread) say(n('{n} file or folder could not be read.', '{n} files or folders could not be read.', unread), 'bad');
	}
	return (
		<div class={over.value ? 'target over' : 'target'}
			onDragOver={(e) => { if (uploads_ && e.dataTransfer?.types.includes('Files')) { e.preventDefault(); over.value = true; } }}
			onDragLeave={(e) => { if (e.target === e.currentTarget) over.value = false; }}
			onDrop={(e) => { e.preventDefault(); over.value = false; if (uploads_) void drop(e.dataTransfer!.items); }}>
			<Head title={t('Files')} note={<Usage />}>
				{uploads_ && (
					<>
						<input ref={picker} type="file" multiple hidden onChange={(e) => { add(e.currentTarget.files ?? []); e.currentTarget.value = ''; }} />
						<input ref={folder} type="file" multiple hidden {...{ webkitdirectory: true }} onChange={(e) => { add(e.currentTarget.files ?? []); e.currentTarget.value = ''; }} />
						<Button onClick={() => folder.current?.click()}>{t('Upload a folder')}</Button>
						<Button look="main" icon="folder" hint="u" onClick={() => picker.current?.click()}>{t('Upload')}</Button>
					</>
				)}
			</Head>
			<Queue />
			<form ref={form} class="filters" role="search" onSubmit={(e) => { e.preventDefault(); go(`files${asked.value.trim() ? `?${new URLSearchParams({ query: asked.value.trim() })}` : ''}`); }}>
				<Field label={t('Part of the file’s name')} type="search" value={asked.value} onInput={(e) => (asked.value = e.currentTarget.value)} />
				<Button type="submit" icon="search" hint="/">{t('Find')}</Button>
			</form>
			<More pages={pages} empty={<Empty title={query ? t('No file of that name') : t('No files yet')}>{t('Drop files here, or press Upload. Each is copied to the cities of its zone by itself.')}</Empty>}>
				{(list: FileRow[]) => (
					<Table caption={t('Files')} rows={list} id={(f) => f.id} columns={[
						{ name: t('File'), cell: (f) => <a href={`/console/files/${f.id}`}><bdi>{f.name}</bdi></a> },
						{ name: t('Size'), number: true, cell: (f) => bytes(f.size) },
						{ name: t('Changed'), cell: (f) => <Moment at={f.updated} /> },
					]} />
				)}
			</More>
			<p class="hidden" role="status">{uploads.value.length ? n('{n} upload is over', '{n} uploads are over', uploads.value.filter((u) => u.state === 'done').length) : ''}</p>
		</div>
	);
}

export default function Files() {
	const id = place.value.rest[0];
	return id ? <OneFile key={id} id={id} /> : <List />;
}
