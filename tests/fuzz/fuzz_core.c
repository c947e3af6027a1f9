/* The core under any sequence of commands: the bytes choose kinds, actors and fields, time passes,
 * leaders change. After every step core_check holds and each command had one result.
 *
 * Bodies are made from the records' own tables, so that a new field is fuzzed from its first day.
 * Words come from a short list: names that exist meet more code than random letters do. */
#include "../unit/core/fixture.h"

#include "core/state.h"
#include "model/record_raw.h"

struct input {
    const uint8_t *p;
    size_t n;
    struct fix *fix;
};

static uint8_t next(struct input *in) {
    if (!in->n)
        return 0;
    in->n--;
    return *in->p++;
}

static const char *const words[] = {
    "",       "anna", "ben",     "cara",      "support", "texts", "mail",      "social",
    "second", "web",  "sms",     "toots",     "visitor", "email", "v1",        "v2",
    "+44",    "a@x",  "x1",      "x2",        "e1",      "e2",    "up",        "paused",
    "auth",   "out",  "ringing", "active",    "idle",    "hold",  "available", "draining",
    "s1",     "s2",   "p1",      "billing:3", "queues",  "off",   "blended",   "web|visitor:v1",
};

/* The one live offer of somebody, which no list of words could know. */
static struct td_str live_offer(struct fix *f) {
    for (size_t i = 0; i < f->core->agents.n; i++) {
        const struct agent *a = ((struct agent_rt *)f->core->agents.v[i])->a;
        if (a->offer.n)
            return a->offer;
    }
    return S("1-1");
}

static struct td_str word(struct input *in, const struct field *f) {
    if (strcmp(f->name, "offer") == 0)
        return td_arena_dup(in->fix->batch, live_offer(in->fix));
    if (strcmp(f->name, "message_id") == 0 && in->n % 2)
        return td_arena_printf(in->fix->batch, "%u-0.1", (unsigned)next(in));
    return Z(words[next(in) % (sizeof words / sizeof words[0])]);
}

static void fill(struct input *in, const struct record *r, void *obj, unsigned depth);

static void fill_list(struct input *in, const struct field *f, void *at, unsigned depth) {
    size_t n = next(in) % 3;
    struct raw_list l = {NULL, n};
    if (!n || depth > 4)
        return;
    if (f->type == F_U64S) {
        l.v = TD_ARENA_ARRAY(in->fix->batch, uint64_t, n);
        for (size_t i = 0; i < n; i++)
            ((uint64_t *)l.v)[i] = next(in) % 4;
    } else if (f->type == F_STRS) {
        l.v = TD_ARENA_ARRAY(in->fix->batch, struct td_str, n);
        for (size_t i = 0; i < n; i++)
            ((struct td_str *)l.v)[i] = word(in, f);
    } else {
        l.v = td_arena_alloc(in->fix->batch, n * f->rec->size);
        for (size_t i = 0; i < n; i++)
            fill(in, f->rec, raw_element(l, f->rec, i), depth + 1);
    }
    raw_list_set(at, l);
}

static uint32_t count(const char *const *names) {
    uint32_t n = 0;
    while (names[n])
        n++;
    return n;
}

static void fill_field(struct input *in, const struct field *f, void *at, unsigned depth) {
    switch ((enum field_type)f->type) {
    case F_BOOL:
        *(bool *)at = next(in) & 1;
        break;
    case F_ENUM:
        *(uint32_t *)at = next(in) % count(f->names);
        break;
    case F_U32:
        *(uint32_t *)at = next(in) % 120;
        break;
    case F_U64:
        *(uint64_t *)at = next(in) % 24;
        break;
    case F_I64: /* around now, or a duration */
        *(int64_t *)at = strcmp(f->name, "until") == 0 || strcmp(f->name, "until_ms") == 0
                             ? in->fix->now + (int64_t)next(in) * 1000
                             : ((int64_t)next(in) - 8) * 1000;
        break;
    case F_STR:
    case F_BYTES:
        *(struct td_str *)at = word(in, f);
        break;
    case F_REC:
        fill(in, f->rec, at, depth + 1);
        break;
    case F_LIST:
    case F_STRS:
    case F_U64S:
        fill_list(in, f, at, depth);
        break;
    }
}

