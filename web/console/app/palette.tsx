// Every screen and every action by its name (Ctrl+K), and the list of keys (?).
import { signal, useSignal } from '@preact/signals';
import { Button, Dialog, Hint } from '../parts/kit';
import { keyName, keys, type Key } from './keys';
import { letters } from './prefs';
import { go } from './router';
import { signOut } from './me';
import { say } from './say';
import { t } from './text';
import { shownScreens } from './shown';

export const paletteOpen = signal(false);
export const keysOpen = signal(false);

interface Entry {
	label: string;
	hint?: string;
	run: () => void;
}

function entries(): Entry[] {
	const places = shownScreens().map((s) => ({ label: s.title(), hint: `g ${s.letter}`, run: () => go(s.name) }));
	const actions = keys.value.flat().filter((k) => !k.hidden && !k.key.startsWith('g ') && !k.key.startsWith('mod+'))
		.map((k) => ({ label: k.label, hint: k.key, run: k.run }));
	const always = [{ label: t('Sign out'), run: () => void signOut().catch(() => say(t('You are not signed out: the server does not answer.'), 'bad')) }];
	return [...places, ...actions, ...always];
}

/** All words of the question begin some word of the label. */
function fits(label: string, asked: string): boolean {
	const words = label.toLowerCase().split(/\s+/);
	return asked.toLowerCase().split(/\s+/).filter(Boolean).every((a) => words.some((w) => w.startsWith(a)));
}

function PaletteInside() {
	const asked = useSignal('');
	const at = useSignal(0);
	const found = entries().filter((e) => fits(e.label, asked.value));

	function run(e?: Entry) {
		paletteOpen.value = false;
		if (e) setTimeout(e.run, 0);
	}
	function press(e: KeyboardEvent) {
		const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
		if (step) at.value = (at.value + step + found.length) % Math.max(1, found.length);
		else if (e.key === 'Enter') run(found[at.value]);
		else return;
		e.preventDefault();
	}

	return (
		<>
			<input autofocus type="text" id="palette" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-label={t('Search')}
				aria-activedescendant={found.length ? `palette-${at.value}` : undefined} autocomplete="off" value={asked.value}
				onKeyDown={press} onInput={(e) => {
					asked.value = e.currentTarget.value;
					at.value = 0;
				}} />
			<ul id="palette-list" class="palette" role="listbox" aria-label={t('Screens and actions')}>
				{found.map((e, i) => (
					<li key={e.label} id={`palette-${i}`} role="option" aria-selected={i === at.value} onClick={() => run(e)}>
						<span>{e.label}</span>
						{e.hint && <Hint keys={e.hint} />}
					</li>
				))}
			</ul>
			{!found.length && <p class="muted" role="status">{t('Nothing of that name.')}</p>}
		</>
	);
}

export function Palette() {
	return (
		<Dialog title={t('Go to, or do')} open={paletteOpen.value} close={() => (paletteOpen.value = false)}>
			<PaletteInside />
		</Dialog>
	);
}

function KeyList({ list }: { list: Key[] }) {
	return (
		<dl class="keys">
			{list.map((k) => (
				<div key={k.key}>
					<dt>
						{k.key.split(' ').map((part) => (
							<kbd key={part}>{keyName(part)}</kbd>
						))}
					</dt>
					<dd>{k.label}</dd>
				</div>
			))}
		</dl>
	);
}

export function KeysHelp() {
	const all = keys.value.map((l) => l.filter((k) => !k.hidden)).filter((l) => l.length);
	return (
		<Dialog title={t('Keys')} open={keysOpen.value} close={() => (keysOpen.value = false)} wide>
			{all.map((list, i) => (
				<KeyList key={i} list={list} />
			))}
			<p>
				<Button onClick={() => (letters.value = letters.value === 'on' ? 'off' : 'on')} aria-pressed={letters.value === 'off'}>
					{letters.value === 'on' ? t('Switch keys of one letter off') : t('Switch keys of one letter on')}
				</Button>
			</p>
		</Dialog>
	);
}
