// Draws the descriptions in openapi/*.yaml. Everything comes from this server.

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];

function element(name, attributes, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		e.setAttribute(key, value);
	e.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
	return e;
}

// Follows "#/components/..." as long as it leads on.
function resolve(api, thing) {
	for (let hops = 0; thing && thing.$ref && hops < 10; hops++)
		thing = thing.$ref.replace("#/", "").split("/")
			.reduce((at, key) => at && at[key.replace(/~1/g, "/").replace(/~0/g, "~")], api);
	return thing || {};
}

// A schema as a sample in the form of JSON, types in place of values.
function sketch(api, schema, indent, seen) {
	const name = schema && schema.$ref;
	if (name && seen.includes(name))
		return name.split("/").pop();
	const inside = name ? [...seen, name] : seen;
	const s = resolve(api, schema);
	const deeper = indent + "  ";
	for (const [word, join] of [["oneOf", " or "], ["anyOf", " or "], ["allOf", " and "]])
		if (s[word])
			return s[word].map((part) => sketch(api, part, indent, inside)).join(join);
	if (s.properties) {
		const required = s.required || [];
		const rows = Object.entries(s.properties).map(([key, value]) => {
			const said = resolve(api, value).description;
			return `${deeper}"${key}"${required.includes(key) ? "" : "?"}: ` +
				sketch(api, value, deeper, inside) + (said ? `   // ${said.trim().replace(/\s+/g, " ")}` : "");
		});
		return `{\n${rows.join("\n")}\n${indent}}`;
	}
	if (s.items)
		return `[${sketch(api, s.items, indent, inside)}, ...]`;
	if (s.enum)
		return s.enum.map((value) => JSON.stringify(value)).join(" | ");
	if (s.const !== undefined)
		return JSON.stringify(s.const);
	const limits = ["minLength", "maxLength", "minimum", "maximum", "pattern"]
		.filter((word) => s[word] !== undefined).map((word) => `${word} ${s[word]}`);
	return [[].concat(s.type || "any").join(" | ") + (s.format ? ` (${s.format})` : ""), ...limits].join(", ");
}

function content(api, of) {
	return Object.entries(of || {}).flatMap(([type, media]) => [
		element("div", {}, element("code", {}, type)),
		media.schema ? element("pre", {}, sketch(api, media.schema, "", [])) : "",
		media.example !== undefined ? element("pre", {}, JSON.stringify(media.example, null, 2)) : "",
	]);
}

function parameters(api, list) {
	const rows = list.map((one) => resolve(api, one)).map((p) => element("tr", {},
		element("td", {}, element("code", {}, p.name + (p.required ? "" : "?"))),
		element("td", {}, p.in),
		element("td", {}, element("code", {}, p.schema ? sketch(api, p.schema, "", []) : "")),
		element("td", {}, p.description || "")));
	return rows.length ? [element("h4", {}, "Parameters"), element("table", {}, ...rows)] : [];
}

function operation(api, path, method, shared, op) {
	const body = resolve(api, op.requestBody);
	const answers = Object.entries(op.responses || {}).flatMap(([status, answer]) => {
		const a = resolve(api, answer);
		return [element("h4", {}, `${status} `, a.description || ""), ...content(api, a.content)];
	});
	return element("details", { id: `${method} ${path}` },
		element("summary", {}, element("span", { class: `method ${method}` }, method.toUpperCase()),
			element("code", {}, path), op.summary || ""),
		element("div", {}, ...(op.description || "").trim().split(/\n\s*\n/).filter(Boolean)
			.map((text) => element("p", {}, text)),
			...parameters(api, [...shared, ...(op.parameters || [])]),
			...(body.content ? [element("h4", {}, "Body"), ...content(api, body.content)] : []),
			...answers));
}

function operations(api) {
	return Object.entries(api.paths || {}).flatMap(([path, item]) =>
		METHODS.filter((method) => item[method])
			.map((method) => ({ path, method, shared: item.parameters || [], op: item[method] })));
}

function draw(name, api) {
	const page = document.getElementById("page");
	page.replaceChildren(
		element("h2", {}, api.info.title, " ", element("small", {}, api.info.version)),
		...(api.info.description || "").trim().split(/\n\s*\n/).map((text) => element("p", {}, text)),
		element("p", {}, element("a", { href: `openapi/${name}` }, name)),
		...operations(api).map((o) => operation(api, o.path, o.method, o.shared, o.op)));
	document.title = `Samovar: ${api.info.title}`;
}

function open_named(id) {
	const found = document.getElementById(id);
	if (found) {
		found.open = true;
		found.scrollIntoView();
	}
}

async function load(name) {
	const answer = await fetch(`openapi/${name}`);
	if (!answer.ok)
		throw new Error(`${name}: ${answer.status}`);
	return yaml(await answer.text());
}

async function main() {
	const names = (await (await fetch("openapi/")).json())
		.map((file) => file.name).filter((name) => name.endsWith(".yaml")).sort();
	const apis = await Promise.all(names.map((name) => load(name).catch((e) => ({
		info: { title: name, version: "", description: `It cannot be shown: ${e.message}` } }))));
	const index = document.getElementById("apis");
	index.replaceChildren(...apis.flatMap((api, i) => [
		element("a", { class: "api", href: `#${names[i]}` }, api.info.title),
		...operations(api).map((o) => element("a", { href: `#${names[i]} ${o.method} ${o.path}` },
			`${o.method.toUpperCase()} ${o.path}`))]));
	const show = () => {
		const [name, ...rest] = decodeURIComponent(location.hash.slice(1)).split(" ");
		const i = Math.max(0, names.indexOf(name));
		if (!apis.length)
			return;
		draw(names[i], apis[i]);
		open_named(rest.join(" "));
	};
	addEventListener("hashchange", show);
	show();
	if (!apis.length)
		index.replaceChildren("No description is installed.");
}

main().catch((e) => { document.getElementById("apis").textContent = `Cannot load: ${e.message}`; });
