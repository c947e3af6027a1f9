/* GET /v1/channels: as the settings have them, and how they are. POST …/resume and …/pause: sends
 * go on, or wait. */
#include "api/resources.h"

struct channels {
    struct call *c;
    struct policy *policy;
};

static const struct chan *find(const struct chan *v, size_t n, struct td_str id) {
    for (size_t i = 0; i < n; i++)
        if (td_str_eq(v[i].id, id))
            return &v[i];
    return NULL;
}

static bool uses_oauth(struct call *c, struct td_str id) {
    const struct config *config = c->api->e->config;
    struct td_oauth o;
    for (size_t i = 0; i < config->channels.n; i++)
        if (td_str_eq(config->channels.v[i].id, id))
            return oauth_of(c->a, &config->channels.v[i], &o);
    return false;
}

static void put_channel(struct call *c, struct json_out *j, const struct channel_policy *p,
                        const struct chan *chan) {
    json_obj_begin(j);
    json_key_str(j, "id", p->id);
    json_key_str(j, "connector", p->connector);
    json_key_str(j, "kind", td_str_of(p->kind < CK_N ? channel_kind_names[p->kind] : ""));
    json_key_str(j, "queue", p->queue);
    json_key_bool(j, "live", p->live);
    json_key_str(j, "state", chan ? chan->state : (struct td_str){NULL, 0});
    json_key_bool(j, "paused", chan && chan->paused);
    if (chan && chan->paused_until)
        json_key_i64(j, "paused_until", chan->paused_until);
    if (chan && chan->error.n)
        json_key_str(j, "error", chan->error);
    if (chan && chan->changed_at)
        json_key_i64(j, "changed_at", chan->changed_at);
    json_key_bool(j, "held", chan && chan->held);
    if (chan && chan->held) {
        json_key_str(j, "held_by", chan->held_by);
        json_key_i64(j, "held_at", chan->held_at);
    }
    if (chan && chan->spike_since) {
        json_key_i64(j, "spike_since", chan->spike_since);
        json_key_u64(j, "spike_rate", chan->spike_rate);
    }
    json_key_bool(j, "oauth", uses_oauth(c, p->id));
    json_key_u64(j, "waiting", chan ? chan->waiting.n : 0);
    json_obj_end(j);
}

static void on_chans(void *arg, int rc, const struct read_item *v, size_t n) {
    struct channels *x = arg;
    struct buf b;
    struct json_out j;
    size_t kept = 0;
    if (!call_read_ok(x->c, rc))
        return;
    struct chan *chans = TD_ARENA_ARRAY(x->c->a, struct chan, n);
    for (size_t i = 0; i < n; i++)
        kept += record_unpack(x->c->a, &rec_chan, v[i].bytes, &chans[kept], NULL) == TD_OK;
    buf_init(&b, 4 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "channels");
    json_arr_begin(&j);
    for (size_t i = 0; i < x->policy->channels.n; i++) {
        const struct channel_policy *p = &x->policy->channels.v[i];
        put_channel(x->c, &j, p, find(chans, kept, p->id));
    }
    json_arr_end(&j);
    json_key_str(&j, "oauth_callback", oauth_callback_url(x->c->a, x->c->api->e->config));
    json_obj_end(&j);
    call_json(x->c, 200, &b);
    buf_fini(&b);
}

static void on_policy(void *arg, int rc, const struct read_item *v, size_t n) {
    struct channels *x = arg;
    void *policy;
    if (!call_read_ok(x->c, rc))
        return;
    if (!n ||
        !call_put_stored(x->c, NULL, &rec_policy, td_arena_dup(x->c->a, v[0].bytes), &policy)) {
        call_error(x->c, 503, "unavailable", NULL, "The settings are not committed yet.");
        return;
    }
    x->policy = policy;
    call_started(x->c, read_all(x->c->api->e->store, EK_CHAN, on_chans, x));
}

void channels_list(struct call *c) {
    struct channels *x = TD_ARENA_NEW(c->a, struct channels);
    x->c = c;
    call_started(c, read_all(c->api->e->store, EK_POLICY, on_policy, x));
}

static void set_state(struct call *c, const char *state) {
    struct channel_state body = {.channel = call_param(c, "id"), .state = td_str_of(state)};
    const struct config *config = c->api->e->config;
    for (size_t i = 0; i < config->channels.n; i++)
        if (td_str_eq(config->channels.v[i].id, body.channel)) {
            call_send(c, CMD_CHANNEL_STATE, &body);
            return;
        }
    call_not_found(c);
}

void channels_resume(struct call *c) {
    set_state(c, "up");
}

void channels_pause(struct call *c) {
    set_state(c, "paused");
}
