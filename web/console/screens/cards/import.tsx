// Cards from a table: first what it would do, line by line, then done, all or nothing.
import { useSignal } from '@preact/signals';
import { api, type CardImport, type CardImportLine } from '../../app/api';
import { Problem } from '../../app/call';
import { say } from '../../app/say';
import { n, number, t } from '../../app/text';
import { Choices, Dialog, Table } from '../../parts/kit';
import { fieldText, why } from './words';

/** Tables that were saved on Windows have its letters: read as UTF-8 they would be lost without a word. */
function textOf(bytes: ArrayBuffer): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		return new TextDecoder('windows-1251').decode(bytes);
	}
}

/** The heading and the first lines, as they were read. */
const FIRST = 4;
const firstLines = (csv: string) => csv.split(/\r?\n/).filter((line) => line.trim()).slice(0, FIRST).join('\n');

export function Import({ open, close, done }: { open: boolean; close: () => void; done: () => Promise<void> }) {
	const csv = useSignal('');
	const would = useSignal<CardImport | null>(null);
	const refused = useSignal<CardImportLine[]>([]);
	const wrong = useSignal('');
	const busy = useSignal(false);
	function leave() {
		csv.value = '';
		would.value = null;
		refused.value = [];
		wrong.value = '';
		close();
	}
	async function run(dry: boolean) {
		busy.value = true;
		wrong.value = '';
		refused.value = [];
		try {
			const said = await api.importCards({ dry_run: dry }, csv.value);
			would.value = said;
			if (!dry) {
				say(t('The cards are imported, and are being drawn.'), 'good');
				leave();
				await done();
			}
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			would.value = null;
			refused.value = (p.said?.lines as CardImportLine[] | undefined) ?? [];
			wrong.value = p.code === 'Import.Invalid' ? n('{n} line cannot be used; nothing was done.', '{n} lines cannot be used; nothing was done.', refused.value.length) : why(p);
		}
		busy.value = false;
	}
	return (
		<Dialog title={t('Import cards')} open={open} close={leave} wide>
			<div class="stack">
				<p class="muted">{t('A table as CSV with the heading {names}. A line of a known number and role changes that card, others make new ones.', { names: 'name, surname, number, role, level, card_issued_date' })}</p>
				<label class="field">
					{t('File')}
					<input type="file" accept=".csv,text/csv,text/plain" onChange={(e) => {
						would.value = null;
						void e.currentTarget.files?.[0]?.arrayBuffer().then((bytes) => { csv.value = textOf(bytes); return run(true); });
					}} />
				</label>
				{csv.value && (
					<figure>
						<figcaption class="muted small">{t('The first lines, as they are read')}</figcaption>
						<pre class="first" dir="auto">{firstLines(csv.value)}</pre>
					</figure>
				)}
				{wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
				{refused.value.length > 0 && (
					<Table caption={t('Lines that cannot be used')} rows={refused.value.slice(0, 100)} id={(l) => `${l.line} ${l.field}`} columns={[
						{ name: t('Line'), number: true, cell: (l) => number(l.line) },
						{ name: t('Field'), cell: (l) => (l.field ? fieldText(l.field) : '—') },
						{ name: t('What is wrong'), cell: (l) => <span lang="en" dir="auto">{l.detail}</span> },
					]} />
				)}
				{would.value && (
					<p role="status">
						{n('{n} new card', '{n} new cards', would.value.added)}, {n('{n} changed', '{n} changed', would.value.changed)}, {n('{n} as it was', '{n} as they were', would.value.same)}.
					</p>
				)}
				<Choices yes={t('Import them')} busy={busy.value} disabled={!would.value || would.value.added + would.value.changed === 0} run={() => void run(false)} close={leave} />
			</div>
		</Dialog>
	);
}
