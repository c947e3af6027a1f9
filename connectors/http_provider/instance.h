/* instance.h: what the parts of one running channel of a provider share. */
#ifndef HTTP_PROVIDER_INSTANCE_H
#define HTTP_PROVIDER_INSTANCE_H

#include "http_provider/health.h"

struct session;
struct instance {
    struct td_host *host;
    const struct td_connector *connector;
    const struct td_settings *settings;
    int64_t timeout_ms;
    struct health *health;   /* part 0: the session; the polls follow */
    struct session *session; /* NULL: the provider has none */
};
/* The end that contains it, from a member's address. */
#define INSTANCE_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
