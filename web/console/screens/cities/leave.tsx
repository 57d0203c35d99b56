// A server is given up in steps: its only copies move, then it goes, then it is emptied.
import { useSignal } from '@preact/signals';
import { api, type ServerRow } from '../../app/api';
import { Problem } from '../../app/call';
import { hurry } from '../../app/pulse';
import { say } from '../../app/say';
import { n, t } from '../../app/text';
import { Button, Dialog, Field } from '../../parts/kit';
import { bytes } from '../files/words';
import { why } from './words';

function Steps({ at }: { at: number }) {
	return (
		<ol class="steps">
			{[t('Look'), t('Only copies move'), t('Delete')].map((step, i) => (
				<li key={step} aria-current={i === at ? 'step' : undefined} class={i < at ? 'done' : ''}>{step}</li>
			))}
		</ol>
	);
}

function Inside({ s, close, again }: { s: ServerRow; close: () => void; again: () => Promise<void> }) {
	const typed = useSignal('');
	const most = useSignal(s.sole ?? 0);
	const busy = useSignal(false);
	if ((s.sole ?? 0) > most.value) most.value = s.sole!;
	const step = s.state !== 'leaving' ? 0 : s.sole ? 1 : 2;
	async function act(what: Promise<unknown>, done: string, isOver: boolean) {
		busy.value = true;
		try {
			await what;
			say(done, 'good');
			hurry();
			if (isOver) close();
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			say(why(e), 'bad');
		}
		busy.value = false;
		await again();
	}
	return (
		<div class="stack">
			<Steps at={step} />
			<p>{n('It holds {n} file', 'It holds {n} files', s.files)}, {bytes(s.bytes)}.</p>
			{step === 0 && (
				<>
					<p>{t('First it takes nothing new, and what is only there is copied to other cities. What it has is served meanwhile, and you can take this back.')}</p>
					<Button look="main" busy={busy.value} onClick={() => void act(api.setLeaving(s.id, { leaves: true }), t('It takes nothing new. Its only copies move.'), false)}>{t('Begin')}</Button>
				</>
			)}
			{step === 1 && (
				<>
					<progress value={most.value - s.sole!} max={Math.max(1, most.value)} aria-label={t('Files that are elsewhere, too')} />
					<p role="status">{n('{n} file is only here still.', '{n} files are only here still.', s.sole!)} {t('You may close this: it goes on by itself.')}</p>
				</>
			)}
			{step === 2 && (
				<form class="stack" onSubmit={(e) => { e.preventDefault(); void act(api.deleteServer(s.id), t('It is gone for everybody, and is emptied by and by.'), true); }}>
					<p>{t('Every file is elsewhere, too. The server goes now; its objects are removed. There is no way back.')}</p>
					<Field label={t('Type its name to confirm: {name}', { name: s.name })} value={typed.value} autocomplete="off" spellcheck={false} onInput={(e) => (typed.value = e.currentTarget.value)} />
					<Button type="submit" look="bad" busy={busy.value} disabled={typed.value !== s.name}>{t('Delete the server')}</Button>
				</form>
			)}
			{step > 0 && <Button look="quiet" onClick={() => void act(api.setLeaving(s.id, { leaves: false }), t('It stays.'), true)}>{t('Let it stay')}</Button>}
		</div>
	);
}

export function Leave({ server, close, again }: { server?: ServerRow; close: () => void; again: () => Promise<void> }) {
	return (
		<Dialog title={t('Decommission {name}', { name: server?.name ?? '' })} open={!!server} close={close}>
			{server && <Inside key={server.id} s={server} close={close} again={again} />}
		</Dialog>
	);
}
