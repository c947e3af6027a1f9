/* Every class of error: the line, the path, what was found, what was expected. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/config.h"
#include <cmocka.h>

#include "fake_registry.h"

#include "base/buf.h"

#define NOW INT64_C(1764000000000) /* November 2025 */

/* What stands before each case: lines 1 to 3. */
#define HEAD "server: { public_url: \"https://a.example\" }\nqueues:\n  sales: {}\n"

struct golden {
    const char *text, *errors;
};

static void check(const struct golden *g) {
    struct config *c;
    const struct config_error *errors;
    size_t n;
    int rc = config_parse(td_str_of(g->text), "t.yaml", NOW, &c, &errors, &n);
    struct buf b;
    buf_init(&b, 100000);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%u: %.*s\n", errors[i].line, TD_FMT(errors[i].text));
    buf_putc(&b, '\0');
    assert_string_equal(b.p, g->errors);
    assert_int_equal(rc, n ? TD_EINVAL : TD_OK);
    buf_fini(&b);
    config_free(&c);
    assert_null(c);
}

static void check_all(const struct golden *g, size_t n) {
    for (size_t i = 0; i < n; i++)
        check(&g[i]);
}
#define CHECK(goldens) check_all(goldens, sizeof(goldens) / sizeof(goldens[0]))

static void test_values(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"queues:\n  sales:\n    target: fast\n",
         "3: queues.sales.target: found \"fast\", expected a duration such as 45s from 1s to "
         "90d\n"},
        {"queues:\n  sales: { target: 0, weight: 0, accept: maybe, priority: -1 }\n",
         "2: queues.sales.target: found \"0\", expected a duration such as 45s from 1s to 90d\n"
         "2: queues.sales.weight: found \"0\", expected a number from 1 to 10000\n"
         "2: queues.sales.accept: found \"maybe\", expected one of profile, offer, auto, pull\n"
         "2: queues.sales.priority: found \"-1\", expected a number from 0 to 9\n"},
        {"queues:\n  sales:\n    target:\n    name: [a]\n    strategy: {}\n",
         "3: queues.sales.target: found nothing, expected a duration such as 45s from 1s to 90d\n"
         "4: queues.sales.name: found a list, expected a text of at most 16000 bytes\n"
         "5: queues.sales.strategy: found a map of keys, expected one of longest-idle, "
         "least-loaded, most-skilled, round-robin, pack\n"},
        {"tenant: Main\nserver: { demo: perhaps, max_body: 64GB }\nlog: { level: loud }\n",
         "1: tenant: found \"Main\", expected a name of a-z, 0-9, - and _ (at most 64)\n"
         "2: server.demo: found \"perhaps\", expected true or false\n"
         "2: server.max_body: found \"64GB\", expected a size such as 64KiB from 1KiB to 64MiB\n"
         "3: log.level: found \"loud\", expected one of debug, info, warn, error\n"},
        {"server: { public_url: chat.example.org }\n",
         "1: server.public_url: found \"chat.example.org\", expected a URL such as "
         "https://example.org/path, without a user name\n"},
        {"name: \"first\\nsecond\"\nskills: [ok, \"two words\", [x]]\n",
         "2: skills[2]: found \"two words\", expected a name of a-z, 0-9, - and _ (at most 64)\n"
         "2: skills[3]: found a list, expected a name of a-z, 0-9, - and _ (at most 64)\n"},
        {"tenant: \"first\\nsecond\"\n",
         "1: tenant: found \"first…\", expected a name of a-z, 0-9, - and _ (at most 64)\n"},
    };
    CHECK(goldens);
}

static void test_shape(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"- a\n- b\n", "1: found a list, expected a map of keys\n"},
        {"server: 8480\n", "1: server: found \"8480\", expected a map of keys\n"},
        {"server:\n  listen: { port: 1 }\n",
         "2: server.listen: found a map of keys, expected a list, each line beginning with \"- "
         "\"\n"},
        {"queues: [sales]\n", "1: queues: found a list, expected a map of keys\n"},
        {"queues:\n  Sales: {}\n",
         "2: queues.Sales: a name has only a-z, 0-9, - and _, and at most 64 of them\n"},
        {"queues:\n  a: {}\n  b: {}\n  a: {}\n",
         "4: the key \"a\" stands here for the second time, first in line 2\n"},
        {"server:\n  listen:\n    - { address: 127.0.0.1 }\n",
         "3: server.listen[1].port: missing: TCP port.\n"},
        {"a: [\n", "2: while parsing a flow node, did not find expected node content\n"},
        {"a: 1\n---\nb: 1\n", "2: a second document (---)\n"},
    };
    CHECK(goldens);
}

