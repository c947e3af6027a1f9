/* presets.h: how a mail channel logs in by OAuth 2: what Google and Microsoft document, or what the
 * settings say. */
#ifndef EMAIL_PRESETS_H
#define EMAIL_PRESETS_H

#include <tandem/connector.h>

/* td_connector.oauth */
bool presets_oauth(struct td_arena *a, const struct td_settings *s, struct td_oauth *out);
/* TD_EINVAL with a sentence: something is missing, or would send a secret in clear. */
int presets_check(const struct td_settings *s, struct td_error *err);

#endif
