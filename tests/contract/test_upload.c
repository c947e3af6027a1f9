/* Files that a provider wants before the message, by the HTTP driver: uploaded one by one, asked
 * about until they are ready, and nothing is sent when one of them fails. A provider without
 * uploads gets our links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "fake_host.h"
#include "http_provider/driver.h"

#include <stdio.h>

static int submit(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                  const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                  struct td_request *out, struct td_error *err) {
    (void)s, (void)to, (void)key, (void)part, (void)err;
    *parts = 1;
    out->method = TD_STR("POST");
    out->url = TD_STR("https://h/send");
    for (size_t i = 0; i < m->attachments.n; i++)
        out->body = td_arena_printf(a, "%.*s[%.*s]", TD_FMT(out->body),
                                    TD_FMT(m->attachments.v[i].url));
    return TD_OK;
}

static int upload(struct td_arena *a, const struct td_settings *s, const struct td_attachment *file,
                  struct td_str bytes, struct td_request *out, struct td_error *err) {
    (void)s, (void)err;
    out->method = file->url.n ? TD_STR("GET") : TD_STR("POST");
    out->url = td_arena_printf(a, "https://h/media/%.*s", TD_FMT(file->url));
    out->body = file->url.n ? TD_STR("") : bytes;
    return TD_OK;
}

/* "busy r1": it is r1, and not ready; "ready r1" */
static int uploaded(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                    struct td_str *ref, struct td_error *err) {
    (void)s;
    if (r->status != 200)
        return TD_EUNSUPPORTED;
    if (td_str_starts(r->body, TD_STR("bad")))
        return td_error_set(err, TD_EPARSE, "it is no picture");
    bool busy = td_str_starts(r->body, TD_STR("busy "));
    size_t at = busy ? 5 : 6;
    *ref = td_arena_dup(a, (struct td_str){r->body.p + at, r->body.n - at});
    return busy ? TD_EBUSY : TD_OK;
}

static const struct td_setting rows[] = {TD_SETTING_TIMEOUT, {0}};
static const struct td_provider takes = {
    .submit_build = submit, .upload_build = upload, .upload_parse = uploaded};
static const struct td_provider pulls = {.submit_build = submit};
#define CONNECTOR(p)                                                                               \
    {                                                                                              \
        .name = "files", .kind = "social", .address_type = "x",                                    \
        .capabilities = TD_CAN_SEND | TD_CAN_MEDIA, .settings = rows, .provider = (p)              \
    }
static const struct td_connector taking = CONNECTOR(&takes), pulling = CONNECTOR(&pulls);

/* ---- fixture ---- */

static struct td_settings *settings;
static struct td_host *host;
static void *self;
static const char *answers[16]; /* bodies; "503" is a status */
static struct td_verdict verdict;
static unsigned done;
static char text[200];

static struct fake_answer next(struct td_host *h, const struct td_request *r, size_t n) {
    (void)h, (void)r;
    assert_true(n < 16);
    const char *body = answers[n] ? answers[n] : "ok";
    if (body[0] == '!')
        return (struct fake_answer){.hang = true};
    if (body[0] == '5' || body[0] == '4')
        return (struct fake_answer){.response = {.status = (body[0] - '0') * 100 + 3},
                                    .sent = true};
    return (struct fake_answer){.response = {.status = 200, .body = td_str_of(body)}};
}

static void on_done(struct td_send *s, const struct td_verdict *v) {
    (void)s;
    done++;
    verdict = *v;
    snprintf(text, sizeof text, "%.*s", TD_FMT(v->text));
}

static void stored(void *arg, int rc, struct td_str sha256) {
    assert_int_equal(rc, TD_OK);
    snprintf(arg, 65, "%.*s", TD_FMT(sha256));
}
static void on_stopped(void *arg) {
    *(bool *)arg = true;
}

static void begin(const struct td_connector *c) {
    struct td_error err = {0};
    settings = settings_new(rows);
    host = fake_new(c, settings);
    host->answer = next;
    memset(answers, 0, sizeof answers);
    done = 0;
    assert_int_equal(http_driver.create(host, settings, &self, &err), TD_OK);
    assert_int_equal(http_driver.start(self, &err), TD_OK);
}

