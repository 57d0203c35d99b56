// What states and fields of cards are called.
import type { MemberCard } from '../../app/api';
import type { Problem } from '../../app/call';
import { t } from '../../app/text';
import { problemText } from '../../parts/kit';

type Status = MemberCard['status'];
export const statuses: Status[] = ['incomplete', 'due', 'drawing', 'drawn', 'failed', 'withdrawn', 'expired'];

export function statusText(status: Status): string {
	switch (status) {
		case 'incomplete': return t('lacks something');
		case 'due': return t('waits to be drawn');
		case 'drawing': return t('is being drawn');
		case 'drawn': return t('drawn');
		case 'failed': return t('could not be drawn');
		case 'withdrawn': return t('withdrawn');
		case 'expired': return t('expired');
	}
}
export const statusKind = (status: Status) =>
	status === 'drawn' ? 'good' : status === 'failed' ? 'bad' : status === 'incomplete' || status === 'expired' ? 'warn' : status === 'withdrawn' ? 'plain' : 'info';

export function fieldText(field: string): string {
	switch (field) {
		case 'name': return t('the name');
		case 'surname': return t('the surname');
		case 'number': return t('the number');
		case 'role': return t('the role');
		case 'level': return t('the level');
		case 'card_issued_date': return t('the day of issue');
		default: return field;
	}
}

export function why(p: Problem): string {
	switch (p.code) {
		case 'Card.Withdrawn': return t('The card is withdrawn.');
		case 'Card.NotDrawn': return t('None of these cards is drawn.');
		case 'Card.NumberTaken': return t('Another member has this number.');
		case 'Console.Conflict': return t('Something is lacking still.');
		case 'Request.Validation': return p.message;
		default: return problemText(p);
	}
}
