/* What is going on: agents, the members of every queue, channels. Tables as the API prints them: a
 * row of column names, rows of values, parted by "|", and "+OK" or an empty line at the end. */
#include "voice_freeswitch/freeswitch.h"

#define COLUMNS_MAX 64

struct row {
    struct td_str v[COLUMNS_MAX];
    size_t n;
};
struct table {
    struct td_str rest;
    struct row names, row;
};

static bool next_row(struct td_str *text, struct row *out) {
    const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
    size_t n = end ? (size_t)(end - text->p) : text->n;
    struct td_str line = {text->p, n};
    n += end ? 1 : 0;
    *text = (struct td_str){n ? text->p + n : text->p, text->n - n};
    out->n = 0;
    if (!line.n || td_str_starts(line, TD_STR("+OK")))
        return false;
    while (out->n < COLUMNS_MAX) {
        const char *bar = line.n ? memchr(line.p, '|', line.n) : NULL;
        size_t k = bar ? (size_t)(bar - line.p) : line.n;
        out->v[out->n++] = (struct td_str){line.p, k};
        if (!bar)
            break;
        line = (struct td_str){bar + 1, line.n - k - 1};
    }
    return true;
}

static void table_open(struct table *t, struct td_str body) {
    t->rest = body;
    if (!next_row(&t->rest, &t->names))
        t->rest.n = 0;
}

static bool table_next(struct table *t) {
    return t->rest.n && next_row(&t->rest, &t->row);
}

static struct td_str cell(const struct table *t, const char *name) {
    for (size_t i = 0; i < t->names.n && i < t->row.n; i++)
        if (td_str_eqz(t->names.v[i], name))
            return esl_clean(t->row.v[i]);
    return TD_STR("");
}

/* ---- the steps ---- */

void freeswitch_listing_begin(struct freeswitch *x) {
    fs_agents_resync_begin(&x->agents);
    x->ready = true;
    freeswitch_ask(x, ASK_AGENTS, 0, "api callcenter_config agent list");
}

static void on_agents(struct freeswitch *x, struct td_str body) {
    struct table t;
    if (td_str_starts(body, TD_STR("-ERR"))) {
        link_drop(&x->link, "misconfigured",
                  "FreeSWITCH lists no agents: is mod_callcenter loaded?");
        return;
    }
    for (table_open(&t, body); table_next(&t);)
        fs_agents_row_agent(&x->agents, cell(&t, "name"), cell(&t, "status"), cell(&t, "state"));
    freeswitch_ask(x, ASK_QUEUES, 0, "api callcenter_config queue list");
}

/* A name becomes a word of the next command. */
static bool is_word(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || strchr("'\"\\", s.p[i]))
            return false;
    return s.n > 0 && s.n < 200;
}

static void on_queues(struct freeswitch *x, struct td_str body) {
    struct table t;
    unsigned n = 0;
    for (table_open(&t, body); table_next(&t) && n < QUEUES_MAX;) {
        struct td_str name = cell(&t, "name");
        if (!is_word(name))
            continue;
        n++;
        freeswitch_ask(x, ASK_MEMBERS, 0, "api callcenter_config queue list members %.*s",
                       TD_FMT(name));
    }
    freeswitch_ask(x, ASK_CHANNELS, 0, "api show channels as delim |");
}

static void on_members(struct freeswitch *x, struct td_str body) {
    struct table t;
    for (table_open(&t, body); table_next(&t);) {
        struct call_news n = {
            .id = cell(&t, "uuid"), .from = cell(&t, "cid_number"), .queue = cell(&t, "queue")};
        fs_agents_row_member(&x->agents, &n, cell(&t, "serving_agent"), cell(&t, "state"));
    }
}

static void on_channels(struct freeswitch *x, struct td_str body) {
    struct table t;
    for (table_open(&t, body); table_next(&t);)
        fs_agents_row_channel(&x->agents, cell(&t, "uuid"), cell(&t, "presence_id"),
                              cell(&t, "callstate"));
    fs_agents_resync_end(&x->agents);
    link_synced(&x->link);
}

void freeswitch_listing_answer(struct freeswitch *x, enum ask ask, struct td_str body) {
    link_step(&x->link);
    if (ask == ASK_AGENTS)
        on_agents(x, body);
    else if (ask == ASK_QUEUES)
        on_queues(x, body);
    else if (ask == ASK_MEMBERS)
        on_members(x, body);
    else
        on_channels(x, body);
}
