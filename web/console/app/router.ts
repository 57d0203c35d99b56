// Where one is: an address below /console/.
import { signal } from '@preact/signals';

const BASE = '/console/';

export interface Place {
	screen: string;
	rest: string[];
	query: URLSearchParams;
}

function read(): Place {
	const [screen = '', ...rest] = location.pathname.slice(BASE.length).split('/').filter(Boolean).map(decodeURIComponent);
	return { screen, rest, query: new URLSearchParams(location.search) };
}

export const place = signal<Place>(read());

/** Whether there is something that a change of place would lose; asks, then. */
let guard: (() => boolean) | null = null;
export function guardLeaving(ask: (() => boolean) | null): void {
	guard = ask;
}

export function go(path: string, replace = false): void {
	if (guard && !guard()) return;
	history[replace ? 'replaceState' : 'pushState'](null, '', BASE + path);
	place.value = read();
	window.scrollTo(0, 0);
}

window.addEventListener('popstate', () => {
	place.value = read();
});

// Links are plain ones; those that stay in the console load nothing.
document.addEventListener('click', (e) => {
	const a = (e.target as Element).closest?.('a[href]') as HTMLAnchorElement | null;
	if (!a || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
	if (a.target || a.origin !== location.origin || !a.pathname.startsWith(BASE) || a.hasAttribute('download')) return;
	e.preventDefault();
	go(a.pathname.slice(BASE.length) + a.search);
});
