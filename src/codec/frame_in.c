#include "codec/frame_in.h"

#include "codec/json_in.h"

#include <jansson.h>

enum { ID_MAX = 64, TEXT_MAX = 16384, FILE_MAX = 8000, PAIRS_MAX = 20, VALUE_MAX = 2000 };

struct key_row { /* one key of a frame and where it goes */
    const char *key;
    enum { K_TEXT, K_NUMBER } type;
    size_t offset, max;
};

static int take_text(struct td_arena *a, const char *key, json_t *v, size_t max, struct td_str *out,
                     struct td_error *err) {
    if (!json_is_string(v))
        return td_error_set(err, TD_EINVAL, "%s: expected a string", key);
    if (json_string_length(v) > max)
        return td_error_set(err, TD_ELIMIT, "%s: %zu bytes, at most %zu are taken", key,
                            json_string_length(v), max);
    *out = td_arena_dup(a, (struct td_str){json_string_value(v), json_string_length(v)});
    return TD_OK;
}

static int take_number(const char *key, json_t *v, uint64_t *out, struct td_error *err) {
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return td_error_set(err, TD_EINVAL, "%s: expected a whole number from 0", key);
    *out = (uint64_t)json_integer_value(v);
    return TD_OK;
}

static int take_rows(struct td_arena *a, json_t *tree, const struct key_row *rows, size_t n,
                     void *out, struct td_error *err) {
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_object_get(tree, rows[i].key);
        if (!v || json_is_null(v))
            continue;
        void *to = (char *)out + rows[i].offset;
        int rc = rows[i].type == K_TEXT ? take_text(a, rows[i].key, v, rows[i].max, to, err)
                                        : take_number(rows[i].key, v, to, err);
        if (rc)
            return rc;
    }
    return TD_OK;
}

static json_t *open_object(struct td_str text, struct td_error *err) {
    json_t *tree = json_in_parse(text, err);
    if (tree && !json_is_object(tree)) {
        td_error_set(err, TD_EINVAL, "expected an object");
        json_decref(tree);
        return NULL;
    }
    return tree;
}

