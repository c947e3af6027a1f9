#include "http_provider/upload.h"

#include "http_provider/verdicts.h"

#include <string.h>

#define PAUSE_FIRST_MS 1000
#define PAUSE_MAX_MS 16000

static void next_file(struct upload *u);
static void read_file(struct upload *u);

static struct upload *of_timer(struct td_timer *t) {
    return (struct upload *)(void *)((char *)t - offsetof(struct upload, timer));
}

bool upload_needed(const struct td_connector *c, const struct td_message *m) {
    for (size_t i = 0; i < m->attachments.n && c->capabilities & TD_CAN_MEDIA; i++)
        if (m->attachments.v[i].sha256.n && !m->attachments.v[i].url.n)
            return true;
    return false;
}

/* ---- the end ---- */

static void on_end(struct td_timer *t) {
    struct upload *u = of_timer(t);
    u->busy = false;
    u->done(u, u->verdict.text.n ? &u->verdict : NULL);
}

static void end_soon(struct upload *u) {
    td_timer_start(u->host, &u->timer, 0, on_end);
}

static void fail(struct upload *u, uint32_t kind, const char *code, struct td_str text) {
    u->verdict = (struct td_verdict){.kind = kind, .code = td_str_of(code), .text = text};
    if (!text.n)
        u->verdict.text = TD_STR("a file could not be handed to the provider");
    end_soon(u);
}

/* ---- a file to the provider ---- */

static void on_pause(struct td_timer *t) {
    read_file(of_timer(t));
}

static void ask_later(struct upload *u) {
    u->pause_ms = u->pause_ms ? u->pause_ms * 2 : PAUSE_FIRST_MS;
    if (u->pause_ms > PAUSE_MAX_MS)
        u->pause_ms = PAUSE_MAX_MS;
    if (td_host_now_ms(u->host) + u->pause_ms >= u->until_ms)
        fail(u, TD_V_TEMPORARY, "upload-slow",
             TD_STR("the provider did not get ready with a file in time"));
    else
        td_timer_start(u->host, &u->timer, u->pause_ms, on_pause);
}

static void refused(struct upload *u, const struct td_response *r) {
    struct td_verdict v = {0};
    verdict_by_status(u->arena, r, td_host_now_ms(u->host), &v);
    /* "accepted" cannot be: the message itself was not sent */
    if (v.kind == TD_V_ACCEPTED || v.kind == TD_V_UNKNOWN)
        v.kind = TD_V_TEMPORARY;
    u->verdict = v;
    if (!v.text.n)
        u->verdict.text = TD_STR("the provider did not take a file");
    end_soon(u);
}

static void on_answer(struct td_http *http, const struct td_response *r, bool sent,
                      const char *failure) {
    struct upload *u = (struct upload *)(void *)((char *)http - offsetof(struct upload, http));
    struct td_attachment *file = &u->message.attachments.v[u->i];
    struct td_error err = {0};
    struct td_str ref = TD_STR("");
    (void)sent;
    if (!r || u->cancelled) {
        fail(u, TD_V_TEMPORARY, "upload",
             td_arena_dup(u->arena, td_str_of(failure ? failure : "cancelled")));
        return;
    }
    if (u->is_over(u, r)) {
        u->over = true;
        refused(u, r);
        return;
    }
    int rc = u->connector->provider->upload_parse(u->arena, u->settings, r, &ref, &err);
    if (rc == TD_EBUSY) {
        file->url = ref.n ? ref : file->url;
        ask_later(u);
    } else if (rc == TD_OK && ref.n) {
        file->url = ref;
        u->i++;
        u->pause_ms = 0;
        next_file(u);
    } else if (rc == TD_OK || rc == TD_EUNSUPPORTED || r->status < 200 || r->status > 299) {
        refused(u, r);
    } else {
        fail(u, TD_V_PERMANENT, "upload", td_arena_dup(u->arena, td_str_of(err.text)));
    }
}

static void send_file(struct upload *u, struct td_str bytes) {
    const struct td_attachment *file = &u->message.attachments.v[u->i];
    struct td_request request = {0};
    struct td_error err = {0};
    int rc = u->connector->provider->upload_build(u->arena, u->settings, file, bytes, &request,
                                                  &err);
    if (rc != TD_OK) {
        fail(u, TD_V_PERMANENT, "upload", td_arena_dup(u->arena, td_str_of(err.text)));
        return;
    }
    rc = td_http_start(u->host, &u->http, &request, u->timeout_ms, on_answer);
    if (rc == TD_EINVAL)
        fail(u, TD_V_MISCONFIGURED, "bad-request",
             TD_STR("the URL or a header is not valid: look at the channel's settings"));
    else if (rc != TD_OK)
        fail(u, TD_V_TEMPORARY, "upload", td_str_of(td_rc_text(rc)));
}

static void on_file(void *arg, int rc, struct td_str bytes) {
    struct upload *u = arg;
    u->reading = false;
    if (u->cancelled)
        fail(u, TD_V_TEMPORARY, "upload", TD_STR("cancelled"));
    else if (rc == TD_ENOTFOUND)
        fail(u, TD_V_PERMANENT, "upload", TD_STR("a file of the message is not stored any more"));
    else if (rc != TD_OK)
        fail(u, TD_V_TEMPORARY, "upload", td_str_of(td_rc_text(rc)));
    else
        send_file(u, bytes);
}

static void read_file(struct upload *u) {
    int rc = td_host_blob_get(u->host, u->message.attachments.v[u->i].sha256, UPLOAD_FILE_MAX,
                              on_file, u);
    u->reading = rc == TD_OK;
    if (rc != TD_OK)
        fail(u, rc == TD_EFULL ? TD_V_TEMPORARY : TD_V_PERMANENT, "upload",
             td_str_of(td_rc_text(rc)));
}

/* ---- all of them ---- */

static bool has_link(struct upload *u, struct td_attachment *file) {
    file->url = td_host_media_url(u->host, u->arena, file->sha256, file->name, file->type);
    if (!file->url.n)
        fail(u, TD_V_MISCONFIGURED, "no-public-url",
             TD_STR("server.public_url is needed: the provider fetches files from us"));
    return file->url.n;
}

static void next_file(struct upload *u) {
    for (; u->i < u->message.attachments.n; u->i++) {
        struct td_attachment *file = &u->message.attachments.v[u->i];
        if (!file->sha256.n || file->url.n)
            continue;
        if (u->connector->provider->upload_build) {
            read_file(u);
            return;
        }
        if (!has_link(u, file))
            return;
    }
    end_soon(u);
}

void upload_start(struct upload *u, const struct td_message *m) {
    size_t n = m->attachments.n;
    u->busy = true;
    u->message = *m;
    u->message.attachments.v = TD_ARENA_ARRAY(u->arena, struct td_attachment, n);
    if (n)
        memcpy(u->message.attachments.v, m->attachments.v, n * sizeof *m->attachments.v);
    u->until_ms = td_host_now_ms(u->host) + UPLOAD_TOTAL_MS;
    next_file(u);
}

void upload_cancel(struct upload *u) {
    if (u->cancelled)
        return;
    u->cancelled = true;
    if (u->http.impl)
        td_http_cancel(&u->http);
    else if (!u->reading && u->timer.impl) /* a pause, or the end, which must not be `sent` */
        fail(u, TD_V_TEMPORARY, "upload", TD_STR("cancelled"));
}
