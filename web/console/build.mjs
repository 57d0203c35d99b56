// usage: node build.mjs OUT, in a folder with the sources, app/api.ts, po/ and node_modules
// Pages for nginx: names that change with the content, each file compressed beside itself, and
// an index.html that names them. Fails where a text lacks a language, or a file is too large.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { geoEquirectangular, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';

const OUT = process.argv[2];
const LANGUAGES = ['ru', 'ko']; // English stands in the sources
const KB = 1024;
const MOST = { first: 60 * KB, screen: 25 * KB, style: 15 * KB }; // compressed

const folders = (dir) => readdirSync(dir, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
const files = (dir, end) => existsSync(dir) ? readdirSync(dir).filter((f) => f.endsWith(end)).sort() : [];
const kB = (n) => `${(n / KB).toFixed(1)} kB`;

function die(lines) {
	console.error(lines.join('\n'));
	process.exit(1);
}

// -- texts

// A catalogue of gettext: {msgid: msgstr or [forms]}.
function readPo(file) {
	const out = {};
	for (const block of readFileSync(file, 'utf8').split(/\n\s*\n/)) {
		const said = {};
		let at = '';
		for (const line of block.split('\n')) {
			const part = /^(msgid|msgid_plural|msgstr|msgstr\[\d\]) (".*")$/.exec(line);
			if (part) at = part[1];
			const text = part ? part[2] : /^".*"$/.test(line) ? line : null;
			if (text) said[at] = (said[at] ?? '') + JSON.parse(text);
		}
		if (!said.msgid) continue;
		const forms = Object.keys(said).filter((k) => k.startsWith('msgstr[')).sort().map((k) => said[k]);
		out[said.msgid] = forms.length ? forms : said.msgstr;
	}
	return out;
}

// What the sources of a folder say: t('...') and n('...', '...', number).
function textsIn(dir) {
	const found = new Set();
	const quoted = String.raw`'((?:[^'\\\n]|\\.)*)'`;
	for (const file of [...files(dir, '.ts'), ...files(dir, '.tsx')]) {
		const text = readFileSync(join(dir, file), 'utf8');
		for (const [, inner] of text.matchAll(new RegExp(String.raw`(?<![\w.])[tn]\(\s*${quoted}`, 'g')))
			found.add(inner.replace(/\\(.)/g, '$1'));
	}
	return found;
}

function makeTexts() {
	const places = [['app', 'app'], ['parts', 'parts'], ...folders('screens').map((s) => [s, join('screens', s)])];
	const wrong = [];
	mkdirSync('texts', { recursive: true });
	for (const language of LANGUAGES) {
		const all = {};
		const said = Object.fromEntries(places.map(([name]) => {
			const file = `po/${name}.${language}.po`;
			return [name, existsSync(file) ? readPo(file) : {}];
		}));
		const used = new Set();
		for (const [name, dir] of places) {
			for (const key of textsIn(dir)) {
				// A screen's title stands in app/screens.ts, its translation with the screen.
				const text = said[name][key] ?? said.app[key] ?? (name === 'app' ? places.map(([p]) => said[p][key]).find(Boolean) : undefined);
				used.add(key);
				if (!text || (Array.isArray(text) && text.some((form) => !form)))
					wrong.push(`po/console/${name}.${language}.po lacks "${key}"`);
			}
			Object.assign(all, said[name]);
		}
		for (const [name] of places)
			for (const key of Object.keys(said[name]))
				if (!used.has(key)) wrong.push(`po/console/${name}.${language}.po: nobody says "${key}"`);
		writeFileSync(`texts/${language}.ts`, `export default ${JSON.stringify(all)} as Record<string, string | string[]>;\n`);
	}
	if (wrong.length) die(wrong);
}

// -- pages

// All styles are one file: what a screen's begin with is that screen's alone, or one would change another.
function checkStyles() {
	const owner = new Map();
	const wrong = [];
	for (const screen of folders('screens'))
		for (const file of files(join('screens', screen), '.css'))
			for (const [, name] of readFileSync(join('screens', screen, file), 'utf8').matchAll(/^\.([\w-]+)/gm)) {
				if ((owner.get(name) ?? screen) !== screen) wrong.push(`screens/${screen}/${file}: .${name} is of screens/${owner.get(name)}, too`);
				owner.set(name, screen);
			}
	if (wrong.length) die(wrong);
}

function makeStyle() {
	const own = ['app/tokens.css', 'app/base.css', ...['parts', ...folders('screens').map((s) => join('screens', s))]
		.flatMap((dir) => files(dir, '.css').map((f) => join(dir, f)))];
	writeFileSync('style.css', own.map((f) => `@import "./${f}";\n`).join(''));
}

// Land, a degree a unit, as screens/cities/map.tsx lays the servers over it: 84° north to 58° south.
function makeWorld() {
	const world = JSON.parse(readFileSync('node_modules/world-atlas/land-110m.json', 'utf8'));
	const projection = geoEquirectangular().scale(180 / Math.PI).translate([180, 84]).clipExtent([[0, 0], [360, 142]]);
	const land = geoPath(projection).digits(1)(feature(world, world.objects.land));
	writeFileSync('world.svg', `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 142" preserveAspectRatio="none"><path d="${land}"/></svg>`);
}

function zipped(name) {
	return gzipSync(readFileSync(join(OUT, name)), { level: 9 });
}

// The script that must come before anything is shown: the entry, what it imports, a language.
function firstLoad(outputs, entry) {
	const seen = new Set();
	const take = (name) => {
		if (seen.has(name)) return;
		seen.add(name);
		for (const i of outputs[name].imports) if (i.kind === 'import-statement') take(i.path);
	};
	take(entry);
	return seen;
}

function checkSizes(result, sizes, script) {
	const { outputs } = result.metafile;
	const first = firstLoad(outputs, script);
	const texts = Object.keys(outputs).filter((f) => outputs[f].entryPoint?.startsWith('texts/'));
	const total = [...first].reduce((n, f) => n + sizes[f], 0) + Math.max(...texts.map((f) => sizes[f]));
	const wrong = [];
	console.log(`first load ${kB(total)} of ${kB(MOST.first)}`);
	if (total > MOST.first) wrong.push(`the first load has ${kB(total)}, ${kB(MOST.first)} at most`);
	for (const f of Object.keys(outputs)) {
		const screen = outputs[f].entryPoint?.startsWith('screens/');
		const more = screen ? [...firstLoad(outputs, f)].filter((i) => !first.has(i)).reduce((n, i) => n + sizes[i], 0) : 0;
		if (screen) console.log(`${f.replace(/.*\//, '')} ${kB(more)}`);
		if (more > MOST.screen) wrong.push(`${f}: ${kB(more)}, ${kB(MOST.screen)} at most`);
		if (f.endsWith('.css') && sizes[f] > MOST.style) wrong.push(`${f}: ${kB(sizes[f])}, ${kB(MOST.style)} at most`);
	}
	if (wrong.length) die(wrong);
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
makeTexts();
checkStyles();
makeStyle();
makeWorld();
const result = await build({
	entryPoints: { app: 'app/main.tsx', style: 'style.css' },
	outdir: OUT, bundle: true, format: 'esm', splitting: true, minify: true, metafile: true,
	loader: { '.svg': 'file' },
	target: ['es2022'], jsx: 'automatic', jsxImportSource: 'preact', charset: 'utf8', legalComments: 'none',
	entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]', logLevel: 'warning',
});
const made = Object.keys(result.metafile.outputs);
const named = (source) => made.find((f) => result.metafile.outputs[f].entryPoint === source);
const base = (f) => f.replace(/.*\//, '');
for (const f of ['icon.svg', 'manifest.webmanifest']) writeFileSync(join(OUT, f), readFileSync(f));
writeFileSync(join(OUT, 'index.html'), readFileSync('index.html', 'utf8')
	.replace('@SCRIPT@', base(named('app/main.tsx'))).replace('@STYLE@', base(named('style.css'))));
const sizes = {};
for (const f of readdirSync(OUT)) {
	const small = zipped(f);
	sizes[made.find((m) => base(m) === f) ?? f] = small.length;
	writeFileSync(join(OUT, `${f}.gz`), small);
}
checkSizes(result, sizes, named('app/main.tsx'));
