// Rows of the audit trail: who did what to which object, and what it changed, field by field.
import { api, type AuditRow } from '../../app/api';
import { t } from '../../app/text';
import { screenAddress } from '../../app/shown';
import { Empty, Moment } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';

export interface Asked {
	object_kind?: string;
	object_id?: string;
	who?: string;
	action?: string;
}

const shown = (value: unknown) => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));

/** Each field that differs, before and after. */
function Difference({ row }: { row: AuditRow }) {
	const before = row.before ?? {};
	const after = row.after ?? {};
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
	const more = Object.entries(row.more ?? {});
	return (
		<>
			{names.length > 0 && (
				<table class="narrow">
					<thead>
						<tr><th scope="col">{t('Field')}</th><th scope="col">{t('Before')}</th><th scope="col">{t('After')}</th></tr>
					</thead>
					<tbody>
						{names.map((name) => (
							<tr key={name}>
								<th scope="row">{name}</th>
								<td dir="auto">{shown(before[name])}</td>
								<td dir="auto">{shown(after[name])}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			{more.length > 0 && (
				<ul class="plain">
					{more.map(([name, value]) => <li key={name}><span>{name}</span><span dir="auto">{shown(value)}</span></li>)}
				</ul>
			)}
			<p class="muted small">
				{row.address && <>{t('From {address}', { address: row.address })} · </>}
				{row.request_id ? <>{t('Request')} <code>{row.request_id}</code></> : t('By the command line, or the service itself')}
			</p>
		</>
	);
}

/** The page of what it was done to. */
function target(row: AuditRow): string | undefined {
	return row.object_kind === 'account' && row.object_id ? screenAddress('people', `/${row.object_id}`) : undefined;
}

export function Trail({ asked }: { asked: Asked }) {
	const pages = usePages((after, more) => api.getAudit({ ...asked, after: after as number | undefined }, more), [JSON.stringify(asked)]);
	return (
		<More pages={pages} empty={<Empty title={t('Nothing is noted here')} />}>
			{(rows: AuditRow[]) => (
				<ul class="plain trail">
					{rows.map((row) => {
						const href = target(row);
						return (
							<li key={row.id}>
								<details>
									<summary>
										<code>{row.action}</code>
										<span dir="auto">{row.who?.name ?? t('Nobody by name')}</span>
										<span class="muted"><Moment at={row.at} /></span>
									</summary>
									<div class="inside">
										<p>
											{row.object_kind}{' '}
											{href ? <a href={href}>{row.object_id}</a> : <code>{row.object_id}</code>}
										</p>
										<Difference row={row} />
									</div>
								</details>
							</li>
						);
					})}
				</ul>
			)}
		</More>
	);
}
