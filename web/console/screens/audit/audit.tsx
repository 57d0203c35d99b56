// What staff and operators did.
import { useSignal } from '@preact/signals';
import { place, go } from '../../app/router';
import { t } from '../../app/text';
import { Button, Field, Head } from '../../parts/kit';
import { Trail, type Asked } from './trail';
import './audit.css';

export default function Audit() {
	const query = place.value.query;
	const asked: Asked = {
		action: query.get('action') ?? undefined, object_kind: query.get('kind') ?? undefined,
		object_id: query.get('id') ?? undefined, who: query.get('who') ?? undefined,
	};
	const action = useSignal(asked.action ?? '');
	const id = useSignal(asked.object_id ?? '');
	function ask(e: Event) {
		e.preventDefault();
		const pairs = Object.entries({ action: action.value.trim(), kind: asked.object_kind, id: id.value.trim(), who: asked.who })
			.filter((p): p is [string, string] => !!p[1]);
		go(`audit${pairs.length ? `?${new URLSearchParams(pairs)}` : ''}`);
	}
	return (
		<>
			<Head title={t('Audit')} note={t('Who did what, the newest first.')} />
			<form class="filters" role="search" onSubmit={ask}>
				<Field label={t('Action begins with')} value={action.value} placeholder="account." onInput={(e) => (action.value = e.currentTarget.value)} />
				<Field label={t('Id of the object')} value={id.value} onInput={(e) => (id.value = e.currentTarget.value)} />
				<Button type="submit" look="main" icon="search">{t('Find')}</Button>
			</form>
			<Trail asked={asked} />
		</>
	);
}
