/* Happy path: token checked or minted → welcome → joined to live events → what the widget lacks,
 * from the log by sequence. The widget merges by sequence, so live lines and old ones need no order
 * between them. Failure: Redis away → {"t":"store","up":false}, the widget comes back by itself. */
#include "base/mem.h"
#include "codec/frame_out.h"
#include "codec/json_out.h"
#include "edge/media.h"
#include "edge/say.h"
#include "edge/visitor_conn.h"
#include "edge/visitor_hours.h"

#include <stdio.h>

enum { HISTORY_PART = 100, HISTORY_MAX = 256 << 10 };

static const struct config_channel *channel_of(const struct config *cfg, struct td_str id) {
    for (size_t i = 0; i < cfg->channels.n; i++)
        if (td_str_eq(cfg->channels.v[i].id, id) &&
            (cfg->channels.v[i].connector->capabilities & TD_CAN_LIVE))
            return &cfg->channels.v[i];
    return NULL;
}

bool visitor_origin_ok(const struct config *cfg, struct td_str channel, struct td_str origin) {
    for (size_t i = 0; i < cfg->channels.n; i++) {
        const struct config_channel *ch = &cfg->channels.v[i];
        const struct channel_policy *p = policy_channel(&cfg->policy, ch->id);
        if (!p || !p->live || (channel.n && !td_str_eq(channel, ch->id)))
            continue;
        for (size_t k = 0; k < p->origins.n; k++)
            if (td_str_eq(p->origins.v[k], origin))
                return true;
    }
    return false;
}

/* ---- what the widget lacks ---- */

struct history {
    struct visitor_conn *c;
    uint64_t have, have_conv, last;
};

static void history_next(struct history *h);

static void history_end(struct history *h) {
    visitor_unref(h->c);
    mem_free(h);
}

static void on_log(void *arg, int rc, const struct read_item *v, size_t n) {
    struct history *h = arg;
    struct visitor_conn *c = h->c;
    if (rc || !c->socket) {
        history_end(h);
        return;
    }
    struct td_arena *a = td_arena_new();
    struct buf b;
    bool any = false;
    struct frame_links links = media_links(h->c->e);
    buf_init(&b, HISTORY_MAX);
    buf_puts(&b, "{\"t\":\"messages\",\"items\":[");
    for (size_t i = 0; i < n; i++) {
        size_t before = b.n;
        if (any)
            buf_putc(&b, ',');
        if (frame_visitor_line(a, &b, v[i].bytes, &links)) {
            b.n = before;
            b.rc = TD_OK;
        } else {
            any = true;
        }
        td_arena_reset(a);
    }
    h->have += n;
    bool more = n > 0 && h->have < h->last;
    buf_printf(&b, "],\"conv\":%llu,\"last\":%llu,\"more\":%s}", (unsigned long long)c->conv,
               (unsigned long long)h->have, more ? "true" : "false");
    if (any || !more)
        visitor_send(c, buf_str(&b));
    buf_fini(&b);
    td_arena_free(&a);
    if (more)
        history_next(h);
    else
        history_end(h);
}

static void history_next(struct history *h) {
    uint64_t to = h->have + HISTORY_PART < h->last ? h->have + HISTORY_PART : h->last;
    if (h->have >= h->last || read_log(h->c->e->store, h->c->conv, h->have + 1, to, on_log, h))
        history_end(h);
}

static void on_conv(void *arg, int rc, const struct read_item *v, size_t n) {
    struct history *h = arg;
    struct td_arena *a = td_arena_new();
    struct conv conv;
    if (!rc && n == 1 && v[0].bytes.n && !record_unpack(a, &rec_conv, v[0].bytes, &conv, NULL) &&
        h->c->socket) {
        h->last = conv.seq;
        if ((h->have_conv && h->have_conv != conv.id) || h->have > conv.seq)
            h->have = 0; /* it counts in an earlier conversation of this visitor */
        history_next(h);
    } else {
        history_end(h);
    }
    td_arena_free(&a);
}

