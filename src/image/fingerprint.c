#include "image/fingerprint.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define WAVE_SIDE 32 /* pixels from which frequencies are measured */
#define WAVES 16
#define KEY_BITS 18
#define HIGHEST 8     /* keys sample frequencies whose sum is at most this */
#define COARSE 24     /* pixels of the first, rough laying over */
#define FINE 48       /* ... and of the last */
#define DEEPEST 0.151 /* part of a side that may be missing */
#define PROMISING .5  /* copies have 0.6 and more when laid over roughly */
#define FAINT 3.0     /* shades: contrast below it is noise and stays faint */

/* What is left of a picture: parts of left, top, right and bottom that are cut off. */
struct cut {
	double side[4];
};

static const struct cut views[FINGERPRINT_VIEWS] = {
	{{0, 0, 0, 0}},
	{{.05, .05, .05, .05}},
	{{.1, 0, 0, 0}},
	{{0, .1, 0, 0}},
	{{0, 0, .1, 0}},
	{{0, 0, 0, .1}},
	{{.1, .1, 0, 0}},
	{{.1, 0, 0, .1}},
	{{0, .1, .1, 0}},
	{{0, 0, .1, .1}},
	{{.1, .1, .1, .1}},
};

/*
 * The part of the picture that a cut leaves, as n x n pixels. Each is the mean of the
 * source's pixels below it, parts of pixels as parts; sums holds for each point of the
 * source the sum of all that is above and left of it.
 */
struct sums {
	double at[FINGERPRINT_SIDE + 1][FINGERPRINT_SIDE + 1];
};

static void
sum_up(const unsigned char *grey, struct sums *s)
{
	memset(s, 0, sizeof(*s));
	for (int y = 0; y < FINGERPRINT_SIDE; y++)
		for (int x = 0; x < FINGERPRINT_SIDE; x++)
			s->at[y + 1][x + 1] = grey[y * FINGERPRINT_SIDE + x] +
					      s->at[y][x + 1] + s->at[y + 1][x] -
					      s->at[y][x];
}

/* The sum above and left of a point between pixels. */
static double
sum_to(const struct sums *s, double x, double y)
{
	int i = x < FINGERPRINT_SIDE ? (int)x : FINGERPRINT_SIDE - 1;
	int j = y < FINGERPRINT_SIDE ? (int)y : FINGERPRINT_SIDE - 1;
	double fx = x - i, fy = y - j;

	return (1 - fy) * ((1 - fx) * s->at[j][i] + fx * s->at[j][i + 1]) +
	       fy * ((1 - fx) * s->at[j + 1][i] + fx * s->at[j + 1][i + 1]);
}

/* Where pixel i of n begins in the source. */
static double
edge(const struct cut *c, int axis, int i, int n)
{
	double first = c->side[axis], last = 1 - c->side[axis + 2];

	return FINGERPRINT_SIDE * (first + (last - first) * i / n);
}

static void
sample(const struct sums *s, const struct cut *c, int n, double *out)
{
	double area = (edge(c, 0, 1, n) - edge(c, 0, 0, n)) *
		      (edge(c, 1, 1, n) - edge(c, 1, 0, n));

	for (int y = 0; y < n; y++) {
		double top = edge(c, 1, y, n), bottom = edge(c, 1, y + 1, n);
		double before = sum_to(s, edge(c, 0, 0, n), bottom) -
				sum_to(s, edge(c, 0, 0, n), top);

		for (int x = 0; x < n; x++) {
			double right = edge(c, 0, x + 1, n);
			double after = sum_to(s, right, bottom) - sum_to(s, right, top);

			out[y * n + x] = (after - before) / area;
			before = after;
		}
	}
}

static void
transform(const double *pixels, double wave[WAVES][WAVES])
{
	double base[WAVES][WAVE_SIDE], rows[WAVE_SIDE][WAVES];

	for (int u = 0; u < WAVES; u++)
		for (int x = 0; x < WAVE_SIDE; x++)
			base[u][x] = cos(M_PI * (x + .5) * u / WAVE_SIDE);
	for (int y = 0; y < WAVE_SIDE; y++)
		for (int u = 0; u < WAVES; u++) {
			rows[y][u] = 0;
			for (int x = 0; x < WAVE_SIDE; x++)
				rows[y][u] += base[u][x] * pixels[y * WAVE_SIDE + x];
		}
	for (int v = 0; v < WAVES; v++)
		for (int u = 0; u < WAVES; u++) {
			wave[v][u] = 0;
			for (int y = 0; y < WAVE_SIDE; y++)
				wave[v][u] += base[v][y] * rows[y][u];
		}
}

