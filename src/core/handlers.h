/* handlers.h: what each command kind needs loaded and what it does; core.c has the table.
 *
 * needs_x wants entities (table_want) and changes nothing; apply_x finds them loaded, changes the
 * state and fills in c->result, by act_reject when it refuses. */
#ifndef CORE_HANDLERS_H
#define CORE_HANDLERS_H

#include "core/state.h"

typedef void handler_fn(struct core *c, const struct call *call);

/* config.c, account.c */
handler_fn apply_config_set;
handler_fn needs_user, apply_user_put, apply_user_password, apply_user_disable;
/* inbound.c */
handler_fn needs_message_in, apply_message_in;
/* receipts.c */
handler_fn needs_receipt_in, apply_receipt_in, needs_optout_in, apply_optout_in;
/* outbound.c, retry.c, verdict.c */
handler_fn needs_message_send, apply_message_send, needs_message_retry, apply_message_retry;
handler_fn needs_send_verdict, apply_send_verdict;
/* posts.c, hold.c */
handler_fn needs_message_react, apply_message_react, needs_outbound_hold, apply_outbound_hold;
/* start.c */
handler_fn needs_conv_start, apply_conv_start;
/* channel.c */
handler_fn needs_channel, apply_channel_state, apply_channel_cursor;
/* alarm.c */
handler_fn apply_alarm_raise;
/* voice.c, gate.c */
handler_fn needs_voice_state, apply_voice_state, needs_voice_link, apply_voice_link,
    needs_voice_gate, apply_voice_gate;
/* visitor.c */
handler_fn needs_visitor, apply_visitor_open, apply_visitor_seen, apply_visitor_gone,
    apply_visitor_back, apply_visitor_end, apply_visitor_rate, apply_visitor_callback;
/* presence.c */
handler_fn apply_session_open, apply_session_close, apply_process_gone, apply_presence_set,
    apply_extension_set;
/* work.c, assign.c, why.c, consult.c */
handler_fn needs_work, needs_work_resolve, apply_offer_accept, apply_offer_decline, apply_work_pick,
    apply_work_assign, apply_work_transfer, apply_work_park, apply_work_snooze, apply_work_resolve,
    apply_work_reopen, apply_work_wrapped, apply_work_priority, apply_work_unpark, apply_work_why,
    apply_work_consult;
/* conv.c, merge.c */
handler_fn apply_note_add, apply_conv_read, apply_conv_tag, apply_conv_spam, needs_conv_block,
    apply_conv_block, needs_conv_merge, apply_conv_merge, needs_conv_unmerge, apply_conv_unmerge;
/* media.c */
handler_fn needs_media_in, apply_media_in, needs_media_retry, apply_media_retry;
/* contact.c */
handler_fn needs_contact_set, apply_contact_set, needs_contact_link, apply_contact_link,
    needs_contact_merge, apply_contact_merge, needs_contact_unmerge, apply_contact_unmerge;

#endif
