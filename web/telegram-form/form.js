// The registration form. What was entered goes to the bot through Telegram; our server is asked only what the token of
// its address stands for.
"use strict";

const KEYS = ["name", "surname", "date_of_birth", "city", "phone_number"];
const MONTHS = ["Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август", "Сентябрь", "Октябрь",
	"Ноябрь", "Декабрь"];
const query = new URLSearchParams(location.search);
const known = query.has("update");
const label = known ? "Подать заявку на участие в смене" : "Зарегистрироваться в проекте";
const trying = query.has("try"); // somebody who tries the bot out without Telegram
const field = (key) => document.getElementById(key);
const byId = field;
let telegram = null; // Telegram's own object, once it is there
let sent = false;

function values() {
	return Object.fromEntries(KEYS.map((key) => [key, field(key).value.trim().normalize()]));
}

function valid() {
	const v = values();
	return KEYS.every((key) => FAULTS[key](v[key]) === "");
}

function complain(key) {
	const fault = FAULTS[key](values()[key]);
	byId(key + "-error").textContent = fault;
	field(key).classList.toggle("wrong", fault !== "");
	field(key).setAttribute("aria-invalid", fault !== "");
}

function showButton() {
	const good = valid() && !sent;
	byId("send").disabled = !good;
	if (!telegram) return;
	telegram.MainButton.setParams({ text: label, is_visible: true, is_active: good,
		...(good ? { color: telegram.themeParams.button_color || "#2a7ab9" } : { color: "#999999" }) });
}

// The caret stays where it is unless the text behind it changes its length.
function rewrite(input, value) {
	if (input.value === value) return;
	const atEnd = input.selectionStart === input.value.length, at = input.selectionStart;
	input.value = value;
	if (!atEnd) input.setSelectionRange(at, at);
}

function typed(key, event) {
	const input = field(key), erasing = event && /^delete/.test(event.inputType || "");
	if (key === "phone_number" && !erasing) rewrite(input, phoneFormat(phoneDigits(input.value)));
	else if (key === "date_of_birth" && !erasing) {
		const d = input.value.replace(/[^\d.]/g, "").replace(/\.+/g, "."); // the dot may be typed, too
		rewrite(input, /^\d{2}$|^\d{2}\.\d{2}$/.test(d) ? d + "." : d.replace(/^(\d\d)(\d)/, "$1.$2"));
	} else if (key === "name" || key === "surname" || key === "city")
		rewrite(input, capitals(input.value, key === "city"));
	if (field(key).classList.contains("wrong")) complain(key);
	showButton();
}

function send() {
	KEYS.forEach(complain);
	if (!valid() || sent) return;
	const data = JSON.stringify(values());
	if (!telegram) return trying ? showTried(data) : showNothingSent();
	sent = true;
	showButton();
	telegram.sendData(data);
	telegram.close();
}

// In a plain browser nothing can be sent: what to do instead.
function showNothingSent() {
	byId("outside-why").textContent = "Заявка не отправлена: её принимает только бот проекта. Что делать дальше:";
	byId("outside").scrollIntoView();
	byId("outside").focus();
}

// In a plain browser with ?try: what the bot would have got, and the update that says it.
function showTried(data) {
	const me = 1000 + Math.floor(Math.random() * 1e6);
	const update = { update_id: Date.now(), message: { message_id: 1, date: Math.floor(Date.now() / 1000),
		from: { id: me, is_bot: false, first_name: "x" }, chat: { id: me, type: "private" },
		web_app_data: { button_text: label, data } } };
	byId("data").textContent = data;
	byId("update").textContent = JSON.stringify(update, null, 1);
	byId("tried").hidden = false;
	byId("tried").scrollIntoView();
}

// Enter goes to the next field that is not right yet, and sends from there on.
function enter(key, event) {
	if (event.key !== "Enter" || event.isComposing) return;
	event.preventDefault();
	complain(key);
	const next = [...KEYS.slice(KEYS.indexOf(key)), ...KEYS].find((other) => FAULTS[other](field(other).value.trim()) !== "");
	if (next) field(next).focus();
	else send();
}

// -- the calendar

function option(select, value, text) {
	const o = document.createElement("option");
	o.value = value;
	o.textContent = text;
	select.append(o);
}

