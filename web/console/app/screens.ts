// The screens: a line each. name: its address and its folder; who: of fcgi/console/who.def; letter:
// behind "g"; topic and badge: a counter of the pulse beside its name.
import type { FunctionComponent } from 'preact';
import type { IconName } from '../parts/icon';
import { t } from './text';

export interface Screen {
	name: string;
	title: () => string;
	who: string;
	letter: string;
	icon: IconName;
	badge?: [topic: string, counter: string];
	load: () => Promise<{ default: FunctionComponent }>;
}

export const screens: Screen[] = [
	{ name: 'today', title: () => t('Today'), who: 'signed_in', letter: 't', icon: 'sun', load: () => import('../screens/today/today') },
	{ name: 'review', title: () => t('Review'), who: 'staff', letter: 'r', icon: 'photo', badge: ['review', 'waiting'], load: () => import('../screens/review/review') },
	{ name: 'messages', title: () => t('Messages'), who: 'staff', letter: 'e', icon: 'mail', badge: ['messages', 'failed'], load: () => import('../screens/messages/messages') },
	{ name: 'absences', title: () => t('Absences'), who: 'staff', letter: 'b', icon: 'calendar', load: () => import('../screens/absences/absences') },
	{ name: 'shifts', title: () => t('Shifts'), who: 'staff', letter: 's', icon: 'calendar', badge: ['shifts', 'pending'], load: () => import('../screens/shifts/shifts') },
	{ name: 'jobs', title: () => t('Jobs and timers'), who: 'operator', letter: 'j', icon: 'gear', badge: ['jobs', 'parked'], load: () => import('../screens/jobs/jobs') },
	{ name: 'health', title: () => t('Health'), who: 'operator', letter: 'h', icon: 'pulse', load: () => import('../screens/health/health') },
	{ name: 'people', title: () => t('People'), who: 'manager', letter: 'p', icon: 'people', load: () => import('../screens/people/people') },
	{ name: 'invitations', title: () => t('Invitations'), who: 'administrator', letter: 'i', icon: 'mail', load: () => import('../screens/invitations/invitations') },
	{ name: 'files', title: () => t('Files'), who: 'file_viewer', letter: 'f', icon: 'folder', load: () => import('../screens/files/files') },
	{ name: 'cities', title: () => t('Cities'), who: 'operator', letter: 'c', icon: 'globe', badge: ['servers', 'down'], load: () => import('../screens/cities/cities') },
	{ name: 'links', title: () => t('Share links'), who: 'signed_in', letter: 'l', icon: 'link', load: () => import('../screens/links/links') },
	{ name: 'cards', title: () => t('Cards'), who: 'card_viewer', letter: 'd', icon: 'card', load: () => import('../screens/cards/cards') },
	{ name: 'catalogue', title: () => t('Catalogue'), who: 'editor', letter: 'k', icon: 'film', load: () => import('../screens/catalogue/catalogue') },
	{ name: 'moderation', title: () => t('Moderation'), who: 'moderator', letter: 'o', icon: 'flag', badge: ['reports', 'waiting'], load: () => import('../screens/moderation/moderation') },
	{ name: 'audit', title: () => t('Audit'), who: 'manager', letter: 'a', icon: 'book', load: () => import('../screens/audit/audit') },
	{ name: 'demo', title: () => t('The demo'), who: 'demo', letter: 'x', icon: 'person', load: () => import('../screens/demo/demo') },
	{ name: 'settings', title: () => t('Settings'), who: 'operator', letter: 'v', icon: 'sliders', load: () => import('../screens/settings/settings') },
	{ name: 'me', title: () => t('Me'), who: 'signed_in', letter: 'm', icon: 'person', load: () => import('../screens/me/me') },
];
