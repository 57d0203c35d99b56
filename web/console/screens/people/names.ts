import type { Person } from '../../app/api';
import { t } from '../../app/text';

export function nameOf(p: Person): string {
	return [p.name, p.surname].filter(Boolean).join(' ') || p.username || p.email || t('Without a name');
}

export function statusText(status: NonNullable<Person['status']>): string {
	switch (status) {
		case 'active': return t('active');
		case 'blocked': return t('blocked');
		case 'locked': return t('locked');
		case 'deactivated': return t('gone');
	}
}