static void test_unknown_keys(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"queus: {}\n", "1: queus: no such key; did you mean \"queues\"?\n"},
        {"server:\n  adress: x\n  frobnicate: y\n",
         "2: server.adress: no such key\n3: server.frobnicate: no such key\n"},
        {"queues:\n  sales:\n    tagret: 5s\n    frobnicate: 5s\n",
         "3: queues.sales.tagret: no such key; did you mean \"target\"?\n"
         "4: queues.sales.frobnicate: no such key\n"},
        {HEAD "channels:\n  m: { connector: mail, queue: sales, nmber: 3, reopn: 1h }\n",
         "5: channels.m.nmber: no such key; did you mean \"number\"?\n"
         "5: channels.m.reopn: no such key; did you mean \"reopen\"?\n"},
        {"profiles:\n  p:\n    chat: { while_active: { mial: block, voice: stop } }\n",
         "3: profiles.p.chat.while_active.mial: no such key; did you mean \"mail\"?\n"
         "3: profiles.p.chat.while_active.voice: found \"stop\", expected one of block, allow, "
         "interrupt\n"},
    };
    CHECK(goldens);
}

static void test_channels(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {HEAD "channels:\n  x: { connector: telegraph, queue: sales }\n  y: {}\n",
         "5: channels.x.connector: found \"telegraph\", expected one of webchat, open_chat, "
         "sms_http, voice_http, mail, social, loopback\n"
         "6: channels.y.connector: missing: What speaks the provider's protocol.\n"},
        {HEAD "channels:\n  web: { connector: webchat, queue: sales }\n"
              "  two: { connector: webchat, queue: sales, origins: [] }\n",
         "5: channels.web.origins: missing: Sites.\n"
         "6: channels.two.origins: an empty list: Sites.\n"},
        {HEAD "channels:\n  web: { connector: open_chat, queue: sales }\n",
         "5: channels.web.origins: missing: the sites that may show this chat, such as "
         "https://example.org\n"},
        {HEAD "channels:\n  web:\n    connector: webchat\n    queue: sales\n"
              "    origins: [https://a.example/, \"*\", https://A.example, https://ok.example]\n",
         "8: channels.web.origins[1]: found \"https://a.example/\", expected an origin such as "
         "https://example.org: scheme, host in lower case, port, nothing after it\n"
         "8: channels.web.origins[2]: found \"*\", expected an origin such as "
         "https://example.org: scheme, host in lower case, port, nothing after it\n"
         "8: channels.web.origins[3]: found \"https://A.example\", expected an origin such as "
         "https://example.org: scheme, host in lower case, port, nothing after it\n"},
        {HEAD "channels:\n  m:\n    connector: mail\n    queue: sles\n",
         "7: channels.m.queue: no queue \"sles\" in `queues`; did you mean \"sales\"?\n"},
        {HEAD
         "channels:\n  m: { connector: mail }\n  p: { connector: voice_http, hook_secret: x }\n",
         "5: channels.m.queue: missing: where its conversations wait\n"},
        {"queues: { q: {} }\nchannels:\n  s: { connector: sms_http, queue: q, hook_secret: x }\n",
         "3: channels.s.public_url: missing, and so is server.public_url: the provider's hooks "
         "need to know where to come in\n"},
        {HEAD "channels:\n  m: { connector: mail, queue: sales, number: 11, wait: soon, list: {}, "
              "map: [x], mode: [a] }\n",
         "5: channels.m.number: found \"11\", expected a number from 1 to 9\n"
         "5: channels.m.wait: found \"soon\", expected a duration such as 45s of at least 1s\n"
         "5: channels.m.list: found a map of keys, expected a list\n"
         "5: channels.m.map: found a list, expected a map of keys\n"
         "5: channels.m.mode: found a list, expected one of a, bb, c\n"},
        {HEAD "channels:\n  m: { connector: mail, queue: sales, number: 7 }\n",
         "5: channels.m: seven is taken\n"},
    };
    CHECK(goldens);
}

