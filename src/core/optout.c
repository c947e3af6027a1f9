#include "core/optout.h"

#include "core/delivery.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/outbound.h"
#include "core/table.h"
#include "core/timeline.h"
#include "core/words.h"

enum { WORD_MAX = 64 };
#define HELP_PAUSE_MS INT64_C(3600000)
#define AUTHOR "bot:keywords"

/* ---- words ---- */

/* Blanks and what people put around a single word: quotes, full stops, exclamation marks. */
static bool is_filler(uint32_t c) {
    return c <= ' ' || c == 0xA0 || (c < 0x80 && strchr(".!?,;:'\"()-_*", (int)c)) || c == 0xA1 ||
           c == 0xBF || c == 0xAB || c == 0xBB || (c >= 0x2018 && c <= 0x201F);
}

/* Folded letters, a single blank where there was filler between them. 0: empty, or too long to be a
 * word. */
static size_t normalize(struct td_str s, uint32_t out[WORD_MAX]) {
    size_t n = 0;
    bool blank = false;
    while (s.n) {
        uint32_t c = words_next(&s);
        if (is_filler(c)) {
            blank = n > 0;
            continue;
        }
        if (n + 2 > WORD_MAX)
            return 0;
        if (blank)
            out[n++] = ' ';
        out[n++] = words_fold(c);
        blank = false;
    }
    return n;
}

const struct keyword_policy *optout_keyword(const struct channel_policy *p,
                                            const struct td_message *m) {
    uint32_t text[WORD_MAX], word[WORD_MAX];
    bool automatic = m->flags &
                     (TD_AUTO_SUBMITTED | TD_BOUNCE | TD_LIST_MAIL | TD_BOT | TD_LISTENED);
    if (!p->keywords.n || automatic || m->kind != TD_MSG_TEXT || m->attachments.n)
        return NULL;
    size_t n = normalize(m->text, text);
    for (size_t i = 0; n && i < p->keywords.n; i++)
        if (normalize(p->keywords.v[i].word, word) == n && !memcmp(text, word, n * sizeof *text))
            return &p->keywords.v[i];
    return NULL;
}

/* ---- what they do ---- */

/* No human reply: nothing is answered by it, nobody's turn changes. */
static void answer(struct core *c, const struct channel_policy *p, const struct keyword_policy *k,
                   struct target *t) {
    struct td_message m = {.direction = TD_OUT,
                           .kind = TD_MSG_TEXT,
                           .author = TD_STR(AUTHOR),
                           .flags = TD_BOT | TD_AUTO_SUBMITTED,
                           .text = k->answer};
    if (!k->answer.n || p->observe || !outbound_has_room(t->conv))
        return;
    timeline_add(c, t->cell, &m);
    outbound_send_exempt(c, t, &m);
}

/* The conversation may have moved to another channel or been merged into another's. */
static bool is_here(struct core *c, const struct cell *thread, const struct conv *conv) {
    return td_str_eq(thread->key, timeline_thread(c, conv->channel, &conv->peer));
}

static void tell(struct core *c, struct target *t, bool out) {
    timeline_event(c, t->cell, out ? "opted-out" : "opted-in", (struct td_str){NULL, 0},
                   out ? TD_STR("The customer wants no more messages on this channel.")
                       : TD_STR("The customer wants messages on this channel again."));
}

static void tell_fact(struct core *c, struct td_str channel, bool out) {
    effects_fact(c,
                 &(struct fact_args){.name = out ? "opted-out" : "opted-in", .channel = channel});
}

void optout_apply(struct core *c, const struct channel_policy *p, const struct keyword_policy *k,
                  struct cell *cell, struct target *t) {
    struct thread *thread = cell->obj;
    bool out = k->action == KW_STOP, here = is_here(c, cell, t->conv);
    if (k->action == KW_HELP) {
        if (thread->helped_at && c->now - thread->helped_at < HELP_PAUSE_MS)
            return;
        cell_edit_quietly(c, cell);
        thread->helped_at = c->now;
        if (here)
            answer(c, p, k, t);
        return;
    }
    if (thread->opted_out == out)
        return;
    cell_edit(c, cell);
    thread->opted_out = out;
    tell(c, t, out);
    tell_fact(c, p->id, out);
    if (!here)
        return;
    answer(c, p, k, t);
    outbound_next(c, t); /* what waited is not sent any more */
}

/* ---- optout.in: the provider says so ---- */

static struct td_str thread_of(struct core *c, const struct inbound *in) {
    return timeline_thread(c, in->message.channel, &in->message.from);
}

void needs_optout_in(struct core *c, const struct call *call) {
    const struct thread *thread = table_want(c, EK_THREAD, thread_of(c, call->body));
    if (!thread || !thread->conv)
        return;
    act_want_conv(c, thread->conv);
    const struct conv *conv = table_want_id(c, EK_CONV, thread->conv);
    if (conv)
        outbound_want(c, conv);
}

/* message.event "opt-in" takes it back (START, UNSTOP). */
void apply_optout_in(struct core *c, const struct call *call) {
    const struct inbound *in = call->body;
    bool out = !td_str_eqz(in->message.event, "opt-in");
    struct td_str key = thread_of(c, in);
    const struct thread *before = table_get(c, EK_THREAD, key);
    struct target t;
    if (before && before->opted_out == out) {
        c->result.duplicate = true;
        return;
    }
    delivery_opt_out(c, key, out);
    tell_fact(c, in->message.channel, out);
    if (!before || !before->conv || !act_find(c, before->conv, &t))
        return;
    tell(c, &t, out);
    outbound_next(c, &t);
}
