// One photo after the other: large, its task beside it, and a key or a thumb for each decision.
import { signal, useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Reason, type Review as Held } from '../../app/api';
import { useKeys } from '../../app/keys';
import { may } from '../../app/me';
import { useTopics } from '../../app/pulse';
import { dayName, n, percent, shortDay, t } from '../../app/text';
import { Button, Empty, Failure, Head, Moment, Skeleton } from '../../parts/kit';
import { Compare, local } from './compare';
import { begin, current, decide, done, fill, held, left, problem, readReasons, reasons, skip, skipped, undo, unskip } from './queue';
import { Choice, EditReasons } from './reasons';
import { statusName } from './words';

const SWIPE = 90; // pixels

const choosing = signal(false);
const comparing = signal(false);
const turned = signal(0); // quarters
const zoomed = signal(false);

function nextPhoto() {
	choosing.value = false;
	comparing.value = false;
	turned.value = 0;
	zoomed.value = false;
}

function approve() {
	nextPhoto();
	decide(true);
}

function decline(reason: number) {
	nextPhoto();
	decide(false, reason);
}

function pass() {
	nextPhoto();
	skip();
}

/** All that are held are in the page, so that the next one is there when its turn comes. */
function Photos() {
	const box = useRef<HTMLDivElement>(null);
	const from = useRef<[number, number] | null>(null);
	const moved = useSignal(0);
	const wide = box.current;
	const side = turned.value % 2 && wide ? Math.min(wide.clientWidth / wide.clientHeight, wide.clientHeight / wide.clientWidth) : 1;

	function end(e: PointerEvent) {
		const start = from.current;
		from.current = null;
		const by = moved.value;
		moved.value = 0;
		if (!start || e.type === 'pointercancel') return;
		if (by > SWIPE) approve();
		else if (by < -SWIPE) choosing.value = true;
		else if (Math.abs(by) < 6 && Math.abs(e.clientY - start[1]) < 6) zoomed.value = !zoomed.value;
	}

	return (
		<div ref={box} class={`photos ${zoomed.value ? 'zoomed' : ''} ${moved.value > SWIPE ? 'yes' : moved.value < -SWIPE ? 'no' : ''}`}
			onPointerDown={(e) => (from.current = [e.clientX, e.clientY])}
			onPointerMove={(e) => {
				if (from.current && e.pointerType !== 'mouse' && !zoomed.value) moved.value = e.clientX - from.current[0];
			}}
			onPointerUp={end} onPointerCancel={end}>
			{held.value.map((h, i) => (
				<img key={h.report.id} src={h.report.photo_url} referrerpolicy="no-referrer" hidden={i > 0} draggable={false}
					alt={i ? '' : t('Photo by {name}: {task}', { name: `${h.report.name} ${h.report.surname}`, task: h.report.task_title })}
					style={i ? {} : { transform: `translateX(${moved.value}px) rotate(${turned.value * 90}deg) scale(${side})` }} />
			))}
		</div>
	);
}

function Past({ h }: { h: Held }) {
	if (!h.past.length) return <p class="muted small">{t('It is the first photo of this child in the shift.')}</p>;
	return (
		<ul class="past" aria-label={t('The last photos of this child')}>
			{h.past.map((p) => (
				<li key={p.id}>
					<img src={p.photo_url} referrerpolicy="no-referrer" loading="lazy" alt={`${p.task_title}, ${statusName(p.status)}`} title={p.task_title} />
					<span class={`dot ${p.status}`} aria-hidden="true" />
					<span class="small muted">{shortDay(p.task_date)}</span>
				</li>
			))}
		</ul>
	);
}

function About({ h }: { h: Held }) {
	const r = h.report;
	return (
		<div class="about">
			<div class="task">
				<img src={r.task_url} alt="" width="72" height="72" />
				<div>
					<p class="muted small">{t('Task of {day}', { day: dayName(r.task_date) })}</p>
					<h2 dir="auto">{r.task_title}</h2>
				</div>
			</div>
			<p>
				<strong dir="auto">{r.name} {r.surname}</strong>
				<br />
				<span class="muted small"><Moment at={r.uploaded_at} /> · {t('photo {at} of {count}', { at: r.attempt, count: r.attempts })}</span>
			</p>
			{r.alike > 0 && (
				<Button look="bad" icon="twins" hint="l" onClick={() => (comparing.value = true)}>
					{n('Looks like {n} other photo', 'Looks like {n} other photos', r.alike)} · {percent(r.likeness, 1)} %
				</Button>
			)}
			<Past h={h} />
		</div>
	);
}

