// The parts that screens are made of, on the elements that browsers have.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Problem } from '../app/call';
import { keyName } from '../app/keys';
import { moment, number, ownMoment, percent, relative, t } from '../app/text';
import type { Read } from '../app/read';
import { Icon, type IconName } from './icon';

type Children = { children?: ComponentChildren };

/** The head of a screen: its only h1, what one can do, and a line below. */
export function Head({ title, note, children }: Children & { title: string; note?: ComponentChildren }) {
	return (
		<header class="head">
			<div>
				<h1>{title}</h1>
				{note && <p class="muted">{note}</p>}
			</div>
			{children && <div class="row">{children}</div>}
		</header>
	);
}

/** Words that are seen are its name, too (WCAG 2.5.3): one has a name of its own only where it shows none. */
type Named = { children?: undefined; 'aria-label': string } | { children: ComponentChildren; 'aria-label'?: never };

type ButtonProps = Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'children' | 'aria-label'> & Named & {
	look?: 'main' | 'plain' | 'bad' | 'quiet';
	icon?: IconName;
	/** The key that does the same, shown beside it. */
	hint?: string;
	busy?: boolean;
	/** What it is about, where a list has such a button in each row: said behind the words that are seen. */
	of?: string;
};

export function Button({ look = 'plain', icon, hint, busy, of, children, disabled, ...rest }: ButtonProps) {
	return (
		<button type="button" class={`button ${look}`} disabled={disabled || busy} aria-busy={busy} aria-label={of && `${children as string}: ${of}`} {...rest}>
			{icon && <Icon name={icon} />}
			{children && <span>{children}</span>}
			{hint && <Hint keys={hint} />}
		</button>
	);
}

/** A key, for who sees it: keyboards have it, screen readers list keys on the page of "?". */
export function Hint({ keys }: { keys: string }) {
	return <kbd aria-hidden="true">{keyName(keys)}</kbd>;
}

export function Chip({ kind = 'plain', children }: Children & { kind?: 'plain' | 'good' | 'bad' | 'warn' | 'info' }) {
	return <span class={`chip ${kind}`}>{children}</span>;
}

/** A time in the site's zone; the reader's own, and how long ago, on hover. */
export function Moment({ at, ago }: { at: string; ago?: boolean }) {
	return (
		<time dateTime={at} title={`${ownMoment(at)} · ${relative(at)}`}>
			{ago ? relative(at) : moment(at)}
		</time>
	);
}

/** A field with its label, and what is wrong with it. */
export function Field({ label, wrong, hint, ...rest }: JSX.InputHTMLAttributes<HTMLInputElement> & { label: string; wrong?: string; hint?: string }) {
	const own = useId();
	const id = rest.id ?? own;
	return (
		<div class="field">
			<label for={id as string}>{label}</label>
			<input {...rest} id={id} aria-invalid={!!wrong} aria-describedby={wrong || hint ? `${id}-said` : undefined} />
			{(wrong || hint) && (
				<p id={`${id}-said`} class={wrong ? 'wrong' : 'muted'}>
					{wrong ?? hint}
				</p>
			)}
		</div>
	);
}

/** A dialog of the browser: it keeps the focus, and Esc closes it. */
export function Dialog({ title, open, close, children, wide }: Children & { title: string; open: boolean; close: () => void; wide?: boolean }) {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		const d = ref.current;
		if (open && !d?.open) d?.showModal();
		if (!open && d?.open) d.close();
	}, [open]);
	return (
		<dialog ref={ref} class={wide ? 'wide' : ''} aria-labelledby={id} onClose={close} onClick={(e) => e.target === ref.current && close()}>
			{open && (
				<div class="inside">
					<header class="head">
						<h2 id={id}>{title}</h2>
						<Button look="quiet" icon="close" aria-label={t('Close')} onClick={close} />
					</header>
					{children}
				</div>
			)}
		</dialog>
	);
}

/** The buttons below a dialog: what it is for, then the way out. Without `run` the first one sends the form. What is grave has
 *  no focus: Enter alone does not do it. */
export function Choices({ yes, no, look = 'main', run, close, busy, disabled, children }: Children & {
	yes: ComponentChildren; no?: string; look?: 'main' | 'bad' | 'plain'; run?: () => void; close: () => void; busy?: boolean; disabled?: boolean;
}) {
	return (
		<div class="row">
			<Button type={run ? 'button' : 'submit'} look={look} autofocus={!!run && look !== 'bad'} busy={busy} disabled={disabled} onClick={run}>{yes}</Button>
			{children}
			<Button onClick={close}>{no ?? t('Leave it')}</Button>
		</div>
	);
}

