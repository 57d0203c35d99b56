// The queue of uploads: two at a time, large ones in parts, which go on where a broken connection left them.
import { computed, signal } from '@preact/signals';
import { api } from '../../app/api';
import { Problem } from '../../app/call';

const AT_ONCE = 2;
const IN_PARTS = 16 << 20; // bytes from which on
const PART = 8 << 20;
const PARTS_MOST = 10_000;
const TRIES = 5;

export interface Upload {
	name: string;
	size: number;
	sent: number;
	state: 'waits' | 'runs' | 'done' | 'failed' | 'stopped';
	why?: Problem;
	file: File;
	/** Of one in parts: ETags that have come, by number. */
	parts: Map<number, string>;
	id?: string;
	uploadId?: string;
	request?: XMLHttpRequest;
}

export const uploads = signal<Upload[]>([]);
/** Grows with each file that has arrived. */
export const arrived = signal(0);
export const busy = computed(() => uploads.value.some((u) => u.state === 'waits' || u.state === 'runs'));

const show = () => (uploads.value = [...uploads.peek()]);

/** One request to a server; the answer's text and ETag. */
function send(u: Upload, method: string, url: string, body: Blob | string | null, before: number): Promise<{ text: string; etag: string }> {
	return new Promise((resolve, reject) => {
		const x = new XMLHttpRequest();
		u.request = x;
		x.open(method, url);
		x.upload.onprogress = (e) => {
			if (typeof body === 'string') return;
			u.sent = before + e.loaded;
			show();
		};
		x.onload = () => x.status >= 200 && x.status < 300
			? resolve({ text: x.responseText, etag: method === 'PUT' ? (x.getResponseHeader('ETag') ?? '') : '' })
			: reject(new Problem(x.status, 'Store', x.statusText));
		x.onerror = () => reject(new Problem(0, 'Network', ''));
		x.onabort = () => reject(new Problem(0, 'Stopped', ''));
		x.send(body);
	});
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Tries again what a broken connection has ended; what the server refuses is refused. */
async function patiently<T>(u: Upload, act: () => Promise<T>): Promise<T> {
	for (let n = 1; ; n++) {
		try {
			return await act();
		} catch (e) {
			const p = e as Problem;
			if (u.state === 'stopped' || p.code === 'Stopped' || n >= TRIES || (p.status !== 0 && p.status < 500)) throw e;
			await pause(1000 * 2 ** n);
		}
	}
}

const partSize = (size: number) => Math.max(PART, Math.ceil(size / PARTS_MOST));

async function sendParts(u: Upload, id: string): Promise<void> {
	if (!u.uploadId) {
		const { open } = await api.signParts(id, {});
		const said = await patiently(u, () => send(u, 'POST', open!, '', 0));
		u.uploadId = /<UploadId>([^<]+)<\/UploadId>/.exec(said.text)?.[1];
		if (!u.uploadId) throw new Problem(0, 'Store', '');
	}
	const bytes = partSize(u.size);
	const count = Math.ceil(u.size / bytes);
	for (let n = 1; n <= count; n++) {
		if (u.parts.has(n)) continue;
		const body = u.file.slice((n - 1) * bytes, n * bytes);
		const before = u.parts.size * bytes;
		const { etag } = await patiently(u, async () => {
			const { parts } = await api.signParts(id, { upload_id: u.uploadId, first: n, count: 1 });
			return send(u, 'PUT', parts[0]!, body, before);
		});
		u.parts.set(n, etag);
	}
	const list = [...u.parts].sort((a, b) => a[0] - b[0]).map(([n, etag]) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag}</ETag></Part>`).join('');
	await patiently(u, async () => {
		const { complete } = await api.signParts(id, { upload_id: u.uploadId, first: 1, count: 0 });
		return send(u, 'POST', complete!, `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`, u.size);
	});
}

async function run(u: Upload): Promise<void> {
	u.state = 'runs';
	show();
	try {
		if (u.size >= IN_PARTS && u.id && u.uploadId) await sendParts(u, u.id);
		else {
			const said = await api.announceUpload({ name: u.name, size: u.size, content_type: u.file.type || undefined });
			u.id = said.file.id;
			if (u.size >= IN_PARTS) await sendParts(u, u.id);
			else await patiently(u, () => send(u, 'PUT', said.link, u.file, 0));
		}
		u.sent = u.size;
		u.state = 'done';
		arrived.value++;
	} catch (e) {
		if (!(e instanceof Problem)) throw e;
		if (u.state === 'runs') u.state = 'failed';
		u.why = e;
	}
	show();
	next();
}

function next(): void {
	const list = uploads.peek();
	const free = AT_ONCE - list.filter((u) => u.state === 'runs').length;
	list.filter((u) => u.state === 'waits').slice(0, Math.max(0, free)).forEach((u) => void run(u));
}

export function add(files: Iterable<File>): void {
	uploads.value = [...uploads.peek(), ...[...files].map((file): Upload => ({ name: file.name, size: file.size, sent: 0, state: 'waits', file, parts: new Map() }))];
	next();
}

export function stop(u: Upload): void {
	u.state = 'stopped';
	u.request?.abort();
	show();
	next();
}

/** Once more: one in parts goes on behind those that have come. */
export function again(u: Upload): void {
	u.state = 'waits';
	u.why = undefined;
	show();
	next();
}

export const forget = () => (uploads.value = uploads.peek().filter((u) => u.state === 'waits' || u.state === 'runs'));

window.addEventListener('beforeunload', (e) => {
	if (busy.peek()) e.preventDefault();
});
