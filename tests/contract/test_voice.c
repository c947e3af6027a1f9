/* Phone connectors against scripted peers: voice/<phone system>/ *.script (voice/README.md has the
 * form). Time is virtual; what the peer says may be delayed, cut into pieces, out of order, or cut
 * off. Each script runs three times: whole, in pieces of 7 bytes, and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "voice_play.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static char root[600];

static void settle(struct play *p, int64_t ms) {
    fake_run(p->host, ms);
}

/* ---- what the connector says ---- */

/* The next action; its end is an empty line. */
static struct td_str next_action(struct play *p) {
    struct td_str all = fake_tcp_written(voice_peer(p));
    const char *end = strcmp(p->protocol, "asterisk") == 0 ? "\r\n\r\n" : "\n\n";
    const char *at = all.n ? memmem(all.p, all.n, end, strlen(end)) : NULL;
    if (!at)
        return (struct td_str){NULL, 0};
    return (struct td_str){all.p, (size_t)(at - all.p) + strlen(end)};
}

static void sent(struct play *p, char *rest) {
    struct td_str action = next_action(p);
    char text[4096];
    if (!action.n)
        BAD(p, "nothing was sent, expected %s", rest);
    snprintf(text, sizeof text, "\n%.*s", TD_FMT(action));
    for (char *c = text; *c; c++)
        *c = *c == '\r' ? '\n' : *c;
    for (char *s; (s = voice_part(&rest));) {
        char line[1024];
        snprintf(line, sizeof line, "\n%s\n", s);
        if (!strstr(text, line))
            BAD(p, "expected \"%s\" in what was sent:%s", s, text);
    }
    fake_tcp_drop_written(voice_peer(p), action.n);
}

static void nothing_sent(struct play *p) {
    struct td_str action = next_action(p);
    if (action.n)
        BAD(p, "expected nothing, sent was %.*s", TD_FMT(action));
}

/* ---- what the host is told ---- */

/* "*" in what is wanted stands for digits: a time. */
static bool fits(const char *wanted, const char *found) {
    for (; *wanted; wanted++) {
        if (*wanted == '*')
            found += strspn(found, "0123456789");
        else if (*wanted != *found++)
            return false;
    }
    return *found == 0;
}

static void voice(struct play *p, char *rest) {
    struct td_host *h = p->host;
    char found[512], wanted[512];
    snprintf(wanted, sizeof wanted, "%s", rest + strspn(rest, " "));
    if (p->voice == h->n_voice)
        BAD(p, "no voice event, expected %s", wanted);
    const struct td_voice_event *e = &h->voice[p->voice];
    if (p->voice && e->seq <= h->voice[p->voice - 1].seq)
        BAD(p, "the sequence does not grow");
    p->voice++;
    size_t n = 0;
    const struct {
        const char *name;
        struct td_str value;
    } fields[] = {{"agent", e->agent}, {"call", e->call},   {"state", e->state},  {"from", e->from},
                  {"to", e->to},       {"queue", e->queue}, {"reason", e->reason}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].value.n)
            n += (size_t)snprintf(found + n, sizeof found - n, "%s%s=%.*s", n ? " " : "",
                                  fields[i].name, TD_FMT(fields[i].value));
    if (!fits(wanted, found))
        BAD(p, "voice event: expected %s, found %s", wanted, found);
}

static void no_voice(struct play *p) {
    if (p->voice == p->host->n_voice)
        return;
    const struct td_voice_event *e = &p->host->voice[p->voice];
    BAD(p, "a voice event: %.*s %.*s %.*s", TD_FMT(e->agent), TD_FMT(e->call), TD_FMT(e->state));
}

static void link_told(struct play *p, char *rest) {
    const char *wanted = voice_word(&rest);
    if (strcmp(wanted, "none") == 0) {
        if (p->links != p->host->n_links)
            BAD(p, "the link was told: %s", p->host->links[p->links]);
        return;
    }
    if (p->links == p->host->n_links)
        BAD(p, "nothing was told of the link");
    if (strcmp(p->host->links[p->links++], wanted) != 0)
        BAD(p, "the link was told otherwise: %s", p->host->links[p->links - 1]);
}

static void state_told(struct play *p, char *rest) {
    const char *wanted = rest + strspn(rest, " ");
    if (p->states == p->host->n_states)
        BAD(p, "no state was told");
    if (strcmp(p->host->states[p->states++], wanted) != 0)
        BAD(p, "state: found \"%s\"", p->host->states[p->states - 1]);
}

