/* tandemctl simulate: same seed, same day; what differs, and what is wrong where. */
#include "place.h"

#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/tandem-simulate-XXXXXX";

static const char policy[] =
    "name: Acme\n"
    "server: { public_url: \"http://127.0.0.1:8480\", listen: [{ address: 127.0.0.1, port: 8480 }] "
    "}\n"
    "channels:\n"
    "  web: { connector: webchat, queue: chat, origins: [\"http://127.0.0.1:8480\"] }\n"
    "  phone: { connector: voice_http, hook_auth: query, hook_field: s, hook_secret: abcdefabcdef "
    "}\n"
    "queues:\n"
    "  chat: { target: 45s }\n";
static const char day[] =
    "day: 2026-11-23\n"
    "hours: 8:00-12:00\n"
    "zone: Europe/Berlin\n"
    "streams:\n"
    "  web: { per_hour: [20, 40, 30, 20], handle: 6m, patience: 2m, slow: 0.2 }\n"
    "  phone: { queue: hotline, per_hour: 20, handle: 4m, patience: 90s }\n"
    "agents:\n"
    "  all: { count: 6, queues: [chat, hotline], breaks: 10:00-10:15 }\n";

static const char *path(const char *name) {
    static char paths[64][128];
    static size_t next;
    char *p = paths[next++ % 64];
    snprintf(p, sizeof paths[0], "%s/%s", dir, name);
    return p;
}

