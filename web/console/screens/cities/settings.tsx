// A server's settings; a new one is asked whether it answers before it takes files.
import { useSignal } from '@preact/signals';
import { api, type ServerRow, type ServerSettings } from '../../app/api';
import { Problem } from '../../app/call';
import { hurry } from '../../app/pulse';
import { say } from '../../app/say';
import { t } from '../../app/text';
import { Choices, Dialog, Field } from '../../parts/kit';
import { settingsOf, why } from './words';

const fresh: ServerSettings = { name: '', host: '', port: 443, location: '', zone: '', latitude: 0, longitude: 0, is_on: true, is_active: false };

interface Props {
	server: ServerRow | 'new' | null;
	close: () => void;
	done: (id: string) => Promise<void>;
}

export function Settings({ server, close, done }: Props) {
	const isNew = server === 'new';
	const form = useSignal<ServerSettings>(server && !isNew ? settingsOf(server as ServerRow) : fresh);
	const wrong = useSignal('');
	const set = (more: Partial<ServerSettings>) => (form.value = { ...form.value, ...more });
	async function send(e: Event) {
		e.preventDefault();
		try {
			const said = isNew ? await api.addServer(form.value)
				: await api.changeServer((server as ServerRow).id, form.value, { ifMatch: `"${(server as ServerRow).version}"` });
			say(isNew ? t('It is being asked. Use it when it has answered.') : t('The server is changed.'), 'good');
			hurry();
			await done(said.id);
		} catch (p) {
			if (!(p instanceof Problem)) throw p;
			wrong.value = why(p);
		}
	}
	const text = (name: 'name' | 'host' | 'location' | 'zone', label: string, hint?: string) => (
		<Field label={label} hint={hint} required maxLength={name === 'name' ? 64 : 255} value={form.value[name]} onInput={(e) => set({ [name]: e.currentTarget.value })} />
	);
	const numeric = (name: 'port' | 'latitude' | 'longitude', label: string, min: number, max: number) => (
		<Field label={label} type="number" required min={min} max={max} step={name === 'port' ? 1 : 'any'} value={form.value[name]} onInput={(e) => set({ [name]: e.currentTarget.valueAsNumber })} />
	);
	return (
		<Dialog title={isNew ? t('Add a server') : t('Change the server')} open={!!server} close={close} wide>
			<form class="stack" onSubmit={send}>
				<div class="beside">
					{text('name', t('Name'), t('Latin letters, digits, _ and -'))}
					{text('location', t('Place'))}
					{text('host', t('Host'))}
					{numeric('port', t('Port'), 1, 65535)}
					{text('zone', t('Zone'), t('Servers of one zone hold each other’s files'))}
					{numeric('latitude', t('Latitude'), -90, 90)}
					{numeric('longitude', t('Longitude'), -180, 180)}
				</div>
				{isNew && <p class="muted small">{t('It takes no files until you have seen that it answers.')}</p>}
				{wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
				<Choices yes={isNew ? t('Add and ask it') : t('Save')} close={close} />
			</form>
		</Dialog>
	);
}
