// How the installation is: what is wrong and what to do about it, then how full and how busy things are.
import { api, type Finding, type Health as State } from '../../app/api';
import { useRead } from '../../app/read';
import { n, number, percent, t } from '../../app/text';
import { Icon } from '../../parts/icon';
import { Button, Chip, Head, Moment, Shown, Table } from '../../parts/kit';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function bytes(size: number): string {
	let unit = 0;
	while (size >= 1000 && unit < UNITS.length - 1) {
		size /= 1000;
		unit++;
	}
	return `${number(Math.round(size * 10) / 10)} ${UNITS[unit]}`;
}

function findingName(f: Finding): string {
	switch (f.name) {
		case 'schema': return t('The database fits the programs');
		case 'queue': return t('The job queue moves');
		case 'timers': return t('The scheduler runs');
		case 'outbox': return t('Messages to Telegram go out');
		case 'servers': return t('File servers can be used');
		case 'files': return t('No file has lost its last copy');
		case 'unreachable': return t('Every file can be downloaded');
		case 'staff': return t('There is an administrator');
		default: return f.well;
	}
}

function Findings({ list }: { list: Finding[] }) {
	const wrong = list.filter((f) => f.wrong !== null);
	return (
		<section class="card" aria-labelledby="findings">
			<h2 id="findings">{wrong.length ? n('{n} thing is wrong', '{n} things are wrong', wrong.length) : t('All is well')}</h2>
			<ul class="plain findings">
				{[...wrong, ...list.filter((f) => f.wrong === null)].map((f) => (
					<li key={f.name}>
						<span class={f.wrong ? 'bad' : 'good'}><Icon name={f.wrong ? 'alert' : 'check'} /></span>
						<div>
							<strong>{findingName(f)}</strong> <Chip kind={f.wrong ? 'bad' : 'good'}>{f.wrong ? t('wrong') : t('well')}</Chip>
							{f.wrong && <p lang="en" dir="auto">{f.wrong}</p>}
							{f.wrong && <p class="muted small" lang="en">{f.advice}</p>}
						</div>
					</li>
				))}
			</ul>
		</section>
	);
}

function diskName(what: string): string {
	switch (what) {
		case 'objects': return t('Files of the cities');
		case 'photos': return t('Photos of reports');
		default: return t('Pictures of tasks');
	}
}

function Full({ d }: { d: State }) {
	const connections = percent(d.database.connections, d.database.most);
	return (
		<section class="card" aria-labelledby="full">
			<h2 id="full">{t('How full it is')}</h2>
			<ul class="plain">
				{d.disks.map((x) => {
					const used = percent(x.total - x.free, x.total);
					return (
						<li key={x.what}>
							<span>{diskName(x.what)}</span>
							<span class="row">
								<meter min={0} max={100} low={80} high={92} optimum={0} value={used} aria-label={diskName(x.what)} />
								{t('{used} % full, {free} free', { used, free: bytes(x.free) })}
							</span>
						</li>
					);
				})}
				<li><span>{t('Database')}</span><span>{bytes(d.database.bytes)} · PostgreSQL {d.database.version}</span></li>
				<li>
					<span>{t('Connections to the database')}</span>
					<span class="row">
						<meter min={0} max={100} low={70} high={90} optimum={0} value={connections} aria-label={t('Connections to the database')} />
						{t('{n} of {most}', { n: d.database.connections, most: d.database.most })}
					</span>
				</li>
				<li><span>Redis</span>{d.redis ? <Chip kind="good">{t('answers')}</Chip> : <Chip kind="bad">{t('does not answer')}</Chip>}</li>
				<li><span>{t('Version')}</span><span>{d.version} · {d.schema}</span></li>
			</ul>
		</section>
	);
}

function Programs({ d }: { d: State }) {
	return (
		<section class="card" aria-labelledby="programs">
			<h2 id="programs">{t('Programs')}</h2>
			<Table caption={t('Programs')} rows={d.programs} id={(p) => p.name} columns={[
				{ name: t('Name'), cell: (p) => <strong>{p.name}</strong> },
				{ name: t('Connections'), number: true, cell: (p) => p.connections },
			]} />
		</section>
	);
}

function Others({ d }: { d: State }) {
	return (
		<section class="card" aria-labelledby="others">
			<h2 id="others">{t('Servers elsewhere')}</h2>
			<ul class="plain">
				{d.peers.map((p) => (
					<li key={p.name}>
						<span>{p.name === 'bot' ? t('Telegram') : t('Mail')}</span>
						<span class="muted">
							{p.last && <>{t('last success')} <Moment at={p.last} ago /> · </>}
							{n('{n} waits', '{n} wait', p.waiting)}
						</span>
					</li>
				))}
				{d.servers.map((s) => (
					<li key={s.name}>
						<span dir="auto">{s.name} {s.why && <span class="muted small" lang="en">{s.why}</span>}</span>
						{!s.is_on ? <Chip>{t('off')}</Chip> : s.is_up === false ? <Chip kind="bad">{t('down')}</Chip> : <Chip kind="good">{t('up')}</Chip>}
					</li>
				))}
			</ul>
		</section>
	);
}

export default function Health() {
	const read = useRead((more) => api.getHealth(more), ['servers', 'jobs', 'messages']);
	return (
		<>
			<Head title={t('Health')}>
				<Button icon="turn" onClick={() => void read.again()}>{t('Look again')}</Button>
			</Head>
			<Shown read={read} lines={8}>
				{(d) => (
					<>
						<Findings list={d.findings} />
						<div class="halves">
							<Full d={d} />
							<Others d={d} />
						</div>
						<Programs d={d} />
					</>
				)}
			</Shown>
		</>
	);
}