static void test_secrets(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {HEAD "channels:\n  s: { connector: sms_http, queue: sales }\n",
         "5: channels.s.hook_secret: missing: Of the hooks.\n"},
        {HEAD
         "channels:\n  s: { connector: sms_http, queue: sales, hook_secret: env:TANDEM_NOT_SET }\n",
         "5: channels.s.hook_secret: the variable TANDEM_NOT_SET is not set\n"},
        {HEAD
         "channels:\n  s: { connector: sms_http, queue: sales, hook_secret: file:/nowhere/x }\n",
         "5: channels.s.hook_secret: the secret's file /nowhere/x: No such file or directory\n"},
        {HEAD "channels:\n  s: { connector: sms_http, queue: sales, hook_secret: [s3cret] }\n",
         "5: channels.s.hook_secret: expected a secret, file:/path or env:NAME\n"},
        {"redis: { password: \"\" }\n", "1: redis.password: it is empty\n"},
    };
    CHECK(goldens);
}

static void test_server(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"server:\n  listen:\n    - { address: localhost, port: 1 }\n"
         "    - { address: \"::1\", port: 2, tls: true }\n    - { port: 1 }\n    - { port: 1 }\n"
         "    - { port: 70000 }\n",
         "7: server.listen[5].port: found \"70000\", expected a number from 1 to 65535\n"},
        {"server:\n  listen:\n    - { address: localhost, port: 1 }\n"
         "    - { address: \"::1\", port: 2, tls: true }\n    - { port: 1 }\n    - { port: 1 }\n",
         "3: server.listen[1].address: found \"localhost\", expected an IP address such as "
         "127.0.0.1\n"
         "4: server.listen[2]: tls needs server.certificate and server.key\n"
         "6: server.listen[4]: the same address and port as listen[3]\n"},
        {"server:\n  certificate: /nowhere/cert.pem\n  trusted_proxies: [10.0.0.0/8, 10.0.0.0/33, "
         "proxy]\n  public_url: \"https://a.example/?x\"\n",
         "2: server.certificate: /nowhere/cert.pem cannot be read\n"
         "3: server.trusted_proxies[2]: found \"10.0.0.0/33\", expected an address or network "
         "such as 10.0.0.0/8\n"
         "3: server.trusted_proxies[3]: found \"proxy\", expected an address or network such as "
         "10.0.0.0/8\n"
         "4: server.public_url: expected no ? and no # in it\n"},
    };
    CHECK(goldens);
}

static void test_redis(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"redis: { url: \"redis://10.1.2.3:6379\" }\n",
         "1: redis.url: \"10.1.2.3\" is another machine and the connection has no TLS: use a "
         "tunnel, or say allow_plaintext: true\n"},
        {"redis: { url: \"redis://10.1.2.3:6379\", allow_plaintext: true }\n", ""},
        {"redis: { url: \"redis://[::1]:6379\" }\n", ""},
        {"redis: { url: \"unix:/run/redis.sock\", replicas: 1 }\n", ""},
        {"redis:\n  replicas: 1\n",
         "2: redis.replicas: the private Redis has no replicas: expected redis.url beside it\n"},
        {"redis: { url: \"unix:/run/redis.sock\", replicas: 9 }\n",
         "1: redis.replicas: found \"9\", expected a number from 0 to 5\n"},
        {"redis: { url: \"redis://127.0.0.2\" }\n", ""},
        {"redis: { url: \"redis://localhost:6379\" }\n", ""},
        {"redis: { url: \"unix:/run/redis.sock\" }\n", ""},
        {"redis: { url: \"rediss://redis.example\" }\n",
         "1: redis.url: TLS to Redis goes through a tunnel (stunnel) on this machine: unix:/path "
         "or redis://127.0.0.1:PORT\n"},
        {"redis: { url: \"10.1.2.3\" }\n",
         "1: redis.url: found \"10.1.2.3…\", expected unix:/path or redis://host:6379\n"},
        {"redis: { url: \"redis://:s3cret@127.0.0.1\" }\n",
         "1: redis.url: found \"redis://:…\", expected unix:/path or redis://host:6379, without "
         "path or user (the password is redis.password)\n"},
        {"redis: { url: \"redis://127.0.0.1.example.org\" }\n",
         "1: redis.url: \"127.0.0.1.example.org\" is another machine and the connection has no "
         "TLS: use a tunnel, or say allow_plaintext: true\n"},
    };
    CHECK(goldens);
}

