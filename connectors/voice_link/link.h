/* link.h: the connection to a phone system, kept up.
 *
 * Happy path: connect → opened → the connector logs in and asks what is going on (link_step before
 * each wait) → link_synced → all that was told is taken → up. Then a ping every `keepalive`, which
 * must be answered within `timeout`. Failure modes, all ending in `closed` and a new attempt after
 * a back-off (1 s doubling to 60 s, a quarter of it by chance): no connection, a step or a ping
 * that nobody answers, a protocol error, a spool that is full, the end of the connection. */
#ifndef VOICE_LINK_LINK_H
#define VOICE_LINK_LINK_H

#include "voice_link/spool.h"

#define LINK_WRITE_MAX ((size_t)256 * 1024)

#define VOICE_LINK_SETTINGS(port_)                                                                 \
    {.name = "host",                                                                               \
     .type = TD_S_TEXT,                                                                            \
     .flags = TD_SET_REQUIRED,                                                                     \
     .help = "The phone system's name or address."},                                               \
        {.name = "port",                                                                           \
         .type = TD_S_NUMBER,                                                                      \
         .fallback = port_,                                                                        \
         .min = 1,                                                                                 \
         .max = 65535,                                                                             \
         .help = "The port it listens on."},                                                       \
        {.name = "timeout",                                                                        \
         .type = TD_S_DURATION,                                                                    \
         .fallback = "10s",                                                                        \
         .min = 500,                                                                               \
         .max = 120000,                                                                            \
         .help = "How long the phone system may take for the connection and for each answer."},    \
        {.name = "keepalive",                                                                      \
         .type = TD_S_DURATION,                                                                    \
         .fallback = "15s",                                                                        \
         .min = 1000,                                                                              \
         .max = 300000,                                                                            \
         .help = "How often the phone system is asked whether it is still there."},                \
    {                                                                                              \
        .name = "allow_private", .type = TD_S_BOOL, .fallback = "true",                            \
        .help = "Let the connection reach private and loopback addresses: phone systems stand in " \
                "one's own network."                                                               \
    }

struct link {
    struct td_host *host;
    const struct td_settings *settings;
    void (*opened)(void *arg);
    void (*bytes)(void *arg, struct td_str data);
    void (*ping)(void *arg);
    void (*up)(void *arg);     /* it stands; may be NULL */
    void (*closed)(void *arg); /* what was asked will not be answered */
    void (*idle)(void *arg);   /* after link_stop: nothing is under way */
    void *arg;
    struct spool spool; /* its callbacks and fields are the link's */
    /* private */
    struct td_tcp tcp;
    struct td_timer step, retry, ping_timer;
    unsigned failures;
    bool running, is_up, told, closing, stopping, idle_told, spool_idle, refused;
    char state[16], why[250];
};
/* The fields above "spool" are set. */
void link_init(struct link *l);
void link_fini(struct link *l);
void link_start(struct link *l);
/* An answer is awaited: from now on `timeout`. */
void link_step(struct link *l);
/* An answer to the ping came. */
void link_heard(struct link *l);
void link_send(struct link *l, struct td_str text);
/* Every live call was told. */
void link_synced(struct link *l);
/* state: "down", "auth", "misconfigured". After the two others the next attempt is a minute away.
 */
void link_drop(struct link *l, const char *state, const char *why);
static inline bool link_is_up(const struct link *l) {
    return l->is_up;
}
/* It was dropped: what is left of the bytes means nothing. */
static inline bool link_is_closing(const struct link *l) {
    return l->closing;
}
void link_stop(struct link *l);

#endif