#define TEXT(struct_, member_, max_)                                                               \
    { #member_, K_TEXT, offsetof(struct struct_, member_), max_ }
#define NUMBER(struct_, member_)                                                                   \
    { #member_, K_NUMBER, offsetof(struct struct_, member_), 0 }
#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct key_row agent_rows[] = {TEXT(agent_frame, t, 16), TEXT(agent_frame, id, ID_MAX),
                                            TEXT(agent_frame, tab, 36), NUMBER(agent_frame, conv)};
static const struct key_row resume_rows[] = {TEXT(agent_frame, term, 128),
                                             TEXT(agent_frame, event, 64)};

static int agent_command(struct td_arena *a, json_t *tree, struct agent_frame *out,
                         struct td_error *err) {
    json_t *name = json_object_get(tree, "cmd"), *body = json_object_get(tree, "body");
    if (!json_is_string(name))
        return td_error_set(err, TD_EINVAL, "cmd: expected the name of a command");
    out->kind = command_by_name((struct td_str){json_string_value(name), json_string_length(name)});
    if (!out->kind)
        return td_error_set(err, TD_EINVAL, "cmd: there is no command \"%.40s\"",
                            json_string_value(name));
    if (body && !json_is_object(body))
        return td_error_set(err, TD_EINVAL, "body: expected an object");
    const struct record *table = command_rows[out->kind].body;
    out->body = td_arena_alloc(a, table->size);
    return body ? json_in_record(a, table, body, FF_INTERNAL, out->body, err) : TD_OK;
}

int frame_agent(struct td_arena *a, struct td_str text, struct agent_frame *out,
                struct td_error *err) {
    *out = (struct agent_frame){0};
    json_t *tree = open_object(text, err);
    if (!tree)
        return err ? err->rc : TD_EPARSE;
    int rc = take_rows(a, tree, agent_rows, N_OF(agent_rows), out, err);
    json_t *resume = json_object_get(tree, "resume");
    if (!rc && json_is_object(resume))
        rc = take_rows(a, resume, resume_rows, N_OF(resume_rows), out, err);
    if (!rc && td_str_eqz(out->t, "cmd"))
        rc = agent_command(a, tree, out, err);
    json_decref(tree);
    return rc;
}

static const struct key_row visitor_rows[] = {
    TEXT(visitor_frame, t, 16),          TEXT(visitor_frame, id, ID_MAX),
    TEXT(visitor_frame, channel, 64),    TEXT(visitor_frame, tab, 36),
    TEXT(visitor_frame, token, 200),     TEXT(visitor_frame, identity, 4096),
    TEXT(visitor_frame, text, TEXT_MAX), TEXT(visitor_frame, file, FILE_MAX),
    NUMBER(visitor_frame, have),         NUMBER(visitor_frame, conv),
    NUMBER(visitor_frame, delivered),    NUMBER(visitor_frame, read),
    NUMBER(visitor_frame, rating),       NUMBER(visitor_frame, at)};

static int take_pairs(struct td_arena *a, json_t *object, struct td_strs *out,
                      struct td_error *err) {
    if (!json_is_object(object) || json_object_size(object) > PAIRS_MAX)
        return td_error_set(err, TD_EINVAL, "fields: expected an object of at most %d texts",
                            PAIRS_MAX);
    out->v = TD_ARENA_ARRAY(a, struct td_str, 2 * json_object_size(object));
    const char *key;
    json_t *v;
    json_object_foreach(object, key, v) {
        if (strlen(key) > ID_MAX)
            return td_error_set(err, TD_ELIMIT, "fields: a key has more than %d bytes", ID_MAX);
        out->v[out->n] = td_arena_dup(a, td_str_of(key));
        int rc = take_text(a, "fields", v, VALUE_MAX, &out->v[out->n + 1], err);
        if (rc)
            return rc;
        out->n += 2;
    }
    return TD_OK;
}

int frame_visitor(struct td_arena *a, struct td_str text, struct visitor_frame *out,
                  struct td_error *err) {
    *out = (struct visitor_frame){0};
    json_t *tree = open_object(text, err);
    if (!tree)
        return err ? err->rc : TD_EPARSE;
    int rc = take_rows(a, tree, visitor_rows, N_OF(visitor_rows), out, err);
    json_t *fields = json_object_get(tree, "fields");
    if (!rc && fields && !json_is_null(fields))
        rc = take_pairs(a, fields, &out->fields, err);
    json_decref(tree);
    return rc;
}

static const struct key_row hint_rows[] = {
    TEXT(hint, t, 16),     NUMBER(hint, conv),       TEXT(hint, who, 16), TEXT(hint, agent, 128),
    TEXT(hint, name, 200), TEXT(hint, visitor, 400), TEXT(hint, from, 64)};

int frame_hint(struct td_arena *a, struct td_str text, struct hint *out, struct td_error *err) {
    *out = (struct hint){0};
    json_t *tree = open_object(text, err);
    if (!tree)
        return err ? err->rc : TD_EPARSE;
    int rc = take_rows(a, tree, hint_rows, N_OF(hint_rows), out, err);
    json_decref(tree);
    return rc;
}

struct login {
    struct td_str user, password;
};
static const struct key_row login_rows[] = {TEXT(login, user, 128), TEXT(login, password, 1024)};

int frame_login(struct td_arena *a, struct td_str text, struct td_str *user,
                struct td_str *password, struct td_error *err) {
    struct login in = {{0}, {0}};
    json_t *tree = open_object(text, err);
    if (!tree)
        return err ? err->rc : TD_EPARSE;
    int rc = take_rows(a, tree, login_rows, N_OF(login_rows), &in, err);
    json_decref(tree);
    if (!rc && (!in.user.n || !in.password.n))
        rc = td_error_set(err, TD_EINVAL, "%s: expected a text", in.user.n ? "password" : "user");
    *user = in.user;
    *password = in.password;
    return rc;
}