static void test_routing(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"queues:\n  a: { overflow: b }\n  b: { overflow: c }\n  c: { overflow: b }\n",
         "3: queues.b.overflow: the overflow comes back to this queue: work would go round for "
         "ever\n"
         "4: queues.c.overflow: the overflow comes back to this queue: work would go round for "
         "ever\n"},
        {"queues:\n  a: { overflow: a }\n",
         "2: queues.a.overflow: the overflow comes back to this queue: work would go round for "
         "ever\n"},
        {"queues:\n  a: { overflow: x, hours: y, skills: { z: 3 }, relax: [{ after: 5s, queue: w "
         "}] }\n",
         "2: queues.a.overflow: no queue \"x\" in `queues`\n"
         "2: queues.a.relax[1].queue: no queue \"w\" in `queues`\n"
         "2: queues.a.hours: no hours \"y\" in `hours`\n"
         "2: queues.a.skills.z: no such skill in `skills`\n"},
        {"skills: [z]\nqueues:\n  a: { skills: { z: 11, y: high } }\n",
         "3: queues.a.skills.z: found \"11\", expected a level from 1 to 10\n"
         "3: queues.a.skills.y: found \"high\", expected a level from 1 to 10\n"},
        {"queues:\n  a:\n    relax:\n      - { after: 60s, any_skill: true }\n"
         "      - { after: 30s }\n      - { level_minus: 1 }\n",
         "5: queues.a.relax[2]: changes nothing: expected level_minus, any_skill or queue\n"
         "5: queues.a.relax[2].after: comes before the step above it; steps stand in order of "
         "time\n"
         "6: queues.a.relax[3].after: missing: How long the work has waited when this step "
         "begins.\n"
         "6: queues.a.relax[3].level_minus: an earlier step asks for no skill at all: a step only "
         "widens\n"
         "6: queues.a.relax[3].after: comes before the step above it; steps stand in order of "
         "time\n"},
        {"profiles:\n  p:\n    capacity: 50\n    voice: { maximum: 0 }\n    chat: { cost: 60 }\n",
         "5: profiles.p.chat.cost: 60 is more than the profile's capacity of 50: no agent could "
         "ever take one\n"},
        {"profiles:\n  p:\n    chat: { wrap: 60s, wrap_max: 30s, offer: 0 }\n",
         "3: profiles.p.chat.wrap_max: is less than wrap\n"
         "3: profiles.p.chat.offer: an offer needs a time to answer it\n"},
        {"queues: { m: { accept: offer } }\nchannels: { x: { connector: mail, queue: m } }\n",
         "1: queues.m.offer: missing: the profile \"default\" has no time to answer an offer of "
         "mail\n"},
        {"queues: { m: { accept: offer, offer: 30s } }\n"
         "channels: { x: { connector: mail, queue: m } }\n",
         ""},
        {"routing: { retry_base: 2h }\n", "1: routing.retry_base: is more than retry_max\n"},
    };
    CHECK(goldens);
}

static void test_rules_of_posts(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"queues: { a: {} }\nchannels:\n  t:\n    connector: social\n    queue: a\n"
         "    listen_queue: b\n    rules:\n      - { tags: [x] }\n      - { keyword: down }\n"
         "      - { reach: many, alert: true }\n"
         "      - { reach: 5000, queue: c, priority: 12 }\n",
         "8: channels.t.rules[1]: fits everything: expected keyword, language, reach or authors\n"
         "9: channels.t.rules[2]: does nothing: expected tags, priority, queue or alert\n"
         "10: channels.t.rules[3].reach: found \"many\", expected a number from 1\n"
         "10: channels.t.rules[3]: fits everything: expected keyword, language, reach or authors\n"
         "11: channels.t.rules[4].priority: found \"12\", expected a number from 0 to 9\n"},
        {"queues: { a: {} }\nchannels:\n  t:\n    connector: social\n    queue: a\n"
         "    listen_queue: b\n    rules:\n      - { reach: 5000, queue: c }\n",
         "6: channels.t.listen_queue: no queue \"b\" in `queues`\n"
         "8: channels.t.rules[1].queue: no queue \"c\" in `queues`\n"},
        {"queues: { a: {} }\nchannels:\n  o:\n    connector: loopback\n    queue: a\n"
         "    spike_per_minute: 60\n",
         "6: channels.o.spike_per_minute: only posts are gathered: expected a social channel\n"},
    };
    CHECK(goldens);
}

