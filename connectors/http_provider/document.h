/* document.h: one view of what a peer sent, whether JSON or a form, for connectors whose fields are
 * named in the configuration. The only file of the generic connectors that parses JSON (jansson).
 *
 * A field is named by a JSON pointer (RFC 6901: "/data/from/0") or by a plain name ("from"), which
 * in JSON is a member of the top level and in a form the field's name. Scalars are read as text:
 * numbers as they are written, booleans as "true" and "false"; null and absent are the same. */
#ifndef HTTP_PROVIDER_DOCUMENT_H
#define HTTP_PROVIDER_DOCUMENT_H

#include <tandem/provider.h>

enum document_format { DOCUMENT_AUTO, DOCUMENT_JSON, DOCUMENT_FORM };
#define DOCUMENT_ITEMS_MAX 1000

struct document {
    struct td_arena *a;
    void *root; /* json_t; NULL for a form */
    void *item; /* what names are looked up in: the root, or one element of a list */
    struct form *form;
};

/* AUTO: JSON when the content-type says so or the body begins with "{" or "["; else a form. A GET's
 * form is its query. TD_EPARSE with where and why. */
int document_open(struct document *d, struct td_arena *a, const struct td_request *r,
                  enum document_format format, struct td_error *err);
/* An answer's body as JSON; TD_EPARSE. */
int document_open_json(struct document *d, struct td_arena *a, struct td_str body,
                       struct td_error *err);
void document_close(struct document *d);

/* How many items there are at `list` ("": one, the document itself, unless the document is an
 * array). TD_EPARSE: there is something else than an array there. */
int document_items(struct document *d, struct td_str list, size_t *n, struct td_error *err);
/* Looks names up in item i of that list from now on. */
void document_select(struct document *d, struct td_str list, size_t i);

enum document_value { DOCUMENT_ABSENT, DOCUMENT_TEXT, DOCUMENT_COMPOUND /* an object or array */ };
/* *text ("" unless DOCUMENT_TEXT, and it may be "" then too) lives in the arena. */
enum document_value document_get(const struct document *d, struct td_str name, struct td_str *text);
/* All fields of a form, or all members of the selected object that are scalars, as text; in the
 * arena. Returns how many. */
size_t document_members(const struct document *d, struct td_pair **out);

#endif
