// Every setting: what is in force, where it comes from; those that need no restart can be changed.
import { useComputed, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { api, type Setting, type Settings as All } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Field, Head, problemText, Shown } from '../../parts/kit';

const section = (s: Setting) => s.name.slice(0, s.name.indexOf('.'));

/** What is in force, or will be in a moment: the file may be newer than the program that answered. */
function ownOf(s: Setting, all: All): string | undefined {
	return all.own.find((o) => o.name === s.name)?.value;
}

function why(p: Problem): string {
	if (p.code === 'Request.Validation') return t('It cannot be that: {why}', { why: p.message });
	if (p.code === 'Console.Conflict') return t('No file is set for the console to write to (console.settings_file).');
	return problemText(p);
}

function Value({ s, all }: { s: Setting; all: All }) {
	const own = ownOf(s, all);
	if (s.is_secret) return <Chip kind={s.is_set ? 'good' : 'plain'}>{s.is_set ? t('is set, never shown') : t('not set')}</Chip>;
	const value = own ?? s.value ?? '';
	return value === '' ? <span class="muted">{t('empty')}</span> : <code dir="auto">{value}</code>;
}

function Origin({ s, all }: { s: Setting; all: All }) {
	if (ownOf(s, all) !== undefined) return <Chip kind="info">{t('set here')}</Chip>;
	return <span class="muted small">{s.from === 'default' ? t('default') : s.from}</span>;
}

/** What it may be, in words. */
function bounds(s: Setting): string | undefined {
	if (s.least !== null && s.most !== null) return t('From {least} to {most}', { least: s.least, most: s.most });
	if (s.least !== null) return t('{least} or more', { least: s.least });
	return s.most !== null ? t('{most} at most', { most: s.most }) : undefined;
}

function Input({ s, value, wrong, change }: { s: Setting; value: string; wrong: string; change: (value: string) => void }) {
	const label = s.unit ? t('Value ({unit})', { unit: s.unit }) : t('Value');
	const words = s.words?.split(' ') ?? [];
	if (!words.includes(value)) { // a switch may also be "yes" or "1"
		return <Field label={label} value={value} wrong={wrong} hint={words.length ? words.join(', ') : bounds(s)} spellcheck={false} autocapitalize="none" autocomplete="off"
			onInput={(e) => change(e.currentTarget.value)} />;
	}
	return (
		<>
			<label class="field">
				{label}
				<select value={value} onChange={(e) => change(e.currentTarget.value)}>
					{words.map((w) => <option key={w} value={w}>{w}</option>)}
				</select>
			</label>
			{wrong && <p class="wrong" role="alert">{wrong}</p>}
		</>
	);
}

interface EditProps {
	setting: Setting | null;
	all: All;
	close: () => void;
	again: () => Promise<void>;
}

function Edit({ setting: s, all, close, again }: EditProps) {
	const own = s ? ownOf(s, all) : undefined;
	const value = useSignal(own ?? s?.value ?? '');
	const wrong = useSignal('');
	async function act(what: () => Promise<unknown>, done: string) {
		try {
			await what();
			say(done, 'good');
			close();
			await again();
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = why(p);
			if (p.status === 412) await again();
		}
	}
	const ifMatch = { ifMatch: `"${all.version}"` };
	return (
		<Dialog title={s?.name ?? ''} open={!!s} close={close}>
			{s && (
				<form class="stack" onSubmit={(e) => { e.preventDefault(); void act(() => api.setSetting(s.name, { value: value.value }, ifMatch), t('It is set, and in force within seconds.')); }}>
					<p lang="en">{s.meaning}</p>
					<ul class="plain">
						<li><span class="muted">{t('Without this page')}</span><code dir="auto">{(own !== undefined ? s.below ?? s.value : s.value) || t('empty')}</code></li>
						<li><span class="muted">{t('Default')}</span><code dir="auto">{s.default || t('empty')}</code></li>
					</ul>
					<Input s={s} value={value.value} wrong={wrong.value} change={(v) => (value.value = v)} />
					<Choices yes={t('Set it')} disabled={value.value === (own ?? s.value)} close={close}>
						{own !== undefined && <Button onClick={() => void act(() => api.unsetSetting(s.name, ifMatch), t('It is again what the files of the host say.'))}>{t('As the files say')}</Button>}
					</Choices>
				</form>
			)}
		</Dialog>
	);
}

