// What somebody likes: all that is kept in the browser.
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'en' | 'ru' | 'ko';

function read(name: string): string | null {
	try {
		return localStorage.getItem(`samovar.${name}`);
	} catch {
		return null; // switched off in this browser
	}
}

function write(name: string, value: string): void {
	try {
		localStorage.setItem(`samovar.${name}`, value);
	} catch {
		// it holds until the page is left
	}
}

function kept<T extends string>(name: string, initial: T) {
	const s = signal<T>((read(name) as T | null) ?? initial);
	effect(() => {
		write(name, s.value);
	});
	return s;
}

export const theme = kept<Theme>('theme', 'system');
/** 'off': keys that are one letter do nothing (WCAG 2.1.4). */
export const letters = kept<'on' | 'off'>('letters', 'on');
/** '': that of the account, or the browser's. */
export const ownLanguage = kept<Language | ''>('language', '');

/** A sign-out that the server has not heard of yet: any window may send it. */
export const owesSignOut = () => read('owes-sign-out') === 'yes';
export const oweSignOut = (owes: boolean) => write('owes-sign-out', owes ? 'yes' : '');

effect(() => {
	const root = document.documentElement;
	if (theme.value === 'system') delete root.dataset.theme;
	else root.dataset.theme = theme.value;
});
