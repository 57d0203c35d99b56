// Two photos that look alike: beside each other, one over the other by a slider, or in turn.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, type Alike } from '../../app/api';
import { useRead } from '../../app/read';
import { dayName, number, t } from '../../app/text';
import { Button, Chip, Dialog, Shown } from '../../parts/kit';
import { statusName } from './words';

type Way = 'beside' | 'slider' | 'blink';

/** Pages load from the site itself only, by whatever name it is called. */
export const local = (address: string) => {
	const url = new URL(address, location.href);
	return url.pathname + url.search;
};

function Pair({ mine, other, way, at, second }: { mine: string; other: string; way: Way; at: number; second: boolean }) {
	if (way === 'beside') {
		return (
			<div class="pair">
				<img src={mine} alt={t('The photo in review')} referrerpolicy="no-referrer" />
				<img src={other} alt={t('The photo that looks like it')} referrerpolicy="no-referrer" />
			</div>
		);
	}
	return (
		<div class="over">
			<img src={mine} alt={t('The photo in review')} referrerpolicy="no-referrer" />
			<img src={other} alt={t('The photo that looks like it')} referrerpolicy="no-referrer"
				style={way === 'slider' ? { clipPath: `inset(0 0 0 ${at}%)` } : { visibility: second ? 'visible' : 'hidden' }} />
		</div>
	);
}

function About({ a }: { a: Alike }) {
	return (
		<p>
			<Chip kind={a.likeness > 0.95 ? 'bad' : 'warn'}>{t('{percent} % alike', { percent: number(Math.round(a.likeness * 100)) })}</Chip>{' '}
			<bdi>{a.user_name} {a.user_surname}</bdi> · <bdi>{a.task_title}</bdi> · {dayName(a.task_date)} · {statusName(a.report_status)}
		</p>
	);
}

function Inside({ list, mine }: { list: Alike[]; mine: string }) {
	const which = useSignal(0);
	const way = useSignal<Way>('beside');
	const at = useSignal(50);
	const second = useSignal(false);
	const one = list[which.value];

	useEffect(() => {
		if (way.value !== 'blink') return;
		const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
		const timer = setInterval(() => (second.value = !second.value), calm ? 2000 : 600);
		return () => clearInterval(timer);
	}, [way.value]);

	if (!one) return <p>{t('It looks like no other photo any more.')}</p>;
	const ways: [Way, string][] = [['beside', t('Side by side')], ['slider', t('Slider')], ['blink', t('In turn')]];
	return (
		<>
			<About a={one} />
			<div class="row" role="group" aria-label={t('How to compare')}>
				{ways.map(([w, name]) => (
					<Button key={w} aria-pressed={way.value === w} look={way.value === w ? 'main' : 'plain'} onClick={() => (way.value = w)}>{name}</Button>
				))}
				{list.length > 1 && (
					<Button icon="next" onClick={() => (which.value = (which.value + 1) % list.length)}>
						{t('{at} of {count}', { at: which.value + 1, count: list.length })}
					</Button>
				)}
			</div>
			<Pair mine={mine} other={local(one.photo_url)} way={way.value} at={at.value} second={second.value} />
			{way.value === 'slider' && (
				<input type="range" min="0" max="100" value={at.value} aria-label={t('Where the two meet')}
					onInput={(e) => (at.value = Number(e.currentTarget.value))} />
			)}
		</>
	);
}

function Read({ report, mine }: { report: string; mine: string }) {
	const read = useRead((more) => api.getAlike(report, more), [], [report]);
	return <Shown read={read}>{(list) => <Inside list={list} mine={mine} />}</Shown>;
}

export function Compare({ report, mine, open, close }: { report: string; mine: string; open: boolean; close: () => void }) {
	return (
		<Dialog title={t('Photos that look alike')} open={open} close={close} wide>
			<Read report={report} mine={mine} />
		</Dialog>
	);
}
