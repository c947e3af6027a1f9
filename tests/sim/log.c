#include "log.h"

#include "world.h"

static const char *const what_names[] = {"",     "config",  "repeat",
                                         "wait", "restart", "trim"}; /* enum op_what */
static const struct {
    uint32_t bit;
    const char *name;
} actors[] = {{A_SYSTEM, "system"}, {A_CONNECTOR, "connector"},   {A_VISITOR, "visitor"},
              {A_AGENT, "agent"},   {A_SUPERVISOR, "supervisor"}, {A_ADMIN, "admin"},
              {A_API, "api"}};
enum { N_ACTORS = sizeof actors / sizeof actors[0], N_WHAT = OP_TRIM + 1 };

/* ---- writing ---- */

static void put_text(FILE *out, struct td_str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c == '%' || c == ',' || c >= 127 || (i == 0 && (c == '@' || c == '~')))
            fprintf(out, "%%%02x", c);
        else
            fputc(c, out);
    }
}

static bool is_reference(const char *name) {
    return !strcmp(name, "conv") || !strcmp(name, "other") || !strcmp(name, "contact");
}

static void put_number(struct world *w, FILE *out, const char *name, uint64_t n) {
    uint64_t conv = is_reference(name) ? world_line_of(&w->conv_lines, n) : 0;
    uint64_t contact = is_reference(name) ? world_line_of(&w->contact_lines, n) : 0;
    if (conv || contact)
        fprintf(out, "%c%llu", conv ? '@' : '~', (unsigned long long)(conv ? conv : contact));
    else
        fprintf(out, "%llu", (unsigned long long)n);
}

static void put_field(struct world *w, FILE *out, const struct op *op, const struct field *f,
                      const void *at) {
    const struct td_strs *list = at;
    switch (f->type) {
    case F_BOOL:
        fputc('1', out);
        break;
    case F_U32:
    case F_ENUM:
        fprintf(out, "%u", *(const uint32_t *)at);
        break;
    case F_U64:
        put_number(w, out, f->name, *(const uint64_t *)at);
        break;
    case F_I64:
        fprintf(out, "%lld", (long long)*(const int64_t *)at);
        break;
    case F_STRS:
        for (size_t i = 0; i < list->n; i++) {
            if (i)
                fputc(',', out);
            put_text(out, list->v[i]);
        }
        break;
    default:
        if (!strcmp(f->name, "offer") && world_is_offered(w, op->actor, *(const struct td_str *)at))
            fputc('@', out);
        else
            put_text(out, *(const struct td_str *)at);
    }
}

static bool is_empty(const struct field *f, const void *at) {
    switch (f->type) {
    case F_BOOL:
        return !*(const bool *)at;
    case F_U32:
    case F_ENUM:
        return !*(const uint32_t *)at;
    case F_U64:
    case F_I64:
        return !*(const uint64_t *)at;
    case F_STR:
    case F_BYTES:
        return !((const struct td_str *)at)->n;
    case F_STRS:
        return !((const struct td_strs *)at)->n;
    default:
        return true; /* no command of the simulation has other lists */
    }
}

static void put_record(struct world *w, FILE *out, const struct op *op, const struct record *r,
                       const void *obj, const char *prefix) {
    char path[64];
    for (size_t i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        const void *at = (const char *)obj + f->offset;
        snprintf(path, sizeof path, "%s%s", prefix, f->name);
        if (f->type == F_REC) {
            strcat(path, ".");
            put_record(w, out, op, f->rec, at, path);
        } else if (!is_empty(f, at)) {
            fprintf(out, " %s=", path);
            put_field(w, out, op, f, at);
        }
    }
}

static const char *actor_name(uint32_t bit) {
    size_t i = 0;
    while (i < N_ACTORS - 1 && actors[i].bit != bit)
        i++;
    return actors[i].name;
}

void log_write(struct world *w, FILE *out, const struct op *op) {
    fprintf(out, "%llu %lld ", (unsigned long long)op->id, (long long)op->at);
    if (op->what == OP_COMMAND) {
        fprintf(out, "%s %s:", command_rows[op->kind].name, actor_name(op->actor_kind));
        put_text(out, op->actor);
        put_record(w, out, op, command_rows[op->kind].body, op->body, "");
    } else {
        fputs(what_names[op->what], out);
    }
    if (op->what == OP_REPEAT || op->what == OP_TRIM)
        fprintf(out, " of=%llu", (unsigned long long)op->of);
    for (size_t i = 0; op->what == OP_CONFIG && i < KNOB_N; i++)
        if (op->knobs.v[i])
            fprintf(out, " %s=%u", knob_rows[i].name, op->knobs.v[i]);
    fputc('\n', out);
    fflush(out);
}

/* ---- reading ---- */

/* The next word; empty: there is none. */
static struct td_str word(struct td_str *line) {
    while (line->n && *line->p == ' ')
        line->p++, line->n--;
    struct td_str w = {line->p, 0};
    while (w.n < line->n && w.p[w.n] != ' ')
        w.n++;
    line->p += w.n;
    line->n -= w.n;
    return w;
}

