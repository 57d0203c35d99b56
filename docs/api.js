// Draws the descriptions in openapi/*.json, which the build makes of the YAML beside them. Everything comes from
// this server. The address of an operation is #<api>/<operationId>.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];
const at = (id) => document.getElementById(id);

function element(name, attributes, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		e.setAttribute(key, value);
	e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== ""));
	return e;
}

// What stands between backquotes is code.
function prose(text) {
	return String(text || "").trim().split("`").map((part, i) => i % 2 ? element("code", {}, part) : part);
}

function paragraphs(text) {
	return String(text || "").trim().split(/\n\s*\n/).filter(Boolean).map((part) => element("p", {}, prose(part)));
}

// -- descriptions

// Follows "#/components/..." as long as it leads on.
function resolve(api, thing) {
	for (let hops = 0; thing && thing.$ref && hops < 10; hops++)
		thing = thing.$ref.replace("#/", "").split("/")
			.reduce((node, key) => node && node[key.replace(/~1/g, "/").replace(/~0/g, "~")], api);
	return thing || {};
}

const LIMITS = ["minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "default", "pattern"];

function sketchObject(api, s, indent, inside) {
	const deeper = indent + "  ", required = s.required || [];
	const rows = Object.entries(s.properties).map(([key, value]) => {
		const said = (value.description || resolve(api, value).description || "").trim().replace(/\s+/g, " ");
		return `${deeper}"${key}"${required.includes(key) ? "" : "?"}: ` +
			sketch(api, value, deeper, inside) + (said ? `   // ${said}` : "");
	});
	return `{\n${rows.join("\n")}\n${indent}}`;
}

// A schema in the form of JSON, types in place of values.
function sketch(api, schema, indent, seen) {
	const name = schema && schema.$ref;
	if (name && seen.includes(name))
		return name.split("/").pop();
	const inside = name ? [...seen, name] : seen;
	const s = resolve(api, schema);
	for (const [word, join] of [["oneOf", " or "], ["anyOf", " or "], ["allOf", " and "]])
		if (s[word])
			return s[word].map((part) => sketch(api, part, indent, inside)).join(join);
	if (s.properties)
		return sketchObject(api, s, indent, inside);
	if (s.items)
		return `[${sketch(api, s.items, indent, inside)}, ...]`;
	if (s.enum)
		return s.enum.map((value) => JSON.stringify(value)).join(" | ");
	if (s.const !== undefined)
		return JSON.stringify(s.const);
	if (s.type === "object" && typeof s.additionalProperties === "object")
		return `{ "...": ${sketch(api, s.additionalProperties, indent, inside)} }`;
	const limits = LIMITS.filter((word) => s[word] !== undefined).map((word) => `${word} ${s[word]}`);
	return [[].concat(s.type || "any").join(" | ") + (s.format ? ` (${s.format})` : ""), ...limits].join(", ");
}

function bases(api) {
	const filled = (server) => server.url.replace(/\{([^}]+)\}/g, (all, name) => server.variables?.[name]?.default ?? all);

	return (api.servers || []).map((server) => filled(server).replace(/\/$/, ""));
}

// All operations of a description, each with what its path says for all of its methods.
function operationsOf(name, api) {
	return Object.entries(api.paths || {}).flatMap(([path, item]) =>
		METHODS.filter((method) => item[method]).map((method) => {
			const op = item[method];
			const parameters = [...(item.parameters || []), ...(op.parameters || [])].map((one) => resolve(api, one));
			const full = (bases(api)[0] || "") + path;
			return { api, name, method, path, full, op, parameters, address: `#${name}/${op.operationId}`,
				words: `${method} ${full} ${op.summary} ${op.description || ""} ${(op.tags || []).join(" ")} ` +
					`${op.operationId} ${api.info.title}`.toLowerCase() };
		}));
}

function schemes(o) {
	const wanted = o.op.security || o.api.security || [];
	return wanted.map((one) => Object.keys(one)[0]).filter(Boolean)
		.map((name) => ((o.api.components || {}).securitySchemes || {})[name]).filter(Boolean);
}

// -- curl

function quoted(text) {
	return `'${String(text).replace(/'/g, "'\\''")}'`;
}

function sample(parameter) {
	const schema = parameter.schema || {};
	const value = [parameter.example, schema.example, schema.default, (schema.enum || [])[0]].find((v) => v !== undefined);
	return value === undefined ? parameter.name.toUpperCase() : value;
}

function curlBody(o) {
	const [type, media] = Object.entries(resolve(o.api, o.op.requestBody).content || {})[0] || [];
	if (!type)
		return [];
	if (type === "multipart/form-data")
		return Object.entries(resolve(o.api, media.schema).properties || {}).map(([key, value]) =>
			`-F ${quoted(key + "=" + (value.format === "binary" ? "@FILE" : "..."))}`);
	const data = type !== "application/json" ? ["--data-binary @FILE"] :
		media.example === undefined ? [] : [`-d ${quoted(JSON.stringify(media.example))}`];
	return [`-H ${quoted(`Content-Type: ${type}`)}`, ...data];
}

