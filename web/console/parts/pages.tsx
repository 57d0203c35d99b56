// A long list, a page at a time: the next one is read when somebody wants it.
import { signal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { Problem, type More as Options } from '../app/call';
import { t } from '../app/text';
import { Button, Failure, Skeleton } from './kit';

export interface Page<T> {
	data: T[];
	next: string | number | null;
}

export interface Pages<T> {
	rows: Signal<T[] | undefined>;
	next: Signal<string | number | null>;
	problem: Signal<Problem | null>;
	busy: Signal<boolean>;
	/** From the beginning. */
	again: () => Promise<void>;
	more: () => Promise<void>;
}

type Ask<T> = (after: string | number | undefined, more: Options) => Promise<Page<T>>;

/** Reads the first page when the component appears and when `deps` change. */
export function usePages<T>(ask: Ask<T>, deps: unknown[] = []): Pages<T> {
	const pages = useMemo(() => {
		let turn = 0; // an answer to an older question comes too late
		const p: Pages<T> = {
			rows: signal<T[] | undefined>(undefined), next: signal<string | number | null>(null),
			problem: signal<Problem | null>(null), busy: signal(false),
			again: () => read(undefined),
			more: () => read(p.next.peek() ?? undefined),
		};
		async function read(after: string | number | undefined) {
			const mine = ++turn;
			p.busy.value = true;
			try {
				const page = await ask(after, {});
				if (mine !== turn) return;
				p.rows.value = after === undefined ? page.data : [...(p.rows.peek() ?? []), ...page.data];
				p.next.value = page.next;
				p.problem.value = null;
			} catch (e) {
				if (!(e instanceof Problem)) throw e;
				if (mine === turn) p.problem.value = e;
			} finally {
				if (mine === turn) p.busy.value = false;
			}
		}
		return p;
	}, deps);
	useEffect(() => void pages.again(), [pages]);
	return pages;
}

/** The rows so far, and the way to more. */
export function More<T>({ pages, empty, children }: { pages: Pages<T>; empty: ComponentChildren; children: (rows: T[]) => ComponentChildren }) {
	const rows = pages.rows.value;
	const problem = pages.problem.value;
	if (rows === undefined) return problem ? <Failure problem={problem} again={() => void pages.again()} /> : <Skeleton lines={6} />;
	return (
		<>
			{rows.length ? children(rows) : empty}
			{problem && <Failure problem={problem} again={() => void pages.more()} />}
			{!problem && pages.next.value !== null && (
				<p class="more">
					<Button busy={pages.busy.value} onClick={() => void pages.more()}>{t('Show more')}</Button>
				</p>
			)}
		</>
	);
}
