/* steps.h: what the parts of the doctor share (private to doctor/). */
#ifndef DOCTOR_STEPS_H
#define DOCTOR_STEPS_H

#include "doctor/doctor.h"

struct doctor {
    const struct doctor_input *in;
    struct doctor_report *out;
    struct td_arena *a;
    const struct td_settings *s;
    int64_t until_ms; /* CLOCK_BOOTTIME: what comes later is skipped */
    bool allow_private;
    const char *ca_file; /* NULL: the system's */
};

/* One line of the report. fix: "" when there is nothing to do. Strings are copied. */
void doctor_tell(struct doctor *d, const char *name, enum doctor_state state, struct td_str found,
                 struct td_str fix);
#define NO_FIX ((struct td_str){NULL, 0})
#define STEP(d, name, state, found, ...)                                                           \
    doctor_tell((d), (name), (state), (found), td_arena_printf((d)->a, __VA_ARGS__))
bool doctor_late(struct doctor *d);
const struct td_setting *doctor_row(struct doctor *d, const char *name); /* NULL: there is none */
/* The text of a setting, as a C string; "" where the connector has none of that name. */
const char *doctor_setting(struct doctor *d, const char *name);
/* "imap" "tls" → "imap tls" */
const char *doctor_step_name(struct doctor *d, const char *group, const char *what);

/* ---- peer.c: a connection, step by step ---- */

struct peer;
enum security { SEC_NONE, SEC_TLS, SEC_STARTTLS };
/* DNS and TCP. The steps "<group> dns" and "<group> tcp"; `setting_name` is what a fix speaks of.
 * NULL: it failed, and the report says so. */
struct peer *peer_connect(struct doctor *d, const char *group, const char *host, unsigned port,
                          const char *setting_name);
/* The step "<group> tls". false: it failed. */
bool peer_tls(struct doctor *d, struct peer *w, const char *group, const char *host);
void peer_close(struct peer **w);
/* A line without its end, in the arena; false: none within 10 s, or too long. */
bool peer_line(struct doctor *d, struct peer *w, struct td_str *line);
/* All until the peer closes, at most `max`. */
struct td_str peer_rest(struct doctor *d, struct peer *w, size_t max);
bool peer_send(struct peer *w, struct td_str bytes);
#define WIRE_SEND(d, w, ...) peer_send((w), td_arena_printf((d)->a, __VA_ARGS__))

/* ---- the families ---- */
void doctor_imap(struct doctor *d);         /* mail.c */
void doctor_smtp(struct doctor *d);         /* mail.c */
void doctor_mail_records(struct doctor *d); /* dns.c: SPF, DKIM, DMARC */
void doctor_urls(struct doctor *d);         /* http.c: what the settings point to; the login */
void doctor_hook(struct doctor *d);         /* http.c: the public address */
void doctor_phone(struct doctor *d);        /* doctor.c */

#endif
