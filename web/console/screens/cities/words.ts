// What servers are called, and why something with them failed.
import type { ServerRow, ServerSettings } from '../../app/api';
import type { Problem } from '../../app/call';
import { t } from '../../app/text';
import { problemText } from '../../parts/kit';

export function stateText(state: ServerRow['state']): string {
	switch (state) {
		case 'usable': return t('takes files');
		case 'inactive': return t('takes none');
		case 'leaving': return t('is leaving');
		case 'off': return t('switched off');
		case 'deleted': return t('is being emptied');
	}
}

/** All nine members, as a change wants them. */
export function settingsOf(s: ServerRow): ServerSettings {
	const { name, host, port, location, zone, latitude, longitude, is_on, is_active } = s;
	return { name, host, port, location, zone, latitude, longitude, is_on, is_active };
}

export function why(p: Problem): string {
	switch (p.code) {
		case 'Server.Exists': return t('A server of this name or address exists, or is still being emptied.');
		case 'Server.Needed': return t('Some files are on this server only.');
		case 'Request.Validation': return p.field ? `${p.field}: ${p.message}` : p.message;
		default: return problemText(p);
	}
}
