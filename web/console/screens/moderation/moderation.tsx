// What people have reported: look at it, with what was said around it, and decide.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, type Report } from '../../app/api';
import { Problem } from '../../app/call';
import { useKeys } from '../../app/keys';
import { pulse, useTopics } from '../../app/pulse';
import { say } from '../../app/say';
import { screenAddress } from '../../app/shown';
import { n, t } from '../../app/text';
import { Button, Chip, Choices, Dialog, Empty, Head, Moment, problemText } from '../../parts/kit';
import { More, usePages } from '../../parts/pages';
import './moderation.css';

function kindText(kind: Report['kind']): string {
	return kind === 'profile' ? t('Profile') : kind === 'card' ? t('Card') : t('Message');
}

function Around({ lines }: { lines: NonNullable<Report['around']> }) {
	return (
		<ol class="around" aria-label={t('What was said')}>
			{lines.map((line) => (
				<li key={line.at + line.text} class={line.is_it ? 'it' : ''}>
					<strong dir="auto">{line.name}</strong> <span class="muted small"><Moment at={line.at} /></span>
					{line.is_it && <Chip kind="bad">{t('reported')}</Chip>}
					<p dir="auto">{line.text}</p>
				</li>
			))}
		</ol>
	);
}

function Owner({ owner }: { owner: NonNullable<Report['owner']> }) {
	const href = screenAddress('people', `/${owner.uuid}`);
	return (
		<p class="small">
			{t('By')} {href ? <a href={href} dir="auto">{owner.name}</a> : <span dir="auto">{owner.name}</span>}
			{owner.times > 1 && <> · <span class="muted">{n('reported {n} time', 'reported {n} times', owner.times)}</span></>}
		</p>
	);
}

interface OneProps {
	report: Report;
	chosen: boolean;
	choose: () => void;
	leave: () => void;
	hide: () => void;
}

function One({ report, chosen, choose, leave, hide }: OneProps) {
	return (
		<article class={chosen ? 'card report chosen' : 'card report'} onFocusIn={choose} onClick={choose} aria-labelledby={`report-${report.id}`}>
			<header class="row">
				<Chip kind="warn">{kindText(report.kind)}</Chip>
				<h2 id={`report-${report.id}`} dir="auto">{report.title ?? t('It is gone')}</h2>
				<span class="muted small"><Moment at={report.at} ago /></span>
			</header>
			<p>
				<strong dir="auto">{report.reason}</strong>
				{report.note && <> — <span dir="auto">{report.note}</span></>}
				<span class="muted small"> · {report.reporter ?? t('somebody who is gone')}{report.times > 1 && <> · {n('{n} report of it', '{n} reports of it', report.times)}</>}</span>
			</p>
			{report.around ? <Around lines={report.around} /> : report.text && <p class="quoted" dir="auto">{report.text}</p>}
			{report.owner && <Owner owner={report.owner} />}
			<div class="row">
				<Button look="bad" hint={chosen ? 'h' : undefined} onClick={hide}>{report.kind === 'message' ? t('Remove the message') : t('Hide it')}</Button>
				<Button hint={chosen ? 'l' : undefined} onClick={leave}>{t('Leave it')}</Button>
			</div>
		</article>
	);
}

export default function Moderation() {
	useTopics(['reports']);
	const pages = usePages((after, more) => api.getReports({ after: after as number | undefined }, more));
	const at = useSignal(0);
	const removing = useSignal<Report | null>(null);
	const rows = pages.rows.value ?? [];
	const last = pulse.value.reports?.last;
	useEffect(() => {
		if (last !== undefined) void pages.again();
	}, [last]);

	async function decide(report: Report, decision: 'dismissed' | 'locked' | 'removed') {
		removing.value = null;
		try {
			await api.decideReport(report.id, { decision });
			say(decision === 'dismissed' ? t('It stays. Whoever reported it is told.') : t('Nobody sees it any more. Whoever reported it is told.'), 'good');
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			say(e.status === 404 ? t('Somebody else has decided it.') : problemText(e), 'bad');
			if (e.status !== 404) return;
		}
		pages.rows.value = rows.filter((r) => r.id !== report.id);
		at.value = Math.min(at.value, Math.max(0, rows.length - 2));
	}
	const hide = (report: Report) => (report.kind === 'message' ? (removing.value = report) : void decide(report, 'locked'));
	const step = (by: number) => {
		at.value = Math.max(0, Math.min(rows.length - 1, at.value + by));
		document.querySelectorAll('.report')[at.value]?.scrollIntoView({ block: 'nearest' });
	};
	useKeys([
		{ key: 'j', label: t('Next report'), run: () => step(1) },
		{ key: 'k', label: t('Report before'), run: () => step(-1) },
		{ key: 'h', label: t('Hide it'), run: () => rows[at.value] && hide(rows[at.value]!) },
		{ key: 'l', label: t('Leave it'), run: () => rows[at.value] && void decide(rows[at.value]!, 'dismissed') },
	], [rows]);
	return (
		<>
			<Head title={t('Moderation')} note={t('What people have reported, the oldest first. Of a room you see these lines and nothing else.')} />
			<More pages={pages} empty={<Empty title={t('Nothing is reported')}>{t('New reports appear here by themselves.')}</Empty>}>
				{(list: Report[]) => (
					<div class="stack">
						{list.map((report, i) => (
							<One key={report.id} report={report} chosen={at.value === i} choose={() => (at.value = i)}
								leave={() => void decide(report, 'dismissed')} hide={() => hide(report)} />
						))}
					</div>
				)}
			</More>
			<Dialog title={t('Remove the message?')} open={!!removing.value} close={() => (removing.value = null)}>
				<p>{t('In its place everybody reads that a message was removed. There is no way back.')}</p>
				<Choices yes={t('Remove it')} no={t('Not now')} look="bad" run={() => removing.value && void decide(removing.value, 'removed')} close={() => (removing.value = null)} />
			</Dialog>
		</>
	);
}
