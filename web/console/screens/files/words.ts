// Sizes, events, and why something with a file failed.
import type { Problem } from '../../app/call';
import { language, number, t } from '../../app/text';
import { problemText } from '../../parts/kit';

export function bytes(n: number): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
	let i = 0;
	for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
	return new Intl.NumberFormat(language.value, { style: 'unit', unit: units[i], unitDisplay: i ? 'short' : 'long', maximumFractionDigits: i && n < 100 ? 1 : 0 }).format(n);
}

export function eventText(event: string): string {
	switch (event) {
		case 'FILE.UPLOADED': return t('upload announced');
		case 'FILE.DOWNLOADED': return t('loaded by somebody');
		case 'FILE.RENAMED': return t('named anew');
		case 'FILE.DELETED': return t('deleted');
		default: return event;
	}
}

export function healthText(health: 'up' | 'down' | 'unknown' | 'off'): string {
	return health === 'up' ? t('answers') : health === 'down' ? t('does not answer') : health === 'off' ? t('switched off') : t('not known yet');
}
export const healthKind = (health: 'up' | 'down' | 'unknown' | 'off') => (health === 'up' ? 'good' : health === 'down' ? 'bad' : 'plain');

export function why(p: Problem): string {
	switch (p.code) {
		case 'File.NameTaken': return t('You have a file of this name.');
		case 'File.Quota': return t('There is no room for so many bytes: your quota is full.');
		case 'Server.Down': return t('No city can be reached at the moment.');
		case 'Console.Gone': return t('No city takes files at the moment, or the file is gone.');
		case 'Store': return t('The city refused it ({number}).', { number: number(p.status) });
		case 'Network': return t('The connection broke.');
		case 'Request.Validation': return p.message;
		default: return problemText(p);
	}
}
