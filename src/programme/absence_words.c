#include "programme/absence_words.h"

#include "base/str.h"

#define MOST_DATES 3 /* one more than mean anything */
#define MOST_WORDS 4 /* behind them the text is about something else */
#define LONG_AGO 182 /* days: an earlier date without its year is that of next year */
#define FEW_DAYS 31  /* a lone number may be a count of days */
#define WEEK 7
#define WORD_SIZE 32 /* bytes; longer ones are cut, and known to nobody */

static const struct {
	enum absence_word means;
	const char *words;
} known[] = {
	{ABSENCE_ILL,
		"ill sick болею болеем болеет болен больна больны болезнь заболел "
		"заболела заболели заболею заболеваем приболел приболела приболели"},
	{ABSENCE_AWAY, "away уезжаю уезжаем уезжает уеду уедем уедет уехал уехала "
		       "уехали отъезд "
		       "отсутствую отсутствуем отсутствует отсутствие"},
	{ABSENCE_BACK,
		"back recovered вернулся вернулась вернулись выздоровел выздоровела "
		"выздоровели поправился поправилась поправились"},
};

static const char *const months[12][2] = {{"янв", "jan"}, {"фев", "feb"},
	{"мар", "mar"}, {"апр", "apr"}, {"май", "may"}, {"июн", "jun"}, {"июл", "jul"},
	{"авг", "aug"}, {"сен", "sep"}, {"окт", "oct"}, {"ноя", "nov"}, {"дек", "dec"}};

static uint32_t
small(uint32_t code)
{
	if ((code >= 'A' && code <= 'Z') || (code >= 0x410 && code <= 0x42F))
		return code + 32;
	return code == 0x401 ? 0x451 : code; /* Ё */
}

static bool
is_letter(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= 0x430 && code <= 0x451);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The next word or number, in small letters; "" at the end. A number may hold dots. */
static const char *
next_word(const char *s, char word[WORD_SIZE])
{
	size_t n = 0;

	while (*s != '\0' && !is_digit(*s)) {
		const char *at = s;
		if (is_letter(small(utf8_next(&at))))
			break;
		s = at;
	}
	if (is_digit(*s)) {
		for (; is_digit(*s) || (*s == '.' && is_digit(s[1])); s++)
			if (n < WORD_SIZE - 1)
				word[n++] = *s;
	} else {
		for (const char *at = s; *s != '\0'; s = at) {
			uint32_t code = small(utf8_next(&at));
			if (!is_letter(code))
				break;
			if (n < WORD_SIZE - 5)
				n += utf8_put(word + n, code);
		}
	}
	word[n] = '\0';
	return s;
}

enum absence_word
absence_word(const char *text)
{
	char word[WORD_SIZE];

	for (int i = 0; text != NULL && i < MOST_WORDS; i++) {
		text = next_word(text, word);
		if (word[0] == '\0' || str_in(word, "не not"))
			break;
		for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++)
			if (str_in(word, known[k].words))
				return known[k].means;
	}
	return ABSENCE_NONE;
}

/* 1 to 12 by its first letters, 0 for a word that is no month. */
static int
month_of(const char *word)
{
	for (int m = 0; m < 12; m++)
		if (str_starts(word, months[m][0]) || str_starts(word, months[m][1]))
			return m + 1;
	return str_in(word, "мая мае") ? 5 : 0; /* "ма" begins other words, too */
}

/* Days in the unit that a word names; 0: a unit that is not of days; -1: it is none. */
static int
unit_of(const char *word)
{
	static const char *const others[] = {"лет", "год", "year", "мес", "month",
		"час", "hour", "мин", "min", "класс", "раз"};

	if (str_starts(word, "недел") || str_starts(word, "week"))
		return WEEK;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (str_starts(word, others[i]))
			return 0;
	return -1;
}

struct reading {
	struct date dates[MOST_DATES]; /* month 0: only a day was written */
	int count;
	int unit; /* days in what the last number counts */
	bool is_wrong, is_until, is_from;
};

static void
read_number(const char *word, struct reading *out)
{
	int parts[3] = {0}, n = 0;

	for (const char *s = word; *s != '\0'; s++) {
		if (*s == '.')
			n++;
		else if (n < 3 && parts[n] < 10000)
			parts[n] = parts[n] * 10 + (*s - '0');
	}
	if (n > 2 || out->count == MOST_DATES) {
		out->is_wrong = true;
		return;
	}
	if (parts[2] > 0 && parts[2] < 100)
		parts[2] += 2000;
	out->is_wrong = out->is_wrong || (n > 0 && parts[1] == 0);
	out->dates[out->count++] = (struct date){parts[2], parts[1], parts[0]};
}

/* "21–25 ноября": the month is of all numbers before it that have none. */
static void
read_month(int month, struct reading *out)
{
	for (int i = 0; i < out->count; i++)
		if (out->dates[i].month == 0)
			out->dates[i].month = month;
}

static void
read_text(const char *text, struct reading *out)
{
	bool behind_number = false, behind_from = false;
	char word[WORD_SIZE];

	for (text = next_word(text, word); word[0] != '\0';
		text = next_word(text, word)) {
		if (is_digit(word[0])) {
			read_number(word, out);
			out->is_from = out->is_from || behind_from;
		} else if (behind_number && unit_of(word) >= 0) {
			out->unit = unit_of(word);
		} else if (month_of(word) > 0) {
			read_month(month_of(word), out);
		} else if (str_in(word, "до по to until till")) {
			out->is_until = true;
		}
		behind_number = is_digit(word[0]);
		behind_from = str_in(word, "с со from since");
	}
}

/* "3 days", "2 weeks", "5": one number that is no date. */
static int
count_of(const struct reading *r)
{
	int number = r->count == 1 ? r->dates[0].day : 0;

	if (r->is_wrong || r->is_until || r->is_from || r->dates[0].month != 0 ||
		number < 1 || number > FEW_DAYS)
		return 0;
	return number * r->unit;
}

static bool
is_date(struct date d)
{
	struct date again = date_after((struct date){d.year, d.month, 1}, d.day - 1);

	return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31 &&
	       d.year <= 2999 && date_cmp(again, d) == 0;
}

/* Without a year: of this one, or of the next if that is long ago. */
static bool
complete(struct date *d, struct date today)
{
	if (d->year != 0)
		return is_date(*d);
	d->year = today.year;
	if (d->month < 1 || d->month > 12)
		return false;
	if (date_cmp(*d, date_after(today, -LONG_AGO)) < 0)
		d->year++;
	return is_date(*d);
}

struct absence_days
absence_days(const char *text, struct date today)
{
	struct reading r = {.unit = 1};
	struct absence_days out = {.count = 0};

	read_text(text, &r);
	out.count = count_of(&r);
	if (out.count > 0)
		return out;
	out.are_wrong = r.is_wrong || r.count > 2;
	for (int i = 0; i < r.count && !out.are_wrong; i++)
		out.are_wrong = !complete(&r.dates[i], today);
	if (out.are_wrong || r.count == 0)
		return out;
	out.are_named = true;
	out.from = r.count == 1 && r.is_until ? today : r.dates[0];
	out.to = r.dates[r.count - 1];
	return out;
}
