/* openapi.json against the table of routes and against the records, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/api.h"
#include "api/openapi.h"
#include "model/event.h"
#include "model/stats.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>

static json_t *doc;

static int load(void **state) {
    json_error_t e;
    (void)state;
    doc = json_loadb(openapi_json, openapi_json_bytes, JSON_REJECT_DUPLICATES, &e);
    if (!doc)
        print_error("openapi.json:%d: %s\n", e.line, e.text);
    return doc ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    json_decref(doc);
    return 0;
}

/* "/v1/x/:id/y" → "/v1/x/{id}/y" */
static void path_of(char *out, size_t size, const char *pattern) {
    size_t n = 0;
    for (const char *p = pattern; *p && n + 3 < size; p++) {
        if (*p != ':') {
            out[n++] = *p;
            continue;
        }
        out[n++] = '{';
        while (p[1] && p[1] != '/' && n + 3 < size)
            out[n++] = *++p;
        out[n++] = '}';
    }
    out[n] = '\0';
}

static void lower(char *out, size_t size, const char *s) {
    size_t n = 0;
    for (; s[n] && n + 1 < size; n++)
        out[n] = (char)tolower((unsigned char)s[n]);
    out[n] = '\0';
}

static json_t *operation(const char *method, const char *pattern) {
    char path[200], verb[16];
    path_of(path, sizeof path, pattern);
    lower(verb, sizeof verb, method);
    return json_object_get(json_object_get(json_object_get(doc, "paths"), path), verb);
}

