import { may } from './me';
import { screens, type Screen } from './screens';

/** The screens that the caller may see. The server checks all the same. */
export const shownScreens = (): Screen[] => screens.filter((s) => may(s.who));

/** The address of a screen; undefined where there is none for the caller. */
export function screenAddress(name: string, rest = ''): string | undefined {
	return shownScreens().some((s) => s.name === name) ? `/console/${name}${rest}` : undefined;
}
