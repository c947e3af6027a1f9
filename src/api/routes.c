/* The table, and the API's life. openapi.json tells the same to people; a test holds the two
 * together. */
#include "api/budget.h"
#include "api/call.h"
#include "api/resources.h"
#include "api/results.h"
#include "base/mem.h"
#include "store/blobs.h"

#define CONV "/v1/conversations/:id"
#define CONTACT "/v1/contacts/:id"

const struct api_route api_table[] = {
    {"GET", "/v1/openapi.json", "getOpenapi", NEED_NOTHING, openapi_get, CMD_NONE, NULL},
    /* conversations */
    {"GET", "/v1/conversations", "listConversations", NEED_READ, conversations_list, CMD_NONE,
     NULL},
    {"POST", "/v1/conversations", "startConversation", NEED_WRITE, api_command, CMD_CONV_START,
     NULL},
    {"GET", CONV, "getConversation", NEED_READ, conversations_get, CMD_NONE, NULL},
    {"GET", CONV "/messages", "listMessages", NEED_READ, messages_list, CMD_NONE, NULL},
    {"POST", CONV "/messages", "sendMessage", NEED_WRITE, api_command, CMD_MESSAGE_SEND, "conv"},
    {"POST", CONV "/messages/retry", "retryMessage", NEED_WRITE, api_command, CMD_MESSAGE_RETRY,
     "conv"},
    {"POST", CONV "/react", "reactToMessage", NEED_WRITE, api_command, CMD_MESSAGE_REACT, "conv"},
    {"GET", CONV "/messages/:seq/attachments/:index", "getAttachment", NEED_READ, attachments_get,
     CMD_NONE, NULL},
    {"POST", CONV "/messages/retry-files", "retryFiles", NEED_WRITE, api_command, CMD_MEDIA_RETRY,
     "conv"},
    {"POST", "/v1/uploads", "uploadFile", NEED_WRITE, uploads_add, CMD_NONE, NULL},
    {"POST", CONV "/notes", "addNote", NEED_WRITE, api_command, CMD_NOTE_ADD, "conv"},
    {"POST", CONV "/tags", "changeTags", NEED_WRITE, api_command, CMD_CONV_TAG, "conv"},
    {"POST", CONV "/resolve", "resolveConversation", NEED_WRITE, api_command, CMD_WORK_RESOLVE,
     "conv"},
    {"POST", CONV "/reopen", "reopenConversation", NEED_WRITE, api_command, CMD_WORK_REOPEN,
     "conv"},
    {"POST", CONV "/transfer", "transferConversation", NEED_WRITE, api_command, CMD_WORK_TRANSFER,
     "conv"},
    {"POST", CONV "/assign", "assignConversation", NEED_WRITE, api_command, CMD_WORK_ASSIGN,
     "conv"},
    {"POST", CONV "/consult", "consultConversation", NEED_WRITE, api_command, CMD_WORK_CONSULT,
     "conv"},
    {"POST", CONV "/snooze", "snoozeConversation", NEED_WRITE, api_command, CMD_WORK_SNOOZE,
     "conv"},
    {"POST", CONV "/priority", "prioritizeConversation", NEED_WRITE, api_command, CMD_WORK_PRIORITY,
     "conv"},
    /* contacts */
    {"GET", CONTACT, "getContact", NEED_READ, contacts_get, CMD_NONE, NULL},
    {"PATCH", CONTACT, "changeContact", NEED_WRITE, api_command, CMD_CONTACT_SET, "contact"},
    {"GET", CONTACT "/conversations", "listContactConversations", NEED_READ, contacts_conversations,
     CMD_NONE, NULL},
    {"POST", CONTACT "/identities", "linkIdentity", NEED_WRITE, api_command, CMD_CONTACT_LINK,
     "contact"},
    {"POST", CONTACT "/merge", "mergeContact", NEED_WRITE, api_command, CMD_CONTACT_MERGE,
     "contact"},
    {"POST", CONTACT "/unmerge", "unmergeContact", NEED_WRITE, api_command, CMD_CONTACT_UNMERGE,
     "contact"},
    /* the floor */
    {"GET", "/v1/agents", "listAgents", NEED_READ, agents_list, CMD_NONE, NULL},
    {"GET", "/v1/agents/:id", "getAgent", NEED_READ, agents_get, CMD_NONE, NULL},
    {"GET", "/v1/queues", "listQueues", NEED_READ, queues_list, CMD_NONE, NULL},
    {"GET", "/v1/work/:id/why", "whyWork", NEED_READ, api_command, CMD_WORK_WHY, "conv"},
    {"GET", "/v1/stats", "getStats", NEED_READ, stats_get, CMD_NONE, NULL},
    {"GET", "/v1/channels", "listChannels", NEED_READ, channels_list, CMD_NONE, NULL},
    {"POST", "/v1/channels/:id/resume", "resumeChannel", NEED_ADMIN, channels_resume, CMD_NONE,
     NULL},
    {"POST", "/v1/channels/:id/pause", "pauseChannel", NEED_ADMIN, channels_pause, CMD_NONE, NULL},
    {"POST", "/v1/outbound/hold", "holdOutbound", NEED_WRITE, api_command, CMD_OUTBOUND_HOLD, NULL},
    {"POST", "/v1/channels/:id/oauth", "connectChannel", NEED_ADMIN, oauth_begin, CMD_NONE, NULL},
    {"POST", "/v1/channels/:id/import", "importHistory", NEED_ADMIN, history_begin, CMD_NONE, NULL},
    {"GET", "/v1/channels/:id/import", "getImport", NEED_ADMIN, history_get, CMD_NONE, NULL},
    {"POST", "/v1/oauth/callback", "finishConnecting", NEED_ADMIN, oauth_callback, CMD_NONE, NULL},
    {"POST", "/v1/channels/:id/doctor", "examineChannel", NEED_ADMIN, channels_doctor, CMD_NONE,
     NULL},
    /* receivers of events */
    {"GET", "/v1/webhooks", "listWebhooks", NEED_ADMIN, webhooks_list, CMD_NONE, NULL},
    {"GET", "/v1/webhooks/:id/dead", "listDeadEvents", NEED_ADMIN, webhooks_dead, CMD_NONE, NULL},
    {"POST", "/v1/webhooks/:id/replay", "replayDeadEvents", NEED_ADMIN, webhooks_replay, CMD_NONE,
     NULL},
    {"POST", "/v1/webhooks/:id/pause", "pauseWebhook", NEED_ADMIN, webhooks_pause, CMD_NONE, NULL},
    {"POST", "/v1/webhooks/:id/resume", "resumeWebhook", NEED_ADMIN, webhooks_resume, CMD_NONE,
     NULL},
    {"GET", "/v1/policy", "getPolicy", NEED_READ, policy_get, CMD_NONE, NULL},
    /* commands: any of a person's by its name, and what became of one */
    {"POST", "/v1/commands/:id", "sendCommand", NEED_WRITE, commands_post, CMD_NONE, NULL},
    {"GET", "/v1/commands/:id", "getCommand", NEED_READ, commands_get, CMD_NONE, NULL},
    /* accounts and tokens */
    {"POST", "/v1/users", "addUser", NEED_ADMIN, users_add, CMD_NONE, NULL},
    {"PATCH", "/v1/users/:id", "changeUser", NEED_ADMIN, users_change, CMD_NONE, NULL},
    {"DELETE", "/v1/users/:id", "disableUser", NEED_ADMIN, api_command, CMD_USER_DISABLE, "id"},
    {"POST", "/v1/users/:id/password", "setPassword", NEED_SELF, users_password, CMD_NONE, NULL},
    {"GET", "/v1/tokens", "listTokens", NEED_ADMIN, tokens_list, CMD_NONE, NULL},
    {"POST", "/v1/tokens", "addToken", NEED_ADMIN, tokens_add, CMD_NONE, NULL},
    {"DELETE", "/v1/tokens/:id", "removeToken", NEED_ADMIN, tokens_remove, CMD_NONE, NULL},
    {0}};

