/* The built pages: what is served how, and that nothing else is. */
#include "../io/web_fixture.h"

#include "edge/edge.h"
#include "edge/http_util.h"
#include "edge/static_files.h"

#include <sodium.h>
#include <sys/stat.h>

static char folder[64];
static struct config config;
static struct edge edge = {.config = &config};
static struct web_route routes[32];
static struct fixture f;

static void put(const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *p = path + strlen(folder) + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        mkdir(path, 0700);
        *p = '/';
    }
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static const struct td_connector webchat = {.name = "webchat", .capabilities = TD_CAN_LIVE};
static struct config_channel channels[] = {{.id = {"web", 3}, .connector = &webchat}};

static int set_up(void **state) {
    (void)state;
    assert_true(sodium_init() >= 0);
    strcpy(folder, "/tmp/tandem-static-XXXXXX");
    assert_non_null(mkdtemp(folder));
    put("desktop/index.html", "<p>desktop</p>");
    put("desktop/favicon.ico", "icon");
    put("desktop/assets/app-1.js", "plain script");
    put("desktop/assets/app-1.js.gz", "packed");
    put("desktop/assets/.hidden", "no");
    put("widget/widget.js", "loader");
    put("widget/widget/1.0-a/panel.js", "panel");
    put("widget/manifest.json", "{}");
    put("demo/index.html", "<script nonce=\"{{nonce}}\" src=\"//{{host}}/widget.js\" "
                           "data-channel=\"{{channel}}\"></script>{{x}} {");
    put("demo/demo.js", "shop");
    put("secret.txt", "secret");
    char link[128];
    snprintf(link, sizeof link, "%s/desktop/assets/link.js", folder);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    config.static_dir = td_str_of(folder);
    config.channels.v = channels;
    config.channels.n = 1;
    config.demo = true;
    size_t n = static_routes(&edge, routes, 32);
    fixture_start(&f, (struct web_options){0}, routes, n);
    return 0;
}

static int tear_down(void **state) {
    char command[128];
    (void)state;
    fixture_stop(&f);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static char head[4096], body[65536];

static int get(const char *path, const char *more) {
    struct client c;
    char request[512], *text = NULL;
    client_open(&c, &f);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n%s%s\r\n", path,
             strstr(more, "Host:") ? "" : "Host: here:80\r\n", more);
    client_send(&c, request);
    int status = client_answer_of(&c, &text, NULL, head, sizeof head, false);
    snprintf(body, sizeof body, "%s", text ? text : "");
    free(text);
    client_close(&c);
    return status;
}
static void head_has(const char *text) {
    if (!strstr(head, text))
        fail_msg("no \"%s\" in:\n%s", text, head);
}

static void serves_the_desktop(void **state) {
    (void)state;
    assert_int_equal(get("/", ""), 200);
    assert_string_equal(body, "<p>desktop</p>");
    head_has("Content-Type: text/html; charset=utf-8\r\n");
    head_has("Cache-Control: no-cache\r\n");
    head_has("Content-Security-Policy: default-src 'none'; script-src 'self'; ");
    head_has("frame-ancestors 'none'\r\n");
    head_has("X-Content-Type-Options: nosniff\r\n");
    head_has("Referrer-Policy: ");
    assert_null(strstr(head, "Strict-Transport"));
    char etag[64], again[128];
    assert_int_equal(sscanf(strstr(head, "ETag: "), "ETag: %60[^\r]", etag), 1);
    snprintf(again, sizeof again, "If-None-Match: \"other\", W/%s\r\n", etag);
    assert_int_equal(get("/", again), 304);
    assert_string_equal(body, "");
    head_has("Content-Security-Policy");
    assert_int_equal(get("/favicon.ico", ""), 200);
    head_has("image/x-icon");
    assert_int_equal(get("/index.html", ""), 404);
}

static void serves_assets_for_ever(void **state) {
    (void)state;
    assert_int_equal(get("/assets/app-1.js", ""), 200);
    assert_string_equal(body, "plain script");
    head_has("text/javascript");
    head_has("Cache-Control: public, max-age=31536000, immutable\r\n");
    head_has("Vary: Accept-Encoding\r\n");
    assert_null(strstr(head, "Access-Control"));
    assert_int_equal(get("/assets/app-1.js", "Accept-Encoding: br, gzip\r\n"), 200);
    assert_string_equal(body, "packed");
    head_has("Content-Encoding: gzip\r\n");
}

