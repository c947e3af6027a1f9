#include "http_provider/json_writer.h"

#include <inttypes.h>
#include <stdio.h>

/* A comma where something stands before it. */
static void begin(struct text *t, const char *name) {
    if (t->n && !strchr("{[:", t->p[t->n - 1]))
        text_putc(t, ',');
    if (!name)
        return;
    text_putc(t, '"');
    text_put_json(t, td_str_of(name));
    text_puts(t, "\":");
}

void writer_open(struct text *t, const char *name, char bracket) {
    begin(t, name);
    text_putc(t, bracket);
}

void writer_close(struct text *t, char bracket) {
    text_putc(t, bracket);
}

void writer_text(struct text *t, const char *name, struct td_str value) {
    begin(t, name);
    text_putc(t, '"');
    text_put_json(t, value);
    text_putc(t, '"');
}

void writer_text_if(struct text *t, const char *name, struct td_str value) {
    if (value.n)
        writer_text(t, name, value);
}

void writer_number(struct text *t, const char *name, int64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    begin(t, name);
    text_puts(t, digits);
}

void writer_bool(struct text *t, const char *name, bool value) {
    begin(t, name);
    text_puts(t, value ? "true" : "false");
}

void writer_raw(struct text *t, const char *name, struct td_str json) {
    begin(t, name);
    text_put(t, json);
}
