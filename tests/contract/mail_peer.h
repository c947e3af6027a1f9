/* mail_peer.h: an SMTP server that takes everything, for the sample of the mail connector. */
#ifndef CONTRACT_MAIL_PEER_H
#define CONTRACT_MAIL_PEER_H

/* Group fixtures: set sample_smtp_port. */
int mail_peer_open(void **state);
int mail_peer_close(void **state);

#endif
