#include "core/media.h"

#include "core/act.h"
#include "core/channel.h"
#include "core/handlers.h"
#include "core/retry.h"
#include "core/table.h"

enum { ATTEMPTS_MAX = 8 };

static struct td_str media_key(struct core *c, uint64_t conv, uint64_t seq) {
    return td_arena_printf(c->batch, "%llu/%llu", (unsigned long long)conv,
                           (unsigned long long)seq);
}

bool media_waits(const struct media *m) {
    for (size_t i = 0; i < m->items.n; i++)
        if (m->items.v[i].state == MEDIA_WAITING)
            return true;
    return false;
}

void media_begin(struct core *c, const struct td_message *m) {
    struct cell *cell = NULL;
    for (size_t i = 0; i < m->attachments.n; i++) {
        const struct td_attachment *x = &m->attachments.v[i];
        if (x->sha256.n || !x->url.n)
            continue;
        cell = cell ? cell : table_make(c, EK_MEDIA, media_key(c, m->conv, m->seq));
        struct media *media = cell->obj;
        struct media_item *item = cell_append(cell, &media->items, sizeof *item);
        item->index = (uint32_t)i;
        cell_set(cell, &item->url, x->url);
        cell_set(cell, &item->name, x->name);
        cell_set(cell, &item->type, x->type);
    }
    if (!cell)
        return;
    struct media *media = cell->obj;
    media->conv = m->conv;
    media->seq = m->seq;
    cell_set(cell, &media->channel, m->channel);
}

static struct cell *find(struct core *c, uint64_t conv, uint64_t seq) {
    struct td_str key = media_key(c, conv, seq);
    return table_get(c, EK_MEDIA, key) ? table_cell(c, EK_MEDIA, key) : NULL;
}

/* ---- the holder's report ---- */

void needs_media_in(struct core *c, const struct call *call) {
    const struct media_in *in = call->body;
    act_want_conv(c, in->conv);
    channel_want(c, in->channel);
    table_want(c, EK_MEDIA, media_key(c, in->conv, in->seq));
}

static void failed(struct core *c, struct cell *cell, struct media_item *item,
                   const struct media_in *in) {
    item->attempts++;
    cell_set(cell, &item->error, in->error);
    if (!in->temporary || item->attempts >= ATTEMPTS_MAX) {
        item->state = MEDIA_FAILED;
        item->next_at = 0;
        return;
    }
    item->next_at = c->now + retry_delay_ms(c->policy, item->url, item->attempts);
}

static void stored(struct cell *cell, struct media_item *item, const struct media_in *in) {
    item->state = MEDIA_STORED;
    item->next_at = 0;
    item->bytes = in->bytes;
    cell_set(cell, &item->sha256, in->sha256);
    cell_set(cell, &item->type, in->type);
    cell_set(cell, &item->error, (struct td_str){NULL, 0});
}

void apply_media_in(struct core *c, const struct call *call) {
    const struct media_in *in = call->body;
    struct cell *cell = find(c, in->conv, in->seq);
    if (!channel_is_current(channel_get(c, in->channel), in->term)) {
        act_reject(c, "stale", "The channel has a new holder.");
        return;
    }
    struct media *media = cell ? cell->obj : NULL;
    if (!media || !td_str_eq(media->channel, in->channel)) {
        act_reject(c, "not-found", "No attachment of message %llu waits to be fetched.",
                   (unsigned long long)in->seq);
        return;
    }
    for (size_t i = 0; i < media->items.n; i++) {
        struct media_item *item = &media->items.v[i];
        if (item->index != in->index || item->state != MEDIA_WAITING)
            continue;
        cell_edit(c, cell);
        if (in->sha256.n)
            stored(cell, item, in);
        else
            failed(c, cell, item, in);
        return;
    }
    c->result.duplicate = true; /* said before */
}

/* ---- a person's wish ---- */

void needs_media_retry(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    act_want_conv(c, act->conv);
    table_want(c, EK_MEDIA, media_key(c, act->conv, act->seq));
}

void apply_media_retry(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    struct cell *cell = find(c, act->conv, act->seq);
    struct media *media = cell ? cell->obj : NULL;
    bool any = false;
    for (size_t i = 0; media && i < media->items.n; i++) {
        struct media_item *item = &media->items.v[i];
        if (item->state == MEDIA_STORED)
            continue;
        any = true;
        cell_edit(c, cell);
        item->state = MEDIA_WAITING;
        item->attempts = 0;
        item->next_at = 0;
    }
    if (!any)
        act_reject(c, "not-found", "Message %llu has no attachment that failed.",
                   (unsigned long long)act->seq);
    c->result.seq = act->seq;
}
