// What a screen shows, read from the API and kept fresh by the pulse.
import { effect, signal, type Signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Problem, Same, type Known, type More } from './call';
import { pulse, useTopics } from './pulse';

export interface Read<T> {
	data: Signal<T | undefined>;
	problem: Signal<Problem | null>;
	/** When it was read last. */
	at: Signal<number>;
	again: (background?: boolean) => Promise<void>;
}

/**
 * Reads when the component appears, when `deps` change and when one of the topics does. What was
 * read stays while a later attempt fails.
 */
export function useRead<T>(ask: (more: More) => Promise<T>, topics: readonly string[] = [], deps: unknown[] = []): Read<T> {
	useTopics(topics);
	const read = useMemo(() => {
		const known: Known = {};
		const r: Read<T> = {
			data: signal<T | undefined>(undefined), problem: signal<Problem | null>(null), at: signal(0),
			again: async (background = false) => {
				try {
					r.data.value = await ask({ background, known });
					r.problem.value = null;
					r.at.value = Date.now();
				} catch (e) {
					if (e instanceof Problem) r.problem.value = e;
					else if (e instanceof Same) r.problem.value = null;
					else throw e;
				}
			},
		};
		return r;
	}, deps);
	useEffect(() => {
		let seen = '';
		void read.again();
		return effect(() => {
			const now = JSON.stringify(topics.map((topic) => pulse.value[topic]));
			if (seen && now !== seen) void read.again(true);
			seen = now;
		});
	}, [read]);
	return read;
}
