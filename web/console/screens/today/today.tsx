// The day so far: what is wrong first, then how far the children are, then what comes next.
import { useSignal } from '@preact/signals';
import { api, type Attention, type NextTimer, type ProgrammeDay, type Today as Day } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { screenAddress } from '../../app/shown';
import { dayName, n, number, percent, relative, t } from '../../app/text';
import { Button, Choices, Dialog, Empty, Figure, Head, Moment, problemText, Shown } from '../../parts/kit';
import { DayPlot } from '../../parts/plot';
import { Sending } from '../../parts/sending';
import { Icon } from '../../parts/icon';

const QUARTERS = 96;

/** What it says, and the screen that has more. */
function attentionText(a: Attention): [text: string, screen: string] {
	switch (a.what) {
		case 'messages_late': return [n('{n} message has waited for more than ten minutes', '{n} messages have waited for more than ten minutes', a.count), 'messages'];
		case 'messages_failed': return [n('{n} message could not be sent', '{n} messages could not be sent', a.count), 'messages'];
		case 'jobs_parked': return [n('{n} job has failed for good', '{n} jobs have failed for good', a.count), 'jobs'];
		case 'jobs_late': return [n('{n} job has waited for more than five minutes', '{n} jobs have waited for more than five minutes', a.count), 'jobs'];
		case 'servers_down': return [n('{n} file server is down', '{n} file servers are down', a.count), 'cities'];
		case 'files_lost': return [n('{n} file has lost its last copy', '{n} files have lost their last copy', a.count), 'health'];
		case 'sending_paused': return [t('Sending is paused: no message goes out'), 'messages'];
		case 'disk_full': return [t('A disk is {percent} % full', { percent: a.count }), 'health'];
		case 'no_worker': return [t('No worker runs: jobs and messages wait'), 'health'];
		case 'no_scheduler': return [t('No scheduler runs: nothing falls due'), 'health'];
	}
}

function Attentions({ list }: { list: Attention[] }) {
	if (!list.length) return null;
	return (
		<section class="attention" aria-labelledby="attention">
			<h2 id="attention" class="hidden">{t('Needs attention')}</h2>
			<ul>
				{list.map((a) => {
					const [text, screen] = attentionText(a);
					const href = screenAddress(screen);
					return (
						<li key={a.what}>
							{href
								? <a href={href}><Icon name="alert" /> <span>{text}</span> <Icon name="next" /></a>
								: <p><Icon name="alert" /> <span>{text}</span></p>}
						</li>
					);
				})}
			</ul>
		</section>
	);
}

/** "212 of 1,000 have reported, 14 % fewer than usual." */
function sentence(p: ProgrammeDay): string {
	const said = t('{reported} of {issued} have sent a photo', { reported: p.reported, issued: p.issued });
	const usual = p.usual?.[Math.max(0, (p.line?.length ?? 1) - 1)] ?? 0;
	if (!usual) return `${said}.`;
	const change = percent(p.reported - usual, usual);
	if (Math.abs(change) < 3) return t('{said}, as usual on this weekday.', { said });
	return change < 0
		? t('{said}, {percent} % fewer than usual on this weekday.', { said, percent: -change })
		: t('{said}, {percent} % more than usual on this weekday.', { said, percent: change });
}

function Programme({ p, begins }: { p: ProgrammeDay; begins: number }) {
	const review = screenAddress('review');
	const hour = (i: number) => `${String((begins + Math.floor(i / 4)) % 24).padStart(2, '0')}:00`;
	return (
		<>
			{p.closed && <Closed closed={p.closed} />}
			<section aria-labelledby="figures">
				<h2 id="figures" class="hidden">{t('The day in figures')}</h2>
				{p.waiting_for_review > 0 && review && (
					<a class="call" href={review}>
						<Icon name="photo" />
						<span>
							<strong>{n('{n} photo waits for you', '{n} photos wait for you', p.waiting_for_review)}</strong>
							<span>{t('Review them')}</span>
						</span>
						<Icon name="next" />
					</a>
				)}
				<div class="figures">
					<Figure name={t('Tasks issued')} value={p.issued} of={p.shift.members} />
					<Figure name={t('Delivered')} value={p.delivered} of={p.issued} />
					<Figure name={t('Reported')} value={p.reported} of={p.issued} />
					<Figure name={t('In review')} value={p.reviewing} of={p.issued} kind="warn" />
					<Figure name={t('Approved')} value={p.approved} of={p.issued} kind="good" />
					<Figure name={t('Declined')} value={p.declined} of={p.issued} kind="bad" />
					<Figure name={t('Nothing yet')} value={p.missing} of={p.issued} />
				</div>
			</section>
			{p.line && (
				<section class="card" aria-labelledby="line">
					<h2 id="line">{t('Photos over the day')}</h2>
					<DayPlot line={p.line} usual={p.usual} count={QUARTERS} step={16} label={hour} sentence={sentence(p)} />
				</section>
			)}
		</>
	);
}

