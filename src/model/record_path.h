/* record_path.h: where in a record an error is, as "message.attachments[2].name".
 *
 * Frames live on the stack of the walk that makes them and point outwards. */
#ifndef MODEL_RECORD_PATH_H
#define MODEL_RECORD_PATH_H

#include <stddef.h>
#include <tandem/error.h>

#define RECORD_NO_INDEX ((size_t)-1)

struct record_path {
    const struct record_path *up; /* NULL: the outermost record, which has no name here */
    const char *name;
    size_t index; /* RECORD_NO_INDEX, or the element of the list `name` */
};

/* Writes the path of a field; cuts what does not fit. */
void record_path_text(const struct record_path *p, char *out, size_t size);

/* "<path>: <what>"; returns rc. */
int record_fail(struct td_error *err, int rc, const struct record_path *p, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
