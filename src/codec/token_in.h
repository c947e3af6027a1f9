/* token_in.h: the stored form of an API token, {"name":…,"scopes":["read","write","admin"]}. */
#ifndef CODEC_TOKEN_IN_H
#define CODEC_TOKEN_IN_H

#include <tandem/arena.h>
#include <tandem/error.h>

enum token_scope { SCOPE_READ = 1, SCOPE_WRITE = 2, SCOPE_ADMIN = 4 };

/* scopes: a set of enum token_scope; unknown ones are an error, not a wider permission. A text
 * "read,write" is taken as well as a list. */
int token_parse(struct td_arena *a, struct td_str json, struct td_str *name, uint32_t *scopes,
                struct td_error *err);

#endif
