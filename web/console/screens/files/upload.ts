// The queue of uploads: two at a time, large ones in parts, which go on where a broken connection left them.
import { computed, effect, signal } from '@preact/signals';
import { api } from '../../app/api';
import { Problem } from '../../app/call';
import { working } from '../../app/idle';

const AT_ONCE = 2;
const IN_PARTS = 16 << 20; // bytes from which on
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
	/** Bytes of each of them but the last, as the server has them. */
	partBytes: number;
	id?: string;
	uploadId?: string;
	/** Grows with each run and each stop: what belongs to an earlier one does nothing more. */
	turn: number;
	request?: XMLHttpRequest;
}

export const uploads = signal<Upload[]>([]);
/** Grows with each file that has arrived. */
export const arrived = signal(0);
export const busy = computed(() => uploads.value.some((u) => u.state === 'waits' || u.state === 'runs'));
effect(() => {
	working.value = busy.value ? 1 : 0;
});

const show = () => (uploads.value = [...uploads.peek()]);

const stopped = () => new Problem(0, 'Stopped', '');

/** A run of an upload, and whether it is still the one that counts. */
interface Run {
	u: Upload;
	turn: number;
}

function check(run: Run): void {
	if (run.u.turn !== run.turn) throw stopped();
}

/** One request to a server; the answer's text and ETag. */
function send(run: Run, method: string, url: string, body: Blob | string | null, before: number): Promise<{ text: string; etag: string }> {
	const { u } = run;
	return new Promise((resolve, reject) => {
		const x = new XMLHttpRequest();
		u.request = x;
		x.open(method, url);
		x.upload.onprogress = (e) => {
			if (typeof body === 'string' || u.turn !== run.turn) return;
			u.sent = before + e.loaded;
			show();
		};
		x.onload = () => x.status >= 200 && x.status < 300
			? resolve({ text: x.responseText, etag: method === 'PUT' ? (x.getResponseHeader('ETag') ?? '') : '' })
			: reject(new Problem(x.status, 'Store', x.statusText));
		x.onerror = () => reject(new Problem(0, 'Network', ''));
		x.onabort = () => reject(stopped());
		x.send(body);
	});
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Gets an address and sends to it. Tries again what a broken connection has ended; what the server refuses is refused. */
async function patiently<S, T>(run: Run, sign: () => Promise<S>, act: (signed: S) => Promise<T>): Promise<T> {
	for (let n = 1; ; n++) {
		check(run);
		try {
			const signed = await sign();
			check(run);
			return await act(signed);
		} catch (e) {
			const p = e as Problem;
			if (p.code === 'Stopped' || n >= TRIES || (p.status !== 0 && p.status < 500)) throw e;
			await pause(1000 * 2 ** n);
		}
	}
}

async function open(run: Run, id: string): Promise<void> {
	const { u } = run;
	const said = await patiently(run, () => api.signParts(id, {}), ({ open, part_bytes }) => {
		u.partBytes = part_bytes;
		return send(run, 'POST', open!, '', 0);
	});
	check(run);
	u.uploadId = /<UploadId>([^<]+)<\/UploadId>/.exec(said.text)?.[1];
	if (!u.uploadId) throw new Problem(0, 'Store', '');
}

async function sendParts(run: Run, id: string): Promise<void> {
	const { u } = run;
	if (!u.uploadId) await open(run, id);
	const bytes = u.partBytes;
	const count = Math.ceil(u.size / bytes);
	for (let n = 1; n <= count; n++) {
		if (u.parts.has(n)) continue;
		const body = u.file.slice((n - 1) * bytes, n * bytes);
		const { etag } = await patiently(run, () => api.signParts(id, { upload_id: u.uploadId, first: n, count: 1 }),
			({ parts }) => send(run, 'PUT', parts[0]!, body, u.parts.size * bytes));
		check(run);
		u.parts.set(n, etag);
	}
	const list = [...u.parts].sort((a, b) => a[0] - b[0]).map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`).join('');
	await patiently(run, () => api.signParts(id, { upload_id: u.uploadId, first: 1, count: 0 }),
		({ complete }) => send(run, 'POST', complete!, `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`, u.size));
}

/** What has been begun at a server counts no more. */
function restart(u: Upload): void {
	u.id = undefined;
	u.uploadId = undefined;
	u.parts.clear();
	u.sent = 0;
}

async function announce(run: Run): Promise<void> {
	const { u } = run;
	const said = await api.announceUpload({ name: u.name, size: u.size, content_type: u.file.type || undefined });
	check(run);
	u.id = said.file.id;
	if (u.size >= IN_PARTS) await sendParts(run, u.id);
	else await patiently(run, async () => said.link, (link) => send(run, 'PUT', link, u.file, 0));
}

/** Goes on with parts that have come, if the server still knows of them. */
async function whole(run: Run): Promise<void> {
	const { u } = run;
	if (u.id && u.uploadId) {
		try {
			return await sendParts(run, u.id);
		} catch (e) {
			if ((e as Problem).status !== 404 || u.turn !== run.turn) throw e;
		}
	}
	restart(u);
	await announce(run);
}

async function start(u: Upload): Promise<void> {
	const run: Run = { u, turn: ++u.turn };
	u.state = 'runs';
	show();
	try {
		await whole(run);
		check(run);
		u.sent = u.size;
		u.state = 'done';
		arrived.value++;
	} catch (e) {
		if (!(e instanceof Problem)) throw e;
		if (u.turn !== run.turn) return;
		u.state = 'failed';
		u.why = e;
	}
	show();
	next();
}

function next(): void {
	const list = uploads.peek();
	const free = AT_ONCE - list.filter((u) => u.state === 'runs').length;
	list.filter((u) => u.state === 'waits').slice(0, Math.max(0, free)).forEach((u) => void start(u));
}

// Of what was dropped: a browser says it of files that were picked only.
const ways = new WeakMap<File, string>();

async function collect(entry: FileSystemEntry, found: File[]): Promise<number> {
	if (entry.isFile) {
		const file = await new Promise<File>((yes, no) => (entry as FileSystemFileEntry).file(yes, no));
		ways.set(file, entry.fullPath.slice(1));
		found.push(file);
		return 0;
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	let unread = 0;
	for (;;) { // a hundred at a time
		const some = await new Promise<FileSystemEntry[]>((yes, no) => reader.readEntries(yes, no));
		if (!some.length) return unread;
		for (const one of some) unread += await inside(one, found);
	}
}

/** Appends the files of an entry; how many, files or folders, could not be read. */
const inside = (entry: FileSystemEntry, found: File[]): Promise<number> => collect(entry, found).catch(() => 1);

/** What was dropped: files, and all that is in folders. How many of them could not be read. */
export async function addDropped(items: DataTransferItemList): Promise<number> {
	const entries = [...items].map((i) => i.webkitGetAsEntry()).filter((e): e is FileSystemEntry => e !== null);
	let unread = 0;
	for (const entry of entries) {
		const found: File[] = [];
		unread += await inside(entry, found);
		add(found);
	}
	return unread;
}

/** Files of a folder are named with their way in it. */
export function add(files: Iterable<File>): void {
	uploads.value = [...uploads.peek(), ...[...files].map((file): Upload => ({ name: ways.get(file) ?? (file.webkitRelativePath || file.name), size: file.size, sent: 0, state: 'waits', file, parts: new Map(), partBytes: 0, turn: 0 }))];
	next();
}

export function stop(u: Upload): void {
	u.turn++;
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