static void requested(struct play *p, char *rest) {
    const char *method = voice_word(&rest), *url = voice_word(&rest);
    if (p->http == p->host->n_seen)
        BAD(p, "no request was made");
    const struct td_request *r = &p->host->seen[p->http++].request;
    if (!td_str_eqz(r->method, method) || !td_str_eqz(r->url, url))
        BAD(p, "requested was %.*s %.*s", TD_FMT(r->method), TD_FMT(r->url));
}

static struct fake_answer scripted(struct td_host *h, const struct td_request *r, size_t n) {
    struct play *p = h->user;
    struct fake_answer answer = p->answer;
    (void)r, (void)n;
    answer.hang = p->lost;
    p->lost = false;
    return answer;
}

/* ---- gates ---- */

static void on_gate(struct td_gate *g, enum td_gate_answer answer, struct td_str text) {
    static const char *const names[] = {"done", "ringing", "failed", "unknown"};
    struct gate_case *x = (struct gate_case *)(void *)((char *)g -
                                                       offsetof(struct gate_case, gate));
    assert_true(x->under_way);
    assert_null(g->impl);
    x->under_way = false;
    snprintf(x->answer, sizeof x->answer, "%s", names[answer]);
    snprintf(x->text, sizeof x->text, "%.*s", TD_FMT(text));
}

static struct gate_case *gate_case(struct play *p, const char *agent) {
    for (size_t i = 0; i < sizeof p->gates / sizeof *p->gates; i++)
        if (!p->gates[i].agent[0] || strcmp(p->gates[i].agent, agent) == 0)
            return &p->gates[i];
    BAD(p, "too many agents");
    return NULL;
}

static void gate(struct play *p, char *rest) {
    const char *how = voice_word(&rest), *agent = voice_word(&rest);
    struct gate_case *x = gate_case(p, agent);
    assert_false(x->under_way);
    snprintf(x->agent, sizeof x->agent, "%s", agent);
    x->answer[0] = 0;
    x->gate = (struct td_gate){
        .agent = td_str_of(x->agent), .close = strcmp(how, "close") == 0, .done = on_gate};
    x->under_way = true;
    int rc = p->c->gate(p->self, &x->gate);
    if (rc != TD_OK || !x->under_way)
        BAD(p, "gate: %s, under way: %d", td_rc_text(rc), x->under_way);
    settle(p, 2);
}

static void answered(struct play *p, char *rest) {
    const char *agent = voice_word(&rest), *wanted = voice_word(&rest);
    struct gate_case *x = gate_case(p, agent);
    if (strcmp(x->under_way ? "none" : x->answer, wanted) != 0)
        BAD(p, "gate of %s: found %s (%s)", agent, x->under_way ? "none" : x->answer, x->text);
    if (*rest && strcmp(x->text, rest) != 0)
        BAD(p, "gate of %s: \"%s\"", agent, x->text);
}

static void cancel(struct play *p, char *rest) {
    struct gate_case *x = gate_case(p, voice_word(&rest));
    p->c->gate_cancel(p->self, &x->gate);
    if (!x->under_way)
        BAD(p, "done fired inside gate_cancel");
    settle(p, 20);
}

/* ---- the rest ---- */

static void on_stopped(void *arg) {
    struct play *p = arg;
    assert_false(p->inside);
    assert_false(p->stopped);
    p->stopped = true;
}

static void stop(struct play *p, char *rest) {
    (void)rest;
    p->inside = true;
    p->c->stop(p->self, on_stopped, p);
    p->inside = false;
    settle(p, 20);
}

static void start(struct play *p, char *rest) {
    struct td_error err = {0};
    for (char *s; (s = voice_part(&rest));) {
        char *eq = strchr(s, '=');
        if (!eq) /* none */
            continue;
        *eq = 0;
        if (settings_set(p->settings, s, td_str_of(eq + 1), &err) != TD_OK)
            BAD(p, "%s: %s", s, err.text);
    }
    p->host = fake_new(p->c, p->settings);
    p->host->tcp_mode = FAKE_TCP_ACCEPTS;
    p->host->answer = scripted;
    p->host->user = p;
    p->answer.response.status = 204;
    if (p->c->create(p->host, p->settings, &p->self, &err) != TD_OK)
        BAD(p, "create: %s", err.text);
    assert_int_equal(p->c->start(p->self, &err), TD_OK);
    settle(p, 2);
}

static void wait_for(struct play *p, char *rest) {
    settle(p, atoi(voice_word(&rest)));
}

static void cut(struct play *p, char *rest) {
    (void)rest;
    fake_tcp_hang_up(voice_peer(p), 1);
    settle(p, 2);
}

static void peer_is(struct play *p, char *rest) {
    const char *how = voice_word(&rest);
    p->host->tcp_mode = strcmp(how, "silent") == 0    ? FAKE_TCP_HANGS
                        : strcmp(how, "refuses") == 0 ? FAKE_TCP_REFUSES
                                                      : FAKE_TCP_ACCEPTS;
}