void
fingerprint_measure(struct fingerprint *l)
{
	double pixels[WAVE_SIDE * WAVE_SIDE];
	struct sums sums;

	sum_up(l->grey, &sums);
	for (int i = 0; i < FINGERPRINT_VIEWS; i++) {
		sample(&sums, &views[i], WAVE_SIDE, pixels);
		transform(pixels, l->wave[i]);
	}
}

/* The sign of a frequency of the turned picture: bit 0 of turn mirrors left and right,
 * bit 1 top and bottom, bit 2 swaps the axes first. */
static bool
positive(const double wave[WAVES][WAVES], int turn, int u, int v)
{
	double x = (turn & 4) != 0 ? wave[u][v] : wave[v][u];

	if ((turn & 1) != 0 && u % 2 != 0)
		x = -x;
	if ((turn & 2) != 0 && v % 2 != 0)
		x = -x;
	return x > 0;
}

void
fingerprint_hashes(const struct fingerprint *l, uint64_t out[2 * FINGERPRINT_TURNS])
{
	for (int i = 0; i < 2 * FINGERPRINT_TURNS; i++) {
		out[i] = 0;
		for (int bit = 1; bit < 64; bit++)
			if (positive(l->wave[i / FINGERPRINT_TURNS],
				    i % FINGERPRINT_TURNS, bit % 8, bit / 8))
				out[i] |= UINT64_C(1) << bit;
	}
}

/* A crop of a tenth makes nothing lie that stood, unless it is nearly square. */
int
fingerprint_positions(const struct fingerprint *l, int *first)
{
	*first = l->wide < 1 ? 4 : 0;
	return l->wide > 1.25 || l->wide < 1 / 1.25 ? FINGERPRINT_TURNS / 2
						    : FINGERPRINT_TURNS;
}

/* The frequencies that a table samples: drawn once and for all, since keys are kept. */
static void
draw_samples(unsigned char samples[FINGERPRINT_TABLES][KEY_BITS])
{
	uint32_t state = 2463534242u;

	for (int t = 0; t < FINGERPRINT_TABLES; t++)
		for (int k = 0; k < KEY_BITS;) {
			state ^= state << 13; /* Marsaglia's xorshift */
			state ^= state >> 17;
			state ^= state << 5;
			unsigned char s = (unsigned char)(state >> 8);
			if (s == 0 || s % WAVES + s / WAVES > HIGHEST ||
				memchr(samples[t], s, (size_t)k) != NULL)
				continue;
			samples[t][k++] = s;
		}
}

void
fingerprint_keys(const struct fingerprint *l, int view, int turn,
	int32_t out[FINGERPRINT_TABLES])
{
	static unsigned char samples[FINGERPRINT_TABLES][KEY_BITS];

	if (samples[0][0] == 0)
		draw_samples(samples);
	for (int t = 0; t < FINGERPRINT_TABLES; t++) {
		out[t] = t << KEY_BITS;
		for (int k = 0; k < KEY_BITS; k++)
			if (positive(l->wave[view], turn, samples[t][k] % WAVES,
				    samples[t][k] / WAVES))
				out[t] |= 1 << k;
	}
}

/*
 * Takes the light away and leaves outlines and grain, faint and strong ones alike: each
 * pixel less the mean around it, in units of the contrast there. Without this the rim
 * of one clean plate would pass for that of another. Then scaled so that the product of
 * a picture with itself is 1.
 */
static void
sharpen(double *pixels, int n)
{
	double sum[FINE + 1][FINE + 1] = {{0}}, square[FINE + 1][FINE + 1] = {{0}};
	double length = 0;
	int around = n / 12;

	for (int y = 0; y < n; y++)
		for (int x = 0; x < n; x++) {
			double p = pixels[y * n + x];
			sum[y + 1][x + 1] =
				p + sum[y][x + 1] + sum[y + 1][x] - sum[y][x];
			square[y + 1][x + 1] = p * p + square[y][x + 1] +
					       square[y + 1][x] - square[y][x];
		}
	for (int y = 0; y < n; y++)
		for (int x = 0; x < n; x++) {
			int t = y > around ? y - around : 0,
			    l = x > around ? x - around : 0;
			int b = y + around < n ? y + around + 1 : n;
			int r = x + around < n ? x + around + 1 : n;
			double count = (b - t) * (r - l);
			double mean =
				(sum[b][r] - sum[t][r] - sum[b][l] + sum[t][l]) / count;
			double spread = (square[b][r] - square[t][r] - square[b][l] +
						square[t][l]) /
						count -
					mean * mean;
			double *p = &pixels[y * n + x];

			*p = (*p - mean) / (sqrt(fmax(spread, 0)) + FAINT);
			length += *p * *p;
		}
	length = sqrt(length) + 1e-9;
	for (int i = 0; i < n * n; i++)
		pixels[i] /= length;
}