function drawDays() {
	const month = Number(byId("month").value), year = Number(byId("year").value), now = new Date();
	const first = (new Date(year, month, 1).getDay() + 6) % 7; // Monday is 0
	const count = new Date(year, month + 1, 0).getDate();
	const chosen = dateOf(field("date_of_birth").value);
	byId("days").replaceChildren();
	let row = null;
	for (let cell = 0; cell < first + count; cell++) {
		if (cell % 7 === 0) byId("days").append(row = document.createElement("tr"));
		const td = document.createElement("td"), day = cell - first + 1;
		row.append(td);
		if (day < 1) continue;
		const button = document.createElement("button"), date = new Date(year, month, day);
		button.type = "button";
		button.textContent = day;
		button.setAttribute("aria-label", date.toLocaleDateString("ru", { day: "numeric", month: "long", year: "numeric" }));
		button.setAttribute("aria-pressed", chosen !== null && +chosen === +date);
		button.disabled = date >= now;
		button.classList.toggle("chosen", chosen !== null && +chosen === +date);
		button.addEventListener("click", () => choose(date));
		td.append(button);
	}
}

function choose(date) {
	const two = (n) => String(n).padStart(2, "0");
	field("date_of_birth").value = `${two(date.getDate())}.${two(date.getMonth() + 1)}.${date.getFullYear()}`;
	toggleCalendar(false);
	complain("date_of_birth");
	showButton();
	byId("open-calendar").focus(); // not the field, for which a phone would show its keyboard
}

// Escape leaves the calendar; the arrows go from day to day.
function calendarKey(event) {
	if (event.key === "Escape") {
		toggleCalendar(false);
		byId("open-calendar").focus();
		event.preventDefault();
		return;
	}
	const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
	const days = [...byId("days").querySelectorAll("button")], from = days.indexOf(document.activeElement);
	const to = days[from + (steps[event.key] || 0)];
	if (from < 0 || !(event.key in steps)) return;
	event.preventDefault();
	if (to && !to.disabled) to.focus();
}

function toggleCalendar(open) {
	byId("calendar").hidden = !open;
	byId("open-calendar").setAttribute("aria-expanded", open);
	if (!open) return;
	const date = dateOf(field("date_of_birth").value) || new Date(new Date().getFullYear() - 10, 0, 1);
	byId("month").value = date.getMonth();
	byId("year").value = date.getFullYear();
	drawDays();
	byId("month").focus();
}

function makeCalendar() {
	MONTHS.forEach((name, n) => option(byId("month"), n, name));
	for (let year = new Date().getFullYear(); year >= FIRST_YEAR; year--) option(byId("year"), year, year);
	byId("month").addEventListener("change", drawDays);
	byId("year").addEventListener("change", drawDays);
	byId("calendar").addEventListener("keydown", calendarKey);
	byId("open-calendar").addEventListener("click", () => toggleCalendar(byId("calendar").hidden));
}

// -- the beginning

function fill(given) {
	for (const key of KEYS) field(key).value = given[key] || "";
	KEYS.forEach(complain);
	showButton();
}

// The token is good for a day; a button of before has the values themselves in its address.
async function prefill() {
	if (known) byId("heading").textContent = "Рады видеть вас снова! Проверьте, всё ли верно";
	if (query.has("surname")) return fill(Object.fromEntries(query));
	if (!query.has("token")) return;
	try {
		const answer = await fetch(location.pathname, { method: "POST", credentials: "omit",
			headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token: query.get("token") }) });
		if (answer.ok) return fill(await answer.json());
	} catch (e) { /* the server is away: as with a token that is past */ }
	if (known) byId("heading").textContent = "Рады видеть вас снова!";
	byId("past").hidden = false;
}

function meetTelegram() {
	const app = window.Telegram && window.Telegram.WebApp;
	if (!app || !app.platform || app.platform === "unknown") {
		byId("send").hidden = false; // a plain browser
		byId("outside").hidden = trying;
		return;
	}
	telegram = app;
	telegram.ready();
	telegram.expand();
	telegram.MainButton.onClick(send);
	showButton();
}

byId("send").textContent = label;
byId("outside-label").textContent = label;
makeCalendar();
prefill();
for (const key of KEYS) {
	field(key).addEventListener("input", (event) => typed(key, event));
	field(key).addEventListener("keydown", (event) => enter(key, event));
	field(key).addEventListener("blur", () => { if (field(key).value !== "") complain(key); });
}
byId("form").addEventListener("submit", (event) => { event.preventDefault(); send(); });
showButton();
if (document.readyState === "complete") meetTelegram();
else window.addEventListener("load", meetTelegram);
