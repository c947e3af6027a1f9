#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { LIMIT = 50, LIMIT_MAX = 1000, LOG_AT_ONCE = 200 };

/* ---- the list ---- */

static bool get_limit(const struct cli *c, size_t *out) {
    const char *given = cli_option(c, "limit");
    uint64_t limit = LIMIT;
    if (given && (!td_str_to_u64(td_str_of(given), &limit) || !limit || limit > LIMIT_MAX))
        return cli_fail("limit: a number from 1 to %d", LIMIT_MAX), false;
    *out = (size_t)limit;
    return true;
}

static bool is_view(const char *view) {
    static const char *const parts[] = {"queue:", "agent:", "contact:"};
    for (size_t i = 0; i < 3; i++)
        if (!strncmp(view, parts[i], strlen(parts[i])) && view[strlen(parts[i])])
            return true;
    return !strcmp(view, "open") || !strcmp(view, "closed");
}

struct row {
    struct conv conv;
    struct work work;
    bool has_work;
};

/* Conversations of the index, with their work where it is open. */
static bool read_rows(struct cli *c, const char *view, size_t limit, struct row **out, size_t *n) {
    struct cli_items ids, convs, work;
    if (!cli_read_index(c, td_str_of(view), limit, &ids))
        return false;
    struct td_str *keys = TD_ARENA_ARRAY(c->arena, struct td_str, ids.n);
    for (size_t i = 0; i < ids.n; i++)
        keys[i] = ids.v[i].key;
    *n = 0;
    *out = TD_ARENA_ARRAY(c->arena, struct row, ids.n);
    if (!ids.n)
        return true;
    if (!cli_read(c, EK_CONV, keys, ids.n, &convs) || !cli_read(c, EK_WORK, keys, ids.n, &work))
        return false;
    for (size_t i = 0; i < convs.n; i++) {
        struct row *row = &(*out)[*n];
        if (!cli_unpack(c, &rec_conv, convs.v[i].bytes, &row->conv))
            continue;
        row->has_work = i < work.n && work.v[i].bytes.n &&
                        cli_unpack(c, &rec_work, work.v[i].bytes, &row->work);
        (*n)++;
    }
    return true;
}

static void put_row(struct json_out *j, const struct row *row) {
    json_obj_begin(j);
    json_put_key(j, "conv");
    json_put_record(j, &rec_conv, &row->conv, JSON_FOR_STAFF);
    if (row->has_work) {
        json_put_key(j, "work");
        json_put_record(j, &rec_work, &row->work, JSON_FOR_STAFF);
    }
    json_obj_end(j);
}

int cmd_conversations(struct cli *c) {
    static const char *const titles[] = {"ID",    "CHANNEL", "CUSTOMER", "STATE",
                                         "AGENT", "LAST",    "TEXT",     NULL};
    const char *view = cli_option(c, "view") ? cli_option(c, "view") : "open";
    size_t limit, n;
    struct row *rows;
    if (!is_view(view)) {
        cli_fail("view: open, closed, queue:ID, agent:ID or contact:ID");
        return CLI_USAGE;
    }
    if (!get_limit(c, &limit) || cli_find(c) || cli_open(c) ||
        !read_rows(c, view, limit, &rows, &n))
        return CLI_FAILED;
    struct grid g;
    struct buf b;
    struct json_out j;
    buf_init(&b, 64 << 20);
    json_begin(&j, &b);
    json_arr_begin(&j);
    grid_init(&g, c->arena, titles);
    for (size_t i = 0; i < n; i++) {
        const struct conv *v = &rows[i].conv;
        const struct work *w = &rows[i].work;
        bool working = rows[i].has_work && v->state == CS_OPEN;
        put_row(&j, &rows[i]);
        grid_printf(&g, "%" PRIu64, v->id);
        grid_put(&g, v->channel);
        grid_put(&g, v->contact_name.n ? v->contact_name : v->peer.addr);
        grid_printf(&g, "%s", working ? work_state_names[w->state] : conv_state_names[v->state]);
        grid_put(&g, working ? w->agent : v->last_agent);
        grid_put(&g, text_since(c->arena, v->last_at));
        grid_put(&g, text_line(c->arena, v->last_text, 60));
    }
    json_arr_end(&j);
    if (c->json)
        text_print_json(&b);
    else
        grid_print(&g, stdout, "none");
    buf_fini(&b);
    return CLI_OK;
}

/* ---- one ---- */

struct whole {
    struct row row;
    struct td_message *messages;
    size_t n;
    struct cli_items deliveries;
};

static bool read_messages(struct cli *c, struct whole *w) {
    uint64_t last = w->row.conv.seq;
    w->messages = TD_ARENA_ARRAY(c->arena, struct td_message, last);
    for (uint64_t from = 1; from <= last; from += LOG_AT_ONCE) {
        uint64_t to = from + LOG_AT_ONCE - 1 < last ? from + LOG_AT_ONCE - 1 : last;
        struct cli_items items;
        if (!cli_read_log(c, w->row.conv.id, from, to, &items))
            return false;
        for (size_t i = 0; i < items.n && w->n < last; i++)
            w->n += cli_unpack(c, &rec_message, items.v[i].bytes, &w->messages[w->n]);
    }
    return cli_read_deliveries(c, w->row.conv.id, &w->deliveries);
}

