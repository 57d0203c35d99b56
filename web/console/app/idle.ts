// Nobody is at it any more: the pages sign out, so that whoever comes by sees no children. All windows of a browser count as one.
import { signal } from '@preact/signals';
import { endSignIn, expired, me } from './me';
import { owesSignOut, oweSignOut } from './prefs';
import { site } from './site';

/** What goes on without a hand, an upload: it puts the end off. */
export const working = signal(0);

const LOOK = 5000; // milliseconds between two looks, and between two words to the other windows

let last = Date.now();
let told = 0;
const others = new BroadcastChannel('samovar');

const isOver = () => site.peek().lock > 0 && Date.now() - last >= site.peek().lock * 1000;

function begin(): void {
	last = Date.now();
	if (last - told < LOOK) return;
	told = last;
	others.postMessage('');
}

async function look(): Promise<void> {
	if (working.peek() > 0) begin();
	if (!me.peek() || !isOver()) return;
	me.value = null; // what is shown goes, whether or not the server answers
	expired.value = true;
	oweSignOut(true);
	await endSignIn().catch(() => undefined);
}

// A hand after a long sleep comes before any timer: it is no sign that somebody was there.
function touched(): void {
	if (me.peek() && isOver()) void look();
	else begin();
}

others.onmessage = () => (last = Date.now());
for (const what of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart']) addEventListener(what, touched, { passive: true, capture: true });
document.addEventListener('visibilitychange', () => void look());
setInterval(() => void look(), LOOK);
addEventListener('online', () => {
	if (owesSignOut()) void endSignIn().catch(() => undefined);
});
// A sign-in begins anew.
me.subscribe((who) => {
	if (who) begin();
});
