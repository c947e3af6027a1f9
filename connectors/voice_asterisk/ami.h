/* ami.h: messages of the Asterisk Manager Interface from a stream of bytes.
 *
 * A greeting line, then messages: lines "Name: value" ended by CR LF, an empty line after the last.
 * A line over AMI_LINE_MAX is cut, and lines that no longer fit into AMI_MESSAGE_MAX bytes or
 * AMI_HEADERS_MAX are left out: one monstrous channel variable must not cost the link. */
#ifndef VOICE_ASTERISK_AMI_H
#define VOICE_ASTERISK_AMI_H

#include <tandem/provider.h>

#define AMI_LINE_MAX 2048
#define AMI_MESSAGE_MAX 16384
#define AMI_HEADERS_MAX 160

struct ami_message {
    struct td_pair v[AMI_HEADERS_MAX]; /* borrowed for the call */
    size_t n;
};
struct ami {
    void (*greeting)(void *arg, struct td_str line);
    void (*message)(void *arg, const struct ami_message *m);
    void *arg;
    /* private */
    char text[AMI_MESSAGE_MAX];
    size_t used, line;  /* bytes, and where the current line begins */
    size_t line_n;      /* its length so far, with what was cut */
    bool greeted, bare; /* bare: nothing of this line is kept */
    struct ami_message m;
};
/* Begins anew: the greeting is next. The callbacks are set. */
void ami_reset(struct ami *a);
void ami_feed(struct ami *a, struct td_str bytes);
/* The first of that name in any case; "" when absent, or not clean UTF-8 without controls. */
struct td_str ami_get(const struct ami_message *m, const char *name);

#endif
