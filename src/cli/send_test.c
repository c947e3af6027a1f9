/* A message as if the channel's connector had brought it: the whole way, but for the provider. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "base/ulid.h"

#include <inttypes.h>
#include <stdio.h>

int cmd_send_test(struct cli *c) {
    struct policy p;
    if (cli_find(c) || cli_open(c) || !cli_read_policy(c, &p))
        return CLI_FAILED;
    struct td_str id = td_str_of(c->args[0]);
    const struct channel_policy *channel = policy_channel(&p, id);
    if (!channel)
        return cli_fail("no channel %s in the settings", c->args[0]);
    const struct td_connector *k = td_connector_find(channel->connector);
    if (!k || channel->kind == CK_VOICE)
        return cli_fail("%s takes no messages", c->args[0]);
    char ulid[ULID_LEN + 1];
    uint8_t random[10];
    loop_random(random, sizeof(random));
    int64_t now_ms = loop_wall_ms();
    ulid_format(ulid, (uint64_t)now_ms, random);
    struct inbound in = {.message = {.id = td_str_of(ulid),
                                     .channel = id,
                                     .direction = TD_IN,
                                     .kind = TD_MSG_TEXT,
                                     .dedupe = td_arena_printf(c->arena, "test-%s", ulid),
                                     .from = {.type = td_str_of(k->address_type),
                                              .addr = td_str_of(c->args[1]),
                                              .name = td_str_of(cli_option(c, "name"))},
                                     .text = td_str_of(c->args[2]),
                                     .subject = td_str_of(cli_option(c, "subject")),
                                     .provider_at = now_ms,
                                     .received_at = now_ms}};
    struct command cmd = {.actor_kind = A_CONNECTOR,
                          .actor = id,
                          .id = in.message.dedupe,
                          .message_id = in.message.id};
    struct result r;
    if (cli_command(c, &cmd, CMD_MESSAGE_IN, &in, &r))
        return CLI_FAILED;
    if (c->json)
        printf("{\"conv\":%" PRIu64 ",\"seq\":%" PRIu64 "}\n", r.conv, r.seq);
    else
        printf("stands in conversation %" PRIu64 " as %" PRIu64 ": tandemctl show %" PRIu64 "\n",
               r.conv, r.seq, r.conv);
    return CLI_OK;
}
