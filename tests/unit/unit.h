#ifndef UNIT_H
#define UNIT_H

/* What every unit test needs: cmocka, and a ctx without database and Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

/* The ctx of the running test: made before each, ended after it. */
static struct ctx c;

static inline int
begin(void **state)
{
	(void)state;
	ctx_start(&c, NULL, NULL);
	return 0;
}

static inline int
end(void **state)
{
	(void)state;
	ctx_end(&c);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

#endif
