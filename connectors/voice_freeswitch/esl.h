/* esl.h: frames of FreeSWITCH's event socket (mod_event_socket, inbound) from a stream of bytes.
 *
 * A frame is lines "Name: value", an empty line, and with Content-Length that many bytes. The body
 * of text/event-plain is such lines again, the values percent-encoded, perhaps with a body of its
 * own. A head over ESL_HEAD_MAX cannot be left out without losing the count of what follows: it is
 * a protocol error, as is a body over ESL_BODY_SKIP_MAX. A body over ESL_BODY_MAX is left out. */
#ifndef VOICE_FREESWITCH_ESL_H
#define VOICE_FREESWITCH_ESL_H

#include <tandem/arena.h>
#include <tandem/provider.h>

#define ESL_HEAD_MAX 4096
#define ESL_BODY_MAX ((size_t)4 * 1024 * 1024)
#define ESL_BODY_SKIP_MAX ((size_t)16 * 1024 * 1024)
#define ESL_HEADERS_MAX 400

struct esl_fields {
    struct td_pair v[ESL_HEADERS_MAX];
    size_t n;
};
struct esl_frame {
    struct td_str type; /* Content-Type */
    struct esl_fields head;
    struct td_str body; /* "" also when it was too large */
    bool too_large;
};
struct esl {
    void (*frame)(void *arg, const struct esl_frame *f); /* all borrowed for the call */
    void *arg;
    /* private */
    char head[ESL_HEAD_MAX];
    size_t head_n, body_n, body_left, body_cap, body_want;
    bool in_body;
    char *body;
    struct td_arena *arena; /* of the body: kept between frames */
    struct esl_frame f;
};
void esl_init(struct esl *e); /* the callbacks are set */
void esl_fini(struct esl *e);
void esl_reset(struct esl *e);
/* false: a protocol error; nothing more can be read. */
bool esl_feed(struct esl *e, struct td_str bytes);
/* The value, or "" when it is not clean UTF-8 without controls. */
struct td_str esl_clean(struct td_str value);
/* "" when absent. */
struct td_str esl_get(const struct esl_fields *f, const char *name);
/* The lines of an event, decoded into the arena; values that are not clean UTF-8 become "". */
void esl_event(struct td_arena *a, struct td_str body, struct esl_fields *out);

#endif