/** Who has sent nothing yet hears of it now; nobody twice in an hour. */
function Remind({ missing, quiet }: { missing: number; quiet: boolean }) {
	const asking = useSignal(false);
	useKeys(missing ? [{ key: 'n', label: t('Remind now'), run: () => (asking.value = true) }] : [], [missing]);
	if (!missing) return null;
	async function send() {
		asking.value = false;
		try {
			const { messages } = await api.remindNow();
			say(messages ? n('{n} family is reminded.', '{n} families are reminded.', messages) : t('All of them were reminded within the last hour.'), 'good');
		} catch (e) {
			say(problemText(e), 'bad');
		}
	}
	return (
		<>
			<Button icon="clock" hint="n" onClick={() => (asking.value = true)}>{t('Remind now')}</Button>
			<Dialog title={t('Remind now?')} open={asking.value} close={() => (asking.value = false)}>
				<p>{n('{n} child has sent no photo today. A message goes to their family, unless one did within the last hour.',
					'{n} children have sent no photo today. A message goes to their families, unless one did within the last hour.', missing)}</p>
				{quiet && <p class="failure">{t('These are the quiet hours: it goes out now all the same.')}</p>}
				<Choices yes={t('Remind them')} no={t('Not now')} run={() => void send()} close={() => (asking.value = false)} />
			</Dialog>
		</>
	);
}

/** Staff has done with the day: the figures once more, and nobody is reminded any more. */
function Close({ day, p, changed }: { day: string; p: ProgrammeDay; changed: () => void }) {
	const asking = useSignal(false);
	const review = screenAddress('review');
	const close = () => (asking.value = false);
	useKeys(p.closed ? [] : [{ key: 'c', label: t('Close the day'), run: () => (asking.value = true) }], [!p.closed]);
	async function act(what: () => Promise<unknown>, done: () => void) {
		close();
		try {
			await what();
			done();
		} catch (e) {
			const { code } = e as Problem;
			if (code === 'Console.Conflict') say(t('Another day has begun: look at it first.'), 'bad');
			else if (code === 'Today.PhotosWait') say(t('Photos of the day wait for a decision: review them first.'), 'bad');
			else say(problemText(e), 'bad');
		}
		changed();
	}
	const reopen = () => void act(() => api.openDay({ day }), () => say(t('The day is open again.'), 'good'));
	const done = () => say(t('The day is closed. Thank you.'), 'good', { label: t('Undo'), run: reopen });
	if (p.closed) return <Button onClick={reopen}>{t('Open the day again')}</Button>;
	return (
		<>
			<Button icon="check" hint="c" onClick={() => (asking.value = true)}>{t('Close the day')}</Button>
			<Dialog title={t('Close the day?')} open={asking.value} close={close}>
				<p>{t('Approved: {approved}, declined: {declined}, nothing sent: {missing}.', { approved: p.approved, declined: p.declined, missing: p.missing })}</p>
				{p.reviewing > 0 && review && (
					<p class="failure">
						<a href={review} onClick={close}>{n('{n} photo of the day waits for a decision', '{n} photos of the day wait for a decision', p.reviewing)}</a>
					</p>
				)}
				<p>{t('No reminder goes out for this day any more. A photo that comes later is reviewed as any other.')}</p>
				<Choices yes={t('Close it')} no={t('Not now')} run={() => void act(() => api.closeDay({ day }), done)} close={close} />
			</Dialog>
		</>
	);
}

/** Who closed it, and when. */
function Closed({ closed }: { closed: NonNullable<ProgrammeDay['closed']> }) {
	return (
		<p class="closed" role="status">
			<Icon name="check" /> {closed.by ? t('{name} has closed the day', { name: closed.by }) : t('The day is closed')} · <Moment at={closed.at} />
		</p>
	);
}

function timerName(name: string): string {
	switch (name) {
		case 'programme.daily': return t('New tasks go out');
		case 'programme.remind': return t('Reminders go out');
		case 'programme.finish': return t('Shifts that are over end');
		default: return name;
	}
}

function Next({ timers }: { timers: NextTimer[] }) {
	return (
		<section class="card" aria-labelledby="next">
			<h2 id="next">{t('What comes next')}</h2>
			<ul class="plain">
				{[...timers].sort((a, b) => a.at.localeCompare(b.at)).map((x) => (
					<li key={x.name}>
						<span>{timerName(x.name)}</span>
						<span class="muted"><Moment at={x.at} /> · {relative(x.at)}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

function note(day: Day): string {
	const shift = day.programme?.shift;
	const date = dayName(day.day);
	if (!shift) return date;
	return t('{date} · {title}, day {day} of {days}', { date, title: shift.title, day: shift.day, days: number(shift.days) });
}

export default function Today() {
	const read = useRead((more) => api.getToday(more), ['today', 'review', 'jobs', 'messages', 'servers']);
	const day = read.data.value;
	return (
		<>
			<Head title={t('Today')} note={day && note(day)}>
				{day?.programme && !day.programme.closed && <Remind missing={day.programme.missing} quiet={day.quiet} />}
				{day?.programme && <Close day={day.day} p={day.programme} changed={() => void read.again()} />}
				{day && <Sending paused={day.attention.some((a) => a.what === 'sending_paused')} changed={() => void read.again()} />}
			</Head>
			<Shown read={read} lines={8}>
				{(d) => (
					<div class="stack">
						<Attentions list={d.attention} />
						{d.programme ? <Programme p={d.programme} begins={d.begins_at} /> : !d.attention.length && (
							<Empty title={t('All is quiet')}>{t('Nothing is wrong, as far as you may see it. No shift is running.')}</Empty>
						)}
						<Next timers={d.timers} />
					</div>
				)}
			</Shown>
		</>
	);
}
