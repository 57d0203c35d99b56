// The photos that this reviewer holds: some are fetched ahead, decisions go out behind one's back.
import { computed, signal } from '@preact/signals';
import { api, type Reason, type Review } from '../../app/api';
import { Problem, type More } from '../../app/call';
import { hurry } from '../../app/pulse';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { problemText } from '../../parts/kit';

const AHEAD = 4; // the one before one's eyes and three more
const KEEP_MS = 45_000; // claims last two minutes
const EXCEPT_MOST = 200;

interface Decided {
	review: Review;
	approved: boolean;
	/** When it is there, the server knows it. */
	sent: Promise<boolean>;
	until: number;
}

export const held = signal<Review[]>([]);
export const current = computed(() => held.value[0]);
export const left = signal<number | undefined>(undefined);
export const done = signal(0);
export const skipped = signal<string[]>([]);
export const problem = signal<Problem | null>(null);
export const reasons = signal<Reason[]>([]);
let decided: Decided[] = [];
let asking: Promise<void> | null = null;

const idOf = (r: Review) => r.report.id;

/** asked: what one held when the question went out; what has come back since is not in the answer. */
function take(found: Review[], asked: Set<string>) {
	const old = new Map(held.peek().map((r) => [idOf(r), r]));
	const pending = new Set(decided.filter((d) => d.until > Date.now()).map((d) => idOf(d.review)));
	const mine = new Map(found.filter((r) => !pending.has(idOf(r))).map((r) => [idOf(r), r]));
	// What one looks at stays where it is, with the address that the browser has loaded.
	const kept = [...old.values()].filter((r) => mine.has(idOf(r)) || !asked.has(idOf(r)));
	held.value = [...kept, ...[...mine.values()].filter((r) => !old.has(idOf(r)))];
}

async function ask(more: More) {
	const asked = new Set(held.peek().map(idOf));
	try {
		const answer = await api.claimReviews({
			count: AHEAD, hold: [...asked],
			except: [...skipped.peek(), ...decided.map((d) => idOf(d.review))].slice(-EXCEPT_MOST),
		}, more);
		take(answer.reports, asked);
		left.value = answer.left;
		problem.value = null;
	} catch (e) {
		problem.value = e as Problem;
	}
}

/** Gets what is missing; one question at a time. */
export function fill(more: More = {}): Promise<void> {
	asking ??= ask(more).finally(() => (asking = null));
	return asking;
}

/** Whoever words one anew gives it another id: what was on the page is not sent for it. */
export async function readReasons(): Promise<void> {
	const list = await api.getReasons().catch(() => null);
	if (list) reasons.value = list;
}

/** Starts; what it gives back stops it and frees the claims. */
export function begin(): () => void {
	held.value = [];
	skipped.value = [];
	done.value = 0;
	void fill();
	const timer = setInterval(() => void fill({ background: true }), KEEP_MS);
	return () => {
		clearInterval(timer);
		void api.claimReviews({ count: 0, hold: [], except: [] }, { background: true }).catch(() => {});
	};
}

function drop(id: string) {
	held.value = held.peek().filter((r) => idOf(r) !== id);
	if (held.peek().length < AHEAD) void fill();
}

function back(review: Review) {
	held.value = [review, ...held.peek().filter((r) => idOf(r) !== idOf(review))];
}

async function send(review: Review, approved: boolean, reason: number): Promise<boolean> {
	try {
		await api.decide(idOf(review), { attempt: review.report.attempt, approved, reason });
		hurry();
		return true;
	} catch (e) {
		decided = decided.filter((d) => d.review !== review);
		done.value--;
		if ((e as Problem).status === 409 || (e as Problem).status === 404) {
			say(t('Somebody else has decided this one, or another photo has come.'), 'bad');
		} else if ((e as Problem).status === 412) {
			void readReasons();
			say(t('That reason has other words now. The photo is back: choose again.'), 'bad');
			back(review);
		} else {
			say(t('The decision has not arrived. The photo is back.'), 'bad');
			back(review);
		}
		return false;
	}
}

/** The next photo is there at once; the server hears of it meanwhile. */
export function decide(approved: boolean, reason = 0): void {
	const review = current.peek();
	if (!review) return;
	const one: Decided = { review, approved, until: Date.now() + 10_000, sent: Promise.resolve(false) };
	decided = [...decided.filter((d) => d.until > Date.now()), one];
	done.value++;
	if (left.peek()) left.value = left.peek()! - 1;
	one.sent = send(review, approved, reason);
	drop(idOf(review));
	say(approved ? t('Approved') : t('Declined'), approved ? 'good' : 'plain', { label: t('Undo'), run: () => void undo() }, 10);
}

/** The last decision that can still be taken back. */
export async function undo(): Promise<void> {
	const one = decided.at(-1);
	if (!one || one.until < Date.now()) return say(t('There is nothing to undo any more.'));
	decided = decided.slice(0, -1);
	if (!(await one.sent)) return;
	try {
		await api.undecide(idOf(one.review));
		back(one.review);
		void fill();
		done.value--;
		left.value = (left.peek() ?? 0) + 1;
		say(t('Taken back. Nobody has been told.'));
	} catch (e) {
		if (!(e instanceof Problem)) throw e;
		if (e.status === 409 || e.status === 404) return say(t('It was too late: the family has been told.'), 'bad');
		decided = [...decided, one];
		say(problemText(e), 'bad', { label: t('Undo'), run: () => void undo() }, 10);
	}
}

export function skip(): void {
	const review = current.peek();
	if (!review) return;
	skipped.value = [...skipped.peek(), idOf(review)];
	drop(idOf(review));
	say(n('{n} skipped', '{n} skipped', skipped.peek().length));
}

export function unskip(): void {
	skipped.value = [];
	void fill();
}
