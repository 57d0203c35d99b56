// One file: where it is, its versions, what was done with it; named anew, shared, deleted.
import { useSignal } from '@preact/signals';
import { api, type FileWhole } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { may } from '../../app/me';
import { useRead } from '../../app/read';
import { go } from '../../app/router';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Field, Head, Moment, QrCode, Shown, Table } from '../../parts/kit';
import { bytes, eventText, healthKind, healthText, why } from './words';

const WEEK = 7 * 86400;

function Share({ file, open, close }: { file: FileWhole; open: boolean; close: () => void }) {
	const lifetime = useSignal(WEEK);
	const password = useSignal('');
	const made = useSignal<string | null>(null);
	const code = useSignal('');
	const wrong = useSignal('');
	const address = made.value ? `${location.origin}/files/${file.id}/links/${made.value}` : '';
	async function send(e: Event) {
		e.preventDefault();
		try {
			made.value = (await api.addLink(file.id, { lifetime: lifetime.value || undefined, password: password.value || undefined })).id;
			code.value = (await api.makeQr(file.id, { link: made.value })).svg;
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = why(p);
		}
	}
	return (
		<Dialog title={t('Share the file')} open={open} close={close}>
			{made.value ? (
				<div class="stack">
					<QrCode svg={code.value} alt={t('The address as a code for a phone’s camera')} />
					<Field label={t('Its address')} readOnly value={address} onFocus={(e) => e.currentTarget.select()} />
					<div class="row">
						<Button look="main" onClick={() => void navigator.clipboard.writeText(address).then(() => say(t('The address is copied.'), 'good'), () => say(t('Copy it by hand.'), 'bad'))}>{t('Copy the address')}</Button>
						<a href={`/console/links?query=${encodeURIComponent(file.name)}`}>{t('All links to it')}</a>
					</div>
				</div>
			) : (
				<form class="stack" onSubmit={send}>
					<label class="field">
						{t('Good for')}
						<select value={lifetime.value} onChange={(e) => (lifetime.value = Number(e.currentTarget.value))}>
							{[1, 7, 30, 365].map((days) => <option key={days} value={days * 86400}>{n('{n} day', '{n} days', days)}</option>)}
							<option value={0}>{t('for ever')}</option>
						</select>
					</label>
					<Field label={t('Password')} hint={t('Empty: none is asked for')} type="password" autocomplete="new-password" value={password.value} onInput={(e) => (password.value = e.currentTarget.value)} />
					{wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
					<Choices yes={t('Make the link')} close={close} />
				</form>
			)}
		</Dialog>
	);
}

function Rename({ file, open, close, done }: { file: FileWhole; open: boolean; close: () => void; done: () => Promise<void> }) {
	const name = useSignal(file.name);
	const wrong = useSignal('');
	async function send(e: Event) {
		e.preventDefault();
		try {
			await api.renameFile(file.id, { name: name.value.trim() });
			close();
			await done();
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = why(p);
		}
	}
	return (
		<Dialog title={t('Another name')} open={open} close={close}>
			<form class="stack" onSubmit={send}>
				<Field label={t('Name')} required maxLength={255} value={name.value} wrong={wrong.value} onInput={(e) => (name.value = e.currentTarget.value)} />
				<Choices yes={t('Save')} close={close} />
			</form>
		</Dialog>
	);
}

function Delete({ file, open, close }: { file: FileWhole; open: boolean; close: () => void }) {
	async function run() {
		try {
			await api.deleteFile(file.id);
			say(t('The file is deleted.'), 'good');
			go('files');
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			say(why(p), 'bad');
			close();
		}
	}
	return (
		<Dialog title={t('Delete the file?')} open={open} close={close}>
			<p dir="auto"><strong>{file.name}</strong></p>
			<p>{t('It is gone at once, with all its versions, in all cities. There is no way back.')}{' '}
				{file.links > 0 && n('{n} share link leads nowhere then.', '{n} share links lead nowhere then.', file.links)}</p>
			<Choices yes={t('Delete')} look="bad" run={() => void run()} close={close} />
		</Dialog>
	);
}

function Parts({ file }: { file: FileWhole }) {
	return (
		<div class="stack">
			<section class="card" aria-labelledby="places">
				<h2 id="places">{t('Where it is')}</h2>
				{file.state === 'lost' && <p class="wrong">{t('No city has the bytes any more. If one gets them back, the file is there again.')}</p>}
				{file.state === 'announced' && <p class="muted">{t('The bytes have not come yet.')}</p>}
				<ul class="plain">
					{file.places.map((p) => (
						<li key={p.server}>
							<span dir="auto"><strong>{p.server}</strong> <span class="muted">{p.location}</span></span>
							<span>{p.goes ? <Chip>{t('being removed')}</Chip> : <Chip kind={healthKind(p.health)}>{healthText(p.health)}</Chip>} <span class="muted small"><Moment at={p.since} /></span></span>
						</li>
					))}
				</ul>
			</section>
			<section class="card" aria-labelledby="versions">
				<h2 id="versions">{t('Versions')}</h2>
				<Table caption={t('Versions')} rows={file.versions} id={(v) => v.at} columns={[
					{ name: t('From'), cell: (v) => <Moment at={v.at} /> },
					{ name: t('Size'), number: true, cell: (v) => bytes(v.size) },
					{ name: t('State'), cell: (v) => v.is_served ? <Chip kind="good">{t('is served')}</Chip> : v.state === 'announced' ? <Chip kind="info">{t('on its way')}</Chip> : <Chip>{t('superseded')}</Chip> },
					{ name: 'SHA-256', cell: (v) => v.sha256 ? <code title={v.sha256}>{v.sha256.slice(0, 12)}…</code> : '—' },
				]} />
			</section>
			<section class="card" aria-labelledby="past">
				<h2 id="past">{t('History')}</h2>
				<ul class="plain">
					{file.history.map((h, i) => <li key={i}><span>{eventText(h.event)} <span class="muted" dir="auto">{h.name}</span></span><span class="muted"><Moment at={h.at} /></span></li>)}
				</ul>
			</section>
		</div>
	);
}

function Whole({ file, again }: { file: FileWhole; again: () => Promise<void> }) {
	const dialog = useSignal<'share' | 'rename' | 'delete' | null>(null);
	const close = () => (dialog.value = null);
	useKeys([
		{ key: 'Escape', label: t('Back to the list'), run: () => go('files') },
		...(may('file_sharer') ? [{ key: 's', label: t('Share the file'), run: () => (dialog.value = 'share') }] : []),
		...(may('file_renamer') ? [{ key: 'e', label: t('Another name'), run: () => (dialog.value = 'rename') }] : []),
	], []);
	return (
		<>
			<Head title={file.name} note={<>{bytes(file.size)} · {file.content_type ?? ''} · <Moment at={file.updated} /></>}>
				{may('file_reader') && file.state === 'stored' && <a class="button" href={`/console/api/v1/files/${file.id}/content`} download>{t('Load it')}</a>}
				{may('file_sharer') && <Button look="main" icon="link" hint="s" onClick={() => (dialog.value = 'share')}>{t('Share')}</Button>}
				{may('file_renamer') && <Button hint="e" onClick={() => (dialog.value = 'rename')}>{t('Rename')}</Button>}
				{may('file_deleter') && <Button look="bad" onClick={() => (dialog.value = 'delete')}>{t('Delete')}</Button>}
			</Head>
			<Parts file={file} />
			<Share key={`share ${dialog.value === 'share'}`} file={file} open={dialog.value === 'share'} close={() => { close(); void again(); }} />
			<Rename key={file.name} file={file} open={dialog.value === 'rename'} close={close} done={again} />
			<Delete file={file} open={dialog.value === 'delete'} close={close} />
		</>
	);
}

export function OneFile({ id }: { id: string }) {
	const read = useRead((more) => api.getFile(id, more), [], [id]);
	return (
		<>
			<p class="back"><a href="/console/files">{t('All files')}</a></p>
			<Shown read={read} lines={8}>{(file) => <Whole file={file} again={() => read.again()} />}</Shown>
		</>
	);
}
