// What shifts are called, and why something with them failed.
import type { ShiftRow } from '../../app/api';
import type { Problem } from '../../app/call';
import { shortDay, t } from '../../app/text';
import { problemText } from '../../parts/kit';

type Status = ShiftRow['status'];

export function statusText(status: Status): string {
	switch (status) {
		case 'preparing': return t('in preparation');
		case 'started': return t('running');
		case 'ready_for_complete': return t('waits for reviews');
		case 'finished': return t('finished');
		case 'cancelled': return t('cancelled');
	}
}

export const statusKind = (status: Status) =>
	status === 'started' ? 'good' : status === 'preparing' ? 'info' : status === 'ready_for_complete' ? 'warn' : 'plain';

export const dates = (s: { started_at: string; finished_at: string }) =>
	`${shortDay(s.started_at)} – ${shortDay(s.finished_at)} ${s.finished_at.slice(0, 4)}`;

export function why(p: Problem): string {
	switch (p.code) {
		case 'Shift.Past': return t('A first or last day must still be to come.');
		case 'Shift.Order': return t('The first day must be before the last.');
		case 'Shift.Long': return t('A shift is four months at most.');
		case 'Shift.Preparing': return t('A shift is in preparation already: there can be one.');
		case 'Shift.TooSoon': return t('The running shift has only just begun.');
		case 'Shift.Overlap': return t('The running shift must end before the next one begins.');
		case 'Shift.Closed': return t('A shift that is over is not changed any more.');
		case 'Shift.Runs': return t('The first day of a running shift stays.');
		case 'Shift.State': return t('The shift is in another state by now.');
		case 'Shift.NoTasks': return t('There are no tasks to plan a shift with.');
		case 'Shift.TaskIsOut': return t('The task of today is out: its day keeps it.');
		case 'Shift.RequestReviewed': return t('Somebody else has answered this application.');
		case 'Request.Validation': return p.message;
		default: return problemText(p);
	}
}

/** The day that is `n` days after one, both YYYY-MM-DD. */
export function dayAfter(day: string, n: number): string {
	return new Date(Date.parse(day) + n * 86_400_000).toISOString().slice(0, 10);
}
