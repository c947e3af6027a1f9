/* shrink.h: from a log that fails to a small one that fails alike. */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "world.h"

/* Lines of text, each without its end. */
struct lines {
    char **v;
    size_t n, cap;
};
void lines_add(struct lines *l, const char *p, size_t n);
void lines_free(struct lines *l);
int lines_read(struct lines *l, FILE *in); /* TD_OK, TD_ELIMIT: too long to be a log */

/* Runs the lines in a process of their own, so that a crash is a failure like others; what became
 * of it stands in the report. trace: NULL, or where each batch is described. 0: nothing failed; an
 * invariant's number, SIM_HARNESS, or SIM_CRASHED + signal. */
enum { SIM_CRASHED = 200 };
int lines_run(const struct lines *l, struct report *report, enum plant plant, FILE *trace);

/* Leaves out whatever is not needed for the same failure: lines (delta debugging, Zeller and
 * Hildebrandt 2002), fields, time. Then counts the lines anew. */
void lines_shrink(struct lines *l, struct report *report, enum plant plant);

#endif