static void take(struct play *p, char *rest) {
    p->host->take_now = strcmp(voice_word(&rest), "fails") == 0 ? TD_ECONN : TD_OK;
}

static void http_answers(struct play *p, char *rest) {
    const char *how = voice_word(&rest);
    p->lost = strcmp(how, "lost") == 0;
    if (!p->lost)
        p->answer.response.status = atoi(how);
}

static void connections(struct play *p, char *rest) {
    if (p->host->tcp_starts != (unsigned)atoi(voice_word(&rest)))
        BAD(p, "%u connections were begun", p->host->tcp_starts);
}

static void nothing(struct play *p, char *rest) {
    (void)rest;
    nothing_sent(p);
}
static void silent(struct play *p, char *rest) {
    (void)rest;
    no_voice(p);
}

static void include(struct play *p, char *rest);

static const struct order {
    const char *name;
    void (*run)(struct play *p, char *rest);
} orders[] = {{"include", include},
              {"start", start},
              {"line", voice_say_line},
              {"peer", voice_say},
              {"more", voice_say_more},
              {"event", voice_say_event},
              {"api", voice_say_api},
              {"body", voice_say_other},
              {"reply", voice_say_reply},
              {"flood", voice_say_flood},
              {"sent", sent},
              {"nothing", nothing},
              {"voice", voice},
              {"novoice", silent},
              {"link", link_told},
              {"state", state_told},
              {"requested", requested},
              {"http", http_answers},
              {"gate", gate},
              {"answer", answered},
              {"cancel", cancel},
              {"wait", wait_for},
              {"cut", cut},
              {"peer-is", peer_is},
              {"take", take},
              {"connections", connections},
              {"stop", stop}};

static void run_line(struct play *p, char *line) {
    line[strcspn(line, "\r\n")] = 0;
    char *rest = line;
    if (!*line || *line == '#')
        return;
    const char *name = voice_word(&rest);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (strcmp(orders[i].name, name) == 0) {
            orders[i].run(p, rest);
            return;
        }
    BAD(p, "there is no order \"%s\"", name);
}

static void run_file(struct play *p, const char *path) {
    char line[4096];
    const char *outer = p->file;
    unsigned outer_line = p->line;
    FILE *f = fopen(path, "r");
    if (!f)
        BAD(p, "%s: no such file", path);
    p->file = path;
    p->line = 0;
    while (fgets(line, sizeof line, f)) {
        p->line++;
        run_line(p, line);
    }
    fclose(f);
    p->file = outer;
    p->line = outer_line;
}

/* Another file of the same folder. */
static void include(struct play *p, char *rest) {
    char path[1000];
    snprintf(path, sizeof path, "%s/../tests/contract/voice/%s/%s", root, p->protocol,
             voice_word(&rest));
    run_file(p, path);
}

static void run_script(const char *protocol, const char *path, size_t piece) {
    char name[64];
    struct play p = {.protocol = protocol, .piece = piece, .file = path};
    snprintf(name, sizeof name, "voice_%s", protocol);
    p.c = td_connector_find(td_str_of(name));
    assert_non_null(p.c);
    p.settings = settings_new(p.c->settings);
    run_file(&p, path);
    no_voice(&p);
    if (!p.stopped)
        stop(&p, NULL);
    settle(&p, 60000);
    assert_true(p.stopped);
    p.c->destroy(&p.self);
    fake_free(&p.host);
    settings_free(&p.settings);
}

static unsigned run_folder(const char *protocol) {
    static const size_t pieces[] = {0, 7, 1};
    char folder[700], path[1000];
    unsigned n = 0;
    snprintf(folder, sizeof folder, "%s/../tests/contract/voice/%s", root, protocol);
    DIR *d = opendir(folder);
    if (!d)
        fail_msg("%s: no such folder", folder);
    for (struct dirent *e; (e = readdir(d));) {
        if (!strstr(e->d_name, ".script"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        for (size_t i = 0; i < 3; i++)
            run_script(protocol, path, pieces[i]);
        n++;
    }
    closedir(d);
    return n;
}

static void test_asterisk(void **state) {
    (void)state;
    assert_true(run_folder("asterisk") > 0);
}

static void test_freeswitch(void **state) {
    (void)state;
    assert_true(run_folder("freeswitch") > 0);
}

int main(int argc, char **argv) {
    snprintf(root, sizeof root, "%s", argc > 1 ? argv[1] : "connectors");
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_asterisk),
                                       cmocka_unit_test(test_freeswitch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
