/* commands.h: the functions of the table in main.c, one file per family. Each returns the exit code
 * and has told what went wrong. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

struct cli;

int cmd_status(struct cli *c); /* status.c */

int cmd_agents(struct cli *c); /* floor.c */
int cmd_queues(struct cli *c);
int cmd_channels(struct cli *c);

int cmd_conversations(struct cli *c); /* conversations.c */
int cmd_show(struct cli *c);

int cmd_tail(struct cli *c); /* tail.c */
int cmd_dead(struct cli *c); /* dead.c */
int cmd_dead_replay(struct cli *c);
int cmd_send_test(struct cli *c); /* send_test.c */
int cmd_hold(struct cli *c);      /* hold.c */
int cmd_release(struct cli *c);

int cmd_doctor(struct cli *c); /* doctor.c */

int cmd_import(struct cli *c); /* import.c */
int cmd_import_show(struct cli *c);

int cmd_quarantine_list(struct cli *c); /* quarantine.c */
int cmd_quarantine_show(struct cli *c);
int cmd_quarantine_replay(struct cli *c);

int cmd_webhook_list(struct cli *c); /* webhook.c */
int cmd_webhook_dead(struct cli *c);
int cmd_webhook_replay(struct cli *c);
int cmd_webhook_pause(struct cli *c);
int cmd_webhook_resume(struct cli *c);

int cmd_user_add(struct cli *c); /* user.c */
int cmd_user_set(struct cli *c);
int cmd_user_list(struct cli *c);
int cmd_user_disable(struct cli *c);
int cmd_user_password(struct cli *c);

int cmd_token_add(struct cli *c); /* token.c */
int cmd_token_list(struct cli *c);
int cmd_token_remove(struct cli *c);

int cmd_reload(struct cli *c); /* process.c */
int cmd_stop(struct cli *c);

int cmd_backup(struct cli *c);  /* backup.c */
int cmd_restore(struct cli *c); /* restore.c */

int cmd_check(struct cli *c); /* settings.c */
int cmd_channel_types(struct cli *c);
int cmd_reference(struct cli *c);

int cmd_simulate(struct cli *c); /* simulate.c */

#endif
