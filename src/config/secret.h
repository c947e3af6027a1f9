/* secret.h: a secret's bytes, wiped when they are freed, and where they come from. */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include <tandem/error.h>
#include <tandem/settings.h>

struct td_secret *secret_new(struct td_str bytes);
void secret_free(struct td_secret **s);

/* `file:/path` (relative to dir; its text without the line end, at most 64 KiB), `env:NAME`, or the
 * text itself. TD_ENOTFOUND, TD_EIO, TD_ELIMIT, TD_EINVAL (empty); the error names file or
 * variable, never the secret. */
int secret_resolve(struct td_str text, const char *dir, struct td_secret **out,
                   struct td_error *err);

#endif
