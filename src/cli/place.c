/* Which installation: data folder, settings, Redis.
 *
 * The settings may have errors or name secrets that only the daemon's environment has: for finding
 * the Redis what could be read of them is enough. */
#include "cli/cli.h"

#include <stdlib.h>
#include <unistd.h>

static const char *path_in(struct cli *c, const char *dir, const char *name) {
    return td_arena_printf(c->arena, "%s/%s", dir, name).p;
}

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

static bool is_data_dir(struct cli *c, const char *dir) {
    static const char *const marks[] = {"redis.sock", "tandemd.pid", "tandem.key", "tandem.yaml"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (is_there(path_in(c, dir, marks[i])))
            return true;
    return false;
}

static int find_settings(struct cli *c) {
    bool asked = c->config_path != NULL;
    if (!asked && c->data_dir && is_there(path_in(c, c->data_dir, "tandem.yaml")))
        c->config_path = path_in(c, c->data_dir, "tandem.yaml");
    if (!asked && !c->config_path && !c->data_dir && is_there("/etc/tandem/tandem.yaml"))
        c->config_path = "/etc/tandem/tandem.yaml";
    if (!c->config_path)
        return CLI_OK;
    const struct config_error *errors;
    size_t n;
    struct td_error err;
    int rc = config_load(c->config_path, &c->config, &errors, &n, &err);
    if (rc && !c->config && asked)
        return cli_fail("%s: %s", c->config_path, err.text);
    return CLI_OK;
}

int cli_find(struct cli *c) {
    const char *env = getenv("TANDEM_DATA");
    if (!c->data_dir && env && *env)
        c->data_dir = env;
    if (!c->data_dir && !c->config_path && is_data_dir(c, "data"))
        c->data_dir = "data";
    if (c->data_dir && !is_there(c->data_dir))
        return cli_fail("%s: no such folder", c->data_dir);
    if (find_settings(c))
        return CLI_FAILED;
    if (!c->data_dir)
        c->data_dir = c->config && c->config->data_dir.n
                          ? td_arena_dup(c->arena, c->config->data_dir).p
                          : "/var/lib/tandem";
    char whole[4096]; /* the private Redis needs to know its folder from anywhere */
    if (realpath(c->data_dir, whole))
        c->data_dir = td_arena_dup(c->arena, td_str_of(whole)).p;
    c->tenant = "main";
    if (c->config && c->config->tenant.n)
        c->tenant = td_arena_dup(c->arena, c->config->tenant).p;
    c->embedded = !c->config || !c->config->redis_url.n;
    if (c->embedded) {
        c->redis_url = td_arena_printf(c->arena, "unix:%s/redis.sock", c->data_dir).p;
        return CLI_OK;
    }
    c->redis_url = td_arena_dup(c->arena, c->config->redis_url).p;
    struct td_str password = td_secret_reveal(c->config->redis_password);
    if (password.n)
        c->redis_password = td_arena_dup(c->arena, password).p;
    return CLI_OK;
}