function curlKey(scheme) {
	if (scheme.type === "http")
		return '-H "Authorization: Bearer $TOKEN"';
	return scheme.in === "header" ? `-H "${scheme.name}: $SECRET"` : "";
}

// A command line that asks this server; an API may name another place (x-curl).
function curl(o) {
	const own = o.api["x-curl"] || {};
	const path = o.full.replace(/\{(\w+)\}/g, (all, name) => {
		const parameter = o.parameters.find((p) => p.in === "path" && p.name === name);
		return parameter ? encodeURIComponent(sample(parameter)) : name;
	});
	const query = o.parameters.filter((p) => p.in === "query" && p.required)
		.map((p) => `${encodeURIComponent(p.name)}=${encodeURIComponent(sample(p))}`).join("&");
	const verb = { get: [], head: ["-I"], post: [] }[o.method] || [`-X ${o.method.toUpperCase()}`];
	const body = curlBody(o);
	if (o.method === "post" && !body.some((part) => /^(-d|-F|--data)/.test(part)))
		verb.push("-X POST");
	return [`curl ${verb.map((part) => part + " ").join("")}${quoted((own.origin || location.origin) + path + (query && "?" + query))}`,
		...(own.options || []), ...schemes(o).slice(0, 1).map(curlKey), ...body].filter(Boolean).join(" \\\n  ");
}

async function copy(text, button) {
	try {
		await navigator.clipboard.writeText(text);
	} catch (e) { // without https there is no clipboard; the older way needs something chosen
		const field = element("textarea", { readonly: "", class: "away", "aria-hidden": "true", tabindex: "-1" });
		field.value = text;
		document.body.append(field);
		field.select();
		document.execCommand("copy");
		field.remove();
		button.focus();
	}
	button.textContent = "Copied";
	setTimeout(() => { button.textContent = "Copy as curl"; }, 2000);
}

// -- an API on the page

function examples(media) {
	if (media.example !== undefined)
		return [["Example", media.example]];
	return Object.entries(media.examples || {}).map(([name, one]) => [one.summary || name, one.value]);
}

