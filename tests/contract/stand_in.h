/* stand_in.h: a place with a real Redis for tests of the edges and the outbox: loop, store, inbox,
 * HTTP client, and in the engine's place a reader of the inbox that notes what comes and does the
 * two things others wait for: it applies channel.start (the chan entity), and deletes outbox
 * entries whose verdict came. */
#ifndef CONTRACT_STAND_IN_H
#define CONTRACT_STAND_IN_H

#include "config/config.h"
#include "io/http_client.h"
#include "model/event.h"
#include "store/inbox.h"

#define NOTES_MAX 256

struct note { /* one command of the inbox */
    uint32_t kind;
    struct command command;
    void *body; /* decoded; struct inbound, verdict_in, channel_state … */
};
struct place {
    struct loop *loop;
    struct store *store;
    struct inbox *inbox;
    struct http_client *http;
    struct redis *redis, *reader; /* the engine's */
    struct td_arena *arena;
    struct note notes[NOTES_MAX];
    size_t n_notes;
    char last[48];
    struct td_str cursor; /* given back with channel.start */
    bool applies;         /* false: nobody answers channel.start */
    uint64_t last_term;
    struct loop_timer deadline, poll;
    bool (*until)(struct place *p);
    bool in_time;
};

void place_open(struct place *p, const char *redis_url);
void place_close(struct place *p);
/* Runs the loop until `until` says true; fails the test after 10 s. */
void place_run(struct place *p, bool (*until)(struct place *p));
/* Runs it for a while: for what must not happen. */
void place_rest(struct place *p, int64_t ms);
size_t place_count(const struct place *p, uint32_t kind);
/* The n-th (0-based) command of that kind; NULL. */
const struct note *place_note(const struct place *p, uint32_t kind, size_t n);
/* Puts a send into a channel's outbox. Its entry id lives in the arena. */
struct td_str place_send(struct place *p, const char *channel, uint64_t conv, const char *id,
                         const char *to, const char *text);
/* One command to Redis, its reply as text: for looking at keys. */
struct td_str place_ask(struct place *p, size_t argc, const struct td_str *argv);
#define PLACE_ASK(p, ...)                                                                          \
    place_ask((p), sizeof((struct td_str[]){__VA_ARGS__}) / sizeof(struct td_str),                 \
              (struct td_str[]){__VA_ARGS__})

#endif
