#ifndef IMAGE_WIRE_H
#define IMAGE_WIRE_H

#include <stdint.h>

#include "image/inspect.h"
#include "image/person.h"

/*
 * What a program and its image process say to each other: datagrams over a socket that
 * all processes of the program share, on one host, of one build.
 *
 * A request carries two descriptors (SCM_RIGHTS): the picture, a file or a memfd, and
 * the socket for the answer; one for a card two more, its background and its fonts
 * (image/card.h). The answer carries one: a memfd with the outputs, which begins with a
 * struct image_result.
 */

enum image_operation {
	IMAGE_JPEGS, /* sides: of each output; see render_jpegs() */
	IMAGE_GREY, /* sides[0]; output: sides[0] x sides[0] bytes; see render_grey() */
	IMAGE_PERSON, /* wish; outputs: the files of a person's picture (image/person.h)
		       */
	IMAGE_PROBE,  /* sides[0]: what to try; see image/probe.h */
	IMAGE_PIXELS, /* sides[0]: the longest side allowed; see render_pixels() */
	IMAGE_CARD,   /* sides[0]: width of the preview; see card_draw() */
	IMAGE_ORIGINAL, /* wish; output: all of it, see variants_original() */
	IMAGE_OPERATIONS
};

#define IMAGE_MAX_SIDES 4
#define IMAGE_MAX_OUTPUTS PERSON_FILES
#define IMAGE_MAX_BYTES (32 << 20) /* of a picture, and of its outputs together */

struct image_request {
	uint32_t operation;
	uint32_t count; /* of sides in use */
	int32_t sides[IMAGE_MAX_SIDES];
	uint32_t milliseconds;   /* after this the picture is given up */
	struct person_wish wish; /* of IMAGE_PERSON, IMAGE_ORIGINAL */
};

/* Written by the process that has opened the picture: not to be believed unchecked. */
struct image_result {
	uint32_t verdict; /* enum image_verdict */
	uint32_t count;
	int64_t number;                /* of IMAGE_PROBE */
	double wide;                   /* of IMAGE_GREY */
	int32_t width, height, format; /* of IMAGE_PERSON: the upright picture's; of
					  IMAGE_PIXELS */
	struct {
		uint64_t offset, size;
		int32_t width, height; /* of IMAGE_PERSON, IMAGE_ORIGINAL */
	} outputs[IMAGE_MAX_OUTPUTS];
};

/* How the process of a picture ends. */
enum image_exit {
	IMAGE_EXIT_DONE,
	IMAGE_EXIT_OUTPUT,  /* the result could not be written */
	IMAGE_EXIT_SIZE,    /* the file is larger than IMAGE_MAX_BYTES */
	IMAGE_EXIT_SANDBOX, /* it could not be entered: the picture was not opened */
};

enum image_outcome {
	IMAGE_DONE,      /* there is a result */
	IMAGE_DIED,      /* by the signal `number`, or with exit status -number */
	IMAGE_TIMED_OUT, /* not done in time */
	IMAGE_REFUSED,   /* the request makes no sense, or the system gave no process */
};

/* Written by the image process itself, which opens no picture. */
struct image_answer {
	uint32_t outcome;
	int32_t number;
	int64_t cpu_us;  /* processor time of this picture */
	int64_t peak_kb; /* most memory at once */
};

#endif