static void serves_the_widget_to_all(void **state) {
    (void)state;
    assert_int_equal(get("/widget.js", ""), 200);
    assert_string_equal(body, "loader");
    head_has("Cache-Control: public, max-age=300\r\n");
    head_has("Access-Control-Allow-Origin: *\r\n");
    assert_int_equal(get("/widget/1.0-a/panel.js", ""), 200);
    assert_string_equal(body, "panel");
    head_has("immutable");
    head_has("Access-Control-Allow-Origin: *\r\n");
    assert_int_equal(get("/widget/manifest.json", ""), 404);
}

static void keeps_to_the_table(void **state) {
    (void)state;
    static const char *const paths[] = {"/assets/../../secret.txt",
                                        "/assets/..%2f..%2fsecret.txt",
                                        "/assets/%2e%2e/index.html",
                                        "/assets//app-1.js/",
                                        "/assets/.hidden",
                                        "/assets/link.js",
                                        "/assets/",
                                        "/assets/app-1.j",
                                        "/secret.txt",
                                        "/desktop/index.html",
                                        "/demo/../secret.txt",
                                        "/demo/index.html",
                                        "/widget/../../secret.txt",
                                        "/assets/app-1.js%00",
                                        "/favicon.ico/x"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int status = get(paths[i], "");
        if (status == 200 && !strcmp(body, "plain script"))
            continue; /* normalized to the very file */
        if (status != 404 && status != -1)
            fail_msg("%s: %d %s", paths[i], status, body);
    }
}

static void fills_the_demo(void **state) {
    (void)state;
    char nonce[64], policy_nonce[64], want[256];
    assert_int_equal(get("/demo", "Host: shop.example:8080\r\n"), 200);
    assert_int_equal(sscanf(body, "<script nonce=\"%40[^\"]", nonce), 1);
    assert_int_equal(sscanf(strstr(head, "'nonce-"), "'nonce-%40[^']", policy_nonce), 1);
    assert_string_equal(nonce, policy_nonce);
    assert_int_equal(strlen(nonce), 24);
    snprintf(want, sizeof want,
             "<script nonce=\"%s\" src=\"//shop.example:8080/widget.js\" "
             "data-channel=\"web\"></script>{{x}} {",
             nonce);
    assert_string_equal(body, want);
    head_has("connect-src http://shop.example:8080 ws://shop.example:8080; ");
    head_has("require-trusted-types-for 'script'; trusted-types tandem\r\n");
    head_has("Cache-Control: no-store\r\n");
    assert_int_equal(get("/demo", "Host: x\"><script>\r\n"), 400);
    assert_int_equal(get("/demo", "Host: x y\r\n"), 400);
    assert_int_equal(get("/demo/demo.js", ""), 200);
    assert_string_equal(body, "shop");
    config.demo = false;
    assert_int_equal(get("/demo", ""), 404);
    assert_int_equal(get("/demo/demo.js", ""), 404);
    config.demo = true;
}

static void limits_what_it_reads(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct static_files files;
    struct td_error err;
    char path[128];
    assert_int_equal(static_files_read(a, "/nonexistent", &files, &err), TD_EIO);
    assert_int_equal(files.n, 0);
    put("large/a.js", "");
    snprintf(path, sizeof path, "%s/large/a.js", folder);
    assert_int_equal(truncate(path, STATIC_FILE_MAX + 1), 0);
    assert_int_equal(static_files_read(a, folder, &files, &err), TD_ELIMIT);
    assert_non_null(strstr(err.text, "large/a.js"));
    assert_int_equal(truncate(path, STATIC_FILE_MAX), 0);
    assert_int_equal(static_files_read(a, folder, &files, &err), TD_OK);
    td_arena_free(&a);
}

static void small_helpers(void **state) {
    (void)state;
    assert_true(http_etag_matches(TD_STR("\"a\", \"b\""), "\"b\""));
    assert_true(http_etag_matches(TD_STR("*"), "\"b\""));
    assert_true(http_etag_matches(TD_STR("W/\"b\""), "\"b\""));
    assert_false(http_etag_matches(TD_STR("\"bb\",b"), "\"b\""));
    assert_false(http_etag_matches(TD_STR(""), "\"b\""));
    assert_true(http_host_is_plain(TD_STR("[::1]:8080")));
    assert_false(http_host_is_plain(TD_STR("")));
    assert_false(http_host_is_plain(TD_STR("a;b")));
    assert_string_equal(http_type_of(TD_STR("x.svg")), "image/svg+xml");
    assert_string_equal(http_type_of(TD_STR("svg")), "application/octet-stream");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_the_desktop),
        cmocka_unit_test(serves_assets_for_ever),
        cmocka_unit_test(serves_the_widget_to_all),
        cmocka_unit_test(keeps_to_the_table),
        cmocka_unit_test(fills_the_demo),
        cmocka_unit_test(limits_what_it_reads),
        cmocka_unit_test(small_helpers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
