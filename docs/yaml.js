// The part of YAML that API descriptions are written in: maps and lists by indent or in
// brackets, plain, quoted and block texts, comments. No anchors, tags or documents.

class Yaml {
	constructor(text) {
		this.lines = text.replace(/\r/g, "").split("\n");
		this.at = 0;
	}

	fail(what) {
		throw new Error(`line ${this.at + 1}: ${what}`);
	}

	// Goes on to the next line that says something; its indent, or -1 at the end.
	next() {
		while (this.at < this.lines.length && /^\s*(#.*)?$|^---/.test(this.lines[this.at]))
			this.at++;
		return this.at < this.lines.length ? this.lines[this.at].match(/^ */)[0].length : -1;
	}

	value(indent) {
		const here = this.next();
		if (here < indent)
			return null;
		const line = this.lines[this.at].slice(here);
		if (/^-( |$)/.test(line))
			return this.list(here);
		if (this.key(line))
			return this.map(here);
		this.at++;
		return this.scalar(line, here - 1);
	}

	// "key: rest" of a map, or null for anything else.
	key(line) {
		const m = line.match(/^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#\[{&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+(.*))?$/);
		if (!m)
			return null;
		const name = m[1];
		if (!/^["']/.test(name) && name.includes(": "))
			return this.key_at(line, name.indexOf(": "));
		return { name: /^["']/.test(name) ? this.quoted(name) : name, rest: m[2] || "" };
	}

	key_at(line, i) {
		return { name: line.slice(0, i), rest: line.slice(i + 2) };
	}

	map(indent) {
		const out = {};
		while (this.next() === indent) {
			const line = this.lines[this.at].slice(indent);
			const key = this.key(line);
			if (!key)
				this.fail(`no "key:" in "${line}"`);
			this.at++;
			out[key.name] = this.after(key.rest, indent);
		}
		if (this.next() > indent)
			this.fail("indented too far");
		return out;
	}

	list(indent) {
		const out = [];
		while (this.next() === indent && /^-( |$)/.test(this.lines[this.at].slice(indent))) {
			const line = this.lines[this.at].slice(indent + 1);
			const rest = line.trimStart();
			if (rest === "" || rest[0] === "#") {
				this.at++;
				out.push(this.value(indent + 1));
			} else if (this.key(rest) || /^-( |$)/.test(rest)) {
				const inner = indent + 1 + line.length - rest.length;
				this.lines[this.at] = " ".repeat(inner) + rest; // as if it stood on a line of its own
				out.push(this.value(inner));
			} else {
				this.at++;
				out.push(this.after(rest, indent));
			}
		}
		return out;
	}

	// What stands after "key:" or "-", here or on the lines below.
	after(rest, indent) {
		if (rest === "" || rest[0] === "#") {
			const here = this.next();
			if (here === indent && /^-( |$)/.test(this.lines[this.at].slice(here)))
				return this.list(here); // a list may stand as far left as its key
			return here > indent ? this.value(indent + 1) : null;
		}
		return /^[|>]/.test(rest) ? this.block(rest, indent) : this.scalar(rest, indent);
	}

	block(head, indent) {
		const lines = [];
		let inner = 0;
		for (; this.at < this.lines.length; this.at++) {
			const line = this.lines[this.at];
			const here = line.match(/^ */)[0].length;
			if (line.trim() !== "" && here <= indent)
				break;
			if (line.trim() !== "" && inner === 0)
				inner = here;
			lines.push(line.slice(inner));
		}
		while (lines.length && lines[lines.length - 1].trim() === "")
			lines.pop();
		let text = lines.join("\n");
		if (head[0] === ">")
			text = text.replace(/(\S)\n(?=\S)/g, "$1 ").replace(/\n\n/g, "\n");
		return head[1] === "-" ? text : text + "\n";
	}

	// A text, number, ..., or something in brackets; it may go on on deeper lines.
	scalar(rest, indent) {
		let text = rest;
		const whole = /^[\[{]/.test(rest) ? (t) => this.balanced(t) :
			/^["']/.test(rest) ? (t) => this.quoted_end(t) >= 0 : null;
		if (whole) {
			while (!whole(text) && this.at < this.lines.length)
				text += " " + this.lines[this.at++].trim();
		} else {
			text = this.bare(text);
			while (this.next() > indent && !this.key(this.lines[this.at].trim()))
				text += " " + this.bare(this.lines[this.at++].trim());
		}
		if (/^[\[{]/.test(text)) {
			const flow = { text, i: 0 };
			return this.flow(flow);
		}
		return /^["']/.test(text) ? this.quoted(text.slice(0, this.quoted_end(text) + 1)) : this.plain(text);
	}

	bare(text) {
		return text.replace(/(^|\s)#.*$/, "").trim();
	}

	balanced(text) {
		let depth = 0;
		for (let i = 0; i < text.length; i++) {
			if (/["']/.test(text[i]) && /[\s,:\[{]/.test(text[i - 1] || " "))
				i += Math.max(0, this.quoted_end(text.slice(i)));
			else if (/[\[{]/.test(text[i]))
				depth++;
			else if (/[\]}]/.test(text[i]) && --depth === 0)
				return true;
		}
		return false;
	}

	// Where the quote that begins the text ends; -1 if it does not.
	quoted_end(text) {
		for (let i = 1; i < text.length; i++) {
			if (text[0] === '"' && text[i] === "\\")
				i++;
			else if (text[i] === text[0]) {
				if (text[0] === "'" && text[i + 1] === "'")
					i++;
				else
					return i;
			}
		}
		return -1;
	}

	quoted(text) {
		return text[0] === '"' ? JSON.parse(text) : text.slice(1, -1).replace(/''/g, "'");
	}

	plain(text) {
		if (/^(null|~|)$/.test(text))
			return null;
		if (/^(true|false)$/.test(text))
			return text === "true";
		return /^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(text) ? Number(text) : text;
	}

	flow(f) {
		const blank = () => { while (/\s/.test(f.text[f.i] || "")) f.i++; };
		blank();
		const open = f.text[f.i];
		if (open !== "[" && open !== "{")
			return this.flow_scalar(f);
		const close = open === "[" ? "]" : "}";
		const out = open === "[" ? [] : {};
		f.i++;
		for (blank(); f.text[f.i] !== close; blank()) {
			if (f.i >= f.text.length)
				this.fail(`no ${close}`);
			if (open === "[") {
				out.push(this.flow(f));
			} else {
				const name = this.flow_scalar(f, true);
				blank();
				if (f.text[f.i] === ":") {
					f.i++;
					out[name] = this.flow(f);
				} else {
					out[name] = null;
				}
			}
			blank();
			if (f.text[f.i] === ",")
				f.i++;
		}
		f.i++;
		return out;
	}

	flow_scalar(f, key) {
		const rest = f.text.slice(f.i);
		if (/^["']/.test(rest)) {
			const end = this.quoted_end(rest);
			f.i += end + 1;
			return this.quoted(rest.slice(0, end + 1));
		}
		const m = rest.match(key ? /^[^,\[\]{}]*?(?=\s*(:\s|:$|[,\]}]|$))/ : /^[^,\[\]{}]*/);
		f.i += m[0].length;
		return key ? m[0].trim() : this.plain(m[0].trim());
	}
}

function yaml(text) {
	const y = new Yaml(text);
	const value = y.value(0);
	if (y.next() >= 0)
		y.fail("cannot read this");
	return value;
}

if (typeof module !== "undefined")
	module.exports = yaml;
