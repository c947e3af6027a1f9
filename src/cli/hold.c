/* The switch that holds what would go out. */
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>

static int turn(struct cli *c, bool release) {
    struct act act = {.release = release};
    struct result result;
    struct command cmd = {.received_at = loop_wall_ms()};
    if (c->n_args)
        act.scope = td_str_of(c->args[0]);
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    int rc = cli_command(c, &cmd, CMD_OUTBOUND_HOLD, &act, &result);
    if (!rc)
        printf("%s %s\n", c->n_args ? c->args[0] : "social",
               release ? "goes out again" : "is held");
    return rc;
}

int cmd_hold(struct cli *c) {
    return turn(c, false);
}

int cmd_release(struct cli *c) {
    return turn(c, true);
}
