// Texts in the reader's language: the English ones stand in the sources, the others in po/console.
import { computed, signal } from '@preact/signals';
import type { Language } from './prefs';

type Texts = Record<string, string | string[]>;
type Values = Record<string, string | number>;

export const language = signal<Language>('en');
export const timeZone = signal<string | undefined>(undefined);
const texts = signal<Texts>({});

const load: Record<Language, () => Promise<{ default: Texts }>> = {
	en: async () => ({ default: {} }),
	ru: () => import('../texts/ru'),
	ko: () => import('../texts/ko'),
};

export async function setLanguage(wanted: Language): Promise<void> {
	texts.value = (await load[wanted]()).default;
	language.value = wanted;
	document.documentElement.lang = wanted;
}

/** The first of these that we have. */
export function knownLanguage(...wanted: (string | null | undefined)[]): Language {
	for (const one of wanted) {
		const short = one?.slice(0, 2).toLowerCase();
		if (short === 'ru' || short === 'ko' || short === 'en') return short;
	}
	return 'en';
}

// Names come in any script, and with marks that turn what stands behind them: each keeps to itself.
const ISOLATE = '\u2068';
const END = '\u2069';

function fill(text: string, values: Values): string {
	return text.replace(/\{(\w+)\}/g, (whole, name) => {
		const value = values[name];
		return value === undefined ? whole : typeof value === 'number' ? number(value) : ISOLATE + value + END;
	});
}

/** The text, with {name} replaced. */
export function t(text: string, values: Values = {}): string {
	const said = texts.value[text];
	return fill(typeof said === 'string' ? said : text, values);
}

const plurals = computed(() => new Intl.PluralRules(language.value));

/** The form for so many; {n} is the number. */
export function n(one: string, many: string, count: number, values: Values = {}): string {
	const forms = texts.value[one];
	const kind = plurals.value.select(count);
	const form = Array.isArray(forms)
		? forms[Math.min(forms.length - 1, kind === 'one' ? 0 : kind === 'few' ? 1 : forms.length - 1)]
		: undefined;
	return fill(form ?? (kind === 'one' ? one : many), { n: count, ...values });
}

// -- numbers and times

const numbers = computed(() => new Intl.NumberFormat(language.value));
export const number = (value: number) => numbers.value.format(value);

const formats = computed(() => {
	const at = (o: Intl.DateTimeFormatOptions, zone = timeZone.value) =>
		new Intl.DateTimeFormat(language.value, { ...o, timeZone: zone });
	return {
		time: at({ hour: '2-digit', minute: '2-digit' }),
		full: at({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
		own: at({ dateStyle: 'medium', timeStyle: 'short' }, Intl.DateTimeFormat().resolvedOptions().timeZone),
		day: at({ weekday: 'long', day: 'numeric', month: 'long' }, 'UTC'),
		short: at({ day: 'numeric', month: 'short' }, 'UTC'),
		relative: new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' }),
	};
});

/** A moment in the site's zone: the hour today, with the day otherwise. */
export function moment(iso: string): string {
	const at = new Date(iso);
	const near = Math.abs(at.getTime() - Date.now()) < 18 * 3600_000;
	return (near ? formats.value.time : formats.value.full).format(at);
}
/** The same in the reader's own zone, whole. */
export const ownMoment = (iso: string) => formats.value.own.format(new Date(iso));
/** A day as YYYY-MM-DD. */
export const dayName = (day: string) => formats.value.day.format(new Date(day));
export const shortDay = (day: string) => formats.value.short.format(new Date(day));

/** "in 5 minutes", "2 hours ago". */
export function relative(iso: string, now = Date.now()): string {
	const seconds = (new Date(iso).getTime() - now) / 1000;
	for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]] as const)
		if (Math.abs(seconds) >= size) return formats.value.relative.format(Math.trunc(seconds / size), unit);
	return formats.value.relative.format(Math.trunc(seconds), 'second');
}

/** A share as a whole percentage. */
export function percent(part: number, whole: number): number {
	return whole > 0 ? Math.round((100 * part) / whole) : 0;
}
