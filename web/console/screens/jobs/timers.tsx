// What happens at set times, and doing it now for a day.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, type Effect, type Timer } from '../../app/api';
import { Problem } from '../../app/call';
import { me } from '../../app/me';
import { useRead } from '../../app/read';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Field, Moment, problemText, Shown, Table } from '../../parts/kit';

/** Today in the site's zone, as YYYY-MM-DD. */
const today = () => new Intl.DateTimeFormat('sv', { timeZone: me.value?.site.time_zone }).format(new Date());

function effectText(e: Effect): string {
	if (e.children === null) return t('It may be repeated without harm.');
	return n('{n} child would get a message', '{n} children would get a message', e.children) + '. '
		+ n('{n} has it already.', '{n} have it already.', e.done ?? 0);
}

function Run({ timer, close }: { timer: Timer; close: () => void }) {
	const day = useSignal(today());
	const effect = useSignal<Effect | null>(null);
	const wrong = useSignal('');

	useEffect(() => {
		effect.value = null;
		wrong.value = '';
		if (!day.value) return;
		void api.getTimerEffect(timer.name, { day: day.value }).then((e) => (effect.value = e))
			.catch((p: Problem) => (wrong.value = p.status === 422 ? t('This day has not come yet.') : problemText(p)));
	}, [day.value]);

	async function run(e: Event) {
		e.preventDefault();
		try {
			const { job } = await api.runTimer(timer.name, { day: day.value });
			say(t('Job {job} does it.', { job: String(job) }), 'good');
			close();
		} catch (p) {
			wrong.value = problemText(p as Problem);
		}
	}

	return (
		<form class="stack" onSubmit={run}>
			{timer.daily && (
				<Field label={t('Day')} type="date" required max={today()} value={day.value} wrong={wrong.value || undefined}
					onInput={(e) => (day.value = e.currentTarget.value)} />
			)}
			<p role="status">{effect.value ? effectText(effect.value) : ''}</p>
			<Choices yes={t('Run now')} no={t('Cancel')} disabled={!!wrong.value} close={close} />
		</form>
	);
}

export function Timers() {
	const read = useRead((more) => api.getTimers(more), ['jobs']);
	const running = useSignal<Timer | null>(null);

	async function toggle(timer: Timer) {
		try {
			await api.switchTimer(timer.name, { enabled: !timer.enabled });
			await read.again();
			say(timer.enabled ? t('{name} does not fire any more', { name: timer.name }) : t('{name} fires again', { name: timer.name }), 'good');
		} catch (p) {
			say(problemText(p as Problem), 'bad');
		}
	}

	return (
		<section class="card" aria-labelledby="timers">
			<h2 id="timers">{t('Timers')}</h2>
			<Shown read={read}>
				{(list) => (
					<Table caption={t('Timers')} rows={list} id={(x) => x.name} columns={[
						{ name: t('Name'), cell: (x) => <><strong>{x.name}</strong>{!x.enabled && <> <Chip kind="warn">{t('off')}</Chip></>}</> },
						{ name: t('Last'), cell: (x) => (x.last ? <Moment at={x.last} ago /> : t('never')) },
						{ name: t('Next'), cell: (x) => (x.enabled ? <Moment at={x.next} ago /> : '–') },
						{ name: t('Do'), number: true, cell: (x) => (
							<span class="row end">
								<Button look="quiet" onClick={() => (running.value = x)}>{t('Run now')}</Button>
								<Button look="quiet" onClick={() => void toggle(x)}>
									{x.enabled ? t('Switch off') : t('Switch on')}
								</Button>
							</span>
						) },
					]} />
				)}
			</Shown>
			<Dialog title={t('Run {name} now', { name: running.value?.name ?? '' })} open={!!running.value} close={() => (running.value = null)}>
				{running.value && <Run timer={running.value} close={() => (running.value = null)} />}
			</Dialog>
		</section>
	);
}
