#ifndef CARDS_PDF_H
#define CARDS_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Cards on paper (PDF 1.4, ISO 32000-1): bank cards of 85.6 x 53.98 mm, their JPEGs as
 * they are. The file is written piece by piece and has no times in it.
 */
enum pdf_form {
	PDF_CARD, /* a card a page, 3 mm of bleed, crop marks */
	PDF_A4    /* eight on A4 */
};

#define PDF_MOST 1000 /* cards */

struct pdf {
	FILE *file;
	enum pdf_form form;
	long at[3 * PDF_MOST + 8]; /* where objects begin; 0: not written */
	int cards, pages;
	int page[PDF_MOST];
};

/* file stays the caller's. */
void pdf_open(struct pdf *p, FILE *file, enum pdf_form form);

/* Adds a JPEG in RGB. False: the file cannot be written. */
bool pdf_add(struct pdf *p, const void *jpeg, size_t size, int width, int height);

bool pdf_close(struct pdf *p);

#endif