static void on_thread(void *arg, int rc, const struct read_item *v, size_t n) {
    struct history *h = arg;
    struct td_arena *a = td_arena_new();
    struct thread t;
    if (rc || n != 1 || !v[0].bytes.n || record_unpack(a, &rec_thread, v[0].bytes, &t, NULL) ||
        !t.conv || !h->c->socket) {
        history_end(h);
    } else {
        struct td_str key = td_arena_printf(a, "%llu", (unsigned long long)t.conv);
        h->c->conv = t.conv;
        h->c->acted = true;
        visitor_presence(h->c, true);
        if (read_entities(h->c->e->store, EK_CONV, &key, 1, on_conv, h))
            history_end(h);
    }
    td_arena_free(&a);
}

static void start_history(struct visitor_conn *c, uint64_t have, uint64_t conv) {
    struct history *h = MEM_NEW(struct history);
    struct td_str key = td_str_of(c->thread);
    h->c = c;
    h->have = have;
    h->have_conv = conv;
    c->refs++;
    if (read_entities(c->e->store, EK_THREAD, &key, 1, on_thread, h))
        history_end(h);
}

/* ---- welcome ---- */

static void put_form(struct json_out *j, const struct td_settings *s) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, "form", &pairs);
    json_put_key(j, "form");
    json_arr_begin(j);
    for (size_t i = 0; i < n; i++) { /* id → label; a label that ends in * is required */
        struct td_str label = pairs[2 * i + 1];
        bool required = label.n && label.p[label.n - 1] == '*';
        label.n -= required;
        json_obj_begin(j);
        json_key_str(j, "id", pairs[2 * i]);
        json_key_str(j, "label", label);
        json_key_str(j, "type",
                     td_str_eqz(pairs[2 * i], "email") ? TD_STR("email") : TD_STR("text"));
        json_key_bool(j, "required", required);
        json_obj_end(j);
    }
    json_arr_end(j);
}

static void send_welcome(struct visitor_conn *c, struct td_arena *a,
                         const struct config_channel *ch) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 16384);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "t", TD_STR("welcome"));
    json_key_str(&j, "token",
                 auth_visitor_token(c->e, a, td_str_of(c->channel), td_str_of(c->visitor)));
    json_key_str(&j, "visitor", td_str_of(c->visitor));
    json_put_key(&j, "config");
    json_obj_begin(&j);
    json_key_str(&j, "name", c->e->config->name);
    visitor_hours_put(&j, policy_channel_hours(&c->e->config->policy, ch->id), loop_wall_ms());
    if (td_settings_has(ch->settings, "greeting"))
        json_key_str(&j, "greeting", td_settings_text(ch->settings, "greeting"));
    json_key_u64(&j, "file_max", visitor_file_max(c->e->config, ch->id));
    put_form(&j, ch->settings);
    json_obj_end(&j);
    json_obj_end(&j);
    visitor_send(c, buf_str(&b));
    buf_fini(&b);
}

void visitor_hello(struct visitor_conn *c, struct td_arena *a, const struct visitor_frame *f) {
    const struct config_channel *ch = channel_of(c->e->config, f->channel);
    struct td_str visitor;
    if (c->greeted || f->tab.n < 16) {
        visitor_refuse(c, f->id, "invalid",
                       "hello: expected once, with a tab of 16 to 36 characters");
        return;
    }
    if (!ch || f->channel.n >= sizeof c->channel) {
        web_socket_close(c->socket, 4404, "no such channel");
        return;
    }
    if (!visitor_origin_ok(c->e->config, f->channel, td_str_of(c->origin))) {
        web_socket_close(c->socket, 4403, "this page may not use this channel");
        return;
    }
    bool known = f->token.n && !auth_visitor_check(c->e, f->channel, f->token, &visitor) &&
                 visitor.n < sizeof c->visitor;
    if (!known)
        visitor = say_ulid(a);
    snprintf(c->channel, sizeof c->channel, "%.*s", TD_FMT(f->channel));
    snprintf(c->visitor, sizeof c->visitor, "%.*s", TD_FMT(visitor));
    snprintf(c->tab, sizeof c->tab, "%.*s", TD_FMT(f->tab));
    snprintf(c->thread, sizeof c->thread, "%s|visitor:%s", c->channel, c->visitor);
    loop_timer_stop(&c->hello_timer);
    c->greeted = true;
    c->peer.sender = td_str_of(c->session);
    c->peer.visitor = td_str_of(c->thread);
    fanout_join(c->e->fanout, &c->peer);
    send_welcome(c, a, ch);
    if (known)
        start_history(c, f->have, f->conv);
}
