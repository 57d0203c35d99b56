// The page of a share link: shows what is shared, asks for the password, leads to the bytes.
"use strict";

const russian = navigator.language.startsWith("ru");
const words = {
	title: russian ? "Файл для вас" : "A file for you",
	password: russian ? "Пароль" : "Password",
	get: russian ? "Скачать" : "Download",
	until: russian ? "доступен до" : "until",
	gone: russian ? "Такой ссылки нет, или её срок прошёл." : "There is no such link, or its time is over.",
	denied: russian ? "Пароль не подходит." : "The password is wrong.",
	often: russian ? "Слишком много попыток. Подождите минуту." : "Too many attempts. Wait a minute.",
	down: russian ? "Сервер сейчас не отвечает. Попробуйте позже." : "The server does not answer now. Try again later.",
	begun: russian ? "Скачивание началось." : "The download has begun.",
};
const at = (id) => document.getElementById(id);
const [, file, link] = location.pathname.match(/^\/files\/([^/]+)\/links\/([^/]+)\/?$/) || [];
const address = `/storage/api/v1/files/${file}/links/${link}/`;

function size(bytes) {
	const units = russian ? ["байт", "КБ", "МБ", "ГБ", "ТБ"] : ["bytes", "KB", "MB", "GB", "TB"];
	let n = bytes, i = 0;
	for (; n >= 1024 && i < units.length - 1; i++)
		n /= 1024;
	return `${n.toLocaleString(undefined, { maximumFractionDigits: i > 0 ? 1 : 0 })} ${units[i]}`;
}

function reason(status, code) {
	if (status === 429)
		return words.often;
	if (code === "Auth.Error.NoPermission")
		return words.denied;
	return /DoesNotExist|Validation/.test(code) && !/CdnServer/.test(code) ? words.gone : words.down;
}

// The answer's body, or an error with a sentence for people.
async function ask(method, body) {
	let answer, said;
	try {
		answer = await fetch(address, {
			method, credentials: "omit", headers: { "Content-Type": "application/json" },
			body: body && JSON.stringify(body),
		});
		said = await answer.json();
	} catch (e) {
		throw new Error(words.down);
	}
	if (!answer.ok)
		throw new Error(reason(answer.status, said.error || ""));
	return said;
}

async function show() {
	document.documentElement.lang = russian ? "ru" : "en";
	at("name").textContent = document.title = words.title;
	document.querySelector("label").textContent = words.password;
	at("get").textContent = words.get;
	try {
		const share = await ask("GET");
		const until = share.expire_at ? `, ${words.until} ${new Date(share.expire_at).toLocaleString()}` : "";
		at("name").textContent = document.title = share.file.name;
		at("about").textContent = size(share.file.size) + until;
		at("secret").hidden = !share.is_secured;
		at("form").hidden = false;
	} catch (e) {
		at("about").textContent = e.message;
	}
}

at("form").addEventListener("submit", async (event) => {
	event.preventDefault();
	at("wrong").textContent = "";
	at("get").disabled = true;
	try {
		const answer = await ask("POST", { password: at("password").value || null });
		location.assign(answer.link);
		at("about").textContent = words.begun;
	} catch (e) {
		at("wrong").textContent = e.message;
	}
	at("get").disabled = false;
});

show();