/* Splits at the first such character; `tail` empty when there is none. */
static struct td_str head(struct td_str s, char at, struct td_str *tail) {
    const char *p = s.n ? memchr(s.p, at, s.n) : NULL;
    size_t n = p ? (size_t)(p - s.p) : s.n;
    *tail = p ? (struct td_str){p + 1, s.n - n - 1} : (struct td_str){NULL, 0};
    return (struct td_str){s.p, n};
}

static unsigned hex(char c) {
    return (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10) & 15;
}

static struct td_str get_text(struct td_arena *a, struct td_str s) {
    char *p = td_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool escaped = s.p[i] == '%' && i + 2 < s.n;
        p[n++] = escaped ? (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2])) : s.p[i];
        i += escaped ? 2 : 0;
    }
    return (struct td_str){p, n};
}

static uint64_t get_number(struct world *w, struct td_str s) {
    uint64_t n = 0;
    bool conv = s.n && *s.p == '@', contact = s.n && *s.p == '~';
    td_str_to_u64(conv || contact ? (struct td_str){s.p + 1, s.n - 1} : s, &n);
    return conv ? world_born(&w->conv_lines, n) : contact ? world_born(&w->contact_lines, n) : n;
}

static struct td_strs get_list(struct td_arena *a, struct td_str s) {
    struct td_strs list = {td_arena_alloc(a, (s.n + 1) * sizeof(struct td_str)), 0};
    while (s.n)
        list.v[list.n++] = get_text(a, head(s, ',', &s));
    return list;
}

static void get_field(struct world *w, struct td_arena *a, const struct op *op,
                      const struct field *f, struct td_str s, void *at) {
    switch (f->type) {
    case F_BOOL:
        *(bool *)at = true;
        break;
    case F_U32:
    case F_ENUM:
        *(uint32_t *)at = (uint32_t)get_number(w, s);
        break;
    case F_U64:
        *(uint64_t *)at = get_number(w, s);
        break;
    case F_I64:
        *(int64_t *)at = (int64_t)get_number(w, s);
        break;
    case F_STRS:
        *(struct td_strs *)at = get_list(a, s);
        break;
    default:
        *(struct td_str *)at = td_str_eqz(s, "@") ? td_arena_dup(a, world_offer_of(w, op->actor))
                                                  : get_text(a, s);
    }
}

static const struct field *find_field(const struct record *r, struct td_str name) {
    for (size_t i = 0; i < r->n_fields; i++)
        if (td_str_eqz(name, r->fields[i].name))
            return &r->fields[i];
    return NULL;
}

static bool get_assignment(struct world *w, struct td_arena *a, const struct op *op,
                           const struct record *r, void *obj, struct td_str path,
                           struct td_str value) {
    struct td_str tail;
    const struct field *f = find_field(r, head(path, '.', &tail));
    if (!f || (f->type == F_REC) != (tail.n > 0))
        return false;
    void *at = (char *)obj + f->offset;
    if (f->type == F_REC)
        return get_assignment(w, a, op, f->rec, at, tail, value);
    get_field(w, a, op, f, value, at);
    return true;
}

static bool get_knob(struct op *op, struct td_str name, uint64_t value) {
    for (size_t i = 0; i < KNOB_N; i++)
        if (td_str_eqz(name, knob_rows[i].name) && value < knob_rows[i].values) {
            op->knobs.v[i] = (uint32_t)value;
            return true;
        }
    return false;
}

static bool get_what(struct td_str name, struct op *op) {
    op->kind = command_by_name(name);
    for (uint32_t i = 1; i < N_WHAT; i++)
        if (td_str_eqz(name, what_names[i]))
            op->what = i;
    return op->kind || op->what;
}

static bool get_actor(struct td_arena *a, struct td_str s, struct op *op) {
    struct td_str name, kind = head(s, ':', &name);
    op->actor = get_text(a, name);
    for (size_t i = 0; i < N_ACTORS; i++)
        if (td_str_eqz(kind, actors[i].name))
            op->actor_kind = actors[i].bit;
    return op->actor_kind;
}

bool log_read(struct world *w, struct td_str line, struct td_arena *a, struct op *op,
              struct td_str *why) {
    uint64_t at = 0;
    *op = (struct op){0};
    *why = (struct td_str){NULL, 0};
    struct td_str first = word(&line);
    if (!first.n || *first.p == '#')
        return false;
    *why = first;
    if (!td_str_to_u64(first, &op->id) || !td_str_to_u64(*why = word(&line), &at) ||
        !get_what(*why = word(&line), op))
        return false;
    op->at = (int64_t)at;
    if (op->what == OP_COMMAND && !get_actor(a, *why = word(&line), op))
        return false;
    void *body = NULL;
    if (op->what == OP_COMMAND)
        op->body = body = td_arena_alloc(a, command_rows[op->kind].body->size);
    for (struct td_str t; (t = word(&line)).n;) {
        struct td_str value, name = head(t, '=', &value);
        bool known = op->what == OP_COMMAND
                         ? get_assignment(w, a, op, command_rows[op->kind].body, body, name, value)
                     : op->what == OP_CONFIG ? get_knob(op, name, get_number(w, value))
                                             : td_str_to_u64(value, &op->of);
        *why = t;
        if (!known)
            return false;
    }
    *why = (struct td_str){NULL, 0};
    return true;
}
