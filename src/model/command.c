#include "model/command.h"
#include "model/record_raw.h"

const struct command_row command_rows[CMD_MAX] = {
#define X(name, number, text, body, who, required) [number] = {text, &rec_##body, who, required},
    COMMAND_LIST(X)
#undef X
};

uint32_t command_by_name(struct td_str name) {
    for (uint32_t i = 0; i < CMD_MAX; i++)
        if (command_rows[i].name && td_str_eqz(name, command_rows[i].name))
            return i;
    return CMD_NONE;
}

static const struct field *find_field(const struct record *r, struct td_str name) {
    for (size_t i = 0; i < r->n_fields; i++) {
        const char *known = r->fields[i].name;
        if (strlen(known) == name.n && memcmp(known, name.p, name.n) == 0)
            return &r->fields[i];
    }
    return NULL;
}

/* Takes what stands before the first `c` off the front of *s, and the `c`. */
static struct td_str take_until(struct td_str *s, char c) {
    const char *at = s->n ? memchr(s->p, c, s->n) : NULL;
    struct td_str head = {s->p, at ? (size_t)(at - s->p) : s->n};
    size_t used = at ? head.n + 1 : head.n;
    *s = (struct td_str){s->p + used, s->n - used};
    return head;
}

/* An address is present when it has an addr: a name alone reaches nobody. */
static bool is_present(const struct field *f, const void *at) {
    if (f->type == F_REC && f->rec == &rec_address)
        return ((const struct td_address *)at)->addr.n > 0;
    return !raw_is_zero(f, at);
}

/* `path` is a field of the body, or with dots a field of a record in it. A path that the tables do
 * not have is a mistake in COMMAND_LIST; it counts as missing, and a test walks all of them. */
static bool has_path(const struct record *r, const void *obj, struct td_str path) {
    for (;;) {
        const struct field *f = find_field(r, take_until(&path, '.'));
        if (!f)
            return false;
        obj = raw_at(obj, f);
        if (!path.n)
            return is_present(f, obj);
        if (f->type != F_REC)
            return false;
        r = f->rec;
    }
}

static int check_required(const struct command_row *row, const void *body, struct td_error *err) {
    struct td_str rest = td_str_of(row->required);
    while (rest.n) {
        struct td_str path = take_until(&rest, ',');
        if (!has_path(row->body, body, path))
            return td_error_set(err, TD_EINVAL, "%.*s: missing", TD_FMT(path));
    }
    return TD_OK;
}

int command_open(struct td_arena *a, const struct command *c, void **body, struct td_error *err) {
    if (c->kind >= CMD_MAX || !command_rows[c->kind].name)
        return td_error_set(err, TD_EVERSION, "no command %u in this build", (unsigned)c->kind);
    const struct command_row *row = &command_rows[c->kind];
    if (!(row->who & c->actor_kind))
        return td_error_set(err, TD_EFORBIDDEN, "%s: not for this kind of sender", row->name);
    void *obj = td_arena_alloc(a, row->body->size);
    int rc = record_unpack(a, row->body, c->body, obj, err);
    if (!rc)
        rc = record_check(row->body, obj, err);
    if (!rc)
        rc = check_required(row, obj, err);
    if (!rc)
        *body = obj;
    return rc;
}
