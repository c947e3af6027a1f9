/* Tokens of the REST API: {t}:tokens, field = hex SHA-256 of the token, value = {"name","scopes",
 * "created"}. The token itself is kept nowhere. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "codec/token_in.h"
#include "config/value.h"

#include <sodium.h>
#include <stdio.h>

static const char *const scope_names[] = {"read", "write", "admin"};

static bool read_tokens(struct cli *c, const struct redis_reply **out) {
    if (cli_find(c) || cli_open(c))
        return false;
    *out = cli_call(c, CLI_ARGV(TD_STR("HGETALL"), cli_key(c, "tokens")));
    return *out != NULL;
}

struct token {
    struct td_str hash, name, json;
    uint32_t scopes;
};

static bool token_at(struct cli *c, const struct redis_reply *all, size_t i, struct token *out) {
    out->hash = redis_str(redis_at(all, i));
    out->json = redis_str(redis_at(all, i + 1));
    return token_parse(c->arena, out->json, &out->name, &out->scopes, NULL) == TD_OK;
}

/* A comma-separated list → the JSON that is stored; false: told. */
static bool token_json(struct cli *c, const char *scopes, struct td_str *out) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "name", td_str_of(c->args[0]));
    json_put_key(&j, "scopes");
    json_arr_begin(&j);
    for (const char *p = scopes; *p;) {
        size_t n = strcspn(p, ",");
        json_put_str(&j, (struct td_str){p, n});
        p += n + (p[n] == ',');
    }
    json_arr_end(&j);
    json_key_i64(&j, "created", loop_wall_ms());
    json_obj_end(&j);
    *out = td_arena_dup(c->arena, buf_str(&b));
    buf_fini(&b);
    struct td_str name;
    uint32_t set;
    struct td_error err;
    if (token_parse(c->arena, *out, &name, &set, &err) || !set)
        return cli_fail("scopes: one or more of read, write, admin, separated by commas"), false;
    return true;
}

int cmd_token_add(struct cli *c) {
    const char *scopes = cli_option(c, "scopes") ? cli_option(c, "scopes") : "read";
    const struct redis_reply *all;
    struct td_str json;
    if (!value_is_id(td_str_of(c->args[0])))
        return cli_fail("a token's name has only a-z, 0-9, - and _, and at most 64 of them");
    if (!token_json(c, scopes, &json) || !read_tokens(c, &all))
        return CLI_FAILED;
    for (size_t i = 0; redis_is(all, R_ARRAY) && i + 1 < all->n; i += 2) {
        struct token t;
        if (token_at(c, all, i, &t) && td_str_eqz(t.name, c->args[0]))
            return cli_fail("a token %s is there already", c->args[0]);
    }
    unsigned char random[32], hash[crypto_hash_sha256_BYTES];
    char token[64] = "tdm_", hex[2 * sizeof(hash) + 1];
    if (sodium_init() < 0)
        return cli_fail("no source of randomness");
    randombytes_buf(random, sizeof(random));
    sodium_bin2base64(token + 4, sizeof(token) - 4, random, sizeof(random),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
    sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    if (!cli_call(c, CLI_ARGV(TD_STR("HSET"), cli_key(c, "tokens"), td_str_of(hex), json)))
        return CLI_FAILED;
    printf(c->json ? "{\"token\":\"%s\"}\n" : "%s   (shown only now)\n", token);
    sodium_memzero(token, sizeof(token));
    return CLI_OK;
}

int cmd_token_list(struct cli *c) {
    static const char *const titles[] = {"NAME", "SCOPES", NULL};
    const struct redis_reply *all;
    if (!read_tokens(c, &all))
        return CLI_FAILED;
    struct grid g;
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_arr_begin(&j);
    grid_init(&g, c->arena, titles);
    for (size_t i = 0; redis_is(all, R_ARRAY) && i + 1 < all->n; i += 2) {
        struct token t;
        struct td_str scopes[3];
        size_t n = 0;
        if (!token_at(c, all, i, &t))
            continue;
        for (uint32_t s = 0; s < 3; s++)
            if (t.scopes & 1u << s)
                scopes[n++] = td_str_of(scope_names[s]);
        json_put_raw(&j, t.json);
        grid_put(&g, t.name);
        grid_put(&g, text_join(c->arena, scopes, n, ","));
    }
    json_arr_end(&j);
    if (c->json)
        text_print_json(&b);
    else
        grid_print(&g, stdout, "none");
    buf_fini(&b);
    return CLI_OK;
}

int cmd_token_remove(struct cli *c) {
    const struct redis_reply *all;
    if (!read_tokens(c, &all))
        return CLI_FAILED;
    for (size_t i = 0; redis_is(all, R_ARRAY) && i + 1 < all->n; i += 2) {
        struct token t;
        if (!token_at(c, all, i, &t) || !td_str_eqz(t.name, c->args[0]))
            continue;
        if (!cli_call(c, CLI_ARGV(TD_STR("HDEL"), cli_key(c, "tokens"), t.hash)))
            return CLI_FAILED;
        if (!c->json)
            printf("%s: removed\n", c->args[0]);
        return CLI_OK;
    }
    return cli_fail("no token %s", c->args[0]);
}
