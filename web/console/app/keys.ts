// Keys: what each does now, for whoever presses it and for the page that lists them.
import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { letters } from './prefs';

export interface Key {
	/** 'a', '?', 'Enter', 'Escape', 'ArrowDown', 'g t' (one after the other), 'mod+k' */
	key: string;
	label: string;
	run: () => void;
	/** Not in the list: another way to the same. */
	hidden?: boolean;
}

/** Those in force, the newest first. */
export const keys = signal<Key[][]>([]);

/** In force as soon as the component can be seen, and while it is there; newer ones come first. */
export function useKeys(list: Key[], deps: unknown[] = []): void {
	useLayoutEffect(() => {
		keys.value = [list, ...keys.peek()];
		return () => {
			keys.value = keys.peek().filter((l) => l !== list);
		};
	}, deps);
}

let first = '';
let firstAt = 0;

/** The Latin letter of the key, whatever the layout writes: a Russian keyboard has the same keys. */
function nameOf(e: KeyboardEvent): string {
	if (/^Key[A-Z]$/.test(e.code) && !/^[a-z]$/i.test(e.key)) return e.code.slice(3).toLowerCase();
	if (e.code === 'Slash' && e.key !== '?' && !e.shiftKey) return '/';
	return e.key.length === 1 ? e.key.toLowerCase() : e.key;
}

function isTyping(target: EventTarget | null): boolean {
	const el = target as HTMLElement | null;
	if (!el || el.isContentEditable) return !!el;
	return el.matches?.('textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=range]):not([type=button])') ?? false;
}

function find(name: string): Key | undefined {
	for (const list of keys.peek()) {
		const key = list.find((k) => k.key === name);
		if (key) return key;
	}
	return undefined;
}

function press(e: KeyboardEvent) {
	if (e.defaultPrevented || e.isComposing) return;
	const name = nameOf(e);
	if (e.repeat && name.length === 1) return; // a finger that rests on "a" approves one photo
	const mod = e.ctrlKey || e.metaKey;
	if (mod || e.altKey) {
		const key = mod && !e.altKey ? find(`mod+${name}`) : undefined;
		if (key) {
			e.preventDefault();
			key.run();
		}
		return;
	}
	// A dialog has its own keys; Enter and Space belong to what has the focus.
	if (document.querySelector('dialog[open]') && name !== '?') return;
	if (isTyping(e.target) || (name.length === 1 && letters.peek() === 'off')) return;
	if (name === 'Enter' && (e.target as Element).closest?.('a, button, summary')) return;
	const two = first && performance.now() - firstAt < 1500 ? find(`${first} ${name}`) : undefined;
	first = '';
	if (!two && name === 'g') {
		first = name;
		firstAt = performance.now();
	}
	const key = two ?? find(name);
	if (!key) return;
	e.preventDefault();
	key.run();
}

document.addEventListener('keydown', press);

/** As a person reads it. */
export function keyName(key: string): string {
	const mac = navigator.platform.startsWith('Mac');
	return key.replace('mod+', mac ? '⌘' : 'Ctrl+').replace('Escape', 'Esc').replace('ArrowDown', '↓').replace('ArrowUp', '↑')
		.replace('ArrowLeft', '←').replace('ArrowRight', '→').replace(/^(Ctrl\+|⌘)?([a-z])$/, (_, m, l) => (m ?? '') + l.toUpperCase());
}
