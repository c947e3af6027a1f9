#include "instance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"

#include <stdio.h>

void instance_open(struct instance *f, const struct td_connector *c) {
    struct td_error err = {0};
    *f = (struct instance){
        .c = c, .runner = td_connector_runner(c), .sample = sample_find(c->name)};
    if (!f->sample)
        fail_msg("%s: tests/contract/samples.c has no row for it", c->name);
    f->settings = settings_of(c->settings, f->sample->settings, &err);
    if (!f->settings)
        fail_msg("%s: sample settings: %s", c->name, err.text);
    f->host = fake_new(c, f->settings);
}

void instance_create(struct instance *f) {
    struct td_error err = {0};
    f->host->forbidden = true;
    if (f->runner->create(f->host, f->settings, &f->self, &err) != TD_OK)
        fail_msg("%s: create: %s", f->c->name, err.text);
    assert_non_null(f->self);
    assert_int_equal(fake_pending(f->host), 0);
}

void instance_start(struct instance *f) {
    instance_create(f);
    f->host->forbidden = false;
    assert_int_equal(f->runner->start(f->self, NULL), TD_OK);
}

void instance_on_stopped(void *arg) {
    struct instance *f = arg;
    assert_false(f->host->inside);
    f->stopped++;
}

void instance_stop(struct instance *f) {
    f->host->inside = true;
    f->runner->stop(f->self, instance_on_stopped, f);
    f->host->inside = false;
    assert_int_equal(f->stopped, 0);
    fake_run(f->host, 600000);
    assert_int_equal(f->stopped, 1);
}

void instance_close(struct instance *f) {
    if (f->self) {
        f->runner->destroy(&f->self);
        assert_null(f->self);
    }
    fake_free(&f->host);
    settings_free(&f->settings);
}

static void on_done(struct td_send *td, const struct td_verdict *v) {
    struct sending *s = (struct sending *)(void *)((char *)td - offsetof(struct sending, td));
    assert_false(s->f->host->inside);
    s->fired++;
    s->kind = v->kind;
    snprintf(s->text, sizeof s->text, "%.*s", TD_FMT(v->text));
    snprintf(s->code, sizeof s->code, "%.*s", TD_FMT(v->code));
    snprintf(s->id, sizeof s->id, "%.*s", TD_FMT(v->external_id));
}

int instance_send(struct instance *f, struct sending *s, const char *text, const char *key) {
    *s = (struct sending){.f = f};
    s->message = (struct td_message){.id = td_str_of(key),
                                     .text = td_str_of(text),
                                     .conv = 7,
                                     .reply_ref = td_str_of(f->sample->reply_ref)};
    s->to = (struct td_address){td_str_of(f->c->address_type), td_str_of(f->sample->to), {0}};
    s->td = (struct td_send){
        .message = &s->message, .to = &s->to, .key = s->message.id, .attempt = 1, .done = on_done};
    f->host->inside = true;
    int rc = f->runner->send(f->self, &s->td);
    f->host->inside = false;
    assert_int_equal(s->fired, 0);
    return rc;
}

bool instance_sends(const struct td_connector *c) {
    return c->capabilities & TD_CAN_SEND;
}
bool instance_hooks(const struct td_connector *c) {
    return c->capabilities & TD_CAN_HOOK;
}

bool instance_gates(const struct td_connector *c) {
    return c->capabilities & TD_CAN_GATE;
}

struct fake_answer instance_script; /* the same for every send */
struct fake_answer instance_answer(struct td_host *h, const struct td_request *r, size_t n) {
    (void)n;
    const struct sample *sample = sample_find(h->connector->name);
    const char *at = sample->session_at;
    if (r && at && memmem(r->url.p, r->url.n, at, strlen(at)))
        return (struct fake_answer){.response = sample->session};
    if (r && sample->no_news.status && td_str_eqz(r->method, "GET"))
        return (struct fake_answer){.response = sample->no_news};
    return instance_script;
}

void instance_verdict(const struct td_connector *c, struct fake_answer answer,
                      struct sending *out) {
    struct instance f;
    instance_open(&f, c);
    f.host->answer = instance_answer;
    instance_script = answer;
    instance_start(&f);
    assert_int_equal(instance_send(&f, out, "Hello", "01"), TD_OK);
    fake_run(f.host, 300000);
    assert_int_equal(out->fired, 1);
    instance_stop(&f);
    instance_close(&f);
}
