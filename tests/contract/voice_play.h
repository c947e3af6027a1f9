/* voice_play.h: one phone script being played (test_voice.c), and the orders by which the peer
 * speaks (voice_say.c). */
#ifndef CONTRACT_VOICE_PLAY_H
#define CONTRACT_VOICE_PLAY_H

#include "fake_tcp.h"

struct gate_case {
    struct td_gate gate;
    char agent[64], answer[32], text[256];
    bool under_way;
};
struct play {
    const char *protocol; /* "asterisk", "freeswitch" */
    const struct td_connector *c;
    struct td_settings *settings;
    struct td_host *host;
    void *self;
    size_t voice, links, states, http; /* read so far */
    size_t piece;
    char held[32 * 1024]; /* what is told together with the next "peer" */
    size_t n_held;
    struct gate_case gates[4];
    bool stopped, inside;
    bool lost; /* the next request is never answered */
    struct fake_answer answer;
    const char *file;
    unsigned line;
};

#define BAD(p, ...)                                                                                \
    do {                                                                                           \
        print_error("%s:%u (pieces of %zu): ", (p)->file, (p)->line, (p)->piece);                  \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

/* The next word; *rest goes behind it. */
const char *voice_word(char **rest);
/* "a | b": the pieces in turn, trimmed; NULL at the end. */
char *voice_part(char **rest);
/* The connection; fails without one. */
struct fake_tcp *voice_peer(struct play *p);

/* Orders: line, more, peer, event, api, reply, body, flood. */
void voice_say_line(struct play *p, char *rest);
void voice_say_more(struct play *p, char *rest);
void voice_say(struct play *p, char *rest);
void voice_say_event(struct play *p, char *rest);
void voice_say_api(struct play *p, char *rest);
void voice_say_reply(struct play *p, char *rest);
void voice_say_other(struct play *p, char *rest);
void voice_say_flood(struct play *p, char *rest);

#endif
