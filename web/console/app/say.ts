// One polite live region: what has just happened, for the eyes and for a screen reader.
import { signal } from '@preact/signals';

export interface Said {
	text: string;
	kind: 'good' | 'bad' | 'plain';
	undo?: { label: string; run: () => void };
}

export const said = signal<Said | null>(null);
let timer = 0;

/** Says it for some seconds; what can be undone says so. */
export function say(text: string, kind: Said['kind'] = 'plain', undo?: Said['undo'], seconds = 6): void {
	clearTimeout(timer);
	said.value = { text, kind, undo };
	timer = window.setTimeout(hush, seconds * 1000);
}

export function hush(): void {
	clearTimeout(timer);
	said.value = null;
}