static void test_relaxation_only_widens(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"queues:\n  a:\n    relax:\n      - { after: 30s, level_minus: 2 }\n"
         "      - after: 60s\n        level_minus: 1\n      - { after: 90s, any_skill: true }\n"
         "      - { after: 2m, any_skill: false }\n",
         "6: queues.a.relax[2].level_minus: found 1, expected at least 2: a step only widens\n"
         "8: queues.a.relax[4].any_skill: found false, expected true as in an earlier step: a step "
         "only widens\n"},
        {"queues:\n  b: {}\n  a:\n    relax:\n      - { after: 30s, queue: b }\n"
         "      - { after: 60s, queue: b }\n      - { after: 61s, queue: a }\n",
         "6: queues.a.relax[2].queue: its agents may take it already: a step widens\n"
         "7: queues.a.relax[3].queue: its agents may take it already: a step widens\n"},
        {"queues:\n  b: {}\n  a:\n    relax:\n      - { after: 30s, level_minus: 2 }\n"
         "      - { after: 60s, any_skill: true }\n      - { after: 2m, queue: b }\n",
         ""},
    };
    CHECK(goldens);
}

static void test_nobody_can_serve(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"queues: { m: {} }\nprofiles:\n  p: { mail: { maximum: 0 } }\n  q: { mail: { maximum: 0 "
         "} }\nchannels:\n  x: { connector: mail, queue: m }\n",
         "6: channels.x.queue: nobody can serve \"m\": found maximum 0 for mail in every profile, "
         "expected one that takes it\n"},
        {"queues: { m: {} }\nprofiles:\n  p: { mail: { maximum: 0 } }\n  q: {}\n"
         "channels:\n  x: { connector: mail, queue: m }\n",
         ""},
        {"skills: [german]\nqueues:\n  m: { language: true }\n",
         "3: queues.m.language: found true, expected languages in `skills`, such as lang-en\n"},
        {"skills: [lang-de]\nqueues:\n  m: { language: true, promote: true }\n", ""},
    };
    CHECK(goldens);
}

static void test_hours(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"hours:\n  o: {}\n",
         "2: hours.o.open: missing: Days (mon, mon-fri) and the times of opening; 22:00-2:00 runs "
         "into the next day.\n"},
        {"hours:\n  o:\n    zone: Europe/Atlantis\n    open: { mon: 9:00-17:00 }\n",
         "3: hours.o.zone: found \"Europe/Atlantis\": no time zone of that name (as in the package "
         "tzdata)\n"},
        {"hours:\n  o:\n    open:\n      monday: 9:00-17:00\n      tue: 9-25\n      wed: 9:00\n"
         "      thu: 9:60-10:00\n      fri: 9:00-9:00\n      sat-fun: 9-10\n      sun: {}\n",
         "4: hours.o.open.monday: expected a day (mon, tue, wed, thu, fri, sat, sun) or days such "
         "as mon-fri\n"
         "5: hours.o.open.tue: found \"9-25\", expected times such as 9:00-17:00\n"
         "6: hours.o.open.wed: found \"9:00\", expected times such as 9:00-17:00\n"
         "7: hours.o.open.thu: found \"9:60-10:00\", expected times such as 9:00-17:00\n"
         "8: hours.o.open.fri: found \"9:00-9:00\", expected times such as 9:00-17:00\n"
         "9: hours.o.open.sat-fun: expected a day (mon, tue, wed, thu, fri, sat, sun) or days such "
         "as mon-fri\n"
         "10: hours.o.open.sun: found a map of keys, expected times such as 9:00-17:00\n"},
        {"hours:\n  o:\n    open: { mon: 9-17 }\n    holidays:\n      - 2026-12-25\n"
         "      - 2026-02-29\n      - 25.12.2026\n      - 2026-12-24 14:00-12:00\n      - [x]\n",
         "6: hours.o.holidays[2]: found \"2026-02-29\", expected a day such as 2026-12-25 or "
         "2026-12-24 12:00-24:00\n"
         "7: hours.o.holidays[3]: found \"25.12.2026\", expected a day such as 2026-12-25 or "
         "2026-12-24 12:00-24:00\n"
         "8: hours.o.holidays[4]: found \"2026-12-24 14:00-12:00\", expected a day such as "
         "2026-12-25 or 2026-12-24 12:00-24:00\n"
         "9: hours.o.holidays[5]: found a list, expected a day such as 2026-12-25 or 2026-12-24 "
         "12:00-24:00\n"},
    };
    CHECK(goldens);
}

