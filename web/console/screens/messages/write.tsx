// Words to many: to whom, what they will see, how many; then it goes out, once.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api, type BroadcastCount, type BroadcastOrder, type Segment } from '../../app/api';
import { Problem } from '../../app/call';
import type { Read } from '../../app/read';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Dialog, Empty, Field, Moment, problemText, Shown } from '../../parts/kit';

interface WriteProps {
	segments: Read<Segment[]>;
	open: boolean;
	close: () => void;
	sent: () => void;
}

function said(problem: unknown): void {
	if (!(problem instanceof Problem)) throw problem;
	say(problem.code === 'Messages.Unlinked' ? t('No Telegram chat is linked to your account: there is nobody to try it on.')
		: problem.code === 'Console.Conflict' ? t('Text or people have changed: count again.') : problemText(problem), 'bad');
}

function Counted({ counted }: { counted: BroadcastCount }) {
	return (
		<section class="stack" aria-live="polite">
			<p class="bubble" dir="auto">{counted.preview}</p>
			<p>
				<strong>{n('{n} family gets it', '{n} families get it', counted.count)}</strong>
				{counted.unreachable > 0 && <span class="muted"> · {n('{n} has blocked the bot', '{n} have blocked the bot', counted.unreachable)}</span>}
			</p>
			<p class="muted">{t('It begins to go out:')} <Moment at={counted.send_at} /></p>
		</section>
	);
}

interface FormProps extends Omit<WriteProps, 'open' | 'segments'> {
	segments: Segment[];
}

function Form({ segments, close, sent }: FormProps) {
	const order = useSignal<BroadcastOrder>({ text: '', shift: segments[0]?.id ?? '', status: 'active' });
	const counted = useSignal<BroadcastCount | null>(null);
	const busy = useSignal(false);
	const form = useRef<HTMLFormElement>(null);
	// The dialog may have been open before the shifts came, and have given the focus already.
	useEffect(() => form.current?.querySelector('textarea')?.focus(), []);
	useEffect(() => {
		// The button was off while it counted, and so lost the focus.
		if (counted.value && !busy.value) form.current?.querySelector<HTMLElement>('.main')?.focus();
	}, [counted.value, busy.value]);
	const set = (more: Partial<BroadcastOrder>) => {
		order.value = { ...order.value, ...more };
		counted.value = null; // what was counted is not that any more
	};

	async function post(confirm?: string) {
		busy.value = true;
		try {
			const answer = await api.postBroadcast({ ...order.value, ...(confirm ? { confirm } : {}) });
			if (!confirm) return void (counted.value = answer);
			say(n('{n} message waits to be sent.', '{n} messages wait to be sent.', answer.added), 'good');
			sent();
			close();
		} catch (e) {
			// Without it the button counts again; after other problems it sends the same once more.
			if (e instanceof Problem && e.code === 'Console.Conflict') counted.value = null;
			said(e);
		} finally {
			busy.value = false;
		}
	}
	async function tryIt() {
		try {
			await api.tryBroadcast({ text: order.value.text });
			say(t('It goes to your own chat.'), 'good');
		} catch (e) {
			said(e);
		}
	}
	const o = order.value;
	const token = counted.value?.confirm;
	return (
		<form class="stack" ref={form} onSubmit={(e) => {
			e.preventDefault();
			void post(token ?? undefined);
		}}>
			<div class="filters">
				<label class="field">
					{t('Shift')}
					<select value={o.shift} onChange={(e) => set({ shift: e.currentTarget.value, city: undefined })}>
						{segments.map((s) => <option key={s.id} value={s.id}>{s.title}</option>)}
					</select>
				</label>
				<label class="field">
					{t('Members')}
					<select value={o.status ?? ''} onChange={(e) => set({ status: (e.currentTarget.value || undefined) as BroadcastOrder['status'] })}>
						<option value="">{t('all')}</option>
						<option value="active">{t('who take part')}</option>
						<option value="excluded">{t('who are excluded')}</option>
					</select>
				</label>
				<label class="field">
					{t('City')}
					<select value={o.city ?? ''} onChange={(e) => set({ city: e.currentTarget.value || undefined })}>
						<option value="">{t('any')}</option>
						{segments.find((s) => s.id === o.shift)?.cities.map((city) => <option key={city}>{city}</option>)}
					</select>
				</label>
			</div>
			<label class="tick">
				<input type="checkbox" checked={o.unreported ?? false} onChange={(e) => set({ unreported: e.currentTarget.checked })} />
				{t('only who has not reported today’s task')}
			</label>
			<label class="field">
				{t('What to say')}
				<textarea autofocus required maxLength={4096} rows={5} value={o.text} onInput={(e) => set({ text: e.currentTarget.value })} />
			</label>
			<Field label={t('Not before (empty: at once)')} type="datetime-local"
				onInput={(e) => set({ send_at: e.currentTarget.value ? new Date(e.currentTarget.value).toISOString() : undefined })} />
			{counted.value && <Counted counted={counted.value} />}
			<div class="row">
				{token && counted.value?.count
					? <Button type="submit" look="main" busy={busy.value}>{n('Send to {n} family', 'Send to {n} families', counted.value.count)}</Button>
					: <Button type="submit" look="main" busy={busy.value}>{t('Count and show')}</Button>}
				<Button disabled={!o.text.trim()} onClick={() => void tryIt()}>{t('Try it on me')}</Button>
				<Button onClick={close}>{t('Not now')}</Button>
			</div>
		</form>
	);
}

export function Write({ open, segments, ...rest }: WriteProps) {
	return (
		<Dialog wide title={t('Write to many')} open={open} close={rest.close}>
			<Shown read={segments} lines={6}>
				{(list) => list.length
					? <Form segments={list} {...rest} />
					: <Empty title={t('There is no shift yet')}>{t('Words go to the members of a shift: prepare one first.')}</Empty>}
			</Shown>
		</Dialog>
	);
}
