// One request to the console's API.
import { signal } from '@preact/signals';

const BASE = '/console/api/v1';

export interface More {
	/** Nobody asked for it by hand: it does not put off the idle end of the sign-in. */
	background?: boolean;
	/** Takes the answer's ETag, and asks by it: then the answer may be SAME. */
	known?: Known;
	ifMatch?: string;
}

/** What a reader has seen last. */
export interface Known {
	etag?: string;
}

interface Options extends More {
	query?: Record<string, string | number | boolean | undefined>;
	body?: unknown;
	/** A body that is no JSON, and its type. */
	text?: string;
	type?: string;
}

/** Why a request failed. status 0: nobody answered. */
export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		detail: string,
		readonly field?: string,
		readonly requestId?: string,
		readonly retryAfter?: number,
		/** The whole answer. */
		readonly said?: Record<string, unknown>,
	) {
		super(detail);
	}
}

/** Nothing has changed since the ETag that was given. */
export class Same extends Error {}

/** Does the server answer? */
export const online = signal(true);
/** Called when the sign-in has ended. */
export const signedOut = signal(0);

function address(path: string, query: Options['query']): string {
	const pairs = Object.entries(query ?? {}).filter((p) => p[1] !== undefined && p[1] !== '');
	const text = new URLSearchParams(pairs.map(([k, v]) => [k, String(v)])).toString();
	return BASE + path + (text ? `?${text}` : '');
}

function headers(o: Options): HeadersInit {
	return {
		Accept: 'application/json',
		...(o.text !== undefined ? { 'Content-Type': o.type! } : o.body === undefined ? {} : { 'Content-Type': 'application/json' }),
		...(o.background ? { 'Samovar-Background': '1' } : {}),
		...(o.known?.etag ? { 'If-None-Match': o.known.etag } : {}),
		...(o.ifMatch ? { 'If-Match': o.ifMatch } : {}),
	};
}

async function problemOf(answer: Response): Promise<Problem> {
	const said = await answer.json().catch(() => ({}));
	return new Problem(
		answer.status, said.error ?? '', said.detail ?? answer.statusText, said.field,
		answer.headers.get('X-Request-Id') ?? undefined, Number(answer.headers.get('Retry-After')) || undefined, said,
	);
}

/** Asks whether it is still the same person; false: they would rather not. The frame has the dialog. */
export const prove: { ask?: () => Promise<boolean> } = {};

export async function call<T>(method: string, path: string, o: Options): Promise<T> {
	try {
		return await once<T>(method, path, o);
	} catch (e) {
		if ((e as Problem).code !== 'Auth.FreshNeeded' || !(await prove.ask?.())) throw e;
		return once<T>(method, path, o);
	}
}

async function once<T>(method: string, path: string, o: Options): Promise<T> {
	let answer: Response;
	try {
		answer = await fetch(address(path, o.query), {
			method, headers: headers(o), cache: 'no-store', credentials: 'same-origin',
			body: o.text ?? (o.body === undefined ? undefined : JSON.stringify(o.body)),
		});
	} catch {
		online.value = false;
		throw new Problem(0, 'Network', '');
	}
	online.value = answer.status !== 502 && answer.status !== 504;
	if (answer.status === 304) throw new Same();
	if (!answer.ok) {
		const problem = await problemOf(answer);
		if (problem.code === 'Auth.Unsigned' || problem.code === 'Auth.Expired') signedOut.value++;
		throw problem;
	}
	if (o.known) o.known.etag = answer.headers.get('ETag') ?? undefined;
	return answer.status === 204 ? (undefined as T) : answer.json();
}
