// The world: a circle a server, as large as what it holds; the ring is the part of the disk that is free.
import type { ServerRow, Servers } from '../../app/api';
import { n, t } from '../../app/text';
import { bytes, healthText } from '../files/words';

const WIDTH = 360;
const TOP = 84; // degrees north, south to BOTTOM: nobody keeps files at the poles
const BOTTOM = -58;

const x = (s: ServerRow) => s.longitude + 180;
const y = (s: ServerRow) => TOP - s.latitude;

function distance(a: ServerRow, b: ServerRow): number {
	return Math.hypot((a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180), a.latitude - b.latitude);
}

/** From where a copy most likely comes: the nearest of the zone that answers. */
function source(to: ServerRow, all: ServerRow[]): ServerRow | undefined {
	return all.filter((s) => s.id !== to.id && s.zone === to.zone && s.health === 'up').sort((a, b) => distance(a, to) - distance(b, to))[0];
}

function Arc({ from, to }: { from: ServerRow; to: ServerRow }) {
	const lift = Math.min(30, distance(from, to) / 3);
	return <path class="arc" d={`M${x(from)} ${y(from)}Q${(x(from) + x(to)) / 2} ${Math.min(y(from), y(to)) - lift} ${x(to)} ${y(to)}`} />;
}

interface Props {
	servers: ServerRow[];
	disk: Servers['disk'];
	chosen: string;
	choose: (id: string) => void;
}

export function Map({ servers, disk, chosen, choose }: Props) {
	const most = Math.max(1, ...servers.map((s) => s.bytes));
	const down = servers.filter((s) => s.health === 'down').length;
	const size = (s: ServerRow) => 2.2 + 4.5 * Math.sqrt(s.bytes / most);
	return (
		<figure class="map">
			<svg viewBox={`0 0 ${WIDTH} ${TOP - BOTTOM}`} role="img" aria-label={`${n('{n} server', '{n} servers', servers.length)}; ${n('{n} does not answer', '{n} do not answer', down)}`}>
				{servers.map((s) => {
					const from = s.copying > 0 ? source(s, servers) : undefined;
					return from && <Arc key={s.id} from={from} to={s} />;
				})}
				{servers.map((s) => {
					const r = size(s);
					const round = 2 * Math.PI * (r + 1.6);
					const free = s.is_embedded && disk && disk.total ? disk.free / disk.total : 0;
					return (
						<g key={s.id} class={`city ${s.health} ${s.id === chosen ? 'chosen' : ''}`} onClick={() => choose(s.id)}>
							<title>{`${s.name} · ${healthText(s.health)} · ${bytes(s.bytes)}`}</title>
							<circle class="hit" cx={x(s)} cy={y(s)} r="8" />
							{free > 0 && <circle class="free" cx={x(s)} cy={y(s)} r={r + 1.6} stroke-dasharray={`${round * free} ${round}`} />}
							<circle class="dot" cx={x(s)} cy={y(s)} r={r} />
							{s.health === 'down' && <path class="cross" d={`M${x(s) - r / 2} ${y(s) - r / 2}l${r} ${r}m0 ${-r}l${-r} ${r}`} />}
							<text x={x(s)} y={y(s) + r + 6.5}>{s.name}</text>
						</g>
					);
				})}
			</svg>
			<figcaption class="muted small">{t('Circle: what it holds. Ring: what is free on its disk. Line: copies on their way. The table below says the same.')}</figcaption>
		</figure>
	);
}