/** One of a few, or all of them: a filter above a list. */
export function Choice({ label, value, change, options }: { label: string; value: string | undefined; change: (value: string) => void; options: (readonly [value: string, name: string])[] }) {
	return (
		<label class="field">
			{label}
			<select value={value ?? ''} onChange={(e) => change(e.currentTarget.value)}>
				<option value="">{t('any')}</option>
				{options.map(([one, name]) => <option key={one} value={one}>{name}</option>)}
			</select>
		</label>
	);
}

/** For a phone's camera; '' while it is on its way. */
export function QrCode({ svg, alt }: { svg: string; alt: string }) {
	return <img class="qr" src={svg ? `data:image/svg+xml,${encodeURIComponent(svg)}` : undefined} width="220" height="220" alt={alt} />;
}

// -- honest states

/** Grey lines in the place of what comes; they show only when it takes its time. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
	return (
		<div class="skeleton" role="status">
			<span class="hidden">{t('Loading')}</span>
			{Array.from({ length: lines }, (_, i) => (
				<i key={i} />
			))}
		</div>
	);
}

/** Nothing is here: what to do about it. */
export function Empty({ title, children }: Children & { title: string }) {
	return (
		<div class="empty">
			<h2>{title}</h2>
			{children && <p class="muted">{children}</p>}
		</div>
	);
}

/** What a failed call means to a person. Whatever else was thrown is a fault of ours, and goes on. */
export function problemText(p: unknown): string {
	if (!(p instanceof Problem)) throw p;
	if (p.status === 0) return t('There is no connection to the server.');
	if (p.code === 'Auth.FactorNeeded') return t('This needs a second factor: set one up under "Me".');
	if (p.code === 'Auth.FreshNeeded') return t('Nothing was done: it needs your password once more.');
	if (p.status === 403) return t('You may not do that.');
	if (p.status === 404) return t('It is not there any more.');
	if (p.status === 409 || p.status === 412) return t('Somebody else has changed it meanwhile.');
	if (p.status === 429) return t('Too many attempts. Wait a moment.');
	if (p.status >= 500) return t('The server cannot do that at the moment.');
	return p.message;
}

/** What failed, the id to look for in the logs, and another try. */
export function Failure({ problem, again }: { problem: Problem; again?: () => void }) {
	return (
		<div class="failure" role="alert">
			<Icon name="alert" />
			<div>
				<p>{problemText(problem)}</p>
				{problem.requestId && (
					<p class="muted small">
						{t('Request')} <code>{problem.requestId}</code>
					</p>
				)}
			</div>
			{again && <Button onClick={again}>{t('Try again')}</Button>}
		</div>
	);
}

/** What was read: a skeleton before, a failure in its place, and old data marked as such. */
export function Shown<T>({ read, lines, children }: { read: Read<T>; lines?: number; children: (data: T) => ComponentChildren }) {
	const data = read.data.value;
	const problem = read.problem.value;
	if (data === undefined) return problem ? <Failure problem={problem} again={() => void read.again()} /> : <Skeleton lines={lines} />;
	return (
		<>
			{problem && (
				<p class="stale" role="status">
					{t('As of {time}; it cannot be read now.', { time: relative(new Date(read.at.value).toISOString()) })}{' '}
					<Button look="quiet" onClick={() => void read.again()}>
						{t('Try again')}
					</Button>
				</p>
			)}
			<div class={problem ? 'stack old' : 'stack'}>{children(data)}</div>
		</>
	);
}

// -- figures

/** A number with its name, a bar of its share below. */
export function Figure({ name, value, of, kind = 'plain', href }: { name: string; value: number; of?: number; kind?: 'plain' | 'good' | 'bad' | 'warn'; href?: string }) {
	const share = of ? percent(value, of) : 0;
	const inside = (
		<>
			<span class="name">{name}</span>
			<strong>{number(value)}</strong>
			{of !== undefined && (
				<span class={`bar ${kind}`} aria-hidden="true">
					<i style={{ width: `${Math.min(100, share)}%` }} />
				</span>
			)}
		</>
	);
	return href ? (
		<a class="figure" href={href}>
			{inside}
		</a>
	) : (
		<div class="figure">{inside}</div>
	);
}

export interface Column<T> {
	name: string;
	cell: (row: T) => ComponentChildren;
	number?: boolean;
}

/** A table that becomes a list of cards on a phone. */
export function Table<T>({ caption, columns, rows, id, chosen }: { caption: string; columns: Column<T>[]; rows: T[]; id: (row: T) => string | number; chosen?: string | number }) {
	return (
		<table>
			<caption class="hidden">{caption}</caption>
			<thead>
				<tr>
					{columns.map((c) => (
						<th key={c.name} scope="col" class={c.number ? 'number' : ''}>
							{c.name}
						</th>
					))}
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<tr key={id(row)} class={chosen === id(row) ? 'chosen' : ''}>
						{columns.map((c) => (
							<td key={c.name} data-name={c.name} class={c.number ? 'number' : ''}>
								{c.cell(row)}
							</td>
						))}
					</tr>
				))}
			</tbody>
		</table>
	);
}