static double
product(const double *a, const double *b, int n)
{
	double sum = 0;

	for (int i = 0; i < n * n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* The pixels of a turned picture, in the sense of positive(). */
static void
turned(const double *in, int n, int turn, double *out)
{
	for (int y = 0; y < n; y++)
		for (int x = 0; x < n; x++) {
			int i = (turn & 1) != 0 ? n - 1 - x : x;
			int j = (turn & 2) != 0 ? n - 1 - y : y;
			out[y * n + x] =
				(turn & 4) != 0 ? in[i * n + j] : in[j * n + i];
		}
}

/* One way of laying the part over the whole. */
struct way {
	int turn;       /* of the part */
	struct cut cut; /* what of the whole the part lacks */
	double score;
};

/* How well the turned part fits what the cut leaves of the whole. */
static double
fit(const struct sums *whole, const struct cut *c, const double *part, int n)
{
	double pixels[FINE * FINE];

	sample(whole, c, n, pixels);
	sharpen(pixels, n);
	return product(pixels, part, n);
}

/* The best few of all ways, roughly: cuts of 0, 5, 10 and 15 % in eight positions. */
static void
rough(const struct sums *whole, const double parts[FINGERPRINT_TURNS][COARSE * COARSE],
	struct way *best, int most)
{
	double pixels[COARSE * COARSE];

	for (int i = 0; i < most; i++)
		best[i].score = -1;
	for (int code = 0; code < 256; code++) {
		struct cut c = {{(code & 3) * .05, (code >> 2 & 3) * .05,
			(code >> 4 & 3) * .05, (code >> 6) * .05}};
		sample(whole, &c, COARSE, pixels);
		sharpen(pixels, COARSE);
		for (int turn = 0; turn < FINGERPRINT_TURNS; turn++) {
			struct way way = {
				turn, c, product(pixels, parts[turn], COARSE)};
			for (int i = 0; i < most; i++)
				if (way.score > best[i].score) {
					struct way swap = best[i];
					best[i] = way;
					way = swap;
				}
		}
	}
}

/* Moves the cut's four sides in ever smaller steps as long as it gets better. */
static void
refine(const struct sums *whole, const double *part, struct way *w)
{
	static const double steps[] = {.025, .0125, .00625, .003125};

	w->score = fit(whole, &w->cut, part, FINE);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		for (int move = 0; move < 8; move++) {
			struct cut c = w->cut;
			double *side = &c.side[move / 2];

			*side += move % 2 == 0 ? steps[i] : -steps[i];
			if (*side < 0 || *side > DEEPEST)
				continue;
			double score = fit(whole, &c, part, FINE);
			if (score > w->score)
				*w = (struct way){w->turn, c, score};
		}
}

/* The likeness if `part` is the whole with something cut off. */
static double
laid_over(const struct sums *whole, const struct sums *part)
{
	double plain[FINE * FINE], small[COARSE * COARSE], large[FINE * FINE];
	double parts[FINGERPRINT_TURNS][COARSE * COARSE];
	double best = 0;
	struct way ways[3];

	sample(part, &views[0], COARSE, small);
	sharpen(small, COARSE);
	for (int turn = 0; turn < FINGERPRINT_TURNS; turn++)
		turned(small, COARSE, turn, parts[turn]);
	rough(whole, (const double(*)[COARSE * COARSE]) parts, ways, 3);
	sample(part, &views[0], FINE, plain);
	sharpen(plain, FINE);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (ways[i].score < PROMISING)
			continue;
		turned(plain, FINE, ways[i].turn, large);
		refine(whole, large, &ways[i]);
		best = fmax(best, ways[i].score);
	}
	return best;
}

double
fingerprint_likeness(const struct fingerprint *a, const struct fingerprint *b)
{
	struct sums sa, sb;

	sum_up(a->grey, &sa);
	sum_up(b->grey, &sb);
	double one = laid_over(&sa, &sb);
	return one > .9 ? one : fmax(one, laid_over(&sb, &sa));
}
