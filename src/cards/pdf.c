#include "cards/pdf.h"

#include <stdlib.h>

#define MM (72 / 25.4) /* points */
#define CARD_WIDTH (85.6 * MM)
#define CARD_HEIGHT (53.98 * MM)
#define BLEED (3 * MM)
#define MARK (5 * MM)  /* length of a crop mark */
#define EDGE (10 * MM) /* from the card to the edge of its page */
#define GAP (6 * MM)   /* between two cards of a sheet */
#define SHEET_WIDTH (210 * MM)
#define SHEET_HEIGHT (297 * MM)
#define COLUMNS 2
#define ROWS 4

/* Objects: the catalogue, the list of pages, then of each card its picture, and of each
 * page its contents and itself. */
enum { CATALOGUE = 1, PAGES = 2, FIRST = 3 };

static int
picture_id(int card)
{
	return FIRST + card;
}

static int
contents_id(int page)
{
	return FIRST + PDF_MOST + 2 * page;
}

static void
begin(struct pdf *p, int id)
{
	p->at[id] = ftell(p->file);
	fprintf(p->file, "%d 0 obj\n", id);
}

void
pdf_open(struct pdf *p, FILE *file, enum pdf_form form)
{
	*p = (struct pdf){.file = file, .form = form};
	fputs("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", file);
}

static void
draw(FILE *out, int card, double x, double y, double width, double height)
{
	fprintf(out, "q %.3f 0 0 %.3f %.3f %.3f cm /C%d Do Q\n", width, height, x, y,
		card);
}

static void
line(FILE *out, double x1, double y1, double x2, double y2)
{
	fprintf(out, "%.3f %.3f m %.3f %.3f l S\n", x1, y1, x2, y2);
}

/* Lines along which the card is cut, beside its corners, `away` from them. */
static void
draw_marks(FILE *out, double x, double y, double away, double length)
{
	const double xs[] = {x, x + CARD_WIDTH}, ys[] = {y, y + CARD_HEIGHT};

	fputs("0.25 w 0 G\n", out);
	for (int i = 0; i < 2; i++) {
		line(out, xs[i], y - away - length, xs[i], y - away);
		line(out, xs[i], y + CARD_HEIGHT + away, xs[i],
			y + CARD_HEIGHT + away + length);
		line(out, x - away - length, ys[i], x - away, ys[i]);
		line(out, x + CARD_WIDTH + away, ys[i], x + CARD_WIDTH + away + length,
			ys[i]);
	}
}

/* Below the card lies a larger copy of it, whose edge is what is cut away. */
static void
draw_card_page(FILE *out, int card)
{
	draw(out, card, EDGE - BLEED, EDGE - BLEED, CARD_WIDTH + 2 * BLEED,
		CARD_HEIGHT + 2 * BLEED);
	draw(out, card, EDGE, EDGE, CARD_WIDTH, CARD_HEIGHT);
	draw_marks(out, EDGE, EDGE, BLEED + .5 * MM, MARK);
}

static void
draw_sheet(FILE *out, int first, int count)
{
	double left = (SHEET_WIDTH - COLUMNS * CARD_WIDTH - (COLUMNS - 1) * GAP) / 2,
	       bottom = (SHEET_HEIGHT - ROWS * CARD_HEIGHT - (ROWS - 1) * GAP) / 2;

	for (int i = 0; i < count; i++) {
		int column = i % COLUMNS, row = i / COLUMNS;
		double x = left + column * (CARD_WIDTH + GAP),
		       y = bottom + (ROWS - 1 - row) * (CARD_HEIGHT + GAP);

		draw(out, first + i, x, y, CARD_WIDTH, CARD_HEIGHT);
		draw_marks(out, x, y, .5 * MM, 2 * MM);
	}
}

/* What a page shows, and the page. */
static bool
add_page(struct pdf *p, int first, int count)
{
	bool card = p->form == PDF_CARD;
	double width = card ? CARD_WIDTH + 2 * EDGE : SHEET_WIDTH,
	       height = card ? CARD_HEIGHT + 2 * EDGE : SHEET_HEIGHT;
	int id = contents_id(p->pages);
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return false;
	if (card)
		draw_card_page(out, first);
	else
		draw_sheet(out, first, count);
	fclose(out);
	begin(p, id);
	fprintf(p->file, "<< /Length %zu >>\nstream\n%sendstream\nendobj\n", n, text);
	free(text);
	begin(p, id + 1);
	fprintf(p->file,
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %d 0 "
		"R",
		width, height, id);
	if (card)
		fprintf(p->file,
			" /BleedBox [%.3f %.3f %.3f %.3f] /TrimBox [%.3f %.3f %.3f "
			"%.3f]",
			EDGE - BLEED, EDGE - BLEED, width - EDGE + BLEED,
			height - EDGE + BLEED, EDGE, EDGE, width - EDGE, height - EDGE);
	fputs(" /Resources << /XObject <<", p->file);
	for (int i = first; i < first + count; i++)
		fprintf(p->file, " /C%d %d 0 R", i, picture_id(i));
	fputs(" >> >> >>\nendobj\n", p->file);
	p->page[p->pages++] = id + 1;
	return !ferror(p->file);
}

static int
cards_a_page(const struct pdf *p)
{
	return p->form == PDF_CARD ? 1 : COLUMNS * ROWS;
}

bool
pdf_add(struct pdf *p, const void *jpeg, size_t size, int width, int height)
{
	if (p->cards >= PDF_MOST)
		return false;
	begin(p, picture_id(p->cards));
	fprintf(p->file,
		"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace "
		"/DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length %zu >>\n"
		"stream\n",
		width, height, size);
	fwrite(jpeg, 1, size, p->file);
	fputs("\nendstream\nendobj\n", p->file);
	p->cards++;
	int each = cards_a_page(p);
	return p->cards % each != 0 || add_page(p, p->cards - each, each);
}

/* Objects that are not there are free, and each names the next one. */
static void
write_table(struct pdf *p, int objects)
{
	long table = ftell(p->file);

	fprintf(p->file, "xref\n0 %d\n", objects);
	for (int i = 0; i < objects; i++)
		if (p->at[i] > 0)
			fprintf(p->file, "%010ld 00000 n \n", p->at[i]);
		else
			fputs("0000000000 65535 f \n", p->file);
	fprintf(p->file,
		"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%ld\n%%%%EOF\n",
		objects, table);
}

bool
pdf_close(struct pdf *p)
{
	int left = p->cards % cards_a_page(p);

	if (left > 0 && !add_page(p, p->cards - left, left))
		return false;
	begin(p, CATALOGUE);
	fputs("<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", p->file);
	begin(p, PAGES);
	fprintf(p->file, "<< /Type /Pages /Count %d /Kids [", p->pages);
	for (int i = 0; i < p->pages; i++)
		fprintf(p->file, " %d 0 R", p->page[i]);
	fputs(" ] >>\nendobj\n", p->file);
	write_table(p, contents_id(p->pages));
	return fflush(p->file) == 0 && !ferror(p->file);
}
