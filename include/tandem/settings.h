/* settings.h: a connector's settings as a table, and how it reads them.
 *
 * The table validates the configuration (errors with file:line), prints `tandemctl channel-types`
 * and the reference in config/README.md, and feeds the admin form. */
#ifndef TANDEM_SETTINGS_H
#define TANDEM_SETTINGS_H

#include <tandem/str.h>

enum td_setting_type {
    TD_S_TEXT,
    TD_S_URL,    /* http(s) */
    TD_S_NUMBER, /* integer in [min, max] */
    TD_S_BOOL,
    TD_S_DURATION, /* "250ms" "20s" "5m" "4h" "7d" → ms */
    TD_S_CHOICE,   /* one of choices, '|' separated */
    TD_S_LIST,     /* of texts */
    TD_S_MAP       /* text → text */
};
enum { TD_SET_REQUIRED = 1, TD_SET_SECRET = 2 };

struct td_setting {
    const char *name;
    enum td_setting_type type;
    unsigned flags;
    const char *fallback; /* the default as text; NULL: none */
    int64_t min, max;     /* NUMBER, DURATION (ms); both 0: any */
    const char *choices;
    const char *help; /* one sentence */
};

/* Rows that the host itself reads, where a table has them. Each connector lists those that fit it.
 */
#define TD_SETTING_RATE(per_s)                                                                     \
    {                                                                                              \
        .name = "rate", .type = TD_S_NUMBER, .fallback = per_s, .min = 1, .max = 10000,            \
        .help = "Messages sent per second at most."                                                \
    }
#define TD_SETTING_TIMEOUT                                                                         \
    {                                                                                              \
        .name = "timeout", .type = TD_S_DURATION, .fallback = "20s", .min = 1000, .max = 120000,   \
        .help = "How long one request to the provider may take in all."                            \
    }
#define TD_SETTING_ALLOW_PRIVATE                                                                   \
    {                                                                                              \
        .name = "allow_private", .type = TD_S_BOOL, .fallback = "false",                           \
        .help =                                                                                    \
            "Let requests reach private and loopback addresses: a gateway in one's own network."   \
    }
#define TD_SETTING_VERIFY                                                                          \
    {                                                                                              \
        .name = "verify", .type = TD_S_CHOICE, .fallback = "enforce",                              \
        .choices = "enforce|observe",                                                              \
        .help = "What happens to a hook whose signature is wrong: enforce refuses it; observe "    \
                "takes nothing "                                                                   \
                "either, but keeps it for a look and answers 202."                                 \
    }
#define TD_SETTING_POLL_INTERVAL(every)                                                            \
    {                                                                                              \
        .name = "poll_interval", .type = TD_S_DURATION, .fallback = every, .min = 1000,            \
        .max = 86400000, .help = "How often the provider is asked for news."                       \
    }

/* Values of one channel, checked against its table; lives as long as the channel. Asking for a name
 * that is not in the table is a bug (assert). Secrets come only through td_settings_secret. */
struct td_settings;
struct td_str td_settings_text(const struct td_settings *s, const char *name); /* TEXT URL CHOICE */
int64_t td_settings_number(const struct td_settings *s,
                           const char *name); /* NUMBER DURATION BOOL */
size_t td_settings_list(const struct td_settings *s, const char *name, const struct td_str **items);
/* MAP: pairs, keys at even places. Returns the number of pairs. */
size_t td_settings_map(const struct td_settings *s, const char *name, const struct td_str **pairs);
bool td_settings_has(const struct td_settings *s, const char *name);

/* A secret: no formatter prints it. Wiped when the settings are freed. */
struct td_secret;
const struct td_secret *td_settings_secret(const struct td_settings *s,
                                           const char *name); /* NULL: not set */
struct td_str td_secret_reveal(const struct td_secret *s);    /* for signing and comparing only */

/* The provider's session (td_provider.session_parse), a secret as the others; "": none yet. */
struct td_str td_settings_session(const struct td_settings *s);
/* The driver's: what holds from now on; copied. */
void td_settings_set_session(const struct td_settings *s, struct td_str value);

#endif