function Actions() {
	return (
		<div class="actions">
			<Button look="bad" icon="close" hint="d" aria-expanded={choosing.value} onClick={() => (choosing.value = !choosing.value)}>{t('Decline')}</Button>
			<Button look="quiet" icon="next" hint="s" onClick={pass}>{t('Skip')}</Button>
			<Button look="main" icon="check" hint="a" onClick={approve}>{t('Approve')}</Button>
		</div>
	);
}

function Progress() {
	const all = done.value + (left.value ?? 0);
	return (
		<div class="progress">
			<span>{t('{done} of {all}', { done: done.value, all })}</span>
			<progress max={Math.max(1, all)} value={done.value} aria-label={t('Reviewed so far')} />
		</div>
	);
}

function Nothing() {
	if (skipped.value.length) {
		return (
			<Empty title={n('{n} photo is left that you have skipped', '{n} photos are left that you have skipped', skipped.value.length)}>
				<Button look="main" onClick={unskip}>{t('Show them again')}</Button>
			</Empty>
		);
	}
	if (left.value) {
		return (
			<Empty title={t('Others have the rest before their eyes')}>
				{n('{n} photo is being reviewed by somebody else.', '{n} photos are being reviewed by others.', left.value)}
			</Empty>
		);
	}
	return <Empty title={t('All photos are reviewed')}>{t('New ones appear here by themselves.')}</Empty>;
}

function Keys({ reasonList }: { reasonList: Signal<Reason[]> }) {
	const isOpen = choosing.value;
	useKeys([
		{ key: 'a', label: t('Approve'), run: approve },
		{ key: 'd', label: t('Decline'), run: () => (choosing.value = !choosing.peek()) },
		{ key: 's', label: t('Skip'), run: pass },
		{ key: 'u', label: t('Undo'), run: () => void undo() },
		{ key: 'r', label: t('Turn the photo'), run: () => (turned.value = (turned.peek() + 1) % 4) },
		{ key: 'z', label: t('Zoom'), run: () => (zoomed.value = !zoomed.peek()) },
		{ key: 'l', label: t('Photos that look alike'), run: () => (comparing.value = (current.peek()?.report.alike ?? 0) > 0) },
		{ key: 'Escape', label: t('Close'), hidden: true, run: () => (choosing.value = false) },
	], []);
	useKeys(isOpen ? [{ id: 0, position: 0 }, ...reasonList.value].map((r) => ({
		key: String(r.position), hidden: true, label: t('Decline'), run: () => decline(r.id),
	})) : [], [isOpen, reasonList.value]);
	return null;
}

function Desk({ h }: { h: Held }) {
	return (
		<div class="desk">
			<div class="view">
				<Photos />
				<div class="tools">
					<Button look="quiet" icon="turn" hint="r" onClick={() => (turned.value = (turned.value + 1) % 4)}>{t('Turn the photo')}</Button>
					<Button look="quiet" icon="search" hint="z" aria-pressed={zoomed.value} onClick={() => (zoomed.value = !zoomed.value)}>{t('Zoom')}</Button>
				</div>
			</div>
			<section class="side" aria-label={t('What it is about')}>
				{choosing.value ? <Choice reasons={reasons.value} choose={decline} close={() => (choosing.value = false)} /> : <About h={h} />}
				<Actions />
			</section>
			<Compare report={h.report.id} mine={local(h.report.photo_url)} open={comparing.value} close={() => (comparing.value = false)} />
		</div>
	);
}

export default function Review() {
	const editing = useSignal(false);
	const h = current.value;
	useTopics(['review']);
	useEffect(() => {
		nextPhoto();
		void readReasons();
		return begin();
	}, []);
	useEffect(() => {
		// New photos come while nothing is left to do.
		if (h || left.value === undefined) return;
		const timer = setInterval(() => void fill({ background: true }), 5000);
		return () => clearInterval(timer);
	}, [!h, left.value === undefined]);

	return (
		<>
			<Head title={t('Review')}>
				{left.value !== undefined && <Progress />}
				{may('administrator') && <Button look="quiet" icon="sliders" onClick={() => (editing.value = true)}>{t('Reasons')}</Button>}
			</Head>
			<Keys reasonList={reasons} />
			{problem.value && <Failure problem={problem.value} again={() => void fill()} />}
			{h ? <Desk h={h} /> : left.value === undefined ? !problem.value && <Skeleton lines={8} /> : <Nothing />}
			<p class="hidden" role="status">{h ? t('Photo by {name}: {task}', { name: `${h.report.name} ${h.report.surname}`, task: h.report.task_title }) : ''}</p>
			<EditReasons list={reasons} open={editing.value} close={() => (editing.value = false)} />
			{skipped.value.length > 0 && h && (
				<p class="muted small">
					{n('{n} skipped', '{n} skipped', skipped.value.length)} <Button look="quiet" onClick={unskip}>{t('Show them again')}</Button>
				</p>
			)}
		</>
	);
}