static size_t table_rows(void) {
    size_t n = 0;
    while (api_table[n].method)
        n++;
    return n;
}

static void on_event(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    struct api *a = CONTAINER_OF(sub, struct api, sub);
    (void)id;
    if (ev->kind == EV_RESULT && td_str_starts(ev->sender, TD_STR("api-")))
        commands_take_result(a, ev);
}

static struct api *api_new(struct edge *e) {
    struct api *a = MEM_NEW(struct api);
    size_t n = table_rows();
    a->e = e;
    list_init(&a->calls);
    list_init(&a->waiting);
    a->results = results_new();
    a->budgets = mem_alloc(BUDGET_SLOTS * sizeof *a->budgets);
    a->entries = mem_alloc(n * sizeof *a->entries);
    for (size_t i = 0; i < n; i++)
        a->entries[i] = (struct api_entry){.api = a, .route = &api_table[i]};
    a->sub.on_event = on_event;
    tail_subscribe(e->tail, &a->sub);
    return a;
}

void api_free(struct api **ap) {
    struct api *a = *ap;
    if (!a)
        return;
    tail_unsubscribe(a->e->tail, &a->sub);
    LIST_EACH_SAFE(at, next, &a->calls)
    call_abandon(CONTAINER_OF(at, struct call, link));
    results_free(&a->results);
    mem_free(a->budgets);
    mem_free(a->entries);
    mem_free(a);
    *ap = NULL;
}

/* Rows whose bodies are files. */
static void take_large(struct web_route *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (api_table[i].handle == uploads_add) {
            out[i].max_body = BLOBS_MAX_BYTES;
            out[i].admit = uploads_admit;
        }
}

size_t api_routes(struct edge *e, struct web_route *out, size_t max) {
    size_t n = 0;
    if (!e->api)
        e->api = api_new(e);
    for (; n < table_rows() && n < max; n++)
        out[n] = (struct web_route){.method = api_table[n].method,
                                    .pattern = api_table[n].pattern,
                                    .max_body = API_BODY_MAX,
                                    .handle = call_handle,
                                    .arg = &e->api->entries[n]};
    take_large(out, n);
    return n;
}