static void test_lists(void **state) {
    (void)state;
    static const struct golden goldens[] = {
        {"dispositions: done\nreasons: [lunch, Lunch, lunch]\ncanned: { Hi: x, ok: [y] }\n",
         "1: dispositions: found \"done\", expected a list, or a map of id: name\n"
         "2: reasons[2]: found \"Lunch\", expected a name of a-z, 0-9, - and _ (at most 64)\n"
         "2: reasons[3]: \"lunch\" stands here for the second time\n"
         "3: canned.Hi: expected a name of a-z, 0-9, - and _ (at most 64)\n"
         "3: canned.ok: found a list, expected a text of at most 16000 bytes\n"},
    };
    CHECK(goldens);
}

static void test_a_policy_too_large_for_a_command(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_puts(&b, "canned:\n");
    for (int i = 0; i < 5; i++) {
        buf_printf(&b, "  c%d: ", i);
        for (int k = 0; k < 15000; k++)
            buf_putc(&b, 'x');
        buf_putc(&b, '\n');
    }
    buf_putc(&b, '\0');
    check(&(struct golden){b.p, "1: queues, hours and canned answers together are more than 60 "
                                "KiB: shorten `canned`\n"});
    buf_fini(&b);
}

static void test_many_errors_have_an_end(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 500; i++)
        buf_printf(&b, "k%d: x\n", i);
    struct config *c;
    const struct config_error *errors;
    size_t n;
    assert_int_equal(config_parse(buf_str(&b), "t", NOW, &c, &errors, &n), TD_EINVAL);
    assert_int_equal(n, 100);
    assert_int_equal(errors[99].line, 100);
    config_free(&c);
    buf_fini(&b);
}

static void test_warnings(void **state) {
    (void)state;
    struct config *c;
    const struct config_error *errors;
    size_t n;
    static const char text[] = "server:\n  listen:\n    - { port: 1 }\n"
                               "    - { address: 0.0.0.0, port: 2 }\n";
    assert_int_equal(config_parse(td_str_of(text), "t", NOW, &c, &errors, &n), TD_OK);
    assert_int_equal(c->warnings.n, 1);
    assert_int_equal(c->warnings.v[0].line, 4);
    assert_true(td_str_starts(c->warnings.v[0].text,
                              TD_STR("server.listen[2]: without TLS beyond this machine")));
    config_free(&c);
}

static void test_files(void **state) {
    (void)state;
    struct config *c;
    const struct config_error *errors;
    size_t n;
    struct td_error err;
    assert_int_equal(config_load("/nowhere/tandem.yaml", &c, &errors, &n, &err), TD_EIO);
    assert_null(c);
    assert_string_equal(err.text, "No such file or directory");
    assert_int_equal(config_load("/tmp", &c, &errors, &n, &err), TD_EIO);
    assert_string_equal(err.text, "not a file");
    config_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_channels),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_redis),
        cmocka_unit_test(test_routing),
        cmocka_unit_test(test_rules_of_posts),
        cmocka_unit_test(test_relaxation_only_widens),
        cmocka_unit_test(test_nobody_can_serve),
        cmocka_unit_test(test_hours),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_a_policy_too_large_for_a_command),
        cmocka_unit_test(test_many_errors_have_an_end),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
