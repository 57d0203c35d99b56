// Who is signed in.
import { signal } from '@preact/signals';
import { api, type Me } from './api';
import { Problem, signedOut } from './call';
import { ownLanguage, owesSignOut, oweSignOut } from './prefs';
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

/** Tells the server that a sign-in has ended; one that it no longer knows has. */
export async function endSignIn(): Promise<void> {
	try {
		await api.signOut();
	} catch (e) {
		if ((e as Problem).status !== 401) throw e;
	}
	oweSignOut(false);
}

/** A sign-in takes the place of one whose end is still owed. */
export async function signIn(body: Parameters<typeof api.signIn>[0]): Promise<void> {
	await api.signIn(body);
	oweSignOut(false);
	await readMe();
}

export async function readMe(): Promise<void> {
	try {
		if (owesSignOut()) await endSignIn();
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
