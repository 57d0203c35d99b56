// Where mailed links lead: confirm an address, take a change back, choose a password; and to delete one's account.
// The token stands in the fragment, which no server sees, and nothing happens before a button is pressed.
"use strict";

const WORDS = {
	ru: {
		confirm: "Подтвердить", refuse: "Отказаться", undo: "Вернуть прежний адрес", password: "Пароль", save: "Сохранить пароль",
		email: "Электронная почта", delete: "Удалить навсегда", agree: "Согласиться на новый адрес:",
		gone: "Эта ссылка уже не действует. Попросите прислать новую.", often: "Слишком много попыток. Подождите минуту.",
		down: "Сервер сейчас не отвечает. Попробуйте позже.", short: "Не короче восьми символов; сотрудникам нужны заглавная буква, строчная буква и цифра.",
		credentials: "Почта или пароль не подходят.", keep: "Эту учётную запись удалить здесь нельзя.",
		confirmed: "Адрес подтверждён. Теперь можно войти.", waits: "Спасибо. Осталось согласие с другого адреса.",
		again: "Адрес подтверждён. Пароль мог знать кто-то ещё, поэтому мы отправили письмо, чтобы задать новый.",
		refused: "Адрес остался прежним.", undone: "Прежний адрес возвращён. Мы отправили на него письмо для нового пароля.",
		saved: "Пароль сохранён. Теперь можно войти.", deleted: "Учётная запись удалена.",
	},
	en: {
		confirm: "Confirm", refuse: "Refuse", undo: "Take the change back", password: "Password", save: "Save the password",
		email: "E-mail", delete: "Delete for ever", agree: "Agree to the new address:",
		gone: "This link is no longer valid. Ask for a new one.", often: "Too many attempts. Wait a minute.",
		down: "The server does not answer now. Try again later.", short: "At least eight characters; staff need a capital, a small letter and a digit.",
		credentials: "The e-mail or the password is wrong.", keep: "This account cannot be deleted here.",
		confirmed: "Your address is confirmed. You can sign in now.", waits: "Thank you. The other address has to agree, too.",
		again: "Your address is confirmed. Somebody else may know the password, so we have sent a mail to choose a new one.",
		refused: "The address stays as it was.", undone: "The former address is back. We have sent it a mail to choose a new password.",
		saved: "The password is saved. You can sign in now.", deleted: "Your account is deleted.",
	},
	ko: {
		confirm: "확인", refuse: "거절", undo: "이전 주소로 되돌리기", password: "비밀번호", save: "비밀번호 저장",
		email: "이메일", delete: "영구 삭제", agree: "다음 새 주소에 동의:",
		gone: "이 링크는 더 이상 유효하지 않습니다. 새 링크를 요청해 주세요.", often: "시도가 너무 많습니다. 1분 뒤에 다시 해 주세요.",
		down: "서버가 응답하지 않습니다. 나중에 다시 시도해 주세요.", short: "여덟 자 이상이어야 합니다. 직원은 대문자, 소문자, 숫자가 모두 필요합니다.",
		credentials: "이메일 또는 비밀번호가 맞지 않습니다.", keep: "이 계정은 여기에서 삭제할 수 없습니다.",
		confirmed: "주소가 확인되었습니다. 이제 로그인할 수 있습니다.", waits: "감사합니다. 다른 주소의 동의도 필요합니다.",
		again: "주소가 확인되었습니다. 다른 사람이 비밀번호를 알 수 있어 새 비밀번호를 정하는 메일을 보냈습니다.",
		refused: "주소는 그대로입니다.", undone: "이전 주소로 되돌렸습니다. 새 비밀번호를 정하는 메일을 그 주소로 보냈습니다.",
		saved: "비밀번호가 저장되었습니다. 이제 로그인할 수 있습니다.", deleted: "계정이 삭제되었습니다.",
	},
};
const language = ["ru", "ko"].find((one) => navigator.language.startsWith(one)) || "en";
const words = WORDS[language];
const at = (id) => document.getElementById(id);
const page = document.querySelector("main").dataset.page;
const token = location.hash.slice(1);

async function post(path, body) {
	const answer = await fetch(`/people/api/v1${path}`, {
		method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
	});
	return { status: answer.status, said: answer.status === 204 ? {} : await answer.json() };
}

function translate() {
	document.documentElement.lang = language;
	for (const section of document.querySelectorAll("section"))
		section.hidden = section.lang !== language;
	document.title = document.querySelector("section:not([hidden]) h1").textContent;
	for (const one of document.querySelectorAll("[data-words]"))
		one.textContent = words[one.dataset.words];
}

function finish(text) {
	at("form").remove();
	for (const asked of document.querySelectorAll("section p"))
		asked.hidden = true;
	at("done").textContent = text;
}

function explain(status) {
	return status === 429 ? words.often : status >= 500 ? words.down : status === 422 ? words.short
		: status === 401 ? words.credentials : status === 403 || status === 409 ? words.keep : words.gone;
}

const ACTIONS = {
	confirm: async () => {
		const { status, said } = await post("/confirm", { token });
		return [status, said.password_reset ? words.again : said.email_pending ? words.waits : words.confirmed];
	},
	refuse: async () => [(await post("/email/undo", { token })).status, words.refused],
	undo: async () => [(await post("/email/undo", { token })).status, words.undone],
	reset: async () => [(await post("/password/reset", { token, password: at("password").value })).status, words.saved],
	delete: async () => [(await post("/account/delete", { email: at("email").value, password: at("password").value })).status, words.deleted],
};

async function run(action) {
	const buttons = [...document.querySelectorAll("button")];
	at("wrong").textContent = "";
	for (const button of buttons)
		button.disabled = true;
	try {
		const [status, text] = await ACTIONS[action]();
		if (status < 300)
			return finish(text);
		at("wrong").textContent = explain(status);
	} catch (e) {
		at("wrong").textContent = words.down;
	}
	for (const button of buttons)
		button.disabled = false;
}

// Whose address it is, before the button is pressed.
async function look() {
	try {
		const { status, said } = await post("/confirm/look", { token });
		if (status !== 200)
			return finish(explain(status));
		const old = said.purpose === "change_old";
		at("address").textContent = old ? `${words.agree} ${said.address}` : said.address;
		at("address").hidden = false;
		at("refuse").hidden = !old;
	} catch (e) {
		at("wrong").textContent = words.down;
	}
}

translate();
if (token !== "")
	history.replaceState(null, "", location.pathname);
if (page !== "delete" && token === "")
	finish(words.gone);
else
	at("form").addEventListener("submit", (event) => { event.preventDefault(); run(page); });
if (page === "confirm" && token !== "") {
	at("refuse").addEventListener("click", () => run("refuse"));
	look();
}