static const char *text(const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static const struct api_route *row_of(const char *id) {
    for (const struct api_route *r = api_table; r->method; r++)
        if (!strcmp(r->operation, id))
            return r;
    return NULL;
}

static void every_row_is_documented(void **state) {
    static const char *const scopes[] = {"", "read", "write", "admin", "admin"};
    (void)state;
    for (const struct api_route *r = api_table; r->method; r++) {
        json_t *o = operation(r->method, r->pattern);
        if (!o)
            fail_msg("%s %s is not in openapi.json", r->method, r->pattern);
        assert_string_equal(text(o, "operationId"), r->operation);
        assert_string_equal(text(o, "x-scope"), scopes[r->need]);
        assert_string_equal(text(o, "x-command"), r->command ? command_rows[r->command].name : "");
        assert_true(*text(o, "summary"));
        assert_ptr_equal(row_of(r->operation), r); /* one row of that name */
    }
}

/* Rows of the other families: edge/auth_routes.c and api/ops.c. */
static void every_operation_has_a_route(void **state) {
    struct web_route others[16];
    const char *path, *verb;
    json_t *item, *o;
    (void)state;
    size_t n = auth_routes(NULL, others, 16);
    n += ops_routes(NULL, others + n, 16 - n);
    for (size_t i = 0; i < n; i++)
        if (!operation(others[i].method, others[i].pattern))
            fail_msg("%s %s is not in openapi.json", others[i].method, others[i].pattern);
    json_object_foreach(json_object_get(doc, "paths"), path, item) {
        json_object_foreach(item, verb, o) {
            const struct api_route *r = row_of(text(o, "operationId"));
            bool found = r && operation(r->method, r->pattern) == o;
            for (size_t i = 0; i < n; i++)
                found |= operation(others[i].method, others[i].pattern) == o;
            if (!found)
                fail_msg("%s %s: no route", verb, path);
        }
    }
}

/* ---- bodies and schemas ---- */

static const struct field *field_of(const struct record *r, const char *name) {
    for (size_t i = 0; i < r->n_fields; i++)
        if (!strcmp(r->fields[i].name, name))
            return &r->fields[i];
    return NULL;
}

static json_t *schema_of(const char *name) {
    return json_object_get(json_object_get(json_object_get(doc, "components"), "schemas"), name);
}

static void bodies_are_those_of_the_commands(void **state) {
    (void)state;
    for (const struct api_route *r = api_table; r->method; r++) {
        const char *name;
        json_t *x, *body = json_object_get(operation(r->method, r->pattern), "requestBody");
        json_t *schema = json_object_get(
            json_object_get(json_object_get(body, "content"), "application/json"), "schema");
        if (!r->command)
            continue;
        const struct record *rec = command_rows[r->command].body;
        if (r->id_field && !field_of(rec, r->id_field))
            fail_msg("%s: the body has no %s", r->operation, r->id_field);
        json_object_foreach(json_object_get(schema, "properties"), name, x) {
            const struct field *f = field_of(rec, name);
            if (!f || f->flags & (FF_INTERNAL | FF_SECRET))
                fail_msg("%s: clients cannot send %s", r->operation, name);
        }
    }
}

/* What must be there is said to be: by the path, or under "required". */
static void required_fields_are_told(void **state) {
    (void)state;
    for (const struct api_route *r = api_table; r->method; r++) {
        json_t *body = json_object_get(operation(r->method, r->pattern), "requestBody");
        json_t *required = json_object_get(
            json_object_get(json_object_get(json_object_get(body, "content"), "application/json"),
                            "schema"),
            "required");
        char left[200], *save = NULL;
        if (!r->command)
            continue;
        snprintf(left, sizeof left, "%s", command_rows[r->command].required);
        for (char *f = strtok_r(left, ",", &save); f; f = strtok_r(NULL, ",", &save)) {
            bool told = r->id_field && !strcmp(f, r->id_field);
            size_t i;
            json_t *x;
            f[strcspn(f, ".")] = '\0';
            json_array_foreach(required, i, x) told |= !strcmp(json_string_value(x), f);
            if (!told)
                fail_msg("%s: %s is needed and not told", r->operation, f);
        }
    }
}

static void check_enum(const char *schema, const struct field *f, const json_t *property) {
    json_t *names = json_object_get(property, "enum");
    size_t n = 0;
    while (f->names[n])
        n++;
    if (json_array_size(names) != n)
        fail_msg("%s.%s: %zu names, the table has %zu", schema, f->name, json_array_size(names), n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(json_string_value(json_array_get(names, i)), f->names[i]);
}

static void schemas_are_those_of_the_records(void **state) {
    static const struct {
        const char *schema;
        const struct record *r;
        const char *more; /* what the answer adds */
    } pairs[] = {{"Conversation", &rec_conv, "work"}, {"Work", &rec_work, ""},
                 {"Message", &rec_message, ""},       {"Delivery", &rec_delivery, ""},
                 {"Agent", &rec_agent, ""},           {"Contact", &rec_contact, ""},
                 {"Result", &rec_result, ""},         {"Media", &rec_media, ""}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        json_t *x, *properties = json_object_get(schema_of(pairs[i].schema), "properties");
        const struct record *r = pairs[i].r;
        const char *name;
        for (size_t k = 0; k < r->n_fields; k++) {
            const struct field *f = &r->fields[k];
            json_t *p = json_object_get(properties, f->name);
            bool shown = !(f->flags & JSON_FOR_STAFF);
            if (shown != (p != NULL))
                fail_msg("%s.%s is %s", pairs[i].schema, f->name,
                         shown ? "not told" : "told and never shown");
            if (p && f->type == F_ENUM)
                check_enum(pairs[i].schema, f, p);
        }
        json_object_foreach(properties, name, x) {
            if (!field_of(r, name) && strcmp(name, pairs[i].more))
                fail_msg("%s.%s: there is no such field", pairs[i].schema, name);
        }
    }
}

/* ---- the document itself ---- */

static void check_refs(json_t *v) {
    const char *key;
    json_t *x;
    size_t i;
    json_object_foreach(v, key, x) {
        if (!strcmp(key, "$ref") && json_is_string(x)) {
            char path[200], *save = NULL;
            json_t *to = doc;
            snprintf(path, sizeof path, "%s", json_string_value(x));
            assert_int_equal(strncmp(path, "#/", 2), 0);
            for (char *part = strtok_r(path + 2, "/", &save); part;
                 part = strtok_r(NULL, "/", &save))
                to = json_object_get(to, part);
            if (!to)
                fail_msg("%s leads nowhere", json_string_value(x));
        }
        check_refs(x);
    }
    json_array_foreach(v, i, x) check_refs(x);
}

static void references_lead_somewhere(void **state) {
    (void)state;
    assert_string_equal(text(doc, "openapi"), "3.1.0");
    check_refs(doc);
}

static void path_parameters_are_declared(void **state) {
    const char *path, *verb;
    json_t *item, *o, *p;
    size_t i;
    (void)state;
    json_object_foreach(json_object_get(doc, "paths"), path, item) {
        json_object_foreach(item, verb, o) {
            bool declared = false;
            json_array_foreach(json_object_get(o, "parameters"), i, p)
                declared |= !strcmp(text(p, "in"), "path") && !strcmp(text(p, "name"), "id");
            if (declared != (strstr(path, "{id}") != NULL))
                fail_msg("%s %s: the parameter id", verb, path);
        }
    }
}

/* The build embeds it as signed characters. */
static void the_text_is_ascii(void **state) {
    (void)state;
    for (size_t i = 0; i < openapi_json_bytes; i++)
        assert_true(openapi_json[i] == '\n' || (openapi_json[i] >= ' ' && openapi_json[i] < 127));
}

static json_t *down(json_t *o, const char *const *keys) {
    for (; *keys; keys++)
        o = json_object_get(o, *keys);
    return o;
}

/* The figures are those of the table, and the ratios those that can be taken. */
static void figures_are_those_of_the_table(void **state) {
    static const char *const to_rows[] = {"responses",  "200",        "content", "application/json",
                                          "schema",     "properties", "rows",    "items",
                                          "properties", NULL};
    int64_t sums[STAT_N];
    struct stat_figure v[STAT_FIGURES];
    (void)state;
    json_t *row = down(operation("GET", "/v1/stats"), to_rows);
    json_t *counts = json_object_get(json_object_get(row, "counts"), "properties");
    json_t *figures = json_object_get(json_object_get(row, "figures"), "properties");
    assert_int_equal(json_object_size(counts), STAT_N);
    for (size_t i = 0; i < STAT_N; i++) {
        if (!json_object_get(counts, stat_names[i]))
            fail_msg("%s is not told", stat_names[i]);
        sums[i] = 10; /* so that each has something to be taken of */
    }
    sums[STAT_UNAVAILABLE_MS] = sums[STAT_ABANDONED_SHORT] = 1;
    unsigned n = stats_derive(sums, v);
    assert_int_equal(json_object_size(figures), n);
    for (unsigned i = 0; i < n; i++)
        if (!json_object_get(figures, v[i].name))
            fail_msg("%s is not told", v[i].name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_documented),
        cmocka_unit_test(every_operation_has_a_route),
        cmocka_unit_test(bodies_are_those_of_the_commands),
        cmocka_unit_test(required_fields_are_told),
        cmocka_unit_test(schemas_are_those_of_the_records),
        cmocka_unit_test(references_lead_somewhere),
        cmocka_unit_test(path_parameters_are_declared),
        cmocka_unit_test(the_text_is_ascii),
        cmocka_unit_test(figures_are_those_of_the_table),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