static void end(void) {
    bool stopped = false;
    http_driver.stop(self, on_stopped, &stopped);
    fake_run(host, 1000);
    assert_true(stopped);
    http_driver.destroy(&self);
    fake_free(&host);
    settings_free(&settings);
}

/* A message with two files. */
static struct td_send sending;
static void send_two(void) {
    static struct td_message m;
    static struct td_attachment files[2];
    static struct td_address to;
    static char names[2][65];
    td_host_blob_put(host, TD_STR("first"), stored, names[0]);
    td_host_blob_put(host, TD_STR("second"), stored, names[1]);
    fake_run(host, 10);
    for (int i = 0; i < 2; i++)
        files[i] = (struct td_attachment){.name = TD_STR("a.png"), .sha256 = td_str_of(names[i])};
    m = (struct td_message){.text = TD_STR("hi"), .attachments = {files, 2}};
    sending = (struct td_send){.message = &m, .to = &to, .key = TD_STR("k"), .done = on_done};
    assert_int_equal(http_driver.send(self, &sending), TD_OK);
}

static void is_request(size_t i, const char *method, const char *url, const char *body) {
    assert_true(i < host->n_seen);
    const struct td_request *r = &host->seen[i].request;
    if (!td_str_eqz(r->method, method) || !td_str_eqz(r->url, url) || !td_str_eqz(r->body, body))
        fail_msg("%zu: %.*s %.*s %.*s", i, TD_FMT(r->method), TD_FMT(r->url), TD_FMT(r->body));
}

static void test_first_the_files(void **state) {
    (void)state;
    begin(&taking);
    answers[0] = "busy r1";
    answers[1] = "busy r1";
    answers[2] = "ready r1";
    answers[3] = "ready r2";
    send_two();
    fake_run(host, 60000);
    assert_int_equal(done, 1);
    assert_int_equal(verdict.kind, TD_V_ACCEPTED);
    is_request(0, "POST", "https://h/media/", "first");
    is_request(1, "GET", "https://h/media/r1", "");
    is_request(2, "GET", "https://h/media/r1", "");
    is_request(3, "POST", "https://h/media/", "second");
    is_request(4, "POST", "https://h/send", "[r1][r2]");
    assert_int_equal(host->n_seen, 5);
    end();
}

static void fails_with(const char *first, const char *second, uint32_t kind, const char *why) {
    begin(&taking);
    answers[0] = first;
    for (int i = 1; i < 16; i++)
        answers[i] = second;
    send_two();
    fake_run(host, 300000);
    assert_int_equal(done, 1);
    assert_int_equal(verdict.kind, kind);
    if (!strstr(text, why))
        fail_msg("%s", text);
    for (size_t i = 0; i < host->n_seen; i++)
        assert_false(td_str_eqz(host->seen[i].request.url, "https://h/send"));
    end();
}

static void test_no_file_no_message(void **state) {
    (void)state;
    fails_with("503", "", TD_V_TEMPORARY, "");
    fails_with("ready r1", "bad", TD_V_PERMANENT, "it is no picture");
    fails_with("busy r1", "busy r1", TD_V_TEMPORARY, "did not get ready");
    fails_with("403", "", TD_V_AUTH, "");
}

static void test_cancel(void **state) {
    (void)state;
    begin(&taking);
    answers[0] = "!";
    send_two();
    fake_run(host, 100);
    http_driver.cancel(self, &sending);
    fake_run(host, 100);
    assert_int_equal(done, 1);
    assert_int_equal(verdict.kind, TD_V_TEMPORARY); /* the message itself never left */
    end();
}

static void test_links_for_who_pulls(void **state) {
    (void)state;
    begin(&pulling);
    send_two();
    fake_run(host, 1000);
    assert_int_equal(done, 1);
    assert_int_equal(host->n_seen, 1);
    assert_true(
        td_str_starts(host->seen[0].request.body, TD_STR("[https://files.example/media/0000")));
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_the_files), cmocka_unit_test(test_no_file_no_message),
        cmocka_unit_test(test_cancel), cmocka_unit_test(test_links_for_who_pulls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
