// Where an invitation leads while no site of the community is installed: who was invited chooses a password.
"use strict";

const WORDS = {
	ru: {
		title: "Приглашение", wait: "Минутку…", about: "Вас пригласили. Проверьте имя и придумайте пароль.",
		email: "Электронная почта", name: "Имя", surname: "Фамилия", password: "Пароль", show: "Показать", hide: "Скрыть",
		hint: "Заглавная буква, строчная буква и цифра.", send: "Создать учётную запись",
		gone: "Это приглашение уже использовано, или его срок прошёл. Попросите прислать новое.",
		often: "Слишком много попыток. Подождите минуту.", down: "Сервер сейчас не отвечает. Попробуйте позже.",
		done: "Учётная запись создана", after: "Войти можно с почтой {email} и этим паролем. Где вход, скажет тот, кто вас пригласил.",
	},
	en: {
		title: "Invitation", wait: "One moment…", about: "You have been invited. Check your name and choose a password.",
		email: "E-mail", name: "First name", surname: "Last name", password: "Password", show: "Show", hide: "Hide",
		hint: "An upper-case letter, a lower-case letter and a digit.", send: "Create the account",
		gone: "This invitation has been used, or its time is over. Ask for a new one.",
		often: "Too many attempts. Wait a minute.", down: "The server does not answer now. Try again later.",
		done: "Your account is there", after: "Sign in with {email} and this password. Whoever invited you knows where.",
		faults: { name: "Two letters or more, all Cyrillic, a capital first.", surname: "Two letters or more, all Cyrillic, a capital first.",
			password: "Longer, please, with an upper-case letter, a lower-case letter and a digit." },
	},
};
const FIELDS = ["name", "surname", "password"];
const language = navigator.language.startsWith("ru") ? "ru" : "en";
const words = WORDS[language];
const at = (id) => document.getElementById(id);
const [, code] = location.pathname.match(/^\/pwd_create\/([^/]+)\/?$/) || [];

async function ask(method, body) {
	const answer = await fetch(`/api/administrators/register/${code}`, {
		method, credentials: "omit", headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
	});
	return { status: answer.status, said: await answer.json() };
}

function translate() {
	document.documentElement.lang = language;
	at("title").textContent = document.title = words.title;
	at("about").textContent = words.wait;
	for (const one of document.querySelectorAll("[data-words]"))
		one.textContent = words[one.dataset.words];
}

function complain(key, text) {
	at(key + "-error").textContent = text;
	at(key).setAttribute("aria-invalid", text !== "");
}

// The server's words are Russian.
function explain(status, said) {
	if (status === 429 || status >= 500)
		return status === 429 ? words.often : words.down;
	if (status !== 422 || !Array.isArray(said.detail))
		return language === "ru" && typeof said.detail === "string" ? said.detail : words.gone;
	const flaws = said.detail.filter((flaw) => FIELDS.includes(flaw.loc.at(-1)));
	for (const flaw of flaws)
		complain(flaw.loc.at(-1), words.faults ? words.faults[flaw.loc.at(-1)] : flaw.msg);
	if (flaws.length)
		at(FIELDS.find((key) => flaws.some((flaw) => flaw.loc.at(-1) === key))).focus();
	return flaws.length ? "" : words.gone;
}

async function show() {
	translate();
	try {
		const { status, said } = await ask("GET");
		if (status !== 200) {
			at("about").textContent = status === 429 ? words.often : status >= 500 ? words.down : words.gone;
			return;
		}
		for (const key of ["email", "name", "surname"])
			at(key).value = said[key];
		at("about").textContent = words.about;
		at("form").hidden = false;
	} catch (e) {
		at("about").textContent = words.down;
	}
}

async function send() {
	FIELDS.forEach((key) => complain(key, ""));
	at("wrong").textContent = "";
	at("send").disabled = true;
	try {
		const { status, said } = await ask("POST", Object.fromEntries(FIELDS.map((key) => [key, at(key).value])));
		if (status === 201) {
			at("form").remove();
			at("title").textContent = document.title = words.done;
			at("about").textContent = words.after.replace("{email}", said.email);
			return;
		}
		at("wrong").textContent = explain(status, said);
	} catch (e) {
		at("wrong").textContent = words.down;
	}
	at("send").disabled = false;
}

at("show").addEventListener("click", () => {
	const hidden = at("password").type === "password";
	at("password").type = hidden ? "text" : "password";
	at("show").setAttribute("aria-pressed", hidden);
	at("show").textContent = hidden ? words.hide : words.show;
});
at("form").addEventListener("submit", (event) => { event.preventDefault(); send(); });
show();