static const char *put(const char *name, const char *text) {
    const char *p = path(name);
    FILE *f = fopen(p, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return p;
}

#define SIMULATE(...) run_in(dir, "simulate", __VA_ARGS__, "--days", "4", (char *)NULL)
#define SIMULATE_OK(...)                                                                           \
    do {                                                                                           \
        SIMULATE(__VA_ARGS__);                                                                     \
        if (ran.code)                                                                              \
            fail_msg("code %d: %s%s", ran.code, ran.out, ran.err);                                 \
    } while (0)

static int setup(void **state) {
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    put("policy.yaml", policy);
    put("day.yaml", day);
    return 0;
}

static int teardown(void **state) {
    static const char *const names[] = {"policy.yaml", "day.yaml",     "other.yaml", "bad.yaml",
                                        "many.yaml",   "arrivals.csv", "tail.jsonl"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(path(names[i]));
    return rmdir(dir);
}

static void test_table(void **state) {
    (void)state;
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"));
    assert_out("Mon 2026-11-23, 8:00-12:00 Europe/Berlin: 4 days simulated");
    assert_out("web: chat web, queue chat, T = 45 s");
    assert_out("phone: voice phone, queue hotline, T = 20 s");
    assert_out("SL net");
    assert_out("occupancy");
    assert_out("8  9  10 11");
    static char before[sizeof ran.out];
    memcpy(before, ran.out, sizeof before);
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"));
    assert_string_equal(before, ran.out);
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--seed", "2");
    assert_string_not_equal(before, ran.out);
}

/* No colours and, in a plain locale, no bars but ASCII's. */
static void test_plain(void **state) {
    (void)state;
    setenv("LC_ALL", "C", 1);
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"));
    assert_null(strstr(ran.out, "\x1b["));
    assert_null(strstr(ran.out, "▁"));
    assert_null(strstr(ran.out, "█"));
    assert_out("@@");
    setenv("LC_ALL", "C.UTF-8", 1);
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"));
    assert_out("█");
}

static void test_compare(void **state) {
    (void)state;
    char text[4096];
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--compare", path("policy.yaml"));
    assert_out("DIFFERENCE");
    assert_null(strstr(ran.out, "better"));
    assert_null(strstr(ran.out, "worse"));
    snprintf(text, sizeof text, "%sprofiles: { blended: { chat: { maximum: 1 } } }\n", policy);
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--compare", put("other.yaml", text));
    assert_out("worse");
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--compare-day",
                put("many.yaml",
                    "day: 2026-11-23\nhours: 8:00-12:00\nzone: Europe/Berlin\nstreams:\n"
                    "  web: { per_hour: [20, 40, 30, 20], handle: 6m, patience: 2m, slow: 0.2 }\n"
                    "  phone: { queue: hotline, per_hour: 20, handle: 4m, patience: 90s }\n"
                    "agents:\n  all: { count: 12, queues: [chat, hotline] }\n"));
    assert_out("better");
}

static void test_machines(void **state) {
    (void)state;
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--csv");
    assert_out("scenario,stream,channel,queue,hour,figure,value,half\n");
    assert_out("today,phone,phone,hotline,day,sl_net,");
    assert_out("today,web,web,chat,11,wait_s,");
    assert_out("today,all,,,day,occupancy,");
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--json");
    assert_out("\"scenarios\":[{\"name\":\"today\"");
    assert_out("\"sl_met\":{\"value\":");
    assert_out("\"hours\":[{\"hour\":8,");
}

static void test_csv_arrivals(void **state) {
    (void)state;
    const char *d = put("bad.yaml", "hours: 8:00-10:00\narrivals: arrivals.csv\n"
                                    "streams: { web: { handle: 5m } }\n"
                                    "agents: { all: { count: 4, queues: chat } }\n");
    put("arrivals.csv", "time,web\n8:00,10\n8:30,20\n9:00,0\n");
    SIMULATE_OK(path("policy.yaml"), d, "--csv");
    assert_out("today,web,web,chat,9,offered,0,0");
    static const struct {
        const char *text, *told;
    } cases[] = {{"when,web\n", "arrivals.csv:1: expected a head such as time,web,phone"},
                 {"time,chat\n", "arrivals.csv:1: "},
                 {"time,web\n8:00,10\n# lunch\n7:00,4\n", "arrivals.csv:4: 7:00: not after"},
                 {"time,web\n8:00,ten\n", "arrivals.csv:2: found \"ten\", expected how many came"},
                 {"time,web\n8:00,1,2\n", "arrivals.csv:2: found 3 fields, expected 2"},
                 {"time,web\n25:00,1\n", "arrivals.csv:2: found \"25:00\", expected a time"},
                 {"time,web\n", "no line follows the head"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("arrivals.csv", cases[i].text);
        SIMULATE(path("policy.yaml"), d);
        assert_int_equal(ran.code, 1);
        assert_err(cases[i].told);
    }
}

static void test_replay(void **state) {
    (void)state;
    const char *lines =
        "{\"id\":\"1-0\",\"kind\":\"message\",\"at\":1,\"data\":{\"text\":\"x\"}}\n"
        "{\"id\":\"1-1\",\"kind\":\"fact\",\"at\":1795420800000,\"data\":{\"name\":\"arrived\","
        "\"queue\":\"chat\",\"channel\":\"web\",\"channel_kind\":\"chat\",\"work\":7}}\n"
        "{\"id\":\"1-2\",\"kind\":\"fact\",\"at\":1795420890000,\"data\":{\"name\":\"resolved\","
        "\"channel_kind\":\"chat\",\"work\":7,\"talk_ms\":80000}}\n"
        "{\"id\":\"1-3\",\"kind\":\"fact\",\"at\":1795424500000,\"data\":{\"name\":\"arrived\","
        "\"queue\":\"chat\",\"channel\":\"web\",\"channel_kind\":\"chat\",\"work\":9}}\n"
        "{\"id\":\"1-4\",\"kind\":\"fact\",\"at\":1795424501000,\"data\":{\"name\":\"abandoned\","
        "\"channel\":\"web\",\"channel_kind\":\"chat\",\"work\":9,\"wait_ms\":1000}}\n"
        "{\"id\":\"1-5\",\"kind\":\"fact\",\"at\":1795424600000,\"data\":{\"name\":\"arrived\","
        "\"queue\":\"mail\",\"channel\":\"elsewhere\",\"channel_kind\":\"mail\",\"work\":11}}\n";
    const char *tail = put("tail.jsonl", lines);
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--replay", tail, "--csv");
    assert_err("1 customers of other channels");
    assert_out("today,web,web,chat,day,offered,2,0");
    assert_out("today,web,web,chat,day,answered,1,0");
    assert_out("today,web,web,chat,day,abandoned,1,0");
    assert_out("today,web,web,chat,day,handle_s,80,0");
    /* two calls that are only told at their end */
    put("tail.jsonl",
        "{\"kind\":\"fact\",\"at\":1795420860000,\"data\":{\"name\":\"call.ended\",\"queue\":"
        "\"hotline\",\"channel_kind\":\"voice\",\"talk_ms\":60000}}\n"
        "{\"kind\":\"fact\",\"at\":1795420960000,\"data\":{\"name\":\"call.ended\",\"queue\":"
        "\"hotline\",\"channel_kind\":\"voice\",\"talk_ms\":30000}}\n");
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--replay", tail, "--csv");
    assert_out("today,phone,phone,hotline,day,offered,2,0");
    assert_out("today,phone,phone,hotline,day,handle_s,45,0");
    /* two that are told as they come, the first of which gives up */
    put("tail.jsonl",
        "{\"kind\":\"fact\",\"at\":1795420800000,\"data\":{\"name\":\"arrived\",\"queue\":"
        "\"hotline\",\"channel_kind\":\"voice\",\"work\":3}}\n"
        "{\"kind\":\"fact\",\"at\":1795420801000,\"data\":{\"name\":\"arrived\",\"queue\":"
        "\"hotline\",\"channel_kind\":\"voice\",\"work\":4}}\n"
        "{\"kind\":\"fact\",\"at\":1795420803000,\"data\":{\"name\":\"abandoned\",\"work\":3,"
        "\"wait_ms\":3000}}\n"
        "{\"kind\":\"fact\",\"at\":1795420960000,\"data\":{\"name\":\"call.ended\",\"queue\":"
        "\"hotline\",\"channel_kind\":\"voice\",\"talk_ms\":30000}}\n");
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--replay", tail, "--csv");
    assert_out("today,phone,phone,hotline,day,offered,2,0");
    assert_out("today,phone,phone,hotline,day,abandoned,1,0");
    assert_out("today,phone,phone,hotline,day,handle_s,30,0");
    put("tail.jsonl", "{\"kind\":\"fact\",\"at\":1}\n{\"kind\":\"fact\",\"at\":\"soon\"}\n");
    SIMULATE(path("policy.yaml"), path("day.yaml"), "--replay", tail);
    assert_int_equal(ran.code, 1);
    assert_err("tail.jsonl:2: ");
    put("tail.jsonl", "\n");
    SIMULATE(path("policy.yaml"), path("day.yaml"), "--replay", tail);
    assert_err("nobody arrives in it");
}

static void test_staff(void **state) {
    (void)state;
    SIMULATE_OK(path("policy.yaml"), path("day.yaml"), "--staff", "80/20", "--csv");
    assert_out("hour,agents,sl_all,occupancy\n8,");
    unsigned hour, agents;
    double share, busy;
    const char *p = strchr(ran.out, '\n') + 1;
    for (unsigned i = 0; i < 4; i++, p = strchr(p, '\n') + 1) {
        assert_int_equal(sscanf(p, "%u,%u,%lf,%lf", &hour, &agents, &share, &busy), 4);
        assert_int_equal(hour, 8 + i);
        assert_true(share >= 0.8 && agents >= 2 && agents < 20);
    }
    SIMULATE(path("policy.yaml"), path("day.yaml"), "--staff", "eighty");
    assert_int_equal(ran.code, 2);
    assert_err("expected such as 80/20");
    SIMULATE(path("policy.yaml"), path("day.yaml"), "--staff", "80/20", "--group", "night");
    assert_err("has no agents \"night\"");
}

static void test_what_is_wrong_where(void **state) {
    (void)state;
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"streams: { web: { handle: fast, per_hour: 3 } }\nagents: { a: { queues: chat } }\n",
         "bad.yaml:1: streams.web.handle: found \"fast\", expected a duration"},
        {"streams:\n  web: { handle: 5m, perhour: 3 }\nagents: { a: { queues: chat } }\n",
         "bad.yaml:2: streams.web.perhour: "},
        {"streams:\n  tv: { handle: 5m, per_hour: 3 }\nagents: { a: { queues: chat } }\n",
         "has no channel \"tv\""},
        {"streams:\n  web: { handle: 5m, per_hour: 3 }\nagents:\n  a: { queues: talk }\n",
         "bad.yaml:4: agents.a.queues: "},
        {"streams:\n  web: { handle: 5m }\nagents: { a: { queues: chat } }\n",
         "bad.yaml:2: streams.web: how many come is missing"},
        {"hours: 8:00-9:00\nstreams:\n  web: { handle: 5m, per_hour: [1, 2] }\n"
         "agents: { a: { queues: chat } }\n",
         "bad.yaml:3: streams.web.per_hour: 2 hours, the day has 1"},
        {"hours: 8-30\nstreams: { web: { handle: 5m, per_hour: 3 } }\n"
         "agents: { a: { queues: chat, breaks: [9:00-8:00x] } }\n",
         "bad.yaml:3: agents.a.breaks"},
        {"streams: { web: { handle: 5m, per_hour: -3 } }\nagents: { a: { queues: chat } }\n",
         "expected numbers such as 12 or 0.5"},
        {"day: 23.11.2026\nstreams: { web: { handle: 5m, per_hour: 3 } }\n"
         "agents: { a: { queues: chat } }\n",
         "expected a date such as 2026-11-23"},
        {"agents: { a: { queues: chat } }\n", "streams"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SIMULATE(path("policy.yaml"), put("bad.yaml", cases[i].text));
        assert_int_equal(ran.code, 1);
        assert_err(cases[i].told);
    }
    SIMULATE(path("nothing.yaml"), path("day.yaml"));
    assert_int_equal(ran.code, 1);
    SIMULATE(path("policy.yaml"), path("nothing.yaml"));
    assert_err("nothing.yaml: No such file");
    SIMULATE(path("policy.yaml"), path("day.yaml"), "--seed", "x");
    assert_int_equal(ran.code, 2);
    assert_err("--seed: found \"x\"");
}

int main(int argc, char **argv) {
    child_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_compare),      cmocka_unit_test(test_machines),
        cmocka_unit_test(test_csv_arrivals), cmocka_unit_test(test_replay),
        cmocka_unit_test(test_staff),        cmocka_unit_test(test_what_is_wrong_where),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