function shown(value) {
	return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function content(api, of) {
	return Object.entries(of || {}).flatMap(([type, media]) => [
		...examples(media).map(([title, value]) => element("figure", {},
			element("figcaption", {}, title, " ", element("code", {}, type)), element("pre", {}, shown(value)))),
		media.schema ? element("details", { class: "fields" },
			element("summary", {}, "Fields", media.example === undefined && !media.examples ? [" ", element("code", {}, type)] : ""),
			element("pre", {}, sketch(api, media.schema, "", []))) : "",
	]);
}

function parameterList(o) {
	const rows = o.parameters.map((p) => element("li", {},
		element("code", {}, p.name), ` ${p.in}${p.required ? ", required" : ""} `,
		p.schema ? element("code", { class: "type" }, sketch(o.api, p.schema, "", [])) : "",
		p.description ? element("div", {}, prose(p.description)) : ""));
	return rows.length ? [element("h4", {}, "Parameters"), element("ul", { class: "parameters" }, ...rows)] : [];
}

function access(o) {
	const all = schemes(o);
	if (!all.length)
		return element("p", { class: "access" }, o.api["x-curl"] ? "Signed." : "For anybody, without a token.");
	return element("p", { class: "access" }, all.map((s) => s.type === "http" ?
		["Needs ", element("code", {}, "Authorization: Bearer …"), ". "] :
		["Needs the header ", element("code", {}, s.name), ". "]), prose(all[0].description));
}

function answersOf(o) {
	const all = Object.entries(o.op.responses || {}).map(([status, one]) => [status, resolve(o.api, one)]);
	return [element("h4", {}, "Answers"), ...all.map(([status, a]) => element("div", { class: `answer s${status[0]}` },
		element("p", {}, element("strong", {}, status), " ", prose(a.description)), ...content(o.api, a.content)))];
}

function operation(o) {
	const body = resolve(o.api, o.op.requestBody), line = curl(o);
	const button = element("button", { type: "button" }, "Copy as curl");
	button.addEventListener("click", () => copy(line, button));
	const details = element("details", { id: o.address.slice(1), class: "operation" },
		element("summary", {}, element("span", { class: `method ${o.method}` }, o.method.toUpperCase()),
			element("code", { class: "path" }, element("span", {}, bases(o.api)[0] || ""), o.path), element("span", {}, o.op.summary || "")),
		element("div", {}, ...paragraphs(o.op.description), access(o), ...parameterList(o),
			...(body.content ? [element("h4", {}, "Body"), ...content(o.api, body.content)] : []),
			element("h4", {}, "Request"), element("pre", { class: "curl" }, line), button, ...answersOf(o)));
	details.addEventListener("toggle", () => {
		if (details.open)
			history.replaceState(null, "", o.address);
	});
	return details;
}

function groups(operations, api) {
	const tags = [...new Set([...(api.tags || []).map((tag) => tag.name), ...operations.flatMap((o) => o.op.tags || [])])];
	const of = (tag) => operations.filter((o) => ((o.op.tags || [])[0]) === tag);
	return [[null, of(undefined)], ...tags.map((tag) => [tag, of(tag)])].filter(([, some]) => some.length);
}

function draw(one) {
	const under = bases(one.api).filter(Boolean).map((base) => element("code", {}, base));
	at("page").replaceChildren(
		element("h2", {}, one.api.info.title, " ", element("small", {}, one.api.info.version)),
		under.length ? element("p", { class: "base" }, "Base path: ", under.flatMap((code, i) => i ? [" or ", code] : [code])) : "",
		...paragraphs(one.api.info.description),
		element("p", {}, "For generators of clients: ", element("a", { href: `openapi/${one.name}.yaml` }, `${one.name}.yaml`), " or ",
			element("a", { href: `openapi/${one.name}.json` }, `${one.name}.json`)),
		...groups(one.operations, one.api).flatMap(([tag, some]) => [tag ? element("h3", {}, tag) : "", ...some.map(operation)]));
	document.title = `Samovar: ${one.api.info.title}`;
}

// -- the menu and the search

function link(o) {
	return element("li", {}, element("a", { href: o.address },
		element("span", { class: `method ${o.method}` }, o.method.toUpperCase()), element("code", {}, o.path.replace(/\//g, "/\u200b")),
		element("span", {}, o.op.summary || "")));
}

function drawIndex(all) {
	at("apis").replaceChildren(...all.map((one) => element("details", { id: `menu-${one.name}` },
		element("summary", {}, one.api.info.title),
		element("ul", {}, element("li", {}, element("a", { href: `#${one.name}` }, "Overview")), ...one.operations.map(link)))));
}

function search(all) {
	const terms = at("query").value.toLowerCase().split(/\s+/).filter(Boolean);
	const hits = terms.length ? all.flatMap((one) => one.operations)
		.filter((o) => terms.every((term) => o.words.toLowerCase().includes(term))) : [];
	at("found").replaceChildren(...hits.map(link));
	at("found").hidden = at("count").hidden = terms.length === 0;
	at("apis").hidden = terms.length > 0;
	at("count").textContent = terms.length === 0 ? "" : hits.length === 1 ? "1 operation" : `${hits.length} operations`;
	return hits;
}

function openMenu(open) {
	document.body.classList.toggle("menu-open", open);
	at("menu").setAttribute("aria-expanded", open);
}

function show(all) {
	const address = decodeURIComponent(location.hash.slice(1));
	const one = all.find((each) => each.name === address.split("/")[0]) || all[0];
	draw(one);
	for (const each of all)
		at(`menu-${each.name}`).open = each === one;
	openMenu(false);
	const found = address.includes("/") && at(address);
	if (found) {
		found.open = true;
		found.scrollIntoView();
		found.querySelector("summary").focus({ preventScroll: true });
	} else {
		scrollTo(0, 0);
	}
}

function listen(all) {
	at("menu").addEventListener("click", () => openMenu(!document.body.classList.contains("menu-open")));
	at("query").addEventListener("input", () => { search(all); openMenu(at("query").value !== ""); });
	at("search").addEventListener("submit", (event) => {
		event.preventDefault();
		const [first] = search(all);
		if (first)
			location.hash = first.address;
	});
	addEventListener("keydown", (event) => {
		if (event.key !== "Escape" || !(document.body.classList.contains("menu-open") || at("query").value))
			return;
		at("query").value = "";
		search(all);
		openMenu(false);
	});
	addEventListener("hashchange", () => { if (location.hash !== "#page") show(all); });
}

async function load(file) {
	const answer = await fetch(`openapi/${file}`);
	if (!answer.ok)
		throw new Error(`${file}: ${answer.status}`);
	const api = await answer.json(), name = file.replace(".json", "");
	return { name, api, operations: operationsOf(name, api) };
}

async function main() {
	const files = (await (await fetch("openapi/")).json()).map((file) => file.name).filter((name) => name.endsWith(".json"));
	const all = await Promise.all(files.sort().map(load));
	if (!all.length)
		throw new Error("no description is installed");
	drawIndex(all);
	search(all);
	listen(all);
	show(all);
}

main().catch((e) => { at("page").replaceChildren(element("p", { role: "alert" }, `The descriptions cannot be shown: ${e.message}`)); });
