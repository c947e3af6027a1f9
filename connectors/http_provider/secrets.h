/* secrets.h: what a provider says may quote its request, and with it a secret. */
#ifndef HTTP_PROVIDER_SECRETS_H
#define HTTP_PROVIDER_SECRETS_H

#include <tandem/connector.h>

/* The text, at most 1,000 bytes of it; or, where a secret of the settings or a piece of the session
 * stands in it, a sentence that says so. */
struct td_str secrets_hide(const struct td_connector *c, const struct td_settings *s,
                           struct td_str text);

#endif