/* A byte per eight fields says which of them are set at all. */
static void fill(struct input *in, const struct record *r, void *obj, unsigned depth) {
    uint8_t mask = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        if (i % 8 == 0)
            mask = next(in);
        if (mask & (1u << (i % 8)))
            fill_field(in, &r->fields[i], raw_at_mut(obj, &r->fields[i]), depth);
    }
}

static const char *actor_of(struct input *in, uint32_t kind) {
    if (kind & A_PEOPLE)
        return words[1 + next(in) % 3];
    return kind == A_VISITOR ? "web|visitor:v1" : words[9 + next(in) % 3];
}

static void command(struct input *in) {
    static const uint32_t kinds[] = {A_SYSTEM,     A_CONNECTOR, A_VISITOR, A_AGENT,
                                     A_SUPERVISOR, A_ADMIN,     A_API,     A_AGENT};
    struct fix *f = in->fix;
    uint32_t kind = next(in) % CMD_MAX;
    const struct command_row *row = &command_rows[kind];
    uint32_t actor = kinds[next(in) % 8];
    if (row->name && !(row->who & actor) && next(in) % 8)
        for (size_t i = 0; i < 8 && !(row->who & actor); i++)
            actor = kinds[i];
    fix_begin(f); /* the body lies in the batch's arena, and so must begin after it */
    struct buf b;
    buf_init(&b, 1 << 20);
    struct command cmd = {.kind = kind, .actor_kind = actor, .sender = S("socket")};
    cmd.actor = Z(actor_of(in, actor));
    cmd.id = td_arena_printf(f->batch, "i%u", (unsigned)next(in));
    if (row->name) {
        void *body = td_arena_alloc(f->batch, row->body->size);
        fill(in, row->body, body, 0);
        if (!record_pack(&b, row->body, body))
            cmd.body = buf_str(&b);
    }
    fix_apply(f, &cmd);
    fix_fire(f, f->now);
    fix_drain(f);
    fix_find_result(f);
    FIX_MUST(f->has_result);
    buf_fini(&b);
}

/* Something to play with, so that short inputs get far. */
static void set_up(struct fix *f) {
    struct fix_policy policy;
    fix_open(f);
    fix_policy(&policy);
    policy.channels[3].reacts = true;
    policy.channels[3].spike_per_minute = 1; /* clusters come soon */
    policy.p.hash = S("fuzz");
    fix_config(f, &policy.p);
    fix_agent(f, "anna");
    fix_agent(f, "ben");
    fix_visitor(f, "v1", "Hello?");
    fix_sms(f, "+44", "x1");
    fix_mail(f, "a@x", "x2");
    fix_message(f, "toots", "mastodon", "@v", "x3", "");
    for (int i = 0; i < 3; i++) {
        struct inbound in = {.message = {.channel = S("toots"),
                                         .from = {S("mastodon"), S("@v"), S("")},
                                         .text = S("All of them say the same thing")}};
        char id[] = {'y', (char)('0' + i), 0}, who[] = {'@', (char)('0' + i), 0};
        in.message.external_id = in.message.dedupe = Z(id);
        in.message.from.addr = Z(who);
        fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, "toots", NULL, &in);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fix f;
    struct input in = {data, size < 4096 ? size : 4096, &f};
    set_up(&f);
    while (in.n) {
        uint8_t move = next(&in);
        if (move < 8) {
            fix_restart(&f);
        } else if (move < 64) {
            fix_wait(&f, (int64_t)next(&in) * (move & 1 ? 100 : 20000));
        } else {
            command(&in);
        }
        if (move % 16 == 0)
            core_trim(f.core, 0);
    }
    fix_close(&f);
    return 0;
}
