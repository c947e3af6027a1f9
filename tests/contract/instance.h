/* instance.h: one instance of a connector under the scripted host, as the contract's tests make it.
 */
#ifndef TESTS_CONTRACT_INSTANCE_H
#define TESTS_CONTRACT_INSTANCE_H

#include "fake_host.h"
#include "samples.h"

struct instance {
    const struct td_connector *c, *runner;
    const struct sample *sample;
    struct td_settings *settings;
    struct td_host *host;
    void *self;
    unsigned stopped;
};

struct sending {
    struct instance *f;
    struct td_send td;
    struct td_message message;
    struct td_address to;
    unsigned fired;
    uint32_t kind;
    char text[512], code[512], id[256];
};

/* Settings of samples.c and a host; create and start are steps of their own. Each fails the test
 * that calls it, with the connector's name. */
void instance_open(struct instance *f, const struct td_connector *c);
void instance_create(struct instance *f);
void instance_start(struct instance *f);
/* Until it has told that it is over. */
void instance_stop(struct instance *f);
void instance_on_stopped(void *arg);
void instance_close(struct instance *f);
/* Into *s, which must stay until it fired. As the connector's own start of the send says. */
int instance_send(struct instance *f, struct sending *s, const char *text, const char *key);

/* For the host's `answer`: sessions and polls as the sample has them, everything else
 * instance_script. */
extern struct fake_answer instance_script;
struct fake_answer instance_answer(struct td_host *h, const struct td_request *r, size_t n);
/* A whole life with one send that is answered so. */
void instance_verdict(const struct td_connector *c, struct fake_answer answer, struct sending *out);

bool instance_sends(const struct td_connector *c);
bool instance_hooks(const struct td_connector *c);
bool instance_gates(const struct td_connector *c);

#define EACH(c)                                                                                    \
    for (size_t i_ = 0; td_connectors[i_]; i_++)                                                   \
        for (const struct td_connector *c = td_connectors[i_]; c; c = NULL)

#endif
