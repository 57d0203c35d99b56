// Whose console it is: what the community calls itself, its colour.
import { effect, signal } from '@preact/signals';
import type { Site } from './api';
import { timeZone } from './text';

export const site = signal<Site>({ name: 'Samovar', colour: '', time_zone: '', language: '', lock: 0 });

/** The title of the window. */
export function titled(page?: string): void {
	document.title = page ? `${page} · ${site.peek().name}` : site.peek().name;
}

effect(() => {
	const { colour, time_zone } = site.value;
	if (time_zone) timeZone.value = time_zone;
	if (/^#[0-9a-f]{6}$/i.test(colour)) document.documentElement.style.setProperty('--brand', colour);
	else document.documentElement.style.removeProperty('--brand');
});
