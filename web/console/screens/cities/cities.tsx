// The servers that keep the files: on a map and in a table; added, switched, given up.
import { useSignal } from '@preact/signals';
import { api, type ServerRow, type Servers } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { n, number, t } from '../../app/text';
import { Button, Chip, Empty, Head, Shown, Table } from '../../parts/kit';
import { bytes, healthKind, healthText } from '../files/words';
import { Leave } from './leave';
import { Map as WorldMap } from './map';
import { Settings } from './settings';
import { settingsOf, stateText, why } from './words';

function About({ s, disk }: { s: ServerRow; disk: Servers['disk'] }) {
	return (
		<ul class="plain">
			<li><span class="muted">{t('Address')}</span><code>{s.host}:{s.port}</code></li>
			<li><span class="muted">{t('Holds')}</span><span>{n('{n} file', '{n} files', s.files)}, {bytes(s.bytes)}</span></li>
			{s.is_embedded && disk && <li><span class="muted">{t('Free on its disk')}</span><span>{t('{free} of {total}', { free: bytes(disk.free), total: bytes(disk.total) })}</span></li>}
			{s.copying > 0 && <li><span class="muted">{t('On their way there')}</span><span>{n('{n} copy', '{n} copies', s.copying)}</span></li>}
			{s.why && <li><span class="muted">{t('The last call said')}</span><span class="wrong" dir="auto">{s.why}</span></li>}
		</ul>
	);
}

interface ActionsProps {
	s: ServerRow;
	edit: () => void;
	leave: () => void;
	again: () => Promise<void>;
}

function Actions({ s, edit, leave, again }: ActionsProps) {
	async function set(more: { is_on?: boolean; is_active?: boolean }, done: string) {
		try {
			await api.changeServer(s.id, { ...settingsOf(s), ...more }, { ifMatch: `"${s.version}"` });
			say(done, 'good');
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			say(why(e), 'bad');
		}
		await again();
	}
	if (s.state === 'deleted') return <p class="muted">{t('It is being emptied, and goes by itself when nothing is left there.')}</p>;
	return (
		<div class="row">
			{s.state === 'inactive' && <Button look="main" disabled={s.health === 'down'} onClick={() => void set({ is_active: true }, t('It takes files now.'))}>{t('Use it')}</Button>}
			{s.is_on
				? <Button onClick={() => void set({ is_on: false }, t('It is switched off: nothing is asked of it.'))}>{t('Switch off')}</Button>
				: <Button look="main" onClick={() => void set({ is_on: true }, t('It is switched on.'))}>{t('Switch on')}</Button>}
			<Button onClick={edit}>{t('Change')}</Button>
			<Button look="bad" onClick={leave}>{s.state === 'leaving' ? t('Go on decommissioning') : t('Decommission')}</Button>
		</div>
	);
}

export default function Cities() {
	const read = useRead((more) => api.getServers(more), ['servers', 'jobs']);
	const chosen = useSignal('');
	const editing = useSignal<ServerRow | 'new' | null>(null);
	const leaving = useSignal('');
	useKeys([{ key: 'n', label: t('Add a server'), run: () => (editing.value = 'new') }], []);
	const all = read.data.value?.servers ?? [];
	const one = all.find((s) => s.id === chosen.value);
	return (
		<>
			<Head title={t('Cities')} note={t('A file goes to the nearest one and is copied to the others of its zone.')}>
				<Button look="main" hint="n" onClick={() => (editing.value = 'new')}>{t('Add a server')}</Button>
			</Head>
			<Shown read={read} lines={8}>
				{({ servers, disk }) => servers.length === 0 ? <Empty title={t('No server yet')}>{t('Files need one: add the first.')}</Empty> : (
					<>
						<WorldMap servers={servers} disk={disk} chosen={chosen.value} choose={(id) => (chosen.value = id)} />
						{one && (
							<section class="card" aria-labelledby="one">
								<h2 id="one"><bdi>{one.name}</bdi> <Chip kind={healthKind(one.health)}>{healthText(one.health)}</Chip></h2>
								<About s={one} disk={disk} />
								<Actions s={one} edit={() => (editing.value = one)} leave={() => (leaving.value = one.id)} again={() => read.again()} />
							</section>
						)}
						<Table caption={t('Servers')} rows={servers} id={(s) => s.id} chosen={chosen.value} columns={[
							{ name: t('City'), cell: (s) => <Button look="quiet" aria-pressed={s.id === chosen.value} onClick={() => (chosen.value = s.id)}><bdi>{s.name}</bdi></Button> },
							{ name: t('Place'), cell: (s) => <span dir="auto">{s.location} <span class="muted small">{s.zone}</span></span> },
							{ name: t('State'), cell: (s) => <Chip kind={s.state === 'usable' ? 'good' : s.state === 'leaving' ? 'warn' : 'plain'}>{stateText(s.state)}</Chip> },
							{ name: t('Connection'), cell: (s) => <Chip kind={healthKind(s.health)}>{healthText(s.health)}</Chip> },
							{ name: t('Files'), number: true, cell: (s) => number(s.files) },
							{ name: t('Bytes'), number: true, cell: (s) => bytes(s.bytes) },
							{ name: t('Copies coming'), number: true, cell: (s) => number(s.copying) },
						]} />
					</>
				)}
			</Shown>
			<Settings key={editing.value === 'new' ? 'new' : (editing.value?.id ?? '')} server={editing.value} close={() => (editing.value = null)}
				done={async (id) => { editing.value = null; chosen.value = id; await read.again(); }} />
			<Leave server={all.find((s) => s.id === leaving.value)} close={() => (leaving.value = '')} again={() => read.again()} />
		</>
	);
}
