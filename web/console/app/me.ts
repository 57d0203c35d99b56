// Who is signed in.
import { signal } from '@preact/signals';
import { api, type Me } from './api';
import { Problem, signedOut } from './call';
import { ownLanguage } from './prefs';
import { site } from './site';
import { knownLanguage, setLanguage } from './text';

/** undefined: not known yet; null: nobody. */
export const me = signal<Me | null | undefined>(undefined);
/** The sign-in ended while somebody was at it. */
export const expired = signal(false);
/** Why nobody knows. */
export const meProblem = signal<Problem | null>(null);

export const may = (who: string) => me.value?.may.includes(who) ?? false;

export async function chooseLanguage(): Promise<void> {
	await setLanguage(knownLanguage(ownLanguage.value, me.value?.language, ...navigator.languages));
}

export async function readMe(): Promise<void> {
	try {
		me.value = await api.getMe();
		site.value = me.value.site;
		meProblem.value = null;
		expired.value = false;
	} catch (e) {
		const problem = e as Problem;
		if (problem.status === 401) {
			site.value = await api.getSite().catch(() => site.peek());
			me.value = null;
		}
		else meProblem.value = problem;
	}
	await chooseLanguage();
}

export async function signOut(): Promise<void> {
	await api.signOut();
	expired.value = false;
	me.value = null;
}

signedOut.subscribe((times) => {
	if (times > 0 && me.peek()) {
		expired.value = true;
		me.value = null;
	}
});
