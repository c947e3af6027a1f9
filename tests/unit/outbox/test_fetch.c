/* Which of a provider's hosts get its token on the way to a file, and which addresses are refused
 * on that way. Three peers on loopback: the provider, its second host, a stranger. The test has an
 * address policy of its own (io/address.h has one function, so the linker takes this one), by which
 * the stranger alone is private: a redirect from a public to a private address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/http_peer.h"
#include "io/address.h"
#include "outbox/fetch.h"

#include <netinet/in.h>
#include <sodium.h>

enum { PROVIDER, SECOND, STRANGER, N_PEERS };
#define TOKEN "Bearer the-token"

static struct loop *loop;
static struct http_client *http;
static struct store *store;
static struct workers *workers;
static struct blobs *blobs;
static struct http_peer peers[N_PEERS];
static char dir[] = "/tmp/test-fetch-XXXXXX";

bool address_is_public(const struct sockaddr *sa) {
    return ntohs(((const struct sockaddr_in *)(const void *)sa)->sin_port) != peers[STRANGER].port;
}

/* ---- the provider ---- */

static int points_to; /* where its first answer says that the bytes are */
static int leads_to;  /* where they have been moved from there; −1: they are there */

static struct td_str url_of(struct td_arena *a, int peer, const char *path) {
    return td_arena_printf(a, "http://127.0.0.1:%u%s", peers[peer].port, path);
}

static int media_build(struct td_arena *a, const struct td_settings *s, struct td_str url,
                       struct td_request *out, struct td_error *err) {
    static struct td_pair headers[] = {{{"authorization", 13}, {TOKEN, sizeof TOKEN - 1}}};
    (void)s;
    if (td_str_eqz(url, "file:1"))
        url = url_of(a, PROVIDER, "/file/1");
    else if (!td_str_starts(url, url_of(a, SECOND, "/")))
        return td_error_set(err, TD_EINVAL, "no host of ours");
    *out = (struct td_request){.method = TD_STR("GET"), .url = url, .headers = {headers, 1}};
    return TD_OK;
}

static int media_parse(struct td_arena *a, const struct td_settings *s, struct td_str url,
                       const struct td_response *r, struct td_str *next, struct td_error *err) {
    (void)s, (void)url, (void)r, (void)err;
    *next = url_of(a, points_to, "/bytes");
    return TD_OK;
}

static const struct td_provider provider = {.media_build = media_build, .media_parse = media_parse};

static void script(struct http_peer *p, int fd, unsigned connection) {
    char header[100];
    (void)connection;
    while (peer_read(p, fd)) {
        if (p == &peers[SECOND] && leads_to >= 0 && !peer_saw(p, "/moved")) {
            snprintf(header, sizeof header, "Location: http://127.0.0.1:%u/moved\r\n",
                     peers[leads_to].port);
            peer_answer(fd, 302, header, "");
        } else if (p == &peers[SECOND] && !peer_saw(p, TOKEN)) {
            peer_answer(fd, 410, "", "");
        } else {
            peer_answer(fd, 200, "", "the bytes");
        }
    }
}

/* ---- one fetch ---- */

static struct {
    bool stored, temporary;
    char error[300];
} got;

static void on_done(void *arg, const struct fetch_result *r) {
    (void)arg;
    got.stored = r->sha256[0] != '\0';
    got.temporary = r->temporary;
    snprintf(got.error, sizeof got.error, "%s", r->error);
    loop_stop(loop);
}

static void fetch(int points, int leads, bool allow_private) {
    points_to = points;
    leads_to = leads;
    for (int i = 0; i < N_PEERS; i++)
        atomic_store(&peers[i].requests, 0);
    struct fetch_options o = {.loop = loop,
                              .http = http,
                              .blobs = blobs,
                              .provider = &provider,
                              .allow_private = allow_private,
                              .max_bytes = 1000,
                              .timeout_ms = 20000};
    fetch_start(&o, TD_STR("file:1"), TD_STR("text/plain"), on_done, NULL);
    loop_run(loop);
}

static unsigned asked(int peer) {
    return atomic_load(&peers[peer].requests);
}

static void second_host_gets_the_token(void **state) {
    (void)state;
    fetch(SECOND, -1, true);
    assert_string_equal(got.error, "");
    assert_true(got.stored);
    assert_true(peer_saw(&peers[PROVIDER], TOKEN));
    assert_true(peer_saw(&peers[SECOND], "GET /bytes "));
    assert_true(peer_saw(&peers[SECOND], TOKEN));
}

static void it_keeps_it_on_its_own_host(void **state) {
    (void)state;
    fetch(SECOND, SECOND, true);
    assert_true(got.stored);
    assert_int_equal(asked(SECOND), 2);
    assert_true(peer_saw(&peers[SECOND], "GET /moved "));
    assert_true(peer_saw(&peers[SECOND], TOKEN));
}

static void stranger_gets_no_token(void **state) {
    (void)state;
    fetch(STRANGER, -1, true);
    assert_true(got.stored);
    assert_int_equal(asked(STRANGER), 1);
    assert_true(peer_saw(&peers[STRANGER], "GET /bytes "));
    assert_false(peer_saw(&peers[STRANGER], "uthorization"));
    fetch(SECOND, STRANGER, true);
    assert_true(got.stored);
    assert_true(peer_saw(&peers[STRANGER], "GET /moved "));
    assert_false(peer_saw(&peers[STRANGER], "uthorization"));
}

static void a_way_into_the_house_is_refused(void **state) {
    (void)state;
    fetch(SECOND, SECOND, false);
    assert_true(got.stored); /* all of it is public */
    fetch(SECOND, STRANGER, false);
    assert_false(got.stored);
    assert_non_null(strstr(got.error, "private address"));
    assert_false(got.temporary);
    assert_int_equal(asked(SECOND), 1);
    assert_int_equal(asked(STRANGER), 0);
    fetch(STRANGER, -1, false); /* named by the provider instead */
    assert_non_null(strstr(got.error, "private address"));
    assert_int_equal(asked(PROVIDER), 1);
    assert_int_equal(asked(STRANGER), 0);
}

static int start(void **state) {
    char path[64];
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0 || !mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/blobs", dir);
    loop = loop_new();
    /* No Redis is there: a file is stored without it. */
    store = store_new(loop, &(struct store_options){.redis_url = "unix:/nowhere/redis.sock",
                                                    .tenant = "main",
                                                    .process = "p"});
    workers = workers_new(loop, 2, 100);
    http = http_client_new(loop, &(struct http_client_options){0});
    for (int i = 0; i < N_PEERS; i++)
        peer_start(&peers[i], script);
    return blobs_new(store, workers, path, &blobs, NULL);
}

static int stop(void **state) {
    char command[80];
    (void)state;
    http_client_free(&http);
    blobs_free(&blobs);
    workers_free(&workers);
    store_free(&store);
    loop_free(&loop);
    for (int i = 0; i < N_PEERS; i++)
        peer_stop(&peers[i]);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(second_host_gets_the_token),
                                       cmocka_unit_test(it_keeps_it_on_its_own_host),
                                       cmocka_unit_test(stranger_gets_no_token),
                                       cmocka_unit_test(a_way_into_the_house_is_refused)};
    return cmocka_run_group_tests(tests, start, stop);
}