static bool read_whole(struct cli *c, struct whole *w) {
    struct td_str key = td_str_of(c->args[0]);
    struct cli_items conv, work;
    uint64_t id;
    if (key.n && key.p[0] == '#')
        key = (struct td_str){key.p + 1, key.n - 1};
    if (!td_str_to_u64(key, &id))
        return cli_fail("a conversation's id is a number, such as 1042"), false;
    if (!cli_read(c, EK_CONV, &key, 1, &conv) || !cli_read(c, EK_WORK, &key, 1, &work))
        return false;
    if (!conv.n || !conv.v[0].bytes.n)
        return cli_fail("no conversation %" PRIu64, id), false;
    if (!cli_unpack(c, &rec_conv, conv.v[0].bytes, &w->row.conv))
        return false;
    w->row.has_work = work.n && work.v[0].bytes.n &&
                      cli_unpack(c, &rec_work, work.v[0].bytes, &w->row.work);
    return read_messages(c, w);
}

static const char *delivery_of(struct cli *c, const struct whole *w, const struct td_message *m) {
    for (size_t i = 0; i < w->deliveries.n; i++) {
        struct delivery d;
        if (td_str_eq(w->deliveries.v[i].key, m->id) &&
            cli_unpack(c, &rec_delivery, w->deliveries.v[i].bytes, &d))
            return delivery_names[d.state];
    }
    return "";
}

static void print_message(struct cli *c, const struct whole *w, const struct td_message *m) {
    struct td_str who = m->direction == TD_IN ? (m->from.name.n ? m->from.name : m->from.addr)
                        : m->author.n         ? m->author
                                              : TD_STR("tandem");
    const char *state = m->direction == TD_OUT ? delivery_of(c, w, m) : "";
    printf("\n%" PRIu64 "  %.*s  %.*s%s%s%s%s\n", m->seq, TD_FMT(text_time(c->arena, m->at)),
           TD_FMT(text_line(c->arena, who, 80)), m->is_private ? " (private)" : "",
           m->kind == TD_MSG_TEXT ? "" : " ",
           m->kind == TD_MSG_TEXT ? "" : message_kind_names[m->kind],
           *state ? td_arena_printf(c->arena, " [%s]", state).p : "");
    if (m->subject.n)
        printf("   %.*s\n", TD_FMT(text_line(c->arena, m->subject, 200)));
    struct td_str rest = m->event.n && !m->text.n ? m->event : m->text;
    while (rest.n) { /* line by line: what customers write must not steer a terminal */
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        printf("   %.*s\n", TD_FMT(text_line(c->arena, (struct td_str){rest.p, n}, 4000)));
        n += end != NULL;
        rest = (struct td_str){rest.p + n, rest.n - n};
    }
    for (size_t i = 0; i < m->attachments.n; i++)
        printf("   [%.*s, %" PRIu64 " bytes]\n",
               TD_FMT(text_line(c->arena, m->attachments.v[i].name, 200)),
               m->attachments.v[i].bytes);
}

static void print_whole(struct cli *c, const struct whole *w) {
    const struct conv *v = &w->row.conv;
    const struct work *k = &w->row.work;
    printf("#%" PRIu64 "  %.*s  %.*s (%.*s)\n", v->id, TD_FMT(v->channel),
           TD_FMT(text_line(c->arena, v->contact_name.n ? v->contact_name : v->peer.addr, 100)),
           TD_FMT(text_line(c->arena, v->peer.addr, 100)));
    if (v->subject.n)
        printf("   %.*s\n", TD_FMT(text_line(c->arena, v->subject, 200)));
    printf("   %s", conv_state_names[v->state]);
    if (w->row.has_work)
        printf(", %s in %.*s%s%.*s", work_state_names[k->state], TD_FMT(k->queue),
               k->agent.n ? ", agent " : "", TD_FMT(k->agent));
    putchar('\n');
    if (w->row.has_work && k->reason.n)
        printf("   why: %.*s\n", TD_FMT(text_line(c->arena, k->reason, 300)));
    if (w->row.has_work && k->waits_for.n)
        printf("   waits for: %.*s\n", TD_FMT(text_line(c->arena, k->waits_for, 300)));
    for (size_t i = 0; i < w->n; i++)
        print_message(c, w, &w->messages[i]);
}

int cmd_show(struct cli *c) {
    struct whole w = {.n = 0};
    if (cli_find(c) || cli_open(c) || !read_whole(c, &w))
        return CLI_FAILED;
    if (!c->json) {
        print_whole(c, &w);
        return CLI_OK;
    }
    struct buf b;
    struct json_out j;
    buf_init(&b, 256 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "conv");
    json_put_record(&j, &rec_conv, &w.row.conv, JSON_FOR_STAFF);
    if (w.row.has_work) {
        json_put_key(&j, "work");
        json_put_record(&j, &rec_work, &w.row.work, JSON_FOR_STAFF);
    }
    json_put_key(&j, "messages");
    json_arr_begin(&j);
    for (size_t i = 0; i < w.n; i++)
        json_put_record(&j, &rec_message, &w.messages[i], JSON_FOR_STAFF);
    json_arr_end(&j);
    json_put_key(&j, "deliveries");
    json_arr_begin(&j);
    for (size_t i = 0; i < w.deliveries.n; i++) {
        struct delivery d;
        if (cli_unpack(c, &rec_delivery, w.deliveries.v[i].bytes, &d))
            json_put_record(&j, &rec_delivery, &d, JSON_FOR_STAFF);
    }
    json_arr_end(&j);
    json_obj_end(&j);
    text_print_json(&b);
    buf_fini(&b);
    return CLI_OK;
}