/** What the console's file changes, line by line. */
function Difference({ all, edit, undo }: { all: All; edit: (s: Setting) => void; undo: () => void }) {
	const rows = all.own.map((o) => ({ o, s: all.settings.find((s) => s.name === o.name) })).filter((r) => r.s);
	return (
		<section class="card" aria-labelledby="own">
			<div class="row between">
				<h2 id="own">{n('{n} setting is set here', '{n} settings are set here', rows.length)}</h2>
				{all.can_undo && <Button onClick={undo}>{t('Undo the last change')}</Button>}
			</div>
			{rows.length > 0 && (
				<ul class="plain diff">
					{rows.map(({ o, s }) => (
						<li key={o.name}>
							<Button look="quiet" onClick={() => edit(s!)}>{o.name}</Button>
							<span><del dir="auto">{s!.below ?? s!.value ?? ''}</del> <ins dir="auto">{o.value || t('empty')}</ins></span>
						</li>
					))}
				</ul>
			)}
			<p class="muted small">{t('In {file}. Every change is in the audit trail.', { file: all.file ?? '' })}</p>
		</section>
	);
}

function List({ all, list, edit }: { all: All; list: Setting[]; edit: (s: Setting) => void }) {
	const sections = [...new Set(list.map(section))];
	if (!list.length) return <Empty title={t('No setting fits')}>{t('Search by a part of the name or of its meaning.')}</Empty>;
	return (
		<>
			{sections.map((name) => (
				<section key={name} aria-labelledby={`section-${name}`}>
					<h2 id={`section-${name}`} class="section">{name}</h2>
					<ul class="settings">
						{list.filter((s) => section(s) === name).map((s) => (
							<li key={s.name}>
								<div>
									<strong>{s.name.slice(name.length + 1)}</strong>{' '}
									{s.restarts && !s.is_secret && <Chip>{t('needs a restart')}</Chip>}
									<p class="muted small" lang="en">{s.meaning}{s.unit && ` [${s.unit}]`}</p>
								</div>
								<div class="value"><Value s={s} all={all} /> <Origin s={s} all={all} /></div>
								<div>{!s.restarts && all.file && <Button of={s.name} onClick={() => edit(s)}>{t('Change')}</Button>}</div>
							</li>
						))}
					</ul>
				</section>
			))}
		</>
	);
}

export default function Settings() {
	const read = useRead((more) => api.getSettings(more), []);
	const query = useSignal('');
	const only = useSignal<'' | 'free' | 'set'>('');
	const editing = useSignal<Setting | null>(null);
	const form = useRef<HTMLFormElement>(null);
	useKeys([{ key: '/', label: t('Search settings'), run: () => form.current?.querySelector('input')?.focus() }], []);
	const list = useComputed(() => {
		const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
		return (read.data.value?.settings ?? []).filter((s) => words.every((w) => `${s.name} ${s.meaning}`.toLowerCase().includes(w))
			&& (only.value === '' || (only.value === 'free' ? !s.restarts : s.from !== 'default')));
	});
	async function undo() {
		try {
			await api.undoSettings({ ifMatch: `"${read.data.value!.version}"` });
			say(t('The last change is undone.'), 'good');
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			say(why(p), 'bad');
		}
		await read.again();
	}
	return (
		<>
			<Head title={t('Settings')} note={t('What is in force at the host that answered, and where it comes from.')} />
			<form ref={form} class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
				<Field label={t('Name or meaning')} type="search" value={query.value} onInput={(e) => (query.value = e.currentTarget.value)} />
				<label class="field">
					{t('Which')}
					<select value={only.value} onChange={(e) => (only.value = e.currentTarget.value as typeof only.value)}>
						<option value="">{t('all')}</option>
						<option value="free">{t('those that need no restart')}</option>
						<option value="set">{t('those that somebody set')}</option>
					</select>
				</label>
			</form>
			<Shown read={read} lines={10}>
				{(all) => (
					<>
						{all.file ? (all.own.length > 0 || all.can_undo) && <Difference all={all} edit={(s) => (editing.value = s)} undo={() => void undo()} />
							: <p class="stale">{t('Nothing can be changed here until console.settings_file names a file.')}</p>}
						<List all={all} list={list.value} edit={(s) => (editing.value = s)} />
						<Edit key={editing.value?.name ?? ''} setting={editing.value} all={all} close={() => (editing.value = null)} again={() => read.again()} />
					</>
				)}
			</Shown>
		</>
	);
}
