import { t } from '../../app/text';

export function statusName(status: string): string {
	switch (status) {
		case 'approved': return t('approved');
		case 'declined': return t('declined');
		case 'reviewing': return t('in review');
		case 'skipped': return t('skipped');
		default: return t('open');
	}
}
