/* json_writer.h: JSON bodies of requests, written into a struct text. Commas come by themselves;
 * what is opened is closed by the caller. Texts are UTF-8 and escaped here. */
#ifndef HTTP_PROVIDER_JSON_WRITER_H
#define HTTP_PROVIDER_JSON_WRITER_H

#include "http_provider/text.h"

/* "{" or "[", as a member `name` of what is open; NULL: as an element, or the whole. */
void writer_open(struct text *t, const char *name, char bracket);
void writer_close(struct text *t, char bracket);
/* name NULL: an element of an array. */
void writer_text(struct text *t, const char *name, struct td_str value);
/* Nothing when the value is "". */
void writer_text_if(struct text *t, const char *name, struct td_str value);
void writer_number(struct text *t, const char *name, int64_t value);
void writer_bool(struct text *t, const char *name, bool value);
/* A value that is JSON already. */
void writer_raw(struct text *t, const char *name, struct td_str json);

#endif
