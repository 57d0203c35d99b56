// What may be entered: the rules of the server (src/programme/form.c), but for the least age, which only it knows. No page is needed here,
// so that they can be tried by themselves.
"use strict";

// Letters of the Cyrillic script, whichever language they belong to. The palochka (Ӏ) is written alike in both cases.
const CYRILLIC = "(?=\\p{Script=Cyrillic})";
const CAPITAL = `(?:${CYRILLIC}\\p{Lu})`;
const SMALL = `(?:${CYRILLIC}[\\p{Ll}Ӏ])`;
const NAME = new RegExp(`^${CAPITAL}${SMALL}*(-${CAPITAL}${SMALL}+)*$`, "u");
const CITY = new RegExp(`^${CAPITAL}${SMALL}*(-${CAPITAL}${SMALL}+|-на)*( ${CAPITAL}${SMALL}+)*$`, "u");
const LETTERS = new RegExp(`^(?:${CYRILLIC}\\p{L}|[- ])+$`, "u");
const TWO_CAPITALS = new RegExp(`${CAPITAL}(?!Ӏ)${CAPITAL}`, "u");
const FIRST_SMALL = new RegExp(`(^|[-\\s])(${CYRILLIC}\\p{Ll})`, "gu");
const FIRST_YEAR = 1945;

// Why a name or a city is not one; "" if it is.
function wordFault(value, pattern, max) {
	if (value === "") return "Заполните это поле";
	if (!LETTERS.test(value)) return "Только буквы кириллицы и дефис";
	if (value.length < 2 || value.length > max) return `От 2 до ${max} букв`;
	if (/^[-\s]|[-\s]$|-\s|\s-|--|\s\s/.test(value)) return "Дефис стоит между двумя словами, без пробелов";
	if (TWO_CAPITALS.test(value)) return "Две заглавные буквы подряд";
	return pattern.test(value) ? "" : "Каждое слово начинается с заглавной буквы";
}

function dateOf(value) {
	const parts = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(value);
	if (!parts) return null;
	const [day, month, year] = parts.slice(1).map(Number);
	const date = new Date(year, month - 1, day);
	return date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}

function dateFault(value, today) {
	if (value === "") return "Заполните это поле";
	if (!/^\d\d\.\d\d\.\d{4}$/.test(value)) return "Дата в виде ДД.ММ.ГГГГ";
	const date = dateOf(value);
	if (!date) return "Такого дня нет в календаре";
	if (date.getFullYear() < FIRST_YEAR) return "Проверьте год";
	return date < today ? "" : "Дата ещё не наступила";
}

// The ten digits behind +7, or as many as there are yet.
function phoneDigits(value) {
	let digits = value.replace(/\D/g, "");
	if (/^[78]/.test(digits) && (digits.length > 10 || /^\s*(\+|7|8)/.test(value))) digits = digits.slice(1);
	return digits.slice(0, 10);
}

function phoneFormat(digits) {
	const parts = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8)].filter(Boolean);
	return digits === "" ? "" : "+7 " + parts.slice(0, 2).join(" ") + parts.slice(2).map((p) => "-" + p).join("");
}

function phoneFault(value) {
	if (value === "") return "Заполните это поле";
	const digits = phoneDigits(value);
	return digits.length === 10 && /^[3489]/.test(digits) ? "" : "Номер в виде +7 9XX XXX-XX-XX";
}

const FAULTS = {
	name: (v) => wordFault(v, NAME, 20),
	surname: (v) => wordFault(v, NAME, 100),
	date_of_birth: (v) => dateFault(v, new Date()),
	city: (v) => wordFault(v, CITY, 50),
	phone_number: phoneFault,
};

// The first letter of each word becomes a capital while typing, but not that of "на" in a city.
function capitals(value, city) {
	const raised = value.replace(FIRST_SMALL, (all, before, letter) => before + letter.toUpperCase());
	return city ? raised.replace(/-На(?=-|$)/g, "-на") : raised;
}

if (typeof module !== "undefined") module.exports = { FAULTS, capitals, dateOf, phoneDigits, phoneFormat };
