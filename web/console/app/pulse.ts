// What has changed: one small question for all that is shown.
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, type Counters } from './api';
import { Same, online, type Known } from './call';
import { me } from './me';

const SHOWN_MS = 2000;
const HIDDEN_MS = 30_000;
const FAILED_MS = 5000;

/** The counters by topic, as they were said last. */
export const pulse = signal<Record<string, Counters>>({});

const wanted = new Map<string, number>();
const known: Known = {};
let timer = 0;
let asked = '';

function keep(topics: readonly string[], step: 1 | -1) {
	for (const topic of topics) wanted.set(topic, (wanted.get(topic) ?? 0) + step);
}

/** While the component is there, the topics are counted. */
export function useTopics(topics: readonly string[]): void {
	const list = topics.join();
	useEffect(() => {
		keep(topics, 1);
		hurry();
		return () => keep(topics, -1);
	}, [list]);
}

async function ask(): Promise<boolean> {
	const topics = [...wanted].filter((w) => w[1] > 0).map((w) => w[0]).sort().join();
	if (!topics || !me.peek()) return true;
	if (topics !== asked) known.etag = undefined;
	asked = topics;
	try {
		pulse.value = { ...pulse.peek(), ...(await api.getPulse({ topics }, { background: true, known })) };
		return true;
	} catch (e) {
		return e instanceof Same;
	}
}

async function beat() {
	const good = await ask();
	const pause = !good || !online.peek() ? FAILED_MS : document.hidden ? HIDDEN_MS : SHOWN_MS;
	clearTimeout(timer);
	timer = window.setTimeout(beat, pause * (0.9 + 0.2 * Math.random()));
}

/** Asks now rather than in a while. */
export function hurry(): void {
	clearTimeout(timer);
	timer = window.setTimeout(beat, 50);
}

document.addEventListener('visibilitychange', () => document.hidden || hurry());
window.addEventListener('online', hurry);
effect(() => {
	if (me.value) hurry();
});
