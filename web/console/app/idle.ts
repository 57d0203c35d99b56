// Nobody is at it any more: the pages sign out, so that whoever comes by sees no children. All windows of a browser count as one.
import { signal } from '@preact/signals';
import { expired, me, signOut } from './me';
import { site } from './site';

/** What goes on without a hand, an upload: it puts the end off. */
export const working = signal(0);

const LOOK = 5000; // milliseconds between two looks, and between two words to the other windows

let last = Date.now();
let told = 0;
const others = new BroadcastChannel('samovar');

function touched(): void {
	last = Date.now();
	if (last - told < LOOK) return;
	told = last;
	others.postMessage('');
}

async function look(): Promise<void> {
	const lock = site.peek().lock * 1000;
	if (working.peek() > 0) touched();
	if (!lock || !me.peek() || Date.now() - last < lock) return;
	me.value = null; // what is shown goes, whether or not the server answers
	expired.value = true;
	await signOut().catch(() => undefined);
	expired.value = true;
}

others.onmessage = () => (last = Date.now());
for (const what of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart']) addEventListener(what, touched, { passive: true, capture: true });
document.addEventListener('visibilitychange', () => void look());
setInterval(() => void look(), LOOK);
// A sign-in begins anew.
me.subscribe((who) => {
	if (who) touched();
});
