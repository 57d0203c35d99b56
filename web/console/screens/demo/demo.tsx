// The demo without Telegram: what the bot "sent", and a place to answer it as a family. Mails, too.
import { useSignal } from '@preact/signals';
import { api, type DemoButton, type DemoMessage, type DemoWords } from '../../app/api';
import { may } from '../../app/me';
import { useRead } from '../../app/read';
import { go, place } from '../../app/router';
import { say } from '../../app/say';
import { t } from '../../app/text';
import { Button, Empty, Field, Head, problemText, Shown } from '../../parts/kit';
import './demo.css';

const SIDE = 800; // pixels of a photo that goes to the server
const MOST = 60_000; // characters of it

/** A picture small enough for a request, as base64. */
async function small(file: File): Promise<string> {
	const picture = await createImageBitmap(file);
	const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
	const canvas = document.createElement('canvas');
	canvas.width = Math.round(picture.width * scale);
	canvas.height = Math.round(picture.height * scale);
	canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
	for (let quality = 0.8; ; quality -= 0.1) {
		const text = canvas.toDataURL('image/jpeg', quality).split(',')[1]!;
		if (text.length <= MOST || quality < 0.2) return text;
	}
}

function Said({ message, press }: { message: DemoMessage; press: (b: DemoButton) => void }) {
	return (
		<li>
			{message.photo && <img src={message.photo} alt="" />}
			<p dir="auto">{message.text}</p>
			{message.buttons.length > 0 && (
				<div class="row">
					{message.buttons.map((b) => <Button key={b.text} onClick={() => press(b)}><span dir="auto">{b.text}</span></Button>)}
				</div>
			)}
		</li>
	);
}

function Chat({ chat, name }: { chat: number; name: string }) {
	const read = useRead((more) => api.getDemoChat(chat, more), ['messages', 'today'], [chat]);
	const words = useSignal('');
	async function speak(body: DemoWords) {
		try {
			await api.sayInDemo(chat, body);
			say(t('The bot has heard it.'), 'good');
			words.value = '';
			await read.again();
		} catch (e) {
			say(problemText(e), 'bad');
		}
	}
	return (
		<section class="card chat" aria-labelledby="chat">
			<h2 id="chat" dir="auto">{name}</h2>
			<Shown read={read} lines={4}>
				{(list) => list.length === 0 ? <p class="muted">{t('Nothing was said yet. Write /start.')}</p> : (
					<ol class="said-by-bot" aria-label={t('What the bot said')} tabIndex={0}>
						{list.map((m) => <Said key={m.id} message={m} press={(b) => void speak(b.data ? { press: b.data } : { text: b.text })} />)}
					</ol>
				)}
			</Shown>
			<form class="filters" onSubmit={(e) => {
				e.preventDefault();
				void speak({ text: words.value });
			}}>
				<Field label={t('Write as the family')} required maxLength={4096} value={words.value} onInput={(e) => (words.value = e.currentTarget.value)} />
				<Button type="submit" look="main">{t('Say it')}</Button>
			</form>
			<Field label={t('Send a photo of the task')} type="file" accept="image/*" onChange={(e) => {
				const file = e.currentTarget.files?.[0];
				if (file) void small(file).then((photo) => speak({ photo }), () => say(t('This is no picture.'), 'bad'));
			}} />
		</section>
	);
}

function Mails() {
	const read = useRead((more) => api.getDemoMails(more));
	return (
		<section class="card" aria-labelledby="mails">
			<h2 id="mails">{t('Mailbox')}</h2>
			<Shown read={read} lines={3}>
				{(list) => list.length === 0 ? <p class="muted">{t('No mail was sent yet.')}</p> : (
					<div class="stack">
						{list.map((m) => <details key={m.name}><summary dir="auto">{m.to}</summary><pre class="mail" dir="auto">{m.text}</pre></details>)}
					</div>
				)}
			</Shown>
		</section>
	);
}

export default function Demo() {
	const read = useRead((more) => api.getDemoChats(more), ['messages']);
	const chosen = Number(place.value.query.get('chat'));
	return (
		<>
			<Head title={t('The demo')} note={t('Play a family: what the bot says is here, and what you answer it hears. Nothing leaves this computer.')} />
			<Shown read={read} lines={6}>
				{(chats) => chats.length === 0 ? <Empty title={t('No family yet')}>{t('A shift has to run, with children in it.')}</Empty> : (
					<div class="stack">
						<label class="field">
							{t('Family')}
							<select value={chosen || chats[0]!.chat} onChange={(e) => go(`/console/demo?chat=${e.currentTarget.value}`)}>
								{chats.map((c) => <option key={c.chat} value={c.chat}>{c.name}</option>)}
							</select>
						</label>
						<Chat chat={chosen || chats[0]!.chat} name={(chats.find((c) => c.chat === chosen) ?? chats[0]!).name} />
						{may('administrator') && <Mails />}
					</div>
				)}
			</Shown>
		</>
	);
}
