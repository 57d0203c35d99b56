// What is wrong with what somebody has typed about a person.
import { Problem } from '../../app/call';
import { t } from '../../app/text';
import { problemText } from '../../parts/kit';

export type Wrong = Partial<Record<'name' | 'surname' | 'email' | 'password' | 'all', string>>;

export function wrongOf(p: Problem): Wrong {
	if (p.code === 'People.AddressTaken') return { email: t('There is an account with this address already: it can be given the role (samovarctl account role).') };
	if (p.code === 'Invitation.Over') return { all: t('This invitation has been used, or its time is over. Ask for a new one.') };
	if (p.status !== 422) return { all: problemText(p) };
	switch (p.field) {
		case 'name': return { name: t('Two letters or more, all Cyrillic, a capital first.') };
		case 'surname': return { surname: t('Two letters or more, all Cyrillic, a capital first.') };
		case 'email': return { email: t('This is no address of a mailbox.') };
		case 'password': return { password: t('Longer, please, with an upper-case letter, a lower-case letter and a digit.') };
		default: return { all: problemText(p) };
	}
}
