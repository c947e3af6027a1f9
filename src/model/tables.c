#include "model/tables.h"

#include "model/command.h"
#include "model/event.h"

static const struct field conv_field_fields[] = {
    FIELD(1, F_STR, struct conv_field, key, .flags = FF_REQUIRED, .max = 100),
    FIELD(2, F_STR, struct conv_field, value, .max = 4000),
};
const struct record rec_conv_field = {
    .name = "field", .version = 1, RECORD_FIELDS(struct conv_field, conv_field_fields)};

static const struct field skill_need_fields[] = {
    FIELD(1, F_STR, struct skill_need, skill, .flags = FF_REQUIRED, .max = 100),
    FIELD(2, F_U32, struct skill_need, level),
};
const struct record rec_skill_need = {
    .name = "skill_need", .version = 1, RECORD_FIELDS(struct skill_need, skill_need_fields)};

const struct record *const entity_records[EK_N] = {
    [EK_TENANT] = &rec_tenant, [EK_CONV] = &rec_conv,     [EK_WORK] = &rec_work,
    [EK_AGENT] = &rec_agent,   [EK_USER] = &rec_user,     [EK_CONTACT] = &rec_contact,
    [EK_IDENT] = &rec_ident,   [EK_THREAD] = &rec_thread, [EK_EXT] = &rec_ext,
    [EK_EARLY] = &rec_early,   [EK_CHAN] = &rec_chan,     [EK_POLICY] = &rec_policy,
    [EK_MEDIA] = &rec_media,
};

const struct record *const record_all[] = {
    &rec_tenant,        &rec_conv,    &rec_work,     &rec_agent,   &rec_user,       &rec_contact,
    &rec_ident,         &rec_thread,  &rec_ext,      &rec_early,   &rec_chan,       &rec_policy,
    &rec_command,       &rec_event,   &rec_delivery, &rec_result,  &rec_visit,      &rec_fact,
    &rec_send,          &rec_message, &rec_act,      &rec_inbound, &rec_receipt_in, &rec_verdict_in,
    &rec_channel_state, &rec_voice,   &rec_visitor,  &rec_session, &rec_account,    &rec_start,
    &rec_contact_edit,  &rec_media,   &rec_media_in, NULL,
};
